import { EINTR } from 'fusewire/server';

/** Gets the bytes from `start` up to `end`, until the signal says that nobody wants them any more. */
export type Fetch = (start: number, end: number, signal: AbortSignal) => Promise<Uint8Array>;

interface Block {
  readonly bytes: Promise<Uint8Array>;
  readonly stop: AbortController;
  readers: number;
  isThere: boolean;
}

/** How much is fetched at a time, and how much of it is kept. */
export interface BlockCacheOptions {
  readonly blockSize?: number; // bytes
  readonly capacity?: number; // blocks
}

/** The parts of a file that were read last, in blocks of one size, and the one that will be read next. */
export class BlockCache {
  readonly #size: number;
  readonly #fetch: Fetch;
  readonly #blockSize: number;
  readonly #capacity: number;
  /** By index, least recently used first. */
  readonly #blocks = new Map<number, Block>();

  constructor(size: number, fetch: Fetch, { blockSize = 2 ** 17, capacity = 32 }: BlockCacheOptions = {}) {
    this.#size = size;
    this.#fetch = fetch;
    this.#blockSize = blockSize;
    this.#capacity = capacity;
  }

  /** Reads as much as there is of `size` bytes; several reads may run at a time. @throws EINTR when interrupted */
  async read(offset: number, size: number, interrupted: AbortSignal): Promise<Uint8Array> {
    const end = Math.min(offset + size, this.#size);
    if (offset >= end) return new Uint8Array(0);
    const first = Math.floor(offset / this.#blockSize);
    const last = Math.floor((end - 1) / this.#blockSize);
    const isSequential = first === 0 || this.#blocks.has(first - 1);
    const indices = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const pieces = indices.map((index) => this.#wait(index, interrupted));
    if (isSequential && (last + 1) * this.#blockSize < this.#size) this.#block(last + 1);
    const start = first * this.#blockSize;
    return Buffer.concat(await Promise.all(pieces)).subarray(offset - start, end - start);
  }

  /** A block that is fetched for several readers goes on until the last of them has given up. */
  async #wait(index: number, interrupted: AbortSignal): Promise<Uint8Array> {
    const block = this.#block(index);
    block.readers++;
    try {
      return await Promise.race([block.bytes, rejection(interrupted)]);
    } finally {
      block.readers--;
      if (block.readers === 0 && !block.isThere) {
        this.#forget(index, block);
        block.stop.abort();
      }
    }
  }

  #block(index: number): Block {
    const block = this.#blocks.get(index) ?? this.#request(index);
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#capacity) break;
      this.#blocks.delete(oldest);
    }
    return block;
  }

  #request(index: number): Block {
    const stop = new AbortController();
    const start = index * this.#blockSize;
    const bytes = this.#fetch(start, Math.min(start + this.#blockSize, this.#size), stop.signal);
    const block: Block = { bytes, stop, readers: 0, isThere: false };
    // What failed is tried again by the next reader. Nobody may be waiting for a block that was read ahead.
    bytes.then(
      () => {
        block.isThere = true;
      },
      () => this.#forget(index, block),
    );
    return block;
  }

  #forget(index: number, block: Block): void {
    if (this.#blocks.get(index) === block) this.#blocks.delete(index);
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(EINTR);
    signal.addEventListener('abort', () => reject(EINTR), { once: true });
  });
}
