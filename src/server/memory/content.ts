import { EFBIG, EINVAL, ENXIO } from '../../abi/errno.ts';
import { PAGE_SIZE, SEEK_DATA, SEEK_HOLE } from '../../abi/linux.ts';
import type { Space } from './space.ts';

/** The greatest size of a file, in bytes: the last whole page that a `number` counts exactly. */
export const MAX_FILE_SIZE = Number.MAX_SAFE_INTEGER + 1 - PAGE_SIZE;

/** What reserved but unwritten pages share; never written to. */
const zeros = new Uint8Array(PAGE_SIZE);

/**
 * The bytes of a regular file, sparse: pages never written read as zeros and take no space, as on tmpfs.
 * Bytes of the last page behind the end are always zero, so growing a file never shows what a shrink cut off.
 */
export class Content {
  readonly #space: Space;
  readonly #pages = new Map<number, Uint8Array>();
  #size = 0;
  /** The numbers of the pages with data in order, made when asked for; null since one came or went. */
  #order: Float64Array | null = null;

  constructor(space: Space) {
    this.#space = space;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of space taken: whole pages. */
  get allocated(): number {
    return this.#pages.size * PAGE_SIZE;
  }

  /** Fills `target` from `offset` and returns how many bytes there were; fewer at the end of the file. */
  read(offset: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.#size - offset));
    for (let done = 0; done < length; ) {
      const { number, start, count } = pieceAt(offset + done, length - done);
      const page = this.#pages.get(number);
      if (page === undefined) target.fill(0, done, done + count);
      else target.set(page.subarray(start, start + count), done);
      done += count;
    }
    return length;
  }

  /** Up to `length` bytes from `offset`, fewer at the end of the file, as they lie here: they change with the file. */
  pieces(offset: number, length: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    const end = Math.min(offset + length, this.#size);
    for (let at = offset; at < end; ) {
      const { number, start, count } = pieceAt(at, end - at);
      const page = this.#pages.get(number) ?? zeros;
      pieces.push(count === PAGE_SIZE ? page : page.subarray(start, start + count));
      at += count;
    }
    return pieces;
  }

  /**
   * Writes all of `source`, or as much as there is space for.
   *
   * @throws EFBIG when nothing fits below the greatest size; ENOSPC when there is no space for the first byte.
   */
  write(offset: number, source: Uint8Array): number {
    if (source.length === 0) return 0;
    if (!(offset < MAX_FILE_SIZE)) throw EFBIG;
    const length = Math.min(source.length, MAX_FILE_SIZE - offset);
    let done = 0;
    try {
      while (done < length) {
        const { number, start, count } = pieceAt(offset + done, length - done);
        const piece = source.subarray(done, done + count);
        if (count === PAGE_SIZE && !this.#hasData(number)) this.#fill(number, new Uint8Array(piece));
        else this.#writable(number).set(piece, start);
        done += count;
      }
    } catch (error) {
      if (done === 0) throw error;
    }
    this.#size = Math.max(this.#size, offset + done);
    return done;
  }

  /** Cuts the file off, and what was reserved behind its end, or lets it grow by a hole. @throws EFBIG beyond the greatest size. */
  truncate(size: number): void {
    if (!(size <= MAX_FILE_SIZE)) throw EFBIG;
    if (size <= this.#size) this.punch(size, MAX_FILE_SIZE);
    this.#size = size;
  }

  /**
   * Takes space for a range, so that writing there cannot fail; the size stays. fallocate(2) with mode KEEP_SIZE.
   *
   * @throws EFBIG beyond the greatest size; ENOSPC when not all of it is free.
   */
  reserve(offset: number, length: number): void {
    if (!(offset + length <= MAX_FILE_SIZE)) throw EFBIG;
    const first = Math.floor(offset / PAGE_SIZE);
    const end = Math.ceil((offset + length) / PAGE_SIZE);
    const missing = end - first - this.#pagesWithin(first, end).length;
    this.#space.take(missing * PAGE_SIZE);
    for (let number = first; number < end; number++) {
      if (!this.#pages.has(number)) this.#pages.set(number, zeros);
    }
  }

  /** Turns the range from `offset` to before `end` into zeros and gives its whole pages back; the size stays. */
  punch(offset: number, end: number): void {
    const first = Math.ceil(offset / PAGE_SIZE);
    const last = Math.floor(end / PAGE_SIZE);
    if (first > last) {
      this.#clear(offset, end);
      return;
    }
    this.#clear(offset, first * PAGE_SIZE);
    for (const number of this.#pagesWithin(first, last)) this.#drop(number);
    this.#clear(last * PAGE_SIZE, end);
  }

  /**
   * The first offset at or behind `offset` that is data or hole, by the page; space reserved and the end of the file
   * count as holes.
   *
   * @throws ENXIO behind the end, or when there is no more data; EINVAL for any other `whence`.
   */
  seek(offset: number, whence: number): number {
    if (whence !== SEEK_DATA && whence !== SEEK_HOLE) throw EINVAL;
    if (!(offset < this.#size)) throw ENXIO;
    let number = Math.floor(offset / PAGE_SIZE);
    if (whence === SEEK_DATA) {
      const order = this.#sorted();
      const next = order[lowerBound(order, number)];
      if (next === undefined || next * PAGE_SIZE >= this.#size) throw ENXIO;
      return Math.max(offset, next * PAGE_SIZE);
    }
    while (this.#hasData(number)) number++;
    return Math.min(this.#size, Math.max(offset, number * PAGE_SIZE));
  }

  #writable(number: number): Uint8Array {
    const page = this.#pages.get(number);
    return page !== undefined && page !== zeros ? page : this.#fill(number, new Uint8Array(PAGE_SIZE));
  }

  /** Takes space for a page that has no data yet, unless that is reserved, and returns it. */
  #fill(number: number, page: Uint8Array): Uint8Array {
    if (!this.#pages.has(number)) this.#space.take(PAGE_SIZE);
    this.#order = null;
    this.#pages.set(number, page);
    return page;
  }

  /** Zeroes a range that lies within one page. */
  #clear(offset: number, end: number): void {
    if (offset >= end) return;
    const number = Math.floor(offset / PAGE_SIZE);
    const page = this.#pages.get(number);
    if (page === undefined || page === zeros) return;
    page.fill(0, offset - number * PAGE_SIZE, end - number * PAGE_SIZE);
  }

  #drop(number: number): void {
    this.#pages.delete(number);
    this.#space.give(PAGE_SIZE);
    this.#order = null;
  }

  /** The numbers of the pages present from `first` to before `end`: in time of the smaller of range and file. */
  #pagesWithin(first: number, end: number): number[] {
    if (end - first > this.#pages.size) return [...this.#pages.keys()].filter((n) => n >= first && n < end);
    const found: number[] = [];
    for (let number = first; number < end; number++) {
      if (this.#pages.has(number)) found.push(number);
    }
    return found;
  }

  #sorted(): Float64Array {
    this.#order ??= Float64Array.from([...this.#pages.keys()].filter((number) => this.#hasData(number))).sort();
    return this.#order;
  }

  #hasData(number: number): boolean {
    const page = this.#pages.get(number);
    return page !== undefined && page !== zeros;
  }
}

/** The part of a range that lies in its first page. */
function pieceAt(offset: number, length: number): { number: number; start: number; count: number } {
  const number = Math.floor(offset / PAGE_SIZE);
  const start = offset - number * PAGE_SIZE;
  return { number, start, count: Math.min(length, PAGE_SIZE - start) };
}

/** The index of the first number that is not below `least`. */
function lowerBound(sorted: Float64Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
