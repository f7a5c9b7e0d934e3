import { type Blocking, sleep } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';

/**
 * Sleeps until a promise of the caller's settles: a filter's answer, the next chunk to write.
 * A synchronous call cannot: its promise needs this thread's event loop, and the kernel reports the deadlock.
 *
 * @throws what the promise rejects with; EINTR when the task is killed.
 */
export function* awaiting<T>(task: Task, promise: PromiseLike<T>, why: string): Blocking<T> {
  const queue = new WaitQueue();
  let outcome: (() => T) | null = null;
  const settle = (result: () => T) => {
    outcome = result;
    queue.wake();
  };
  promise.then(
    (value) => settle(() => value),
    (error) =>
      settle(() => {
        throw error;
      }),
  );
  yield* sleep(task, queue, () => outcome !== null, why, 'killed');
  return (outcome as unknown as () => T)();
}
