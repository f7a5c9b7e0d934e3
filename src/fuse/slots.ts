import { EINTR } from '../abi/errno.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';

interface Ticket {
  readonly task: Task;
  granted: boolean;
}

/**
 * The room of a device: `limit` requests at a time. Tasks that find it full sleep in a line; a slot that comes free is
 * handed to the first of it, so nobody overtakes and no wake-up is lost.
 */
export class Slots {
  readonly limit: number;
  /** Who waits for a slot. */
  readonly line = new WaitQueue();
  readonly #tickets = new Set<Ticket>();
  #used = 0;
  #isOpen = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** While tasks are in line it is full: what they wait for is handed to them and never free in between. */
  get isFull(): boolean {
    return !this.#isOpen && this.#used >= this.limit;
  }

  /** Takes a slot though there may be none left, for what cannot wait. */
  takeForced(): void {
    this.#used++;
  }

  /** Takes a slot, in turn. @throws EINTR when killed while in line */
  *take(task: Task, why: string): Blocking<void> {
    if (!this.isFull) {
      this.#used++;
      return;
    }
    const ticket: Ticket = { task, granted: false };
    this.#tickets.add(ticket);
    if (yield* sleepUntil(task, this.line, () => ticket.granted, why, 'killed')) return;
    this.#tickets.delete(ticket);
    throw EINTR;
  }

  /** Gives a slot back: to the first in line, if there is one and the device is not overfull. */
  give(): void {
    const [first] = this.#tickets;
    if (first === undefined || this.#used > this.limit) {
      this.#used--;
      return;
    }
    this.#grant(first);
  }

  /** Lets everybody through from now on: the connection is gone, and they shall find out. */
  open(): void {
    this.#isOpen = true;
    for (const ticket of this.#tickets) {
      this.#used++;
      this.#grant(ticket);
    }
  }

  #grant(ticket: Ticket): void {
    this.#tickets.delete(ticket);
    ticket.granted = true;
    ticket.task.wake();
  }
}
