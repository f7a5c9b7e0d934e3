import type { ByteString } from '../abi/bytes.ts';
import { EINVAL } from '../abi/errno.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_STATX_DONT_SYNC,
  AT_STATX_FORCE_SYNC,
  AT_SYMLINK_NOFOLLOW,
  STATX_ATTR_AUTOMOUNT,
  STATX_ATTR_DAX,
  STATX_ATTR_MOUNT_ROOT,
  STATX_BASIC_STATS,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import type { Stat, Statx } from '../vfs/stat.ts';
import type { WalkOptions } from '../vfs/walk.ts';
import { atPath, inodeAt, tryWalkTo } from './resolve.ts';
import { withFile } from './with-file.ts';

const SYNC_TYPE = AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC;
const KNOWN_FLAGS = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | SYNC_TYPE;
const STATX__RESERVED = 0x80000000;
/** Nothing is mounted as it is used, and no file's memory is the device's: these are known, and never set. */
const ABSENT = STATX_ATTR_AUTOMOUNT | STATX_ATTR_DAX;

/**
 * statx(2). `mask` names the fields that must be right; the others are what the cache has. Mounts have no numbers here,
 * so that STATX_MNT_ID is never told.
 * FUSE: the walk, then GETATTR or STATX unless cached attributes hold.
 *
 * @throws EINVAL for a reserved mask bit, both AT_STATX_ flags or an unknown flag; the walk's errors
 * @see Linux fs/stat.c, do_statx()
 */
export function* statx(task: Thread, dirfd: number, path: ByteString, flags: number, mask: number): Blocking<Statx> {
  if ((mask & STATX__RESERVED) !== 0) throw EINVAL;
  if ((flags & SYNC_TYPE) === SYNC_TYPE) throw EINVAL;
  if ((flags & ~KNOWN_FLAGS) !== 0) throw EINVAL;
  const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  const allowEmpty = (flags & AT_EMPTY_PATH) !== 0;
  return yield* atPath(task, { dirfd, path, follow, allowEmpty }, (found) => statxAt(task, found, flags, mask));
}

function* statxAt(task: Thread, found: Path, flags: number, mask: number): Blocking<Statx> {
  const stat = yield* attributesOf(task, inodeAt(found), mask, flags & SYNC_TYPE);
  const attributes = found.dentry === found.mount.root ? STATX_ATTR_MOUNT_ROOT : 0;
  return withAttributes(stat, attributes);
}

/** Field by field: to spread so many costs more than all the rest of the call. */
function withAttributes(stat: Stat, attributes: number): Statx {
  const { dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, atime, mtime, ctime, btime, mask } = stat;
  return {
    dev,
    ino,
    mode,
    nlink,
    uid,
    gid,
    rdev,
    size,
    blksize,
    blocks,
    atime,
    mtime,
    ctime,
    btime,
    mask,
    attributes,
    attributesMask: ABSENT | STATX_ATTR_MOUNT_ROOT,
  };
}

/** fstatat(2). @throws EINVAL for an unknown flag; the walk's errors @see Linux fs/stat.c, vfs_fstatat() */
export const fstatat = (task: Thread, dirfd: number, path: ByteString, flags: number): Blocking<Stat> =>
  statx(task, dirfd, path, flags, STATX_BASIC_STATS);

/** stat(2): follows a symlink. */
export const stat = (task: Thread, path: ByteString): Blocking<Stat> => basicStat(task, path, FOLLOW);

/** {@link stat} from the caches; undefined when they do not know. @throws as it */
export const tryStat = (task: Thread, path: ByteString): Stat | undefined => tryBasicStat(task, path, FOLLOW);

/** lstat(2): shows a symlink itself. */
export const lstat = (task: Thread, path: ByteString): Blocking<Stat> => basicStat(task, path, STAY);

/** {@link lstat} from the caches; undefined when they do not know. @throws as it */
export const tryLstat = (task: Thread, path: ByteString): Stat | undefined => tryBasicStat(task, path, STAY);

/** fstat(2), of O_PATH descriptors too. @throws EBADF */
export const fstat = (task: Thread, fd: number): Blocking<Stat> =>
  withFile(task, fd, (file) => attributesOf(task, file.inode, STATX_BASIC_STATS, 0), 'any');

/** {@link fstat} from the caches; undefined when they do not know. @throws as it */
export const tryFstat = (task: Thread, fd: number): Stat | undefined =>
  task.process.fds.anyFile(fd).inode.tryGetattr(task, STATX_BASIC_STATS, 0);

const FOLLOW = { follow: true };
const STAY = { follow: false };

const basicStat = (task: Thread, path: ByteString, { follow }: WalkOptions): Blocking<Stat> =>
  atPath(task, { dirfd: AT_FDCWD, path, follow }, (found) => inodeAt(found).getattr(task, STATX_BASIC_STATS, 0));

function tryBasicStat(task: Thread, path: ByteString, options: WalkOptions): Stat | undefined {
  const found = tryWalkTo(task, { dirfd: AT_FDCWD, path }, options);
  return found === undefined ? undefined : inodeAt(found).tryGetattr(task, STATX_BASIC_STATS, 0);
}

function* attributesOf(task: Thread, inode: Inode, mask: number, flags: number): Blocking<Stat> {
  return inode.tryGetattr(task, mask, flags) ?? (yield* inode.getattr(task, mask, flags));
}
