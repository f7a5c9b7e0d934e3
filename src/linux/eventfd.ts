import { EAGAIN } from '../abi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../abi/linux.ts';
import { check, checkUninterrupted, fail, libc } from './libc.ts';

type Transfer = (fd: number, value: Uint8Array, length: number) => number;

// EFD_CLOEXEC and EFD_NONBLOCK are the flags of open(2).
const libcEventfd = libc.func('int eventfd(unsigned int, int)') as (initial: number, flags: number) => number;
const libcRead = libc.func('long read(int, void *, size_t)') as unknown as Transfer;
const libcWrite = libc.func('long write(int, void *, size_t)') as unknown as Transfer;

const one = new Uint8Array(BigUint64Array.of(1n).buffer);

/** A counter that a thread can sleep on as on any descriptor, close-on-exec; see eventfd(2). */
export const eventfd = (): number => check(libcEventfd(0, O_CLOEXEC | O_NONBLOCK));

/** Wakes whoever sleeps on an eventfd, now or when it next would. */
export function raise(fd: number): void {
  checkUninterrupted(() => libcWrite(fd, one, one.length));
}

/** Takes back what was raised, so that the next sleep on the eventfd is one. */
export function lower(fd: number): void {
  if (libcRead(fd, new Uint8Array(8), 8) >= 0) return;
  const error = fail();
  if (error !== EAGAIN) throw error;
}
