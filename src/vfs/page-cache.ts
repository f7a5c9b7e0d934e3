import type { Mapping } from './mapping.ts';
import type { PageLock } from './page-lock.ts';
import { Sieve, type Sieved } from './sieve.ts';

/** How many pages are kept together. */
export const PAGES_OF_CHUNK = 16;

/** Bytes that a chunk takes besides its pages: so much that pages without data cannot grow without bound. */
const OVERHEAD = 256;

/** What a kernel keeps when nobody says otherwise, in bytes. */
export const DEFAULT_PAGE_CACHE_BYTES = 256 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * Neighbouring pages of one file. What is known of each is a bit in a word, the first page's the lowest. Pages are
 * present before they have data: one that is being read, or was written in part, is not up to date.
 */
export class Chunk implements Sieved<Chunk> {
  readonly mapping: Mapping;
  /** The first page's index divided by {@link PAGES_OF_CHUNK}. */
  readonly number: number;
  /** The data, up to the last page that has any. To be read: {@link writable} is to be written to. */
  bytes: Uint8Array = NOTHING;
  /** Somebody looks at these bytes and must not see them change. */
  isViewed = false;
  present = 0;
  uptodate = 0;
  /** Readahead goes on when a reader comes here. Linux's PG_readahead. */
  marked = 0;
  /** Who holds each page that is locked. */
  readonly locks: (PageLock | null)[] = new Array(PAGES_OF_CHUNK).fill(null);
  lockCount = 0;
  isVisited = false;
  newer: Chunk | null = null;
  older: Chunk | null = null;

  constructor(mapping: Mapping, number: number) {
    this.mapping = mapping;
    this.number = number;
  }

  /** Whether it must stay: something is under way with it. */
  get isBusy(): boolean {
    return this.lockCount > 0;
  }

  /** The data to be written to: a copy, if somebody looks at them as they were. */
  writable(): Uint8Array {
    if (this.isViewed) this.bytes = this.bytes.slice();
    this.isViewed = false;
    return this.bytes;
  }

  get cost(): number {
    return OVERHEAD + this.bytes.length;
  }
}

/**
 * The memory of all cached pages, of whatever file system. Above its budget it drops what was not used for long, so that one
 * long read through a file takes nothing away that others use.
 */
export class PageCache {
  readonly budget: number; // bytes
  readonly #chunks = new Sieve<Chunk>();
  #used = 0;

  constructor(budget = DEFAULT_PAGE_CACHE_BYTES) {
    this.budget = budget;
  }

  /** Bytes kept: above the budget only as long as all of it is busy. */
  get used(): number {
    return this.#used;
  }

  /** A chunk without data is there. */
  add(chunk: Chunk): void {
    this.#chunks.add(chunk);
    this.#used += chunk.cost;
    this.#reclaim(this.budget, chunk);
  }

  /** Gives a chunk room for data up to so many bytes; what it has stays. Others may go for it, but not this one. */
  grow(chunk: Chunk, size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(chunk.bytes);
    this.#used += size - chunk.bytes.length;
    chunk.bytes = bytes;
    chunk.isViewed = false;
    this.#reclaim(this.budget, chunk);
  }

  /** A chunk is gone, with its data. */
  remove(chunk: Chunk): void {
    this.#chunks.remove(chunk);
    this.#used -= chunk.cost;
  }

  /** Drops chunks that are not busy until no more than `bytes` are kept, or none is left. */
  shrink(bytes: number): void {
    this.#reclaim(bytes, null);
  }

  #reclaim(limit: number, wanted: Chunk | null): void {
    while (this.#used > limit) {
      const victim = this.#chunks.victim(wanted);
      if (victim === null) return;
      victim.mapping.evict(victim);
    }
  }
}
