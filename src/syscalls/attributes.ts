import type { ByteString } from '../abi/bytes.ts';
import { EINVAL, EOPNOTSUPP } from '../abi/errno.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, S_IALLUGO, S_IFLNK } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable } from '../vfs/permission.ts';
import { atPath, inodeAt } from './resolve.ts';
import { setattr } from './setattr.ts';
import { withFile } from './with-file.ts';

/**
 * fchmodat2(2). FUSE: the walk, then SETATTR with the mode.
 *
 * @throws EINVAL for an unknown flag; the walk's errors; EROFS; EOPNOTSUPP on a symlink; EPERM
 * @see Linux fs/open.c, do_fchmodat()
 */
export const fchmodat = (task: Thread, dirfd: number, path: ByteString, mode: number, flags: number): Blocking<void> =>
  changeAt(task, { dirfd, path }, flags, (found) => changeMode(task, found, mode));

/** chmod(2): follows a symlink. */
export const chmod = (task: Thread, path: ByteString, mode: number): Blocking<void> =>
  fchmodat(task, AT_FDCWD, path, mode, 0);

/** fchmod(2). @throws EBADF; EROFS; EPERM */
export const fchmod = (task: Thread, fd: number, mode: number): Blocking<void> =>
  withFile(task, fd, (file) => changeMode(task, file.path, mode));

/**
 * fchownat(2); -1 leaves an id as it is. FUSE: the walk, then SETATTR with the ids.
 *
 * @throws EINVAL for an unknown flag; the walk's errors; EROFS; EPERM
 * @see Linux fs/open.c, do_fchownat()
 */
export const fchownat = (
  task: Thread,
  dirfd: number,
  path: ByteString,
  uid: number,
  gid: number,
  flags: number,
): Blocking<void> => changeAt(task, { dirfd, path }, flags, (found) => changeOwner(task, found, uid, gid));

/** chown(2): follows a symlink. */
export const chown = (task: Thread, path: ByteString, uid: number, gid: number): Blocking<void> =>
  fchownat(task, AT_FDCWD, path, uid, gid, 0);

/** lchown(2): changes a symlink itself. */
export const lchown = (task: Thread, path: ByteString, uid: number, gid: number): Blocking<void> =>
  fchownat(task, AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);

/** fchown(2). @throws EBADF; EROFS; EPERM */
export const fchown = (task: Thread, fd: number, uid: number, gid: number): Blocking<void> =>
  withFile(task, fd, (file) => changeOwner(task, file.path, uid, gid));

/** The road of calls that change what a path names, by the flags they share. */
export function* changeAt(
  task: Thread,
  place: { readonly dirfd: number; readonly path: ByteString },
  flags: number,
  change: (path: Path) => Blocking<void>,
): Blocking<void> {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) throw EINVAL;
  const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  yield* atPath(task, { ...place, follow, allowEmpty: (flags & AT_EMPTY_PATH) !== 0 }, change);
}

function* changeMode(task: Thread, path: Path, mode: number): Blocking<void> {
  checkWritable(path.mount);
  if (inodeAt(path).type === S_IFLNK) throw EOPNOTSUPP;
  yield* setattr(task, path, { mode: mode & S_IALLUGO });
}

function* changeOwner(task: Thread, path: Path, uid: number, gid: number): Blocking<void> {
  checkWritable(path.mount);
  yield* setattr(task, path, {
    isChown: true,
    ...(isLeft(uid) ? {} : { uid }),
    ...(isLeft(gid) ? {} : { gid }),
  });
}

/** Whether a uid or gid argument means: no change. C's (uid_t) -1. */
const isLeft = (id: number): boolean => id === -1 || id === 0xffffffff;
