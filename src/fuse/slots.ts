import { EINTR } from '../abi/errno.ts';
import { type Blocking, sleepUntil, type Why } from '../task/blocking.ts';
import { Fifo } from '../task/fifo.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';

/**
 * Room for so many requests at a time. Tasks that find it full stand in line and sleep.
 *
 * Only the head of the line may go in, and only it is woken when a slot comes free; going in, or leaving the line
 * killed, it wakes the next if there is still room. Whoever comes later lines up while anybody is in line, woken or not.
 * So nobody overtakes, nobody spins, and a wake-up that its task cannot use goes on to the next.
 */
export class Slots {
  /** Who waits for a slot. */
  readonly line = new WaitQueue();
  readonly #order = new Fifo<Task>();
  #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Takes effect at once; slots above a smaller limit are given back as they would be. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#wakeFirst();
  }

  /** Slots taken: more than the limit when some were forced. */
  get used(): number {
    return this.#used;
  }

  /** Whether a newcomer must wait. */
  get isFull(): boolean {
    return this.#order.length > 0 || !this.#hasRoom;
  }

  /** Takes a slot whether there is one or not: for what cannot wait, or has seen that it need not. */
  takeForced(): void {
    this.#used++;
  }

  /** Takes a slot, in turn. @throws EINTR when killed while in line */
  *take(task: Task, why: Why): Blocking<void> {
    if (this.isFull) yield* this.#lineUp(task, why);
    this.#used++;
    this.#wakeFirst();
  }

  give(count = 1): void {
    this.#used -= count;
    this.#wakeFirst();
  }

  /** Lets everybody through from now on: the connection is gone, and they shall find out. */
  open(): void {
    this.limit = Number.POSITIVE_INFINITY;
  }

  *#lineUp(task: Task, why: Why): Blocking<void> {
    this.#order.push(task);
    const isTurn = (): boolean => this.#order.first === task && this.#hasRoom;
    const isIn = yield* sleepUntil(task, this.line, isTurn, why, 'killed');
    this.#order.remove(task);
    if (isIn) return;
    this.#wakeFirst();
    throw EINTR;
  }

  get #hasRoom(): boolean {
    return this.#used < this.#limit;
  }

  #wakeFirst(): void {
    if (this.#hasRoom) this.#order.first?.wake();
  }
}
