import { WaitQueue } from '../task/wait-queue.ts';
import { Fifo } from './fifo.ts';
import type { Request } from './request.ts';

const MAX_BACKGROUND = 12;
const CONGESTION_THRESHOLD = 9;

/**
 * Requests that nobody waits for: so many at a time go on to the device, the others queue here.
 * Analogous to the bg_queue of Linux's struct fuse_conn.
 */
export class Background {
  #maximum = MAX_BACKGROUND;
  congestionThreshold = CONGESTION_THRESHOLD;
  /** Who waits until it is full no more. */
  readonly freed = new WaitQueue();
  readonly #queue = new Fifo<Request>();
  readonly #admit: (request: Request) => void;
  #active = 0;

  constructor(admit: (request: Request) => void) {
    this.#admit = admit;
  }

  get maximum(): number {
    return this.#maximum;
  }

  /** Takes effect at once. */
  set maximum(value: number) {
    this.#maximum = value;
    this.#flush();
    this.freed.wake();
  }

  /** How many there are, admitted or not. */
  get size(): number {
    return this.#active + this.#queue.length;
  }

  /** Whether a new one that is not forced must wait. */
  get isFull(): boolean {
    return this.size >= this.#maximum;
  }

  /** Whether more than what must be read or written would be too much. */
  get isCongested(): boolean {
    return this.size >= this.congestionThreshold;
  }

  add(request: Request): void {
    this.#queue.push(request);
    this.#flush();
  }

  /** An admitted request has ended. */
  ended(): void {
    this.#active--;
    this.#flush();
    this.freed.wake();
  }

  /** Takes out all that were not admitted. */
  drain(): Request[] {
    return this.#queue.drain();
  }

  #flush(): void {
    while (this.#active < this.#maximum) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      this.#active++;
      this.#admit(request);
    }
  }
}
