import { errno, load } from 'koffi';
import { type Errno, errnoOf } from '../abi/errno.ts';

/** The C library that this process runs on, glibc or musl, for declaring functions of it. */
export const libc = load(null);

/** The error of the libc call made just before, which must have failed. */
export const fail = (): Errno => errnoOf(errno());

/** Passes a libc call's result through. @throws the call's errno when it is negative. */
export function check(result: number): number {
  if (result < 0) throw fail();
  return result;
}
