import { EISDIR, ELOOP, ENOTDIR, ENXIO, EOPNOTSUPP, EPERM } from '../abi/errno.ts';
import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOATIME, O_NOCTTY, O_TRUNC, S_IFDIR, S_IFLNK, S_IFREG } from '../abi/linux.ts';
import { PathFile } from '../process/path-file.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';
import { type Inode, MAY_EXEC, MAY_WRITE } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable, isOwner, permission } from '../vfs/permission.ts';
import type { OpenHow } from './open-flags.ts';
import { inodeAt, type Place, walkTo } from './resolve.ts';
import { setattr } from './setattr.ts';
import { isSpecial } from './special.ts';

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
 * Refuses O_TMPFILE as Linux does where the file system has no such operation.
 *
 * @throws the walk's errors, ENOTDIR among them; EROFS; EACCES; EOPNOTSUPP
 * @see Linux fs/namei.c, do_tmpfile()
 */
export function* openTemporary(task: Thread, place: Place, { follow }: OpenHow, force: boolean): Blocking<never> {
  const path = yield* walkTo(task, place, { follow, directory: true, force });
  try {
    checkWritable(path.mount);
    yield* permission(task, inodeAt(path), MAY_WRITE | MAY_EXEC);
    throw EOPNOTSUPP;
  } finally {
    path.release();
  }
}

/**
 * Opens an existing file.
 *
 * @throws ENOTDIR with O_DIRECTORY; ELOOP for a symlink; EISDIR for a directory to write; EROFS; EACCES; EPERM for another's
 *   file with O_NOATIME; ENXIO for pipes, sockets and devices, which have nothing behind them here; what the server answers
 * @see Linux fs/namei.c, do_open() and may_open()
 */
export function* openFound(task: Thread, path: Path, how: OpenHow): Blocking<File> {
  const inode = inodeAt(path);
  const { flags } = how;
  if ((flags & O_DIRECTORY) !== 0 && inode.type !== S_IFDIR) throw ENOTDIR;
  const truncates = (flags & O_TRUNC) !== 0 && inode.type === S_IFREG;
  yield* mayOpen(task, path, inode, how);
  if (isSpecial(inode.type)) throw ENXIO;
  const byFileSystem = truncates && inode.truncatesOnOpen;
  const file = yield* inode.open(task, path.mount, path.dentry, lasting(flags) | (byFileSystem ? O_TRUNC : 0));
  if (truncates && !byFileSystem) yield* truncate(task, path, file);
  return file;
}

/** The flags without those that only say how to open. */
const lasting = (flags: number): number => flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);

function* mayOpen(task: Thread, { mount }: Path, inode: Inode, { flags, access }: OpenHow): Blocking<void> {
  if (inode.type === S_IFLNK) throw ELOOP;
  if (inode.type === S_IFDIR && (access & MAY_WRITE) !== 0) throw EISDIR;
  if (!isSpecial(inode.type) && (access & MAY_WRITE) !== 0) checkWritable(mount);
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
