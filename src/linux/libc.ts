import { errno, load } from 'koffi';
import { EINTR, type Errno, errnoOf } from '../abi/errno.ts';

/** The C library that this process runs on, glibc or musl, for declaring functions of it. */
export const libc = load(null);

/** The error of the libc call made just before, which must have failed. */
export const fail = (): Errno => errnoOf(errno());

/** Passes a libc call's result through. @throws the call's errno when it is negative. */
export function check(result: number): number {
  if (result < 0) throw fail();
  return result;
}

/** {@link check} of a call that is made again whenever a signal interrupts it. @throws its errno */
export function checkUninterrupted(call: () => number): number {
  for (;;) {
    const result = call();
    if (result >= 0) return result;
    const error = fail();
    if (error !== EINTR) throw error;
  }
}
