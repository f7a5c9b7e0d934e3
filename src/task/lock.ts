import { type Blocking, sleep, type WakeOn, type Why } from './blocking.ts';
import type { Task } from './task.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * A sleeping reader-writer lock: many readers or one writer, first come, first served, so neither side starves.
 * Analogous to Linux's struct rw_semaphore. Take it in `try`, give it back in `finally`.
 */
export class RwLock {
  /** Who waits, in the order of coming; null while it was never contended. */
  #line: { readonly queue: WaitQueue; readonly tickets: object[] } | null = null;
  #readers = 0;
  #writer: Task | null = null;

  /** @throws EINTR when a signal of the kind `until` comes before the lock is had. */
  *lock(task: Task, why: Why, until: WakeOn = 'event'): Blocking<void> {
    yield* this.#enter(task, () => this.#writer === null && this.#readers === 0, why, until);
    this.#writer = task;
  }

  unlock(): void {
    this.#writer = null;
    this.#line?.queue.wake();
  }

  /** @throws EINTR when a signal of the kind `until` comes before the lock is had. */
  *lockShared(task: Task, why: Why, until: WakeOn = 'event'): Blocking<void> {
    yield* this.#enter(task, () => this.#writer === null, why, until);
    this.#readers++;
    this.#line?.queue.wake();
  }

  unlockShared(): void {
    this.#readers--;
    this.#line?.queue.wake();
  }

  get isLocked(): boolean {
    return this.#writer !== null || this.#readers > 0;
  }

  *#enter(task: Task, free: () => boolean, why: Why, until: WakeOn): Blocking<void> {
    if ((this.#line === null || this.#line.tickets.length === 0) && free()) return;
    this.#line ??= { queue: new WaitQueue(), tickets: [] };
    const { queue, tickets } = this.#line;
    const ticket = {};
    tickets.push(ticket);
    try {
      yield* sleep(task, queue, () => tickets[0] === ticket && free(), why, until);
    } finally {
      tickets.splice(tickets.indexOf(ticket), 1);
      queue.wake();
    }
  }
}
