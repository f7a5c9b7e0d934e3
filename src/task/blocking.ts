import { EINTR } from '../abi/errno.ts';
import type { Task } from './task.ts';
import type { WaitQueue } from './wait-queue.ts';

/** A kernel function that may sleep. Call it with `yield*`; a plain function never sleeps. */
export type Blocking<T> = Generator<Sleep, T, void>;

/** Which signals end a sleep early: none, any, or only fatal ones. */
export type WakeOn = 'event' | 'signal' | 'killed';

/** What a sleep is for, in words for people; where making them costs something, they are made when somebody looks. */
export type Why = string | (() => string);

/** What a task sleeps on. */
export class Sleep {
  readonly queue: WaitQueue;
  readonly until: WakeOn;
  /** Monotonic milliseconds of the scheduler's clock at which to wake whatever happened; null for never. */
  readonly deadline: number | null;
  readonly #why: Why;

  constructor(queue: WaitQueue, why: Why, until: WakeOn, deadline: number | null) {
    this.queue = queue;
    this.#why = why;
    this.until = until;
    this.deadline = deadline;
  }

  /** "READ 14 on squashfuse". */
  get why(): string {
    return typeof this.#why === 'string' ? this.#why : this.#why();
  }
}

/**
 * Sleeps until `done()` holds, or a signal or the deadline may end the sleep. Returns whether `done()` holds.
 * The caller looks at `task.pending` and the clock if it must know what ended it. The kernel's only bare `yield`.
 */
export function* sleepUntil(
  task: Task,
  queue: WaitQueue,
  done: () => boolean,
  why: Why,
  until: WakeOn,
  deadline: number | null = null,
): Blocking<boolean> {
  while (!done()) {
    if (task.wakesFor(until)) return false;
    if (deadline !== null && task.scheduler.clock.now() >= deadline) return false;
    yield new Sleep(queue, why, until, deadline);
  }
  return true;
}

/**
 * {@link sleepUntil} for callers with nothing to undo.
 *
 * @throws EINTR when a signal that `until` names comes first.
 */
export function* sleep(
  task: Task,
  queue: WaitQueue,
  done: () => boolean,
  why: Why,
  until: WakeOn = 'signal',
): Blocking<void> {
  if (!(yield* sleepUntil(task, queue, done, why, until))) throw EINTR;
}
