/**
 * Whether something that is often in vain is worth a try: each time it was in vain again, more chances are left out before
 * the next, up to a bound.
 */
export class Tries {
  readonly #mostLeftOut: number;
  /** How many chances are left out before the next try, and how many were after the last one in vain. */
  #left = 0;
  #leftOut = 0;

  constructor(mostLeftOut: number) {
    this.#mostLeftOut = mostLeftOut;
  }

  /** Whether this chance is taken; whoever takes it says how it went. */
  isDue(): boolean {
    if (this.#left === 0) return true;
    this.#left--;
    return false;
  }

  /** Passes on whether the try succeeded. */
  went(succeeded: boolean): boolean {
    this.#leftOut = succeeded ? 0 : Math.min(this.#mostLeftOut, 2 * this.#leftOut + 1);
    this.#left = this.#leftOut;
    return succeeded;
  }
}
