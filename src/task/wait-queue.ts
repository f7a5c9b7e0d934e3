import type { Task } from './task.ts';

/** Tasks that wait for the same thing, longest sleeper first. */
export class WaitQueue {
  readonly sleepers = new Set<Task>();

  /** Wakes every sleeper; each looks again at what it waits for. */
  wake(): void {
    for (const task of this.sleepers) task.wake();
  }

  /** Wakes the longest sleeper alone, for things that only one can have. Returns whether there was one. */
  wakeOne(): boolean {
    for (const task of this.sleepers) {
      task.wake();
      return true;
    }
    return false;
  }
}
