import { EBADF, EINVAL, EISDIR, ENOTTY, EOPNOTSUPP, EPERM, ERANGE, EXDEV } from '../abi/errno.ts';
import * as commands from '../abi/ioctl.ts';
import {
  O_ACCMODE,
  O_APPEND,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  PAGE_SIZE,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Capability } from '../task/credentials.ts';
import type { File, IoctlArgument } from '../vfs/file.ts';
import type { FileAttributesForm } from '../vfs/file-attributes.ts';
import { getFileAttributes, intBytes, intOf, putBytes, setFileAttributes, takeBytes } from './file-attributes.ts';
import { withFile } from './with-file.ts';

/**
 * ioctl(2). The argument is the caller's memory, which may be filled, or a number. Returns what the command gives.
 *
 * The VFS answers FIOCLEX, FIONCLEX, FIONBIO, FIOASYNC, FIOQSIZE, FIGETBSZ, FIBMAP and FIONREAD; what is about whole file
 * systems, extents or clones it refuses, as Linux does for those that have none. Commands that preallocate space, and
 * FS_IOC_ENABLE_VERITY, whose argument points to more memory, are not there: EOPNOTSUPP.
 *
 * FUSE: for FIBMAP BMAP, where the server keeps its files on a block device; for all other commands IOCTL; for FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_IOC_FSGETXATTR and FS_IOC_FSSETXATTR first OPEN,
 * IOCTL and RELEASE, to set before that the same to get.
 *
 * @throws EBADF; EFAULT for a number where memory is needed, or too little of it; ENOTTY for an unknown command; what the
 *   command throws
 * @see Linux fs/ioctl.c, do_vfs_ioctl()
 */
export const ioctl = (task: Thread, fd: number, command: number, argument: IoctlArgument = 0): Blocking<number> =>
  withFile(task, fd, (file) => {
    const known = knownCommands.get(command >>> 0);
    const call = { task, fd, file, command: command >>> 0, argument };
    return known === undefined ? file.ioctl(task, call.command, argument) : known(call);
  });

const INT_MAX = 0x7fff_ffff;

interface Call {
  readonly task: Thread;
  readonly fd: number;
  readonly file: File;
  readonly command: number;
  readonly argument: IoctlArgument;
}

type Command = (call: Call) => Blocking<number>;

const pass: Command = ({ task, file, command, argument }) => file.ioctl(task, command, argument);

const refuse = (errno: typeof EOPNOTSUPP): Command =>
  function* () {
    throw errno;
  };

const needs = (capability: Capability, command: Command): Command =>
  function* (call) {
    if (!call.task.credentials.capabilities.has(capability)) throw EPERM;
    return yield* command(call);
  };

/** Commands that fill an int of the caller. */
const gives = (value: (file: File) => number): Command =>
  function* ({ file, argument }) {
    putBytes(argument, intBytes(value(file)));
    return 0;
  };

const closeOnExec = (isSet: boolean): Command =>
  function* ({ task, fd }) {
    task.process.fds.setCloseOnExec(fd, isSet);
    return 0;
  };

/** For regular files alone; for others it is a command as any. */
const ofFiles = (command: Command): Command =>
  function* (call) {
    return yield* (call.file.inode.type === S_IFREG ? command : pass)(call);
  };

const getting =
  (form: FileAttributesForm): Command =>
  ({ task, file, argument }) =>
    getFileAttributes(task, file, form, argument);

const setting =
  (form: FileAttributesForm): Command =>
  ({ task, file, argument }) =>
    setFileAttributes(task, file, form, argument);

const nonblocking: Command = function* ({ file, argument }) {
  const isOn = intOf(takeBytes(argument, 4)) !== 0;
  file.flags = isOn ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK;
  return 0;
};

/** No file here sends signals. */
const asynchronous: Command = function* ({ argument }) {
  if (intOf(takeBytes(argument, 4)) !== 0) throw ENOTTY;
  return 0;
};

