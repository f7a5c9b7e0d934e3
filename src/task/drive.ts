import { ETIMEDOUT } from '../abi/errno.ts';
import type { Blocking } from './blocking.ts';
import type { Task } from './task.ts';
import type { Timer } from './timer-queue.ts';

/**
 * Until when the end of a task is waited for. Then its task is killed, and whoever waits goes on: at once, though a task
 * whose request the server has read is held back until the reply, and undoes what it began only then.
 */
export interface Limits {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of the scheduler's clock, from when the task begins. */
  readonly timeoutMs?: number | undefined;
  /** What is thrown after that time in place of ETIMEDOUT; asked while the task still is where it is. */
  readonly overdue?: (() => unknown) | undefined;
}

/**
 * Runs `code` to its end on this call stack.
 * `idle` is called when no task can run: it blocks until something happened, or the time that it is given has come
 * (monotonic milliseconds; null for none), and returns true, or returns false when nothing can happen any more while this
 * stack stands.
 *
 * @throws ETIMEDOUT when it takes too long; Error "deadlock: …" naming what the task sleeps on, when `idle` returns
 *   false; the signal's reason when it has fired before, since nothing can make it fire meanwhile.
 */
export function runSync<T>(
  task: Task,
  code: Blocking<T>,
  idle: (deadline: number | null) => boolean,
  { signal, timeoutMs, overdue }: Limits = {},
): T {
  signal?.throwIfAborted();
  const { scheduler } = task;
  let settled: (() => T) | null = null;
  let deadline: number | null = null;
  const timed = timeoutMs === undefined ? code : beginning(code, () => (deadline = scheduler.clock.now() + timeoutMs));
  scheduler.start(task, timed, (result) => {
    settled = result;
  });
  while (settled === null) {
    if (deadline !== null && scheduler.clock.now() >= deadline) {
      const reason = overdue?.() ?? ETIMEDOUT;
      task.signal('killed');
      scheduler.run(); // What it uses of its caller's memory it must let go first.
      throw reason;
    }
    if (!scheduler.step() && !idle(deadline)) {
      const why = task.sleep?.why ?? 'nothing';
      task.signal('killed');
      throw new Error(
        `deadlock: task ${task.tid} sleeps on ${why}; a synchronous call cannot wait for a server that needs this thread's event loop`,
      );
    }
  }
  return (settled as () => T)();
}

function* beginning<T>(code: Blocking<T>, begin: () => void): Blocking<T> {
  begin();
  return yield* code;
}

/** Runs `code` on this call stack up to its first sleep; what is left goes on beside other tasks. `settle` gets its end. */
export function runAtOnce<T>(task: Task, code: Blocking<T>, settle: (result: () => T) => void): void {
  let step: ReturnType<typeof code.next>;
  try {
    step = code.next();
  } catch (error) {
    settle(() => {
      throw error;
    });
    return;
  }
  if (step.done === true) {
    const { value } = step;
    settle(() => value);
  } else {
    task.scheduler.start(task, code, settle); // It looks again whether it must sleep, as after any wake-up.
  }
}

/** Where the end of a task is told: one of the two is called, once. */
export interface Outcome<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** {@link runBeside}, whose outcome is a promise's. */
export const runAsync = <T>(task: Task, code: Blocking<T>, limits?: Limits): Promise<T> =>
  new Promise((resolve, reject) => runBeside(task, code, { resolve, reject }, limits));

/**
 * Runs `code` beside other tasks. The outcome is told when it ends, or at a limit: the signal's reason, or ETIMEDOUT.
 * Whoever set `scheduler.onReady` pumps.
 */
export function runBeside<T>(task: Task, code: Blocking<T>, outcome: Outcome<T>, limits: Limits = {}): void {
  if (limits.signal === undefined && limits.timeoutMs === undefined) {
    task.scheduler.start(task, code, (result) => tell(outcome, result));
  } else runLimited(task, code, outcome, limits);
}

function runLimited<T>(
  task: Task,
  code: Blocking<T>,
  outcome: Outcome<T>,
  { signal, timeoutMs, overdue }: Limits,
): void {
  if (signal?.aborted === true) {
    outcome.reject(signal.reason);
    return;
  }
  const { scheduler } = task;
  let alarm: Timer | null = null;
  let isGivenUp = false;
  const forget = (): void => {
    alarm?.cancel();
    signal?.removeEventListener('abort', abort);
  };
  const giveUp = (reason: unknown): void => {
    forget();
    isGivenUp = true;
    outcome.reject(reason);
    task.signal('killed');
  };
  const abort = (): void => giveUp(signal?.reason);
  const begin = (): void => {
    alarm = scheduler.at(scheduler.clock.now() + (timeoutMs ?? 0), () => giveUp(overdue?.() ?? ETIMEDOUT));
  };
  signal?.addEventListener('abort', abort);
  scheduler.start(task, timeoutMs === undefined ? code : beginning(code, begin), (result) => {
    forget();
    if (!isGivenUp) tell(outcome, result);
  });
}

function tell<T>({ resolve, reject }: Outcome<T>, result: () => T): void {
  let value: T;
  try {
    value = result();
  } catch (error) {
    reject(error);
    return;
  }
  resolve(value);
}
