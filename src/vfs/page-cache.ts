import { PAGE_SIZE } from '../abi/linux.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Mapping } from './mapping.ts';
import type { PageLock } from './page-lock.ts';
import { Sieve, type Sieved } from './sieve.ts';
import { SpareMemory } from './spare-memory.ts';

/** How many pages are kept together. */
export const PAGES_OF_CHUNK = 16;

/** Bytes that a chunk takes besides its pages: so much that pages without data cannot grow without bound. */
const OVERHEAD = 256;

/** What a kernel keeps when nobody says otherwise, in bytes. */
export const DEFAULT_PAGE_CACHE_BYTES = 256 * 1024 * 1024;

/**
 * The part of the budget that may be data which only this kernel has: above the first writing begins, above the second
 * whoever makes more of it waits. Linux's dirty_background_ratio and dirty_ratio.
 */
const BACKGROUND_RATIO = 0.1;
const LIMIT_RATIO = 0.2;

const NOTHING = new Uint8Array(0);
const NO_LOCKS: readonly null[] = new Array(PAGES_OF_CHUNK).fill(null);

/**
 * Neighbouring pages of one file. What is known of each is a bit in a word, the first page's the lowest. Pages are
 * present before they have data: one that is being read, or was written in part, is not up to date.
 */
export class Chunk implements Sieved<Chunk> {
  readonly mapping: Mapping;
  /** The first page's index divided by {@link PAGES_OF_CHUNK}. */
  readonly number: number;
  /** The data, up to the last page that has any. To be read: {@link PageCache.writable} is to be written to. */
  bytes: Uint8Array = NOTHING;
  /** Somebody looks at these bytes, for as long as they like, and must not see them change. */
  isViewed = false;
  /** How many of {@link Mapping.startWriteback}'s runs have lent these bytes. */
  lent = 0;
  present = 0;
  uptodate = 0;
  /** Readahead goes on when a reader comes here. Linux's PG_readahead. */
  marked = 0;
  /** Written to and not sent on yet; such a page is up to date. Linux's PG_dirty. */
  dirty = 0;
  /** How many of {@link Mapping.startWriteback}'s runs have pages here. */
  runs = 0;
  /** Who holds each page that is locked. */
  readonly locks: (PageLock | null)[] = NO_LOCKS.slice();
  lockCount = 0;
  isVisited = false;
  newer: Chunk | null = null;
  older: Chunk | null = null;

  constructor(mapping: Mapping, number: number) {
    this.mapping = mapping;
    this.number = number;
  }

  /** Whether somebody else looks at the data. */
  get isShared(): boolean {
    return this.isViewed || this.lent > 0;
  }

  /** Whether it must stay: something is under way with it. */
  get isBusy(): boolean {
    return this.lockCount > 0 || this.dirty !== 0 || this.runs > 0;
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
  /** Called when so much is dirty that writing must begin. */
  readonly pressed = new Set<() => void>();
  /** Who waits until less is dirty. */
  readonly cleaned = new WaitQueue();
  readonly #chunks = new Sieve<Chunk>();
  readonly #spare = new SpareMemory(PAGES_OF_CHUNK * PAGE_SIZE);
  #used = 0;
  #dirty = 0;

  constructor(budget = DEFAULT_PAGE_CACHE_BYTES) {
    this.budget = budget;
  }

  /** Bytes kept: above the budget only as long as all of it is busy. */
  get used(): number {
    return this.#used;
  }

  /** Bytes of pages that are dirty or being written. */
  get dirtyBytes(): number {
    return this.#dirty;
  }

  /** Whether so much is dirty that writing shall go on. */
  get wantsWriting(): boolean {
    return this.#dirty > this.budget * BACKGROUND_RATIO;
  }

  /** Whether so much is dirty that whoever writes must wait. */
  get isTooDirty(): boolean {
    return this.#dirty > this.budget * LIMIT_RATIO;
  }

  /** So many pages have become dirty, or with a number below 0 are no longer. */
  dirtied(pages: number): void {
    this.#dirty += pages * PAGE_SIZE;
    if (pages < 0) this.cleaned.wake();
    else if (this.wantsWriting) this.press();
  }

  /** Has dirty pages written, of whatever file system. */
  press(): void {
    for (const begin of this.pressed) begin();
  }

  /** A chunk without data is there. */
  add(chunk: Chunk): void {
    this.#chunks.add(chunk);
    this.#changeUsed(chunk.cost);
    this.#reclaim(this.budget, chunk);
  }

  /**
   * Gives a chunk room for data up to so many bytes; what it has stays, and anything may be in the rest. Others may go for
   * it, but not this one.
   */
  grow(chunk: Chunk, size: number): void {
    const more = size - chunk.bytes.length;
    this.#reclaim(this.budget - more, chunk);
    this.#move(chunk, size);
    this.#changeUsed(more);
  }

  /** A chunk's data to be written to: elsewhere, if somebody looks at them as they were. */
  writable(chunk: Chunk): Uint8Array {
    if (chunk.isShared) this.#move(chunk, chunk.bytes.length);
    return chunk.bytes;
  }

  /** A chunk is gone, with its data. */
  remove(chunk: Chunk): void {
    this.#chunks.remove(chunk);
    const { cost, bytes } = chunk;
    if (!chunk.isShared) this.#spare.give(bytes);
    chunk.bytes = NOTHING;
    this.#changeUsed(-cost);
  }

  /** Drops chunks that are not busy until no more than `bytes` are kept, or none is left. */
  shrink(bytes: number): void {
    this.#reclaim(bytes, null);
    this.#spare.shrink(Math.min(bytes, this.budget) - this.#used);
  }

  /** What is kept to be used again is within the budget too. */
  #changeUsed(by: number): void {
    this.#used += by;
    this.#spare.shrink(this.budget - this.#used);
  }

  /** Gives a chunk other memory, with the data that it has. */
  #move(chunk: Chunk, size: number): void {
    const bytes = this.#spare.take(size);
    bytes.set(chunk.bytes);
    chunk.bytes = bytes;
    chunk.isViewed = false;
    chunk.lent = 0;
  }

  #reclaim(limit: number, wanted: Chunk | null): void {
    while (this.#used > limit) {
      const victim = this.#chunks.victim(wanted);
      if (victim === null) return;
      victim.mapping.evict(victim);
    }
  }
}
