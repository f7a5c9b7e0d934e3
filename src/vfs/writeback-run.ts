import { PAGE_SIZE } from '../abi/linux.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Mapping } from './mapping.ts';
import type { Chunk } from './page-cache.ts';

/**
 * Pages of a file that are being written back, by one request. They cannot be evicted, nor written back a second time,
 * before this has ended; their contents may change meanwhile, which makes them dirty again. Linux's PG_writeback.
 */
export class WritebackRun {
  readonly first: number;
  /** The page behind the last. */
  readonly end: number;
  /** What they held when this began, up to the end of the file. */
  readonly data: Uint8Array;
  /** Who waits for the end. */
  readonly ended = new WaitQueue();
  /** For {@link Mapping}: where the pages are. */
  readonly chunks: Chunk[] = [];
  hasEnded = false;
  readonly #mapping: Mapping;

  /** For {@link Mapping.startWriteback}. */
  constructor(mapping: Mapping, { first, end, data }: Pick<WritebackRun, 'first' | 'end' | 'data'>) {
    this.#mapping = mapping;
    this.first = first;
    this.end = end;
    this.data = data;
  }

  /** Where the data begin in the file, in bytes. */
  get offset(): number {
    return this.first * PAGE_SIZE;
  }

  /** The request has ended, however. */
  finish(): void {
    this.hasEnded = true;
    this.#mapping.endWriteback(this);
    this.ended.wake();
  }
}
