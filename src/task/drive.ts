import type { Blocking } from './blocking.ts';
import type { Task } from './task.ts';

/**
 * Runs `code` to its end on this call stack.
 * `idle` is called when no task can run: it blocks until something happened and returns true, or returns false when
 * nothing can happen any more while this stack stands.
 *
 * @throws Error "deadlock: …" naming what the task sleeps on, when `idle` returns false.
 */
export function runSync<T>(task: Task, code: Blocking<T>, idle: () => boolean): T {
  const { scheduler } = task;
  let settled: (() => T) | null = null;
  scheduler.start(task, code, (result) => {
    settled = result;
  });
  while (settled === null) {
    if (!scheduler.step() && !idle()) {
      const why = task.sleep?.why ?? 'nothing';
      task.signal('killed');
      throw new Error(
        `deadlock: task ${task.tid} sleeps on ${why}; a synchronous call cannot wait for a server that needs this thread's event loop`,
      );
    }
  }
  return (settled as () => T)();
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

/** Runs `code` beside other tasks; the promise settles when it ends. Whoever set `scheduler.onReady` pumps. */
export function runAsync<T>(task: Task, code: Blocking<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    task.scheduler.start(task, code, (result) => {
      try {
        resolve(result());
      } catch (error) {
        reject(error);
      }
    });
  });
}
