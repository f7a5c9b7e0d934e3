import { Fifo } from '../task/fifo.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Request } from './request.ts';
import { Slots } from './slots.ts';

const MAX_BACKGROUND = 12;
const CONGESTION_THRESHOLD = 9;

/**
 * Requests that nobody waits for. So many at a time go on to the device, the others queue here; a task that would add
 * one to that many waits for a slot first. Analogous to the bg_queue of Linux's struct fuse_conn.
 */
export class Background {
  congestionThreshold = CONGESTION_THRESHOLD;
  /** One for every background request, admitted or not. */
  readonly slots = new Slots(MAX_BACKGROUND);
  /** Who waits until there is none left, as before an unmount. */
  readonly emptied = new WaitQueue();
  readonly #queue = new Fifo<Request>();
  readonly #admit: (request: Request) => void;
  #active = 0;

  constructor(admit: (request: Request) => void) {
    this.#admit = admit;
  }

  get maximum(): number {
    return this.slots.limit;
  }

  /** Takes effect at once. 0 lets none through. */
  set maximum(value: number) {
    this.slots.limit = value;
    this.#flush();
  }

  /** How many there are, admitted or not. */
  get size(): number {
    return this.slots.used;
  }

  /** Tasks that wait until it is full no more, in line. */
  get freed(): WaitQueue {
    return this.slots.line;
  }

  /** Whether a new one that is not forced must wait. */
  get isFull(): boolean {
    return this.slots.isFull;
  }

  /** Whether more than what must be read or written would be too much. */
  get isCongested(): boolean {
    return this.size >= this.congestionThreshold;
  }

  /** Those that were not admitted yet, oldest first. */
  get queued(): Iterable<Request> {
    return this.#queue;
  }

  /** Counts a request, though there may be too many. */
  takeSlot(request: Request): void {
    this.slots.takeForced();
    request.hasBackgroundSlot = true;
  }

  /** Admits a request, at once or when its turn comes. One without a slot takes one now. */
  add(request: Request): void {
    if (!request.hasBackgroundSlot) this.takeSlot(request);
    request.state = 'background';
    this.#queue.push(request);
    this.#flush();
  }

  /** A request that has a slot is about to end. */
  left(request: Request): void {
    if (request.state === 'background') this.#queue.remove(request);
    else if (request.state !== 'created') this.#active--;
  }

  /** A request that had a slot has ended. */
  ended(): void {
    this.slots.give();
    this.#flush();
    if (this.size === 0) this.emptied.wake();
  }

  #flush(): void {
    while (this.#active < this.maximum) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      this.#active++;
      this.#admit(request);
    }
  }
}
