import { EINTR } from '../abi/errno.ts';
import { fail, libc } from './libc.ts';
import { Look } from './look.ts';
import { Tries } from './tries.ts';

const POLLIN = 0x1;
/** Nanoseconds that one wait sleeps at most: some times what a quick answer from another process takes. */
const SLEEP = BigInt64Array.of(0n, 100_000n);
const NO_SLEEP = BigInt64Array.of(0n, 0n);
/** Milliseconds between two turns of the event loop in which waits may begin. */
const TURN = 1;
/** How many waits are left out at most after some that were in vain. */
const MOST_LEFT_OUT = 1023;

type Ppoll = (fds: Int32Array, count: number, timeout: BigInt64Array, mask: null) => number;
const libcPpoll = libc.func('int ppoll(void *, unsigned long, void *, void *)') as unknown as Ppoll;

/**
 * A short wait in this thread for what a descriptor may bring at once: a turn of the event loop takes longer than many a
 * program's answer. It looks, then sleeps, blocks for some tenths of a millisecond at most, and never for longer than a
 * millisecond from one turn of the event loop to the next, so that timers and other descriptors have theirs. Where it is in
 * vain it is tried ever more seldom.
 */
export class Linger {
  readonly #fds: Int32Array;
  readonly #now: () => number;
  readonly #look = new Look();
  readonly #tries = new Tries(MOST_LEFT_OUT);
  /** Monotonic milliseconds after which this turn of the event loop has no more waits; null when none has begun. */
  #end: number | null = null;

  /** `now` is the clock of its turns, in monotonic milliseconds. */
  constructor(fd: number, now: () => number = () => performance.now()) {
    this.#fds = Int32Array.of(fd, POLLIN);
    this.#now = now;
  }

  /** Returns whether the descriptor can be read now, or is at its end. May return false at once. */
  isWorthIt(): boolean {
    if (!this.#tries.isDue() || !this.#isTimeLeft()) return false;
    return this.#tries.went(this.#look.sees(this.#isReady) || this.#isReadyWithin(SLEEP));
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

  readonly #isReady = (): boolean => this.#isReadyWithin(NO_SLEEP);

  #isReadyWithin(timeout: BigInt64Array): boolean {
    const count = libcPpoll(this.#fds, 1, timeout, null);
    if (count >= 0) return count > 0;
    const error = fail();
    if (error !== EINTR) throw error;
    return false;
  }
}
