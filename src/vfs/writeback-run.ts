import { PAGE_SIZE } from '../abi/linux.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Mapping } from './mapping.ts';
import { type Chunk, PAGES_OF_CHUNK } from './page-cache.ts';

/**
 * Pages of a file that are being written back, by one request. They cannot be evicted, nor written back a second time,
 * before this has ended; their contents may change meanwhile, which makes them dirty again. Linux's PG_writeback.
 */
export class WritebackRun {
  readonly first: number;
  /** The page behind the last. */
  readonly end: number;
  /** Bytes up to the end of the file. */
  readonly length: number;
  /** What they held when this began, up to the end of the file: the cache's own memory, which is this run's until it has ended. */
  readonly parts: Uint8Array[] = [];
  /** Who waits for the end. */
  readonly ended = new WaitQueue();
  hasEnded = false;
  readonly #mapping: Mapping;
  readonly #lenders: { readonly chunk: Chunk; readonly bytes: Uint8Array }[] = [];

  /** For {@link Mapping.startWriteback}. */
  constructor(mapping: Mapping, { first, end, length }: Pick<WritebackRun, 'first' | 'end' | 'length'>) {
    this.#mapping = mapping;
    this.first = first;
    this.end = end;
    this.length = length;
  }

  /** Where the data begin in the file, in bytes. */
  get offset(): number {
    return this.first * PAGE_SIZE;
  }

  /** For {@link Mapping.startWriteback}: the next chunk that has some of the pages lends its memory. */
  lend(chunk: Chunk): void {
    const { bytes } = chunk;
    const start = chunk.number * PAGES_OF_CHUNK * PAGE_SIZE;
    const part = bytes.subarray(Math.max(0, this.offset - start), Math.max(0, this.offset + this.length - start));
    if (part.length > 0) this.parts.push(part);
    this.#lenders.push({ chunk, bytes });
    chunk.runs++;
    chunk.lent++;
  }

  /** The request has ended, however. */
  finish(): void {
    this.hasEnded = true;
    for (const { chunk, bytes } of this.#lenders) {
      chunk.runs--;
      if (chunk.bytes === bytes) chunk.lent--;
    }
    this.#mapping.endWriteback(this);
    this.ended.wake();
  }
}
