import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';

/**
 * A call of the fs API, its arguments checked and taken in: what a thread is to run. Nothing has happened yet.
 * Whoever starts it turns a {@link Failure} that it throws into Node's error.
 */
export interface Operation<T> {
  (task: Thread): Blocking<T>;
  /** Ends the call early. */
  readonly signal?: AbortSignal;
}

/** An entry of the API: takes a caller's arguments, throws Node's errors about them, and gives the operation. */
export interface Prepare<A extends readonly unknown[] = never[], T = unknown> {
  (...args: A): Operation<T>;
  readonly attempt?: Attempt<A, T>;
}

/**
 * The plain form of an entry, tried before the operation is made: it throws the same errors, and asks the caches alone.
 * {@link UNKNOWN} says that the operation must run, and that nothing has changed.
 */
export type Attempt<A extends readonly unknown[], T> = (task: Thread, ...args: A) => T | typeof UNKNOWN;

/** What the caches cannot tell. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** Gives an entry its plain form. */
export const withAttempt = <A extends readonly unknown[], T>(
  attempt: Attempt<A, T>,
  prepare: (...args: A) => Operation<T>,
): Prepare<A, T> => Object.assign(prepare, { attempt });

/** Ties an operation to the signal that the caller gave, if any. */
export const abortable = <T>(signal: AbortSignal | undefined, code: Operation<T>): Operation<T> =>
  signal === undefined ? code : Object.assign(code, { signal });

/** An entry whose result is made of another's. */
export interface Mapped<A extends readonly unknown[] = never[], T = unknown, R = unknown> extends Prepare<A, R> {
  readonly of: Prepare<A, T>;
  readonly make: (result: T) => R;
}

/** The entry, with what it results in made into something else. */
export const mapped = <A extends readonly unknown[], T, R>(
  of: Prepare<A, T>,
  make: (result: T) => R,
): Mapped<A, T, R> => {
  const prepare: Prepare<A, R> = (...args) => {
    const operation = of(...args);
    return (task) => made(operation(task), make);
  };
  return Object.assign(prepare, { of, make });
};

/** What a call gives, made into something else. */
export function* made<T, R>(call: Blocking<T>, make: (result: T) => R): Blocking<R> {
  return make(yield* call);
}
