import { EINTR } from '../abi/errno.ts';
import { fail, libc } from './libc.ts';

const POLLIN = 0x1;
/** Nanoseconds that one wait blocks at most: some times what a quick answer from another process takes. */
const WAIT = 100_000;
/** Milliseconds between two turns of the event loop in which waits may begin. */
const TURN = 1;
/** How many waits are left out at most after some that were in vain. */
const MAX_SKIPPED = 1024;

type Ppoll = (fds: Int32Array, count: number, timeout: BigInt64Array, mask: null) => number;
const libcPpoll = libc.func('int ppoll(void *, unsigned long, void *, void *)') as unknown as Ppoll;

/**
 * A short wait in this thread for what a descriptor may bring at once: a turn of the event loop takes longer than many a
 * program's answer. It uses no processor time, blocks for some tenths of a millisecond at most, and never for longer than
 * a millisecond from one turn of the event loop to the next, so that timers and other descriptors have theirs. Where it
 * is in vain it is tried ever more seldom.
 */
export class Linger {
  readonly #fds: Int32Array;
  readonly #now: () => number;
  readonly #timeout = BigInt64Array.of(0n, BigInt(WAIT));
  /** Monotonic milliseconds after which this turn of the event loop has no more waits; null when none has begun. */
  #end: number | null = null;
  /** How many waits are left out before the next, and how many were after the last one in vain. */
  #skip = 0;
  #skipped = 0;

  /** `now` is the clock of its turns, in monotonic milliseconds. */
  constructor(fd: number, now: () => number = () => performance.now()) {
    this.#fds = Int32Array.of(fd, POLLIN);
    this.#now = now;
  }

  /** Returns whether the descriptor can be read now, or is at its end. May return false at once. */
  isWorthIt(): boolean {
    if (this.#skip > 0) {
      this.#skip--;
      return false;
    }
    return this.#isTimeLeft() && this.#wait();
  }

  #isTimeLeft(): boolean {
    const now = this.#now();
    if (this.#end === null) {
      this.#end = now + TURN;
      setImmediate(this.#turned).unref();
    }
    return now < this.#end;
  }

  readonly #turned = (): void => {
    this.#end = null;
  };

  #wait(): boolean {
    const count = libcPpoll(this.#fds, 1, this.#timeout, null);
    if (count > 0) {
      this.#skipped = 0;
      return true;
    }
    if (count < 0) {
      const error = fail();
      if (error !== EINTR) throw error;
    }
    this.#skipped = Math.min(MAX_SKIPPED, 2 * this.#skipped + 1);
    this.#skip = this.#skipped;
    return false;
  }
}
