import { EACCES, EFAULT, EIO, ENOMEM, ENOSYS, ENOTTY, errnoOf } from '../abi/errno.ts';
import { FUSE_IOCTL_DIR, FUSE_IOCTL_RETRY } from '../abi/fuse.ts';
import { FS_IOC_GETFLAGS, FS_IOC_MEASURE_VERITY, FS_IOC_SETFLAGS, type IoctlShape, ioctlShape } from '../abi/ioctl.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { IOCTL } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { IoctlArgument } from '../vfs/file.ts';
import type { Handle } from './handle.ts';
import type { FuseInode } from './inode.ts';

/** Results below the negative of this are numbers, not errnos. */
const MAX_ERRNO = 4095;
/** The kernel's own "no such command". */
const ENOIOCTLCMD = 515;

/**
 * Passes a command to the server, with as much of the caller's memory as the command's number says: what Linux calls
 * restricted mode. The server sees no address: `arg` is 0 where the argument is memory.
 *
 * FUSE: IOCTL.
 *
 * @throws EACCES to whom the mount does not admit; EIO for a bad inode; ENOMEM for more than a request carries; EFAULT for
 *   memory that is shorter than the command says; ENOTTY where the server has no IOCTL, or not this one; what it answers;
 *   EIO for an answer that asks for more memory, or is too long; the server's result
 * @see Linux fs/fuse/ioctl.c, fuse_do_ioctl()
 */
export function* ioctl(
  task: Task,
  inode: FuseInode,
  handle: Handle,
  { command, argument, isDirectory }: { command: number; argument: IoctlArgument; isDirectory: boolean },
): Blocking<number> {
  if (!inode.superblock.admits(task)) throw EACCES;
  inode.check();
  const memory = typeof argument === 'number' ? new Uint8Array(0) : argument;
  const { size, isIn, isOut } = shapeOf(command, memory);
  const out_size = isOut ? size : 0;
  const room = Math.max(out_size, PAGE_SIZE);
  if (Math.max(size, room) > inode.superblock.connection.limits.maxPages * PAGE_SIZE) throw ENOMEM;
  if (isIn && memory.length < size) throw EFAULT;
  const { body, data } = yield* inode.call(task, IOCTL, {
    body: {
      fh: handle.fh,
      flags: isDirectory ? FUSE_IOCTL_DIR : 0,
      cmd: command,
      arg: typeof argument === 'number' ? BigInt.asUintN(64, BigInt(argument)) : 0n,
      in_size: isIn ? size : 0,
      out_size,
    },
    data: memory.slice(0, isIn ? size : 0),
    room,
  });
  if ((body.flags & FUSE_IOCTL_RETRY) !== 0 || data.length > out_size) throw EIO;
  if (data.length > memory.length) throw EFAULT;
  memory.set(data);
  return resultOf(body.result);
}

/** What a server's result means to the caller. @throws Errno for a negative one */
export function resultOf(result: number): number {
  if (result >= 0 || result < -MAX_ERRNO) return result;
  if (result === -ENOSYS.number || result === -ENOIOCTLCMD) throw ENOTTY;
  throw errnoOf(-result);
}

/** The number's word, but where Linux knows better. @see Linux fs/fuse/ioctl.c, fuse_setup_measure_verity() */
function shapeOf(command: number, memory: Uint8Array): IoctlShape {
  const shape = ioctlShape(command);
  if (command === FS_IOC_GETFLAGS || command === FS_IOC_SETFLAGS) return { ...shape, size: 4 };
  if (command !== FS_IOC_MEASURE_VERITY) return shape;
  if (memory.length < shape.size) throw EFAULT;
  const digestSize = (memory[2] ?? 0) + 256 * (memory[3] ?? 0);
  return { ...shape, size: shape.size + digestSize };
}
