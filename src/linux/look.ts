import { availableParallelism } from 'node:os';
import { Tries } from './tries.ts';

/** Milliseconds that one look lasts at most: some times what a quick answer from another process takes. */
const LONGEST = 0.05;
/** How many waits do without a look at most after some that were in vain. */
const MOST_LEFT_OUT = 63;

/**
 * Looks, for some hundredths of a millisecond, for what another process may do at once: a thread that sleeps must be woken,
 * which on a virtual machine takes longer than the answer itself. Where it is in vain it is done ever more seldom, and never
 * with one processor, which whoever is to answer needs.
 */
export class Look {
  readonly #now: () => number;
  readonly #processors: number;
  readonly #tries = new Tries(MOST_LEFT_OUT);

  /** `now` is its clock, in monotonic milliseconds. */
  constructor(now: () => number = () => performance.now(), processors: number = availableParallelism()) {
    this.#now = now;
    this.#processors = processors;
  }

  /** Whether it was so before the look was over. May return false at once. */
  sees(isSo: () => boolean): boolean {
    if (this.#processors === 1 || !this.#tries.isDue()) return false;
    const end = this.#now() + LONGEST;
    do {
      if (isSo()) return this.#tries.went(true);
    } while (this.#now() < end);
    return this.#tries.went(false);
  }
}
