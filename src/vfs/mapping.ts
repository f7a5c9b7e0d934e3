import { PAGE_SIZE } from '../abi/linux.ts';
import { type Blocking, sleep, type WakeOn } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { Chunk, PAGES_OF_CHUNK, type PageCache } from './page-cache.ts';
import { PageLock } from './page-lock.ts';

const CHUNK_SIZE = PAGES_OF_CHUNK * PAGE_SIZE;
const ALL = 2 ** PAGES_OF_CHUNK - 1;
/** Pages for which a chunk gets all its memory: the rest would be moved for the sake of little. */
const NEARLY_ALL = (PAGES_OF_CHUNK * 3) / 4;

/**
 * The cached pages of one file. It knows which there are and what is in them, and nothing of where they come from.
 * A page is named by its index. Nothing here sleeps but {@link Mapping.unlocked}. Linux's struct address_space.
 */
export class Mapping {
  readonly #cache: PageCache;
  readonly #chunks = new Map<number, Chunk>();

  constructor(cache: PageCache) {
    this.#cache = cache;
  }

  get isEmpty(): boolean {
    return this.#chunks.size === 0;
  }

  /** Whether a page is there, with data or without. */
  isPresent(page: number): boolean {
    return ((this.#chunkOf(page)?.present ?? 0) & bit(page)) !== 0;
  }

  isUptodate(page: number): boolean {
    return ((this.#chunkOf(page)?.uptodate ?? 0) & bit(page)) !== 0;
  }

  isMarked(page: number): boolean {
    return ((this.#chunkOf(page)?.marked ?? 0) & bit(page)) !== 0;
  }

  /** Readahead shall go on when a reader comes to this page, which must be there. */
  mark(page: number): void {
    const chunk = this.#chunkOf(page);
    if (chunk !== undefined) chunk.marked |= bit(page) & chunk.present;
  }

  unmark(page: number): void {
    const chunk = this.#chunkOf(page);
    if (chunk !== undefined) chunk.marked &= ~bit(page);
  }

  /** Who holds a page; null when nobody does. */
  lockOf(page: number): PageLock | null {
    return this.#chunkOf(page)?.locks[page % PAGES_OF_CHUNK] ?? null;
  }

  /** Waits while a page is locked. @throws EINTR when a signal of the kind `until` comes first */
  *unlocked(task: Task, page: number, until: WakeOn): Blocking<void> {
    for (let lock = this.lockOf(page); lock !== null; lock = this.lockOf(page)) {
      const held = lock;
      yield* sleep(task, held.released, () => this.lockOf(page) !== held, `page ${page}, which is locked`, until);
    }
  }

  /** Takes pages that nobody holds; those that are not there are from now on, without data. */
  lock(first: number, count: number): PageLock {
    const lock = new PageLock(this, first, count);
    for (let page = first; page < lock.end; page++) {
      const chunk = this.#chunkFor(page);
      chunk.present |= bit(page);
      chunk.locks[page % PAGES_OF_CHUNK] = lock;
      chunk.lockCount++;
    }
    return lock;
  }

  /** For {@link PageLock}: the data of its pages, those that are still its own. */
  fill(lock: PageLock, data: Uint8Array): void {
    for (let page = lock.first; page < lock.end; page++) {
      const chunk = this.#chunkOf(page);
      if (chunk === undefined || chunk.locks[page % PAGES_OF_CHUNK] !== lock) continue;
      const from = (page - lock.first) * PAGE_SIZE;
      // The first page makes room for all that come into the same chunk.
      const last = Math.min(lock.end, (chunk.number + 1) * PAGES_OF_CHUNK) - 1;
      this.#makeRoom(chunk, last);
      const at = (page % PAGES_OF_CHUNK) * PAGE_SIZE;
      const part = data.subarray(from, from + PAGE_SIZE);
      const bytes = chunk.writable();
      bytes.set(part, at);
      bytes.fill(0, at + part.length, at + PAGE_SIZE);
      chunk.uptodate |= bit(page);
    }
  }

  /** For {@link PageLock}: lets go of the pages that are still its own. */
  unlock(lock: PageLock, fate: 'keep' | 'drop'): void {
    for (let page = lock.first; page < lock.end; page++) {
      const chunk = this.#chunkOf(page);
      if (chunk === undefined || chunk.locks[page % PAGES_OF_CHUNK] !== lock) continue;
      chunk.locks[page % PAGES_OF_CHUNK] = null;
      chunk.lockCount--;
      if (fate === 'drop') this.#dropFrom(chunk, bit(page));
    }
  }

  /**
   * The data of a page that is up to date: the cache's own memory, which means this page only until its user sleeps or
   * puts something into the cache.
   */
  tryPage(page: number): Uint8Array | undefined {
    const chunk = this.#chunkOf(page);
    if (chunk === undefined || (chunk.uptodate & bit(page)) === 0) return undefined;
    chunk.isVisited = true;
    const at = (page % PAGES_OF_CHUNK) * PAGE_SIZE;
    return chunk.bytes.subarray(at, at + PAGE_SIZE);
  }

  /**
   * Copies a range if all its pages are up to date and none is marked; else nothing. The range must not be empty.
   * Returns whether it did.
   */
  tryRead(offset: number, into: Uint8Array): boolean {
    const end = offset + into.length;
    for (let at = offset; at < end; ) {
      const chunk = this.#chunks.get(Math.floor(at / CHUNK_SIZE));
      if (chunk === undefined) return false;
      const next = Math.min(end, (chunk.number + 1) * CHUNK_SIZE);
      const pages = bits(Math.floor(at / PAGE_SIZE), Math.ceil(next / PAGE_SIZE));
      if ((chunk.uptodate & ~chunk.marked & pages) !== pages) return false;
      at = next;
    }
    this.read(offset, into);
    return true;
  }

  /** Copies data up to the first page that is not up to date. Returns the bytes copied. */
  read(offset: number, into: Uint8Array): number {
    const end = offset + into.length;
    let at = offset;
    while (at < end) {
      const chunk = this.#chunks.get(Math.floor(at / CHUNK_SIZE));
      if (chunk === undefined) break;
      const within = at - chunk.number * CHUNK_SIZE;
      const room = firstMissing(chunk.uptodate, Math.floor(within / PAGE_SIZE)) * PAGE_SIZE - within;
      if (room <= 0) break;
      const size = Math.min(end - at, room);
      into.set(chunk.bytes.subarray(within, within + size), at - offset);
      chunk.isVisited = true;
      at += size;
    }
    return at - offset;
  }

  /**
   * The cache's own memory from `offset` on, up to the first page that is not up to date or is marked, the end of what lies
   * together, or `length`; undefined when that is nothing. What it shows never changes: who writes there gets a copy.
   */
  tryView(offset: number, length: number): Uint8Array | undefined {
    const chunk = this.#chunks.get(Math.floor(offset / CHUNK_SIZE));
    if (chunk === undefined) return undefined;
    const within = offset - chunk.number * CHUNK_SIZE;
    const ready = chunk.uptodate & ~chunk.marked;
    const end = Math.min(within + length, firstMissing(ready, Math.floor(within / PAGE_SIZE)) * PAGE_SIZE);
    if (end <= within) return undefined;
    chunk.isVisited = true;
    chunk.isViewed = true;
    return chunk.bytes.subarray(within, end);
  }

  /**
   * The page behind those that a reader can take from `first` on, below `end`: pages there are, up to and with the
   * first that is marked or not up to date.
   *
   * @see Linux mm/filemap.c, filemap_get_read_batch()
   */
  batchEnd(first: number, end: number): number {
    let page = first;
    while (page < end && this.isPresent(page)) {
      page++;
      if (!this.isUptodate(page - 1) || this.isMarked(page - 1)) break;
    }
    return page;
  }

  /** The first page from `page` on that is not there, looking at so many. @see Linux mm/filemap.c, page_cache_next_miss() */
  nextMiss(page: number, count: number): number {
    let at = page;
    while (at < page + count && this.isPresent(at)) at++;
    return at;
  }

  /**
   * The last page up to `page` that is not there, or else the last that was looked at of so many; -1 before the first.
   *
   * @see Linux mm/filemap.c, page_cache_prev_miss()
   */
  previousMiss(page: number, count: number): number {
    let at = page;
    for (let left = count; left > 0; left--, at--) {
      if (at < 0 || !this.isPresent(at)) return at;
    }
    return at + 1;
  }

  /**
   * Puts data into one page, which becomes up to date when it is a whole page. Data for a part of a page that has none is
   * lost: the page is there, but not up to date. Returns whether the page is up to date.
   */
  put(page: number, within: number, data: Uint8Array): boolean {
    const chunk = this.#chunkFor(page);
    chunk.present |= bit(page);
    if (data.length === PAGE_SIZE) {
      this.#makeRoom(chunk, page);
      chunk.uptodate |= bit(page);
    }
    if ((chunk.uptodate & bit(page)) === 0) return false;
    chunk.writable().set(data, (page % PAGES_OF_CHUNK) * PAGE_SIZE + within);
    chunk.isVisited = true;
    return true;
  }

  /** A page's data are doubtful from now on. */
  setStale(page: number): void {
    const chunk = this.#chunkOf(page);
    if (chunk !== undefined) chunk.uptodate &= ~bit(page);
  }

  /** Drops pages from `first` on to below `end`, whatever is in them. Who waits for one of them looks again. */
  drop(first: number, end = Number.POSITIVE_INFINITY): void {
    for (const chunk of this.#chunksIn(first, end)) this.#dropFrom(chunk, bitsOf(chunk, first, end));
  }

  /** As {@link drop}, but not what somebody holds. @see Linux mm/truncate.c, invalidate_mapping_pages() */
  dropUnused(first: number, end: number): void {
    for (const chunk of this.#chunksIn(first, end)) {
      let pages = bitsOf(chunk, first, end);
      for (const [at, lock] of chunk.locks.entries()) if (lock !== null) pages &= ~(1 << at);
      this.#dropFrom(chunk, pages);
    }
  }

  /** The file ends here: what is behind that is dropped, and zero if it is in a page that stays. */
  truncate(size: number): void {
    this.drop(Math.ceil(size / PAGE_SIZE));
    if (size % PAGE_SIZE !== 0) this.#clear(size, Math.ceil(size / PAGE_SIZE) * PAGE_SIZE);
  }

  /** A range has become zeros: its whole pages are dropped, in the others it is cleared. Linux's truncate_pagecache_range(). */
  punch(offset: number, end: number): void {
    const [first, last] = [Math.ceil(offset / PAGE_SIZE), Math.floor(end / PAGE_SIZE)];
    this.drop(first, last);
    if (last < first) {
      this.#clear(offset, end);
      return;
    }
    this.#clear(offset, first * PAGE_SIZE);
    this.#clear(last * PAGE_SIZE, end);
  }

  /** For {@link PageCache}: a chunk that is not busy goes. */
  evict(chunk: Chunk): void {
    this.#dropFrom(chunk, ALL);
  }

  #chunkOf(page: number): Chunk | undefined {
    return this.#chunks.get(Math.floor(page / PAGES_OF_CHUNK));
  }

  #chunkFor(page: number): Chunk {
    const found = this.#chunkOf(page);
    if (found !== undefined) return found;
    const chunk = new Chunk(this, Math.floor(page / PAGES_OF_CHUNK));
    this.#chunks.set(chunk.number, chunk);
    this.#cache.add(chunk);
    return chunk;
  }

  #chunksIn(first: number, end: number): Chunk[] {
    const [from, to] = [Math.floor(first / PAGES_OF_CHUNK), Math.ceil(end / PAGES_OF_CHUNK)];
    if (to - from > this.#chunks.size) {
      return [...this.#chunks.values()].filter(({ number }) => number >= from && number < to);
    }
    const chunks: Chunk[] = [];
    for (let number = from; number < to; number++) {
      const chunk = this.#chunks.get(number);
      if (chunk !== undefined) chunks.push(chunk);
    }
    return chunks;
  }

  /** Memory for a page and all before it: twice as much each time, so that a file read from its start copies little. */
  #makeRoom(chunk: Chunk, page: number): void {
    const pages = (page % PAGES_OF_CHUNK) + 1;
    if (pages * PAGE_SIZE <= chunk.bytes.length) return;
    const wanted = Math.max(pages, (2 * chunk.bytes.length) / PAGE_SIZE);
    this.#cache.grow(chunk, (wanted > NEARLY_ALL ? PAGES_OF_CHUNK : wanted) * PAGE_SIZE);
  }

  #dropFrom(chunk: Chunk, pages: number): void {
    const woken = new Set<PageLock>();
    for (const [at, lock] of chunk.lockCount === 0 ? [] : chunk.locks.entries()) {
      if (lock === null || ((1 << at) & pages) === 0) continue;
      chunk.locks[at] = null;
      chunk.lockCount--;
      woken.add(lock);
    }
    chunk.present &= ~pages;
    chunk.uptodate &= ~pages;
    chunk.marked &= ~pages;
    if (chunk.present === 0 && this.#chunks.get(chunk.number) === chunk) {
      this.#chunks.delete(chunk.number);
      this.#cache.remove(chunk);
    }
    for (const lock of woken) lock.released.wake();
  }

  /** Makes a range within one page zeros, if it has data. */
  #clear(offset: number, end: number): void {
    const page = Math.floor(offset / PAGE_SIZE);
    if (end <= offset || !this.isUptodate(page)) return;
    const chunk = this.#chunkOf(page);
    const start = Math.floor(page / PAGES_OF_CHUNK) * CHUNK_SIZE;
    chunk?.writable().fill(0, offset - start, end - start);
  }
}

/** The first page of a chunk from `at` on whose bit is not set, or the page behind the chunk. */
function firstMissing(pages: number, at: number): number {
  const missing = ~pages & (ALL << at) & ALL;
  return missing === 0 ? PAGES_OF_CHUNK : 31 - Math.clz32(missing & -missing);
}

const bit = (page: number): number => 1 << (page % PAGES_OF_CHUNK);

/** The bits of a chunk's pages from `first` on to below `end`, both of the same chunk or at its end. */
function bits(first: number, end: number): number {
  const at = first % PAGES_OF_CHUNK;
  return ((1 << (end - first)) - 1) << at;
}

/** The bits of those pages that are in a chunk. */
function bitsOf({ number }: Chunk, first: number, end: number): number {
  const start = number * PAGES_OF_CHUNK;
  const [from, to] = [Math.max(first, start), Math.min(end, start + PAGES_OF_CHUNK)];
  return to <= from ? 0 : bits(from, to);
}
