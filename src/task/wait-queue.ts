import type { Task } from './task.ts';

/** Tasks that wait for the same thing, longest sleeper first. They are linked through each other: most queues stay empty. */
export class WaitQueue {
  #first: Task | null = null;
  #last: Task | null = null;

  /** How many sleep here. */
  get length(): number {
    let count = 0;
    for (let task = this.#first; task !== null; task = task.nextSleeper) count++;
    return count;
  }

  /** For {@link Task}: it sleeps here from now on. */
  add(task: Task): void {
    task.previousSleeper = this.#last;
    if (this.#last === null) this.#first = task;
    else this.#last.nextSleeper = task;
    this.#last = task;
  }

  /** For {@link Task}: it sleeps here no more. */
  remove(task: Task): void {
    const { previousSleeper, nextSleeper } = task;
    if (previousSleeper === null) this.#first = nextSleeper;
    else previousSleeper.nextSleeper = nextSleeper;
    if (nextSleeper === null) this.#last = previousSleeper;
    else nextSleeper.previousSleeper = previousSleeper;
    task.previousSleeper = null;
    task.nextSleeper = null;
  }

  /** Wakes every sleeper; each looks again at what it waits for. */
  wake(): void {
    let task = this.#first;
    while (task !== null) {
      const next: Task | null = task.nextSleeper;
      task.wake();
      task = next;
    }
  }
}
