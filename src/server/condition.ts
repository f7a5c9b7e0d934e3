import type { Coroutine } from './coroutine.ts';

/**
 * What coroutines of a server wait for, and its other methods bring about: data in a pipe, a lock that becomes free.
 *
 * Change what is waited for, then call {@link wake}: all who wait look again, longest first, once the method that woke
 * them has returned or waits itself. No event loop is needed for that.
 */
export class Condition {
  readonly #waiting = new Set<() => void>();

  /** Lets everybody look again who waits now. */
  wake(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const goOn of woken) goOn();
  }

  /**
   * Waits, in a coroutine by `yield*`, until something holds; not at all if it does already.
   *
   * @throws EINTR when the request is interrupted meanwhile
   */
  *until(holds: () => boolean): Coroutine<void> {
    while (!holds()) yield this;
  }

  /**
   * For the session alone: calls `goOn` once, at the next {@link wake}. Returns how to wait no more.
   *
   * @internal
   */
  enter(goOn: () => void): () => void {
    const place = (): void => goOn();
    this.#waiting.add(place);
    return () => this.#waiting.delete(place);
  }
}
