import { WaitQueue } from '../task/wait-queue.ts';
import type { Mapping } from './mapping.ts';

/**
 * Pages of a file that something is under way with: readers and writers wait until they are let go. A page that is
 * dropped meanwhile is nobody's any more, and what comes for it is thrown away. Linux's PG_locked.
 */
export class PageLock {
  readonly first: number;
  /** The page behind the last. */
  readonly end: number;
  /** Who waits for one of the pages. */
  readonly released = new WaitQueue();
  readonly #mapping: Mapping;

  /** For {@link Mapping.lock}. */
  constructor(mapping: Mapping, first: number, count: number) {
    this.#mapping = mapping;
    this.first = first;
    this.end = first + count;
  }

  /** The data of the pages has come: they are up to date, with zeros behind it. Lets go of them. */
  fill(data: Uint8Array): void {
    this.#mapping.fill(this, data);
    this.release();
  }

  /** Lets go of the pages as they are. */
  release(): void {
    this.#mapping.unlock(this, 'keep');
    this.released.wake();
  }

  /** Lets go of the pages, and they are gone. */
  discard(): void {
    this.#mapping.unlock(this, 'drop');
    this.released.wake();
  }
}