const space: Command = function* ({ file: { inode }, argument }) {
  if (![S_IFDIR, S_IFREG, S_IFLNK].includes(inode.type)) throw ENOTTY;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, 512n * BigInt(inode.blocks), true);
  putBytes(argument, bytes);
  return 0;
};

/** @see Linux fs/ioctl.c, ioctl_fibmap() */
const block: Command = function* ({ task, file: { inode }, argument }) {
  const wanted = intOf(takeBytes(argument, 4));
  if (wanted < 0) throw EINVAL;
  const found = yield* inode.bmap(task, wanted);
  putBytes(argument, intBytes(found > INT_MAX ? 0 : found));
  if (found > INT_MAX) throw ERANGE;
  return 0;
};

/** @see Linux fs/remap_range.c, vfs_clone_file_range() */
const clone = (sourceOf: (argument: IoctlArgument) => number): Command =>
  function* ({ task, file, argument }) {
    const source = task.process.fds.file(sourceOf(argument));
    if (source.inode.superblock !== file.inode.superblock) throw EXDEV;
    const types = [source.inode.type, file.inode.type];
    if (types.includes(S_IFDIR)) throw EISDIR;
    if (types.some((type) => type !== S_IFREG)) throw EINVAL;
    const isReadable = (source.flags & O_ACCMODE) !== O_WRONLY;
    const isWritable = (file.flags & O_ACCMODE) !== O_RDONLY && (file.flags & O_APPEND) === 0;
    throw isReadable && isWritable ? EOPNOTSUPP : EBADF;
  };

/** The commands that do not simply go to the file system. Linux's do_vfs_ioctl() and file_ioctl(). */
const knownCommands: ReadonlyMap<number, Command> = new Map<number, Command>([
  [commands.FIOCLEX, closeOnExec(true)],
  [commands.FIONCLEX, closeOnExec(false)],
  [commands.FIONBIO, nonblocking],
  [commands.FIOASYNC, asynchronous],
  [commands.FIOQSIZE, space],
  [commands.FIGETBSZ, gives(() => PAGE_SIZE)],
  [commands.FIONREAD, ofFiles(gives(({ inode, position }) => inode.size - position))],
  [commands.FIBMAP, ofFiles(needs('CAP_SYS_RAWIO', block))],
  [commands.FIFREEZE, needs('CAP_SYS_ADMIN', refuse(EOPNOTSUPP))],
  [commands.FITHAW, needs('CAP_SYS_ADMIN', refuse(EINVAL))],
  [commands.FS_IOC_FIEMAP, refuse(EOPNOTSUPP)],
  [commands.FICLONE, clone(Number)],
  [commands.FICLONERANGE, clone((argument) => intOf(takeBytes(argument, 32)))],
  [commands.FIDEDUPERANGE, refuse(EOPNOTSUPP)],
  [commands.FS_IOC_GETFSUUID, refuse(ENOTTY)],
  [commands.FS_IOC_GETFSSYSFSPATH, refuse(ENOTTY)],
  [commands.FS_IOC_ENABLE_VERITY, refuse(EOPNOTSUPP)],
  [commands.FS_IOC_RESVSP, ofFiles(refuse(EOPNOTSUPP))],
  [commands.FS_IOC_UNRESVSP, ofFiles(refuse(EOPNOTSUPP))],
  [commands.FS_IOC_RESVSP64, ofFiles(refuse(EOPNOTSUPP))],
  [commands.FS_IOC_UNRESVSP64, ofFiles(refuse(EOPNOTSUPP))],
  [commands.FS_IOC_ZERO_RANGE, ofFiles(refuse(EOPNOTSUPP))],
  [commands.FS_IOC_GETFLAGS, getting('flags')],
  [commands.FS_IOC_FSGETXATTR, getting('fsxattr')],
  [commands.FS_IOC_SETFLAGS, setting('flags')],
  [commands.FS_IOC_FSSETXATTR, setting('fsxattr')],
]);
