import { type Blocking, sleep, type WakeOn } from './blocking.ts';
import type { Task } from './task.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * A sleeping reader-writer lock: many readers or one writer, first come, first served, so neither side starves.
 * Analogous to Linux's struct rw_semaphore. Take it in `try`, give it back in `finally`.
 */
export class RwLock {
  readonly #queue = new WaitQueue();
  readonly #waiting: object[] = [];
  #readers = 0;
  #writer: Task | null = null;

  /** @throws EINTR when a signal of the kind `until` comes before the lock is had. */
  *lock(task: Task, why: string, until: WakeOn = 'event'): Blocking<void> {
    yield* this.#enter(task, () => this.#writer === null && this.#readers === 0, why, until);
    this.#writer = task;
  }

  unlock(): void {
    this.#writer = null;
    this.#queue.wake();
  }

  /** @throws EINTR when a signal of the kind `until` comes before the lock is had. */
  *lockShared(task: Task, why: string, until: WakeOn = 'event'): Blocking<void> {
    yield* this.#enter(task, () => this.#writer === null, why, until);
    this.#readers++;
    this.#queue.wake();
  }

  unlockShared(): void {
    this.#readers--;
    this.#queue.wake();
  }

  get isLocked(): boolean {
    return this.#writer !== null || this.#readers > 0;
  }

  *#enter(task: Task, free: () => boolean, why: string, until: WakeOn): Blocking<void> {
    if (this.#waiting.length === 0 && free()) return;
    const ticket = {};
    this.#waiting.push(ticket);
    try {
      yield* sleep(task, this.#queue, () => this.#waiting[0] === ticket && free(), why, until);
    } finally {
      this.#waiting.splice(this.#waiting.indexOf(ticket), 1);
      this.#queue.wake();
    }
  }
}
