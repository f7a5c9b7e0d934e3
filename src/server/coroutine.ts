import { EINTR } from '../abi/errno.ts';
import { Condition } from './condition.ts';
import { show } from './result.ts';
import type { Turns } from './turns.ts';

/**
 * A method that may wait, as a generator function. It yields a promise, whose value comes back or is thrown, or a
 * {@link Condition}, until that is woken. While it waits only for conditions that other methods wake, a synchronous
 * caller in the same thread is answered too.
 *
 * What `yield` gives has no type; {@link awaited} and {@link Condition.until} have, by `yield*`.
 */
export type Coroutine<T> = Generator<PromiseLike<unknown> | Condition, T, unknown>;

/** Waits for a promise, in a coroutine by `yield*`. @throws what it rejects with */
export function* awaited<T>(promise: PromiseLike<T>): Coroutine<Awaited<T>> {
  return (yield promise) as Awaited<T>;
}

/** Whether a method returned a coroutine. An async generator is none. */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return false;
  const { next, throw: thrower } = value as { next?: unknown; throw?: unknown };
  return typeof next === 'function' && typeof thrower === 'function';
}

/** Where the end of a coroutine is reported; one of the two is called, once. */
export interface Outcome {
  returned(value: unknown): void;
  threw(error: unknown): void;
}

type Move = () => IteratorResult<unknown, unknown>;

/** Runs one coroutine to its end. Its state is what it does now, or how it stops what it waits for. */
export class CoroutineRun {
  readonly #coroutine: Coroutine<unknown>;
  readonly #turns: Turns;
  readonly #outcome: Outcome;
  #state: 'running' | 'ready' | 'over' | { readonly stop: () => void; readonly isInterruptible: boolean } = 'ready';
  /** An interrupt or the end of the session came and is not told yet. */
  #untold: 'nothing' | 'interrupt' | 'end' = 'nothing';

  constructor(coroutine: Coroutine<unknown>, turns: Turns, outcome: Outcome) {
    this.#coroutine = coroutine;
    this.#turns = turns;
    this.#outcome = outcome;
  }

  /** Runs up to the first wait, or the end. */
  start(): void {
    this.#run(() => this.#coroutine.next());
  }

  /** Throws EINTR where it waits for a condition; while it does something else, at its next such wait. */
  interrupt(): void {
    if (this.#untold === 'nothing') this.#untold = 'interrupt';
    if (typeof this.#state === 'object' && this.#state.isInterruptible) this.#disturb();
  }

  /** Ends it where it waits, so that its `finally` runs. */
  end(): void {
    this.#untold = 'end';
    if (typeof this.#state === 'object') this.#disturb();
  }

  #disturb(): void {
    if (typeof this.#state === 'object') this.#state.stop();
    this.#resume(() => this.#tell());
  }

  /** Goes on when it is its turn. */
  #resume(move: Move): void {
    this.#state = 'ready';
    this.#turns.next(() => this.#run(move));
  }

  #run(first: Move): void {
    for (let move: Move | null = first; move !== null; ) {
      this.#state = 'running';
      let step: IteratorResult<unknown, unknown>;
      try {
        step = move();
      } catch (error) {
        this.#state = 'over';
        this.#outcome.threw(error);
        return;
      }
      if (step.done === true) {
        this.#state = 'over';
        this.#outcome.returned(step.value);
        return;
      }
      move = this.#waitFor(step.value);
    }
  }

  /** Waits for what was yielded, unless there is something to tell: then that is the next move. */
  #waitFor(yielded: unknown): Move | null {
    const isCondition = yielded instanceof Condition;
    if (this.#untold === 'end' || (isCondition && this.#untold === 'interrupt')) return () => this.#tell();
    if (isCondition) {
      const stop = yielded.enter(() => this.#resume(() => this.#coroutine.next()));
      this.#state = { stop, isInterruptible: true };
      return null;
    }
    if (!isPromiseLike(yielded)) {
      const mistake = new TypeError(`a coroutine yields promises and Conditions, not ${show(yielded)}`);
      return () => this.#coroutine.throw(mistake);
    }
    this.#awaitPromise(yielded);
    return null;
  }

  #awaitPromise(promise: PromiseLike<unknown>): void {
    let isWaiting = true;
    const settle = (move: Move): void => {
      if (!isWaiting) return;
      isWaiting = false;
      this.#resume(move);
    };
    const stop = (): void => {
      isWaiting = false;
    };
    this.#state = { stop, isInterruptible: false };
    promise.then(
      (value) => settle(() => this.#coroutine.next(value)),
      (error: unknown) => settle(() => this.#coroutine.throw(error)),
    );
  }

  #tell(): IteratorResult<unknown, unknown> {
    const told = this.#untold;
    this.#untold = 'nothing';
    return told === 'end' ? this.#coroutine.return(undefined) : this.#coroutine.throw(EINTR);
  }
}

/** Whether a value is a promise, by its `then`. */
export const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
