import type { ByteString } from '../abi/bytes.ts';
import { EINVAL, ENOENT, EOVERFLOW, EPERM, Errno } from '../abi/errno.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_STATX_DONT_SYNC,
  AT_SYMLINK_FOLLOW,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  S_ISGID,
  S_ISUID,
  S_IXGRP,
  STATX_NLINK,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { type Inode, MAY_READ, MAY_WRITE } from '../vfs/inode.ts';
import { isOwner, permission } from '../vfs/permission.ts';
import { retryStale, type WalkOptions } from '../vfs/walk.ts';
import { type Creation, createAt, createOnce } from './create.ts';
import { exclusively } from './locking.ts';
import { atPath, checkPath, inodeAt, type Place, walkTo } from './resolve.ts';

/**
 * linkat(2). FUSE: both walks, LOOKUP of the new name, LINK.
 *
 * @throws EINVAL for an unknown flag; for AT_EMPTY_PATH as checkOpener(); the old path's walk;
 *   as createOnce(), EXDEV for another mount among them; EPERM for another's file that is
 *   special, runs as somebody else, or may not be read and written, and for a directory; ENOENT for a file without names,
 *   but for the first of one that O_TMPFILE made without O_EXCL
 * @see Linux fs/namei.c, do_linkat() and vfs_link()
 */
export function* linkat(
  task: Thread,
  olddirfd: number,
  oldpath: ByteString,
  newdirfd: number,
  newpath: ByteString,
  flags: number,
): Blocking<void> {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) throw EINVAL;
  const allowEmpty = (flags & AT_EMPTY_PATH) !== 0;
  if (allowEmpty) checkOpener(task, { dirfd: olddirfd, path: oldpath });
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0;
  const from = { dirfd: olddirfd, path: oldpath };
  const to = { dirfd: newdirfd, path: newpath };
  yield* retryStale((force) => linkOnce(task, from, to, { follow, allowEmpty, force }));
}

/** link(2): of a symlink itself. */
export const link = (task: Thread, oldpath: ByteString, newpath: ByteString): Blocking<void> =>
  linkat(task, AT_FDCWD, oldpath, AT_FDCWD, newpath, 0);

/**
 * symlinkat(2). FUSE: the walk, LOOKUP, SYMLINK.
 *
 * @throws ENOENT for an empty target, ENAMETOOLONG for one of PATH_MAX bytes or more; as {@link createAt}
 * @see Linux fs/namei.c, do_symlinkat()
 */
export function* symlinkat(task: Thread, target: ByteString, newdirfd: number, path: ByteString): Blocking<void> {
  checkPath(target);
  yield* createAt(
    task,
    { dirfd: newdirfd, path },
    { kind: 'file', make: (dir, dentry) => dir.symlink(task, dentry, target) },
  );
}

/** symlink(2). */
export const symlink = (task: Thread, target: ByteString, path: ByteString): Blocking<void> =>
  symlinkat(task, target, AT_FDCWD, path);

/**
 * readlinkat(2). An empty path means the symlink that `dirfd` was opened on with O_PATH and O_NOFOLLOW.
 * FUSE: the walk, then READLINK.
 *
 * @throws the walk's errors; for no symlink EINVAL, or ENOENT with an empty path
 * @see Linux fs/stat.c, do_readlinkat()
 */
export const readlinkat = (task: Thread, dirfd: number, path: ByteString): Blocking<ByteString> =>
  atPath(task, { dirfd, path, follow: false, allowEmpty: true }, (found) => {
    const inode = inodeAt(found);
    if (inode.type !== S_IFLNK) throw path === '' ? ENOENT : EINVAL;
    return inode.readlink(task);
  });

/** readlink(2). */
export const readlink = (task: Thread, path: ByteString): Blocking<ByteString> => readlinkat(task, AT_FDCWD, path);

/**
 * Whether AT_EMPTY_PATH may be used with a descriptor: a file is not to be linked by whoever it was passed to.
 *
 * @throws ENAMETOOLONG; EBADF; ENOENT when it was opened with other credentials, without CAP_DAC_READ_SEARCH
 * @see Linux fs/namei.c, path_init() with LOOKUP_LINKAT_EMPTY
 */
function checkOpener(task: Thread, { dirfd, path }: Place): void {
  checkPath(path, true);
  if (path.startsWith('/') || dirfd === AT_FDCWD) return;
  const { openedBy } = task.process.fds.anyFile(dirfd);
  if (openedBy !== task.credentials && !task.credentials.capabilities.has('CAP_DAC_READ_SEARCH')) throw ENOENT;
}

/**
 * Whether a file may get another name: its owner's may, and others if they could as well have copied and changed it.
 * Linux with fs.protected_hardlinks = 1; see docs/decisions.md.
 *
 * @throws EOVERFLOW for what nobody owns; EPERM
 * @see Linux fs/namei.c, may_linkat() and safe_hardlink_source()
 */
function* mayLink(task: Thread, source: Inode): Blocking<void> {
  if (source.hasNoOwner) throw EOVERFLOW;
  if ((yield* isSafeSource(task, source)) || isOwner(task.credentials, source)) return;
  throw EPERM;
}

function* isSafeSource(task: Thread, source: Inode): Blocking<boolean> {
  const { type, mode } = source;
  if (type !== S_IFREG || (mode & S_ISUID) !== 0) return false;
  if ((mode & S_ISGID) !== 0 && (mode & S_IXGRP) !== 0) return false;
  try {
    yield* permission(task, source, MAY_READ | MAY_WRITE);
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

function* linkOnce(
  task: Thread,
  from: Place,
  to: Place,
  options: WalkOptions & { readonly force: boolean },
): Blocking<void> {
  const old = yield* walkTo(task, from, options);
  const source = inodeAt(old);
  try {
    const creation: Creation = {
      kind: 'file',
      on: old.mount,
      check: () => mayLink(task, source),
      make: (dir, dentry) => linkLocked(task, source, dir, dentry),
    };
    yield* createOnce(task, to, creation, options.force);
  } finally {
    old.release();
  }
}

function* linkLocked(task: Thread, source: Inode, dir: Inode, dentry: Dentry): Blocking<void> {
  if (source.type === S_IFDIR) throw EPERM;
  yield* exclusively(
    task,
    source.lock,
    () => `inode ${source.ino} to link it`,
    () => {
      const isGone = source.tryGetattr(task, STATX_NLINK, AT_STATX_DONT_SYNC)?.nlink === 0;
      if (isGone && !source.isLinkable) throw ENOENT;
      return dir.link(task, source, dentry);
    },
  );
  source.isLinkable = false;
}
