/** Bytes by which memory is given to calls. */
export const PAGE = 4096;
/** Bytes that every call gets at least: a reply up to there needs no message. */
export const REPLY_ROOM = 4 * PAGE;
const PAGES = 4096;
/** Entries that a ring has room for: more than all calls at a time can fill. */
const ENTRIES = 4 * PAGES;

/** What stands at the beginning, in 32-bit words. */
const words = { requests: 0, replies: 2, workerSleep: 4, callerSleep: 5, state: 6, rings: 16 } as const;

const RINGS = 4 * (words.rings + 2 * ENTRIES); // bytes

/** How a thread has gone to sleep, which says how to wake it. */
export const sleeps = { awake: 0, onDescriptor: 1, onMemory: 2 } as const;

/** What has become of the worker. */
export const states = { running: 0, leaving: 1, gone: 2 } as const;

/**
 * The memory that a caller's thread and its worker share: a ring of what is asked, a ring of what is answered, and pages, which
 * the caller's thread gives to calls. Each side writes to one ring alone.
 */
export class SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** All pages. */
  readonly all: Uint8Array;
  /** What the caller's thread asks for. */
  readonly requests: Ring;
  /** What the worker answers. */
  readonly replies: Ring;
  readonly workerSleep: Word;
  readonly callerSleep: Word;
  readonly state: Word;

  constructor(buffer = new SharedArrayBuffer(RINGS + PAGES * PAGE)) {
    this.buffer = buffer;
    this.all = new Uint8Array(buffer, RINGS);
    const all = new Int32Array(buffer, 0, RINGS / 4);
    this.requests = new Ring(all, words.requests, words.rings);
    this.replies = new Ring(all, words.replies, words.rings + ENTRIES);
    this.workerSleep = new Word(all, words.workerSleep);
    this.callerSleep = new Word(all, words.callerSleep);
    this.state = new Word(all, words.state);
  }

  /** Where a page begins in {@link all}. */
  offsetOf(page: number): number {
    return page * PAGE;
  }

  /** So many bytes from the beginning of a page. */
  bytes(page: number, length: number): Uint8Array {
    return new Uint8Array(this.buffer, RINGS + page * PAGE, length);
  }

  /** All pages, for whoever gives them out. */
  pages(): Pages {
    return new Pages(PAGES);
  }
}

/** One number that both threads see, and can sleep on. */
class Word {
  readonly #all: Int32Array;
  readonly #at: number;

  constructor(all: Int32Array, at: number) {
    this.#all = all;
    this.#at = at;
  }

  get value(): number {
    return Atomics.load(this.#all, this.#at);
  }

  set value(value: number) {
    Atomics.store(this.#all, this.#at, value);
  }

  exchange(value: number): number {
    return Atomics.exchange(this.#all, this.#at, value);
  }

  /** Sleeps until {@link notify}, while the word still has this value. */
  waitWhile(value: number, milliseconds: number): void {
    Atomics.wait(this.#all, this.#at, value, milliseconds);
  }

  notify(): void {
    Atomics.notify(this.#all, this.#at);
  }
}

/** Numbers from one thread to another, in order. */
class Ring {
  readonly #all: Int32Array;
  readonly #taken: number;
  readonly #put: number;
  readonly #entries: number;

  constructor(all: Int32Array, at: number, entries: number) {
    this.#all = all;
    this.#taken = at;
    this.#put = at + 1;
    this.#entries = entries;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#all, this.#put) === Atomics.load(this.#all, this.#taken);
  }

  put(entry: number): void {
    const put = Atomics.load(this.#all, this.#put);
    this.#all[this.#entries + (put & (ENTRIES - 1))] = entry;
    Atomics.store(this.#all, this.#put, (put + 1) | 0);
  }

  /** The next entry; undefined when there is none. */
  take(): number | undefined {
    const taken = Atomics.load(this.#all, this.#taken);
    if (taken === Atomics.load(this.#all, this.#put)) return undefined;
    const entry = this.#all[this.#entries + (taken & (ENTRIES - 1))];
    Atomics.store(this.#all, this.#taken, (taken + 1) | 0);
    return entry;
  }
}

/** Which pages are in use. They are given in runs, the next behind the last one given. */
class Pages {
  readonly #used: Uint8Array;
  #next = 0;

  constructor(count: number) {
    this.#used = new Uint8Array(count);
  }

  /** The first of so many pages in a row; null while there are none. */
  tryTake(count: number): number | null {
    const first = this.#find(count, this.#next, this.#used.length) ?? this.#find(count, 0, this.#next + count - 1);
    if (first === null) return null;
    this.#used.fill(1, first, first + count);
    this.#next = (first + count) % this.#used.length;
    return first;
  }

  give(first: number, count: number): void {
    this.#used.fill(0, first, first + count);
  }

  /** A free run between two pages. */
  #find(count: number, from: number, to: number): number | null {
    const end = Math.min(to, this.#used.length);
    for (let first = from; first + count <= end; ) {
      const taken = this.#used.subarray(first, first + count).lastIndexOf(1);
      if (taken < 0) return first;
      first += taken + 1;
    }
    return null;
  }
}
