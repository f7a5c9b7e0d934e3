import type { ByteString } from '../abi/bytes.ts';
import { EEXIST, EINVAL, EISDIR, EOPNOTSUPP, EOVERFLOW, EPERM, Errno, ESTALE } from '../abi/errno.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_HANDLE_CONNECTABLE,
  AT_HANDLE_FID,
  AT_HANDLE_MNT_ID_UNIQUE,
  AT_SYMLINK_FOLLOW,
  FILEID_IS_CONNECTABLE,
  FILEID_IS_DIR,
  MAX_HANDLE_SZ,
  O_DIRECTORY,
  O_EXCL,
  O_PATH,
  S_IFDIR,
} from '../abi/linux.ts';
import { PathFile } from '../process/path-file.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { FileHandle } from '../vfs/file-handle.ts';
import { type Mount, Path } from '../vfs/mount.ts';
import { newDescriptor } from './new-descriptor.ts';
import { openFound } from './open-existing.ts';
import { openHow } from './open-flags.ts';
import { atPath, inodeAt } from './resolve.ts';

const KNOWN_FLAGS = AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_FID | AT_HANDLE_MNT_ID_UNIQUE | AT_HANDLE_CONNECTABLE;
const EXCLUSIVE = AT_HANDLE_FID | AT_HANDLE_CONNECTABLE;

/**
 * name_to_handle_at(2): a handle of at most `size` bytes. Mounts have no numbers here, so none is told.
 * FUSE: the walk.
 *
 * @throws EINVAL for an unknown flag, or AT_HANDLE_FID with AT_HANDLE_CONNECTABLE; the walk's errors; EOPNOTSUPP where
 *   files have no handles, or, without AT_HANDLE_FID, none that could be opened; EINVAL for a `size` above 128; EOVERFLOW
 *   for one that the handle does not fit
 * @see Linux fs/fhandle.c, name_to_handle_at()
 */
export function* nameToHandleAt(
  task: Thread,
  dirfd: number,
  path: ByteString,
  size: number,
  flags: number,
): Blocking<FileHandle> {
  if ((flags & ~KNOWN_FLAGS) !== 0 || (flags & EXCLUSIVE) === EXCLUSIVE) throw EINVAL;
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0;
  const allowEmpty = (flags & AT_EMPTY_PATH) !== 0;
  return yield* atPath(task, { dirfd, path, follow, allowEmpty }, function* (found) {
    const { handles } = inodeAt(found).superblock;
    if (handles === undefined || (!handles.canOpen && (flags & AT_HANDLE_FID) === 0)) throw EOPNOTSUPP;
    if (size < 0 || size > MAX_HANDLE_SZ) throw EINVAL;
    const handle = handleOf(found.dentry, (flags & AT_HANDLE_CONNECTABLE) !== 0);
    if (handle.bytes.length > size) throw EOVERFLOW;
    return handle;
  });
}

/** The handle of what a dentry names: a connectable one tells its directory too. @see Linux exportfs_encode_fh() */
function handleOf({ inode, parent }: Dentry, isConnectable: boolean): FileHandle {
  const isDirectory = inode?.type === S_IFDIR;
  const { handles } = inode?.superblock ?? {};
  if (inode === null || handles === undefined) throw EOPNOTSUPP;
  const handle = handles.encode(inode, isConnectable && !isDirectory ? (parent?.inode ?? null) : null);
  if (!isConnectable) return handle;
  return { ...handle, type: handle.type | FILEID_IS_CONNECTABLE | (isDirectory ? FILEID_IS_DIR : 0) };
}

/**
 * open_by_handle_at(2): opens the file of a handle on the file system that `mountfd` is on. Gives the lowest free descriptor.
 * FUSE: LOOKUP of "." for a file that is not cached, what finds a directory's place, then as openFound().
 *
 * @throws EINVAL for a handle of no or too many bytes, or an unknown kind; EBADF, for O_PATH descriptors too; EPERM without CAP_DAC_READ_SEARCH; EINVAL
 *   as openHow(); EMFILE; ESTALE for whatever keeps the file from being found; as openFound()
 * @see Linux fs/fhandle.c, do_handle_open()
 */
export function* openByHandleAt(task: Thread, mountfd: number, handle: FileHandle, flags: number): Blocking<number> {
  const { bytes, type } = handle;
  if (bytes.length === 0 || bytes.length > MAX_HANDLE_SZ) throw EINVAL;
  if (type < 0 || (type & ~(0xffff | FILEID_IS_CONNECTABLE | FILEID_IS_DIR)) !== 0) throw EINVAL;
  const { mount } = mountfd === AT_FDCWD ? task.process.cwd : task.process.fds.file(mountfd).path;
  if (!task.credentials.capabilities.has('CAP_DAC_READ_SEARCH')) throw EPERM;
  const dentry = yield* found(task, mount, { bytes, type: type & 0xffff });
  try {
    return yield* open(task, new Path(mount, dentry), flags);
  } finally {
    dentry.release();
  }
}

function* found(task: Thread, mount: Mount, handle: FileHandle): Blocking<Dentry> {
  const { handles } = mount.superblock;
  if (handles?.canOpen !== true) throw ESTALE;
  try {
    return yield* handles.decode(task, mount, handle);
  } catch (error) {
    throw error instanceof Errno ? ESTALE : error;
  }
}

/** There is nothing to create, only what O_CREAT minds in what is there. @see Linux fs/namei.c, do_open() */
function checkCreation(path: Path, flags: number): void {
  if ((flags & O_EXCL) !== 0) throw EEXIST;
  if (inodeAt(path).type === S_IFDIR) throw EISDIR;
}

/** @see Linux fs/open.c, file_open_root() */
function* open(task: Thread, path: Path, flags: number): Blocking<number> {
  const how = openHow(flags, 0);
  if (how.kind === 'create') checkCreation(path, flags);
  return yield* newDescriptor(task, how, function* () {
    if (how.kind === 'path') return new PathFile(path, how.flags & (O_PATH | O_DIRECTORY));
    return yield* openFound(task, path, how);
  });
}
