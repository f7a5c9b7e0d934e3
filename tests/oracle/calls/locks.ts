import { F_GETLK, F_OFD_GETLK } from '../../../src/abi/linux.ts';
import { fcntl } from '../../../src/syscalls/fcntl.ts';
import { type Flock, flock } from '../../../src/syscalls/lock.ts';
import { realDescriptor, syscall } from '../linux-calls.ts';
import { type Call, direct, parametersOf, type Value } from './call.ts';

const limits: Readonly<Record<string, bigint>> = { '2^63-1': 2n ** 63n - 1n, '-2^63': -(2n ** 63n) };

const offsetOf = (value: Value | undefined): bigint => limits[String(value)] ?? BigInt(value ?? 0);

/** What a question found; a process is only told from none (0) and from an open file (-1). */
const lockText = ({ type, whence, start, len, pid }: Flock): string =>
  `type=${type} whence=${whence} start=${start} len=${len} pid=${pid > 0 ? 'Y' : pid}`;

const isQuestion = (command: number): boolean => command === F_GETLK || command === F_OFD_GETLK;

/** fcntl(2) with a struct flock, in words: its type, whence, start, len and pid. */
const fcntl_lock: Call = {
  parameters: parametersOf('fd number number number offset offset number?'),
  linux(fd, command, type, whence, start, len, pid = 0) {
    const flock = Buffer.alloc(32);
    flock.writeInt16LE(Number(type), 0);
    flock.writeInt16LE(Number(whence), 2);
    flock.writeBigInt64LE(offsetOf(start), 8);
    flock.writeBigInt64LE(offsetOf(len), 16);
    flock.writeInt32LE(Number(pid), 24);
    syscall(72, realDescriptor(Number(fd)), Number(command), flock);
    if (!isQuestion(Number(command))) return '0';
    return lockText({
      type: flock.readInt16LE(0),
      whence: flock.readInt16LE(2),
      start: flock.readBigInt64LE(8),
      len: flock.readBigInt64LE(16),
      pid: flock.readInt32LE(24),
    });
  },
  *fusewire(task, fd, command, type, whence, start, len, pid = 0) {
    const asked = {
      type: Number(type),
      whence: Number(whence),
      start: offsetOf(start),
      len: offsetOf(len),
      pid: Number(pid),
    };
    const result = yield* fcntl(task, Number(fd), Number(command), asked);
    return isQuestion(Number(command)) ? lockText(asked) : String(result);
  },
};

/** Calls that lock files. A runner makes one call at a time, so none of a script may have to wait for a lock. */
export const lockCalls: Readonly<Record<string, Call>> = {
  flock: direct(73, flock, 'fd number'),
  fcntl_lock,
};
