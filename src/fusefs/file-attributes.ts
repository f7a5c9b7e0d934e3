import { EACCES, EIO, ENOTTY } from '../abi/errno.ts';
import { FUSE_IOCTL_DIR, FUSE_IOCTL_RETRY } from '../abi/fuse.ts';
import { FS_IOC_FSGETXATTR, FS_IOC_FSSETXATTR, FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, ioctlShape } from '../abi/ioctl.ts';
import { O_RDONLY, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import { IOCTL, OPEN, OPENDIR, RELEASE, RELEASEDIR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import {
  type FileAttributes,
  type FileAttributesForm,
  FSXATTR_SIZE,
  fromFlags,
  fsxattrOf,
  readFsxattr,
} from '../vfs/file-attributes.ts';
import { type Handle, releaseHandle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { resultOf } from './ioctl.ts';
import { requestHandle } from './open.ts';

const FLAGS_SIZE = 4;

/**
 * FUSE: OPEN or OPENDIR, IOCTL with FS_IOC_GETFLAGS or FS_IOC_FSGETXATTR, RELEASE or RELEASEDIR.
 *
 * @throws EACCES; EIO for a bad inode, or an answer of another length; ENOTTY for other than files and directories, and
 *   where the server does not know the command; what it answers
 * @see Linux fs/fuse/ioctl.c, fuse_fileattr_get()
 */
export function getFileAttributes(task: Task, inode: FuseInode, form: FileAttributesForm): Blocking<FileAttributes> {
  return withHandle(task, inode, function* (handle) {
    if (form === 'fsxattr') {
      return readFsxattr(yield* send(task, inode, handle, FS_IOC_FSGETXATTR, new Uint8Array(FSXATTR_SIZE)));
    }
    const bytes = yield* send(task, inode, handle, FS_IOC_GETFLAGS, new Uint8Array(FLAGS_SIZE));
    return fromFlags(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
  });
}

/** As {@link getFileAttributes}, with FS_IOC_SETFLAGS or FS_IOC_FSSETXATTR. @see Linux fs/fuse/ioctl.c, fuse_fileattr_set() */
export function setFileAttributes(task: Task, inode: FuseInode, change: FileAttributes): Blocking<void> {
  return withHandle(task, inode, function* (handle) {
    if (change.form === 'fsxattr') yield* send(task, inode, handle, FS_IOC_FSSETXATTR, fsxattrOf(change));
    else {
      const bytes = new Uint8Array(FLAGS_SIZE);
      new DataView(bytes.buffer).setUint32(0, change.flags, true);
      yield* send(task, inode, handle, FS_IOC_SETFLAGS, bytes);
    }
  });
}

/** Runs `act` with a handle of its own. @see Linux fs/fuse/ioctl.c, fuse_priv_ioctl_prepare() */
function* withHandle<T>(task: Task, inode: FuseInode, act: (handle: Handle) => Blocking<T>): Blocking<T> {
  if (!inode.superblock.admits(task)) throw EACCES;
  inode.check();
  const isDirectory = inode.type === S_IFDIR;
  if (inode.type !== S_IFREG && !isDirectory) throw ENOTTY;
  const handle = yield* requestHandle(task, inode, isDirectory ? OPENDIR : OPEN, { flags: O_RDONLY, open_flags: 0 });
  try {
    return yield* act(handle);
  } finally {
    releaseHandle(inode, handle, isDirectory ? RELEASEDIR : RELEASE, O_RDONLY);
  }
}

/** Sends a command with its memory, or room for an answer just as long. @see Linux fs/fuse/ioctl.c, fuse_priv_ioctl() */
function* send(task: Task, inode: FuseInode, { fh }: Handle, cmd: number, memory: Uint8Array): Blocking<Uint8Array> {
  const { isIn, isOut } = ioctlShape(cmd);
  const flags = inode.type === S_IFDIR ? FUSE_IOCTL_DIR : 0;
  const room = isOut ? memory.length : 0;
  const sizes = { in_size: isIn ? memory.length : 0, out_size: room };
  const body = { fh, flags, cmd, arg: 0n, ...sizes };
  const reply = yield* inode.call(task, IOCTL, { body, data: memory.subarray(0, sizes.in_size), room });
  if (reply.data.length !== room) throw EIO;
  if (reply.body.result < 0) throwNegative(reply.body.result);
  if ((reply.body.flags & FUSE_IOCTL_RETRY) !== 0) throw EIO;
  return reply.data;
}

/** A result too negative for an errno is none that the caller could be told. */
function throwNegative(result: number): never {
  resultOf(result);
  throw EIO;
}
