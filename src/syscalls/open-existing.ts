import { EACCES, EISDIR, ELOOP, ENOTDIR, ENXIO, EPERM } from '../abi/errno.ts';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOATIME, O_NOCTTY, O_TRUNC, S_IFDIR, S_IFLNK, S_IFREG } from '../abi/linux.ts';
import { PathFile } from '../process/path-file.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';
import { type Inode, MAY_WRITE } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable, isOwner, permission } from '../vfs/permission.ts';
import type { OpenHow } from './open-flags.ts';
import { inodeAt, type Place, walkTo } from './resolve.ts';
import { setattr } from './setattr.ts';
import { isDevice, isSpecial } from './special.ts';

/** Opens what is at a place. @throws the walk's errors; as {@link openFound} */
export function* openExisting(task: Thread, place: Place, how: OpenHow, force: boolean): Blocking<File> {
  const path = yield* walkTo(task, place, { follow: how.follow, force });
  try {
    return yield* openFound(task, path, how);
  } finally {
    path.release();
  }
}

/** Opens a place itself, for O_PATH: the file system hears of the walk alone. @throws the walk's errors, ENOTDIR among them */
export function* openPlace(task: Thread, place: Place, { flags, follow }: OpenHow, force: boolean): Blocking<File> {
  const path = yield* walkTo(task, place, { follow, directory: (flags & O_DIRECTORY) !== 0, force });
  try {
    return new PathFile(path, flags);
  } finally {
    path.release();
  }
}

/**
 * Opens an existing file.
 *
 * @throws ENOTDIR with O_DIRECTORY; EROFS with O_TRUNC; ELOOP for a symlink; EISDIR for a directory to write; EACCES for a
 *   device on a mount with nodev; as permission(); EPERM for another's file with O_NOATIME; ENXIO for pipes, sockets and
 *   devices, which have nothing behind them here; EROFS to write; what the server answers
 * @see Linux fs/namei.c, do_open() and may_open(), and fs/open.c, do_dentry_open()
 */
export function* openFound(task: Thread, path: Path, how: OpenHow): Blocking<File> {
  const inode = inodeAt(path);
  const { flags } = how;
  if ((flags & O_DIRECTORY) !== 0 && inode.type !== S_IFDIR) throw ENOTDIR;
  const truncates = (flags & O_TRUNC) !== 0 && inode.type === S_IFREG;
  if (truncates) checkWritable(path.mount);
  yield* mayOpen(task, path, inode, how);
  if (isSpecial(inode.type)) throw ENXIO;
  if ((how.access & MAY_WRITE) !== 0) checkWritable(path.mount);
  const byFileSystem = truncates && inode.truncatesOnOpen;
  const file = yield* inode.open(task, path.mount, path.dentry, lasting(flags) | (byFileSystem ? O_TRUNC : 0));
  if (truncates && !byFileSystem) yield* truncate(task, path, file);
  return file;
}

/**
 * The file that was just made, unless it may not be opened after all: Linux looks at its permissions too, though it wants
 * none, and at its owner for O_NOATIME. Then the file is released.
 *
 * @throws EACCES; EPERM
 * @see Linux fs/namei.c, may_open()
 */
export function* checkMade(task: Thread, file: File, how: OpenHow): Blocking<File> {
  try {
    yield* mayOpen(task, file.path, file.inode, { ...how, access: 0 });
    return file;
  } catch (error) {
    file.release();
    throw error;
  }
}

/** The flags without those that only say how to open. */
const lasting = (flags: number): number => flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);

function* mayOpen(task: Thread, { mount }: Path, inode: Inode, { flags, access }: OpenHow): Blocking<void> {
  if (inode.type === S_IFLNK) throw ELOOP;
  if (inode.type === S_IFDIR && (access & MAY_WRITE) !== 0) throw EISDIR;
  if (isDevice(inode.type) && mount.flags.nodev) throw EACCES;
  yield* permission(task, inode, access);
  if ((flags & O_NOATIME) !== 0 && !isOwner(task.credentials, inode)) throw EPERM;
}

function* truncate(task: Thread, path: Path, file: File): Blocking<void> {
  try {
    yield* setattr(task, path, { size: 0, file, isOpening: true });
  } catch (error) {
    file.release();
    throw error;
  }
}
