import { EACCES, EAGAIN, EBADF, EFAULT, EINVAL, EPERM } from '../abi/errno.ts';
import * as linux from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';
import { isOwner } from '../vfs/permission.ts';
import { type Memory, putBytes, takeBytes } from './caller-memory.ts';
import { getOwner, getOwnerEx, setOwner, setOwnerEx, setSignal } from './file-owner.ts';
import { type Flock, fcntlLock } from './lock.ts';

/** What fcntl(2) takes besides its command: a number, the caller's memory, or a lock, which F_GETLK fills. */
export type FcntlArgument = Memory | Flock;

/**
 * fcntl(2). Leases are as with fs.leases-enable = 0, and F_NOTIFY as in a kernel without it: both would have to send
 * signals, which programs do not get here. FUSE: for locks as fcntlLock().
 *
 * @throws EBADF, also for all but duplication, F_GETFD, F_SETFD and F_GETFL of an O_PATH descriptor; EINVAL for an unknown
 *   command; EFAULT for a number where memory or a lock is needed; what the command throws
 * @see Linux fs/fcntl.c, do_fcntl()
 */
export function* fcntl(task: Thread, fd: number, command: number, argument: FcntlArgument = 0): Blocking<number> {
  const known = commands.get(command);
  const file = task.process.fds[known?.takesPath === true ? 'anyFile' : 'file'](fd);
  if (known === undefined) throw EINVAL;
  return yield* known.run({ task, fd, file, command, argument });
}

interface Call {
  readonly task: Thread;
  readonly fd: number;
  readonly file: File;
  readonly command: number;
  readonly argument: FcntlArgument;
}

interface Command {
  /** Whether it may be used with a descriptor of open(2) with O_PATH. Linux's check_fcntl_cmd(). */
  readonly takesPath: boolean;
  readonly run: (call: Call) => Blocking<number>;
}

/** A command that does not sleep. */
const at = (run: (call: Call) => number, takesPath: 'path' | '' = ''): Command => ({
  takesPath: takesPath === 'path',
  *run(call) {
    return run(call);
  },
});

const numberOf = (argument: FcntlArgument): number => (typeof argument === 'number' ? argument : 0);

/** @throws EFAULT for a lock */
function memoryOf(argument: FcntlArgument): Memory {
  if (typeof argument === 'number' || argument instanceof Uint8Array) return argument;
  throw EFAULT;
}

const dup = (closeOnExec: boolean): Command =>
  at(({ task: { process }, fd, argument }) => {
    const from = numberOf(argument);
    if (!(from >= 0 && from < process.fds.limit)) throw EINVAL;
    return process.fds.duplicate(fd, { from, closeOnExec });
  }, 'path');

const lock: Command = {
  takesPath: false,
  *run({ task, fd, command, argument }) {
    if (typeof argument === 'number' || argument instanceof Uint8Array) throw EFAULT;
    Object.assign(argument, yield* fcntlLock(task, fd, command, argument));
    return 0;
  },
};

/** The flags that F_SETFL changes; it leaves the others as they are. */
const CHANGEABLE = linux.O_APPEND | linux.O_NONBLOCK | linux.O_DIRECT | linux.O_NOATIME;

function setFlags({ task, file, argument }: Call): number {
  const flags = numberOf(argument);
  const added = flags & ~file.flags;
  if ((added & linux.O_NOATIME) !== 0 && !isOwner(task.credentials, file.inode)) throw EPERM;
  file.flags = (file.flags & ~CHANGEABLE) | (flags & CHANGEABLE);
  return 0;
}

/** No lease can be had, so none can be given back. @see Linux fs/locks.c, fcntl_setlease() and vfs_setlease() */
function setLease({ task: { credentials }, file: { inode }, argument }: Call): never {
  const type = numberOf(argument);
  if (type !== linux.F_RDLCK && type !== linux.F_WRLCK && type !== linux.F_UNLCK) throw EINVAL;
  if (inode.uid !== credentials.fsuid && !credentials.capabilities.has('CAP_LEASE')) throw EACCES;
  if (inode.type !== linux.S_IFREG) throw EINVAL;
  throw type === linux.F_UNLCK ? EAGAIN : EINVAL;
}

/** The longest of the lifetimes that may be expected of what is written: RWH_WRITE_LIFE_EXTREME. */
const LAST_HINT = 5n;

function getHint({ file: { inode }, argument }: Call): number {
  putBytes(memoryOf(argument), new Uint8Array(BigUint64Array.of(BigInt(inode.writeHint)).buffer));
  return 0;
}

/** @see Linux fs/fcntl.c, fcntl_set_rw_hint() */
function setHint({ task, file: { inode }, argument }: Call): number {
  if (!isOwner(task.credentials, inode)) throw EPERM;
  const bytes = takeBytes(memoryOf(argument), 8);
  const hint = new DataView(bytes.buffer).getBigUint64(0, true);
  if (hint > LAST_HINT) throw EINVAL;
  inode.writeHint = Number(hint);
  return 0;
}

function refuse(errno: typeof EINVAL): Command {
  return at(() => {
    throw errno;
  });
}

const commands: ReadonlyMap<number, Command> = new Map<number, Command>([
  [linux.F_DUPFD, dup(false)],
  [linux.F_DUPFD_CLOEXEC, dup(true)],
  [
    linux.F_DUPFD_QUERY,
    at(({ task, file, argument }) => Number(task.process.fds.anyFile(numberOf(argument)) === file), 'path'),
  ],
  [linux.F_CREATED_QUERY, at(({ file }) => Number(file.isCreated), 'path')],
  [linux.F_GETFD, at(({ task, fd }) => (task.process.fds.closesOnExec(fd) ? linux.FD_CLOEXEC : 0), 'path')],
  [
    linux.F_SETFD,
    at(({ task, fd, argument }) => {
      task.process.fds.setCloseOnExec(fd, (numberOf(argument) & linux.FD_CLOEXEC) !== 0);
      return 0;
    }, 'path'),
  ],
  [linux.F_GETFL, at(({ file }) => file.flags, 'path')],
  [linux.F_SETFL, at(setFlags)],
  ...[linux.F_GETLK, linux.F_SETLK, linux.F_SETLKW].map((command) => [command, lock] as const),
  ...[linux.F_OFD_GETLK, linux.F_OFD_SETLK, linux.F_OFD_SETLKW].map((command) => [command, lock] as const),
  [linux.F_GETOWN, at(({ file }) => getOwner(file))],
  [linux.F_SETOWN, at(({ task, file, argument }) => setOwner(task, file, numberOf(argument)))],
  [linux.F_GETOWN_EX, at(({ file, argument }) => getOwnerEx(file, memoryOf(argument)))],
  [linux.F_SETOWN_EX, at(({ task, file, argument }) => setOwnerEx(task, file, memoryOf(argument)))],
  [linux.F_GETSIG, at(({ file }) => file.signalling?.signal ?? 0)],
  [linux.F_SETSIG, at(({ file, argument }) => setSignal(file, numberOf(argument)))],
  [linux.F_GETLEASE, at(() => linux.F_UNLCK)],
  [linux.F_SETLEASE, at(setLease)],
  [linux.F_NOTIFY, refuse(EINVAL)],
  [linux.F_GETPIPE_SZ, refuse(EBADF)],
  [linux.F_SETPIPE_SZ, refuse(EBADF)],
  [linux.F_GET_RW_HINT, at(getHint)],
  [linux.F_SET_RW_HINT, at(setHint)],
]);
