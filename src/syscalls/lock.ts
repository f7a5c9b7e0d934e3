import { EBADF, EINVAL, EOVERFLOW } from '../abi/errno.ts';
import {
  F_GETLK,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_RDLCK,
  F_SETLK,
  F_SETLKW,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_MAND,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_ACCMODE,
  S_IFDIR,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';
import { type FileLock, OFFSET_MAX } from '../vfs/file-lock.ts';
import { mayRead, mayWrite } from './access-mode.ts';
import { restartable } from './restart.ts';
import { withFile } from './with-file.ts';

/** C's struct flock. Bigints, because a range may reach 2^63 - 1, which is no exact number. */
export interface Flock {
  readonly type: number; // F_RDLCK, F_WRLCK, F_UNLCK
  readonly whence: number; // SEEK_SET, SEEK_CUR, SEEK_END
  readonly start: bigint; // bytes
  /** Bytes; 0 for all to come, negative for those before `start`. */
  readonly len: bigint;
  /** The process; must be 0 for OFD locks, whose answer is -1. */
  readonly pid: number;
}

/**
 * flock(2): a lock of the whole file, which belongs to the open file. FUSE: SETLK or, without LOCK_NB, SETLKW, if the
 * server took FLOCK_LOCKS.
 *
 * A lock of another type that the open file has is lost even when this fails. LOCK_MAND does nothing.
 *
 * @throws EINVAL for an unknown operation; EBADF; EAGAIN when another's lock is in the way, with LOCK_NB; EINTR for a
 *   signal while waiting whose handler has no SA_RESTART; what the server answers
 * @see Linux fs/locks.c, flock()
 */
export function* flock(task: Thread, fd: number, operation: number): Blocking<void> {
  if ((operation & LOCK_MAND) !== 0) return;
  const type = flockTypes.get(operation & ~LOCK_NB);
  if (type === undefined) throw EINVAL;
  const wait = (operation & LOCK_NB) === 0 ? 'wait' : 'try';
  yield* restartable(task, () => withFile(task, fd, (file) => lockWhole(task, file, type, wait)));
}

function* lockWhole(task: Thread, file: File, type: number, wait: 'wait' | 'try'): Blocking<void> {
  if (type !== F_UNLCK && (file.flags & O_ACCMODE) === O_ACCMODE) throw EBADF;
  const range = { start: 0n, end: OFFSET_MAX, pid: task.process.pid };
  yield* file.setlk(task, { kind: 'flock', owner: file, type, ...range }, wait);
}

/**
 * fcntl(2) with F_GETLK, F_SETLK, F_SETLKW and their F_OFD_ forms. Returns the struct as the caller finds it after
 * the call: with F_GETLK a lock that is in the way, or the same with F_UNLCK.
 * FUSE: GETLK, SETLK or SETLKW, if the server took POSIX_LOCKS.
 *
 * @throws EBADF; EINVAL for another command, or F_GETLK of F_UNLCK; EINVAL and EOVERFLOW for a range that cannot be;
 *   EINVAL for an unknown type; EBADF for a type that the file was not opened for; EINVAL for an OFD lock with a pid;
 *   EAGAIN when another's lock is in the way; EDEADLK; EINTR for a signal while waiting whose handler has no SA_RESTART;
 *   what the server answers; EBADF when the descriptor was closed meanwhile
 * @see Linux fs/locks.c, fcntl_getlk() and fcntl_setlk()
 */
export const fcntlLock = (task: Thread, fd: number, command: number, lock: Flock): Blocking<Flock> =>
  restartable(task, () => lockRange(task, fd, { command, lock }));

const lockRange = (task: Thread, fd: number, wish: Wish): Blocking<Flock> =>
  withFile(task, fd, function* (file) {
    const { command, lock } = wish;
    if (command === F_GETLK || command === F_OFD_GETLK) return yield* getlk(task, file, wish);
    if (!settingCommands.has(command)) throw EINVAL;
    const { kind, type } = yield* setlk(task, file, wish);
    if (kind === 'posix' && type !== F_UNLCK) afterClose(task, fd, file);
    return lock;
  });

const settingCommands = new Set([F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW]);

const flockTypes = new Map([
  [LOCK_SH, F_RDLCK],
  [LOCK_EX, F_WRLCK],
  [LOCK_UN, F_UNLCK],
]);

/** What fcntl(2) is told. */
interface Wish {
  readonly command: number;
  readonly lock: Flock;
}

function* getlk(task: Thread, file: File, wish: Wish): Blocking<Flock> {
  const { command, lock } = wish;
  const isAskable = lock.type === F_RDLCK || lock.type === F_WRLCK || command === F_OFD_GETLK;
  if (!isAskable) throw EINVAL;
  const found = yield* file.getlk(task, lockOf(task, file, wish));
  if (found === undefined) return { ...lock, type: F_UNLCK };
  const { type, start, end, pid } = found;
  return { type, whence: SEEK_SET, start, len: end === OFFSET_MAX ? 0n : end - start + 1n, pid };
}

function* setlk(task: Thread, file: File, wish: Wish): Blocking<FileLock> {
  const lock = lockOf(task, file, wish);
  const isWaiting = wish.command === F_SETLKW || wish.command === F_OFD_SETLKW;
  yield* file.setlk(task, lock, isWaiting ? 'wait' : 'try');
  return lock;
}

/** close(2) by another thread found no lock while this one waited for it: what it got goes back. @throws EBADF */
function afterClose({ process: { fds } }: Thread, fd: number, file: File): void {
  if (fds.open.includes(fd) && fds.anyFile(fd) === file) return;
  file.inode.locks?.release(fds);
  throw EBADF;
}

/**
 * @throws EINVAL and EOVERFLOW for the range; EBADF to set a type that the file is not open for; EINVAL for an OFD lock
 *   with a pid
 */
function lockOf({ process: { fds, pid } }: Thread, file: File, { command, lock }: Wish): FileLock {
  const { type } = lock;
  const range = rangeOf(file, lock);
  const isQuestion = command === F_GETLK || command === F_OFD_GETLK;
  if (!isQuestion && type === F_RDLCK && !mayRead(file)) throw EBADF;
  if (!isQuestion && type === F_WRLCK && !mayWrite(file)) throw EBADF;
  const isForOpenFile = command >= F_OFD_GETLK && command <= F_OFD_SETLKW;
  if (!isForOpenFile) return { kind: 'posix', owner: fds, type, pid, ...range };
  if (lock.pid !== 0) throw EINVAL;
  return { kind: 'ofd', owner: file, type, pid, ...range };
}

/** The bytes that a struct flock is about. @throws EINVAL, EOVERFLOW @see Linux fs/locks.c, flock64_to_posix_lock() */
function rangeOf(file: File, { type, whence, start: offset, len }: Flock): Pick<FileLock, 'start' | 'end'> {
  const origin = originOf(file, whence);
  if (offset > OFFSET_MAX - origin) throw EOVERFLOW;
  const start = origin + offset;
  if (start < 0n) throw EINVAL;
  if (len > 0n && len - 1n > OFFSET_MAX - start) throw EOVERFLOW;
  if (len < 0n && start + len < 0n) throw EINVAL;
  if (type !== F_RDLCK && type !== F_WRLCK && type !== F_UNLCK) throw EINVAL;
  if (len < 0n) return { start: start + len, end: start - 1n };
  return { start, end: len === 0n ? OFFSET_MAX : start + len - 1n };
}

/** @throws EINVAL for an unknown `whence` */
function originOf(file: File, whence: number): bigint {
  const isDirectory = file.inode.type === S_IFDIR;
  if (whence === SEEK_SET) return 0n;
  if (whence === SEEK_CUR) return isDirectory ? BigInt.asIntN(64, file.cookie) : BigInt(file.position);
  if (whence === SEEK_END) return BigInt(file.inode.size);
  throw EINVAL;
}
