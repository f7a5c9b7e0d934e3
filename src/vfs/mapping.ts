import { PAGE_SIZE } from '../abi/linux.ts';
import { type Blocking, sleep, type WakeOn } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { Chunk, PAGES_OF_CHUNK, type PageCache } from './page-cache.ts';
import { PageLock } from './page-lock.ts';
import { WritebackRun } from './writeback-run.ts';

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
  /** Those with dirty pages, and what is being written of them; null while nothing was ever dirty. */
  #dirty: { readonly chunks: Set<Chunk>; readonly runs: Set<WritebackRun> } | null = null;

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
      this.#makeRoom(chunk, Math.min(lock.end - 1, lastOf(chunk)));
      const at = (page % PAGES_OF_CHUNK) * PAGE_SIZE;
      const part = data.subarray(from, from + PAGE_SIZE);
      const bytes = this.#cache.writable(chunk);
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
    this.#cache.writable(chunk).set(data, (page % PAGES_OF_CHUNK) * PAGE_SIZE + within);
    chunk.isVisited = true;
    return true;
  }

  /** A page's data are doubtful from now on, unless they are newer than anybody else's. */
  setStale(page: number): void {
    const chunk = this.#chunkOf(page);
    if (chunk !== undefined) chunk.uptodate &= ~bit(page) | chunk.dirty;
  }

  /** Whether there are pages that nobody else has as they are here. */
  get isDirty(): boolean {
    return this.#dirty !== null && this.#dirty.chunks.size > 0;
  }

  /** The first dirty page from `first` on; infinity when there is none below `end`. */
  firstDirty(first: number, end: number): number {
    let found = Number.POSITIVE_INFINITY;
    for (const chunk of this.#dirty?.chunks ?? []) {
      const start = chunk.number * PAGES_OF_CHUNK;
      if (start >= found) continue;
      const pages = chunk.dirty & bitsOf(chunk, first, end);
      if (pages !== 0) found = start + lowest(pages);
      if (found === first) break;
    }
    return found;
  }

  /** As {@link store}, and the pages become dirty. */
  write(offset: number, data: Uint8Array): number {
    return this.#store(offset, data, 'dirty');
  }

  /**
   * Puts data into pages, up to the first that somebody holds, or that would be covered in part and is not up to date.
   * Returns how many bytes.
   */
  store(offset: number, data: Uint8Array): number {
    return this.#store(offset, data, 'as before');
  }

  #store(offset: number, data: Uint8Array, become: 'dirty' | 'as before'): number {
    const end = offset + data.length;
    let at = offset;
    while (at < end) {
      const chunk = this.#chunkFor(Math.floor(at / PAGE_SIZE));
      const until = Math.min(end, (chunk.number + 1) * CHUNK_SIZE);
      const stop = writableEnd(chunk, at, until);
      if (stop > at) this.#writeInto(chunk, at, data.subarray(at - offset, stop - offset), become);
      at = Math.max(at, stop);
      if (stop < until) break;
    }
    return at - offset;
  }

  /**
   * Begins to write dirty pages back: `first`, which is dirty and not being written, and those behind it, of at most `most`
   * in a row. They are clean from now on, and the run has them as they are, up to the end of the file at `size`: none of
   * what lies behind that, which needs not be written.
   *
   * @see Linux mm/page-writeback.c, writeback_iter(), and fs/iomap/buffered-io.c, iomap_writeback_handle_eof()
   */
  startWriteback(first: number, most: number, size: number): WritebackRun {
    let end = first + 1;
    while (end < first + most && this.#isDirtyAt(end) && this.writebackOf(end, end + 1) === null) end++;
    const length = Math.max(0, Math.min(size - first * PAGE_SIZE, (end - first) * PAGE_SIZE));
    const run = new WritebackRun(this, { first, end, length });
    for (const chunk of this.#chunksIn(first, end)) {
      run.lend(chunk);
      this.#clean(chunk, bitsOf(chunk, first, end), 'written');
    }
    this.#dirty?.runs.add(run);
    return run;
  }

  /** For {@link WritebackRun}: it has come to its end. */
  endWriteback(run: WritebackRun): void {
    this.#dirty?.runs.delete(run);
    this.#cache.dirtied(run.first - run.end);
  }

  /** A run that is writing pages from `first` on to below `end`; null when none is. */
  writebackOf(first: number, end: number): WritebackRun | null {
    for (const run of this.#dirty?.runs ?? []) if (run.first < end && run.end > first) return run;
    return null;
  }

  /** Drops pages from `first` on to below `end`, whatever is in them. Who waits for one of them looks again. */
  drop(first: number, end = Number.POSITIVE_INFINITY): void {
    for (const chunk of this.#chunksIn(first, end)) this.#dropFrom(chunk, bitsOf(chunk, first, end));
  }

  /** As {@link drop}, but not what somebody holds, is dirty or being written. @see Linux mm/truncate.c, invalidate_mapping_pages() */
  dropUnused(first: number, end: number): void {
    for (const chunk of this.#chunksIn(first, end)) {
      let pages = bitsOf(chunk, first, end);
      for (const [at, lock] of chunk.locks.entries()) if (lock !== null) pages &= ~(1 << at);
      for (const { first: from, end: to } of this.#dirty?.runs ?? []) pages &= ~bitsOf(chunk, from, to);
      this.#dropFrom(chunk, pages & ~chunk.dirty);
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
    if (chunk.dirty !== 0) this.#clean(chunk, pages, 'gone');
    chunk.present &= ~pages;
    chunk.uptodate &= ~pages;
    chunk.marked &= ~pages;
    if (chunk.present === 0 && this.#chunks.get(chunk.number) === chunk) {
      this.#chunks.delete(chunk.number);
      this.#cache.remove(chunk);
    }
    for (const lock of woken) lock.released.wake();
  }

  /** Writes bytes from `at` on, all in one chunk. */
  #writeInto(chunk: Chunk, at: number, data: Uint8Array, become: 'dirty' | 'as before'): void {
    const first = Math.floor(at / PAGE_SIZE);
    const end = Math.ceil((at + data.length) / PAGE_SIZE);
    this.#makeRoom(chunk, end - 1);
    this.#cache.writable(chunk).set(data, at - chunk.number * CHUNK_SIZE);
    const pages = bits(first, end);
    chunk.present |= pages;
    chunk.uptodate |= pages;
    chunk.isVisited = true;
    if (become === 'dirty') this.#makeDirty(chunk, pages);
  }

  #makeDirty(chunk: Chunk, pages: number): void {
    const fresh = count(pages & ~chunk.dirty);
    chunk.dirty |= pages;
    this.#dirty ??= { chunks: new Set(), runs: new Set() };
    this.#dirty.chunks.add(chunk);
    if (fresh > 0) this.#cache.dirtied(fresh);
  }

  /** Pages are dirty no more. What is being written counts on. */
  #clean(chunk: Chunk, pages: number, why: 'written' | 'gone'): void {
    const cleaned = count(chunk.dirty & pages);
    chunk.dirty &= ~pages;
    if (chunk.dirty === 0) this.#dirty?.chunks.delete(chunk);
    if (why === 'gone' && cleaned > 0) this.#cache.dirtied(-cleaned);
  }

  #isDirtyAt(page: number): boolean {
    return ((this.#chunkOf(page)?.dirty ?? 0) & bit(page)) !== 0;
  }

  /** Makes a range within one page zeros, if it has data. */
  #clear(offset: number, end: number): void {
    const page = Math.floor(offset / PAGE_SIZE);
    if (end <= offset || !this.isUptodate(page)) return;
    const chunk = this.#chunkFor(page);
    const start = chunk.number * CHUNK_SIZE;
    this.#cache.writable(chunk).fill(0, offset - start, end - start);
  }
}

/** The first page of a chunk from `at` on whose bit is not set, or the page behind the chunk. */
function firstMissing(pages: number, at: number): number {
  const missing = ~pages & (ALL << at) & ALL;
  return missing === 0 ? PAGES_OF_CHUNK : lowest(missing);
}

/** Where a write from `at` to below `end`, both of one chunk, must stop: see {@link Mapping.store}. */
function writableEnd(chunk: Chunk, at: number, end: number): number {
  const base = chunk.number * CHUNK_SIZE;
  for (let page = Math.floor((at - base) / PAGE_SIZE); base + page * PAGE_SIZE < end; page++) {
    const start = base + page * PAGE_SIZE;
    const isWhole = start >= at && start + PAGE_SIZE <= end;
    const isFree = chunk.lockCount === 0 || chunk.locks[page] === null;
    if (!isFree || !(isWhole || (chunk.uptodate & (1 << page)) !== 0)) return Math.max(at, start);
  }
  return end;
}

/** The number of the lowest bit that is set. */
const lowest = (word: number): number => 31 - Math.clz32(word & -word);

/** How many bits are set. */
function count(word: number): number {
  let left = word;
  let found = 0;
  for (; left !== 0; left &= left - 1) found++;
  return found;
}

const bit = (page: number): number => 1 << (page % PAGES_OF_CHUNK);

/** The last page that a chunk can have. */
const lastOf = ({ number }: Chunk): number => (number + 1) * PAGES_OF_CHUNK - 1;

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
