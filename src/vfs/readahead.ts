import { PAGE_SIZE } from '../abi/linux.ts';
import type { Mapping } from './mapping.ts';

/** How many pages one read may fetch at once, however few readahead would; the io_pages of Linux's backing devices. */
const IO_PAGES = 32;

/** Pages to fetch: `count` from `first` on. The last `lookahead` of them nobody has asked for yet. */
export interface Window {
  readonly first: number;
  readonly count: number;
  readonly lookahead: number;
}

/**
 * What readahead knows of one open file, and which pages it fetches next, all counted in pages. Linux's struct
 * file_ra_state, with the decisions of mm/readahead.c.
 */
export class Readahead {
  /** The most that is read ahead; 0: a page at a time, and none ahead. */
  pages: number;
  /** Whether posix_fadvise(2) said that reads go anywhere. Linux's FMODE_RANDOM. */
  isRandom = false;
  /** Where the last read ended, in bytes; -1 before the first. */
  end = -1;
  #start = 0;
  #size = 0;
  #asyncSize = 0;

  constructor(pages: number) {
    this.pages = pages;
  }

  /** Reads come one behind the other, as posix_fadvise(2) says, and so much is read ahead. */
  expect(pages: number): void {
    this.pages = pages;
    this.isRandom = false;
  }

  /** The part of the present window that is fetched ahead of use: what a congested connection need not be bothered with. */
  get asyncSize(): number {
    return this.#asyncSize;
  }

  /** A reader wants `wanted` pages from `page` on, and that one is not there. @see Linux page_cache_sync_ra() */
  missed(mapping: Mapping, page: number, wanted: number): Window {
    if (this.pages === 0) return { first: page, count: 1, lookahead: 0 };
    if (this.isRandom) return this.forced(page, wanted);
    const most = this.#most(wanted);
    if (page === 0 || wanted > most || this.#continues(page)) {
      this.#start = page;
      this.#size = firstSize(wanted, most);
      this.#asyncSize = this.#size > wanted ? this.#size - wanted : this.#size >> 1;
      return this.#window();
    }
    const miss = mapping.previousMiss(page - 1, most);
    const before = page - miss - 1;
    if (before <= wanted) return { first: page, count: wanted, lookahead: 0 };
    this.#start = page;
    this.#size = Math.min((miss === -1 ? 2 * before : before) + wanted, most);
    this.#asyncSize = 1;
    return this.#window();
  }

  /**
   * A reader has come to a marked page, whose mark it takes, and wants `wanted` pages from there on. Null when there is
   * nothing to fetch.
   *
   * @see Linux page_cache_async_ra()
   */
  advanced(mapping: Mapping, page: number, wanted: number): Window | null {
    if (this.pages === 0) return null;
    mapping.unmark(page);
    const most = this.#most(wanted);
    if (page === this.#start + this.#size - this.#asyncSize) {
      this.#start += this.#size;
      this.#size = Math.max(this.#size, nextSize(this.#size, most));
    } else {
      const start = mapping.nextMiss(page + 1, most);
      if (start - page > most) return null;
      this.#start = start;
      this.#size = nextSize(start - page + wanted, most);
    }
    this.#align(most);
    this.#asyncSize = this.#size;
    return this.#window();
  }

  /** What is fetched when somebody says what he will need, at most so much. @see Linux force_page_cache_ra() */
  forced(page: number, wanted: number): Window {
    return { first: page, count: Math.min(wanted, Math.max(IO_PAGES, this.pages)), lookahead: 0 };
  }

  /** Whether a read begins in the page where the last one ended, or in the next. */
  #continues(page: number): boolean {
    if (this.end < 0) return false;
    const distance = page - Math.floor(this.end / PAGE_SIZE);
    return distance === 0 || distance === 1;
  }

  #most(wanted: number): number {
    return wanted > this.pages && IO_PAGES > this.pages ? Math.min(wanted, IO_PAGES) : this.pages;
  }

  /** Windows end at a multiple of 4 pages, as Linux wants it for the sake of folios, where that leaves something. */
  #align(most: number): void {
    const align = Math.min(4, most & -most);
    const end = this.#start + this.#size;
    const aligned = end - (end % align);
    if (aligned > this.#start) this.#size = aligned - this.#start;
  }

  #window(): Window {
    return { first: this.#start, count: this.#size, lookahead: this.#asyncSize };
  }
}

/** @see Linux mm/readahead.c, get_init_ra_size() */
function firstSize(wanted: number, most: number): number {
  const size = 2 ** Math.ceil(Math.log2(wanted));
  if (size <= Math.floor(most / 32)) return size * 4;
  return size <= Math.floor(most / 4) ? size * 2 : most;
}

/** @see Linux mm/readahead.c, get_next_ra_size() */
function nextSize(size: number, most: number): number {
  if (size < Math.floor(most / 16)) return 4 * size;
  return size <= Math.floor(most / 2) ? 2 * size : most;
}
