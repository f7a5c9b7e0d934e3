import type { ByteString } from '../../abi/bytes.ts';
import type { Inode } from './inode.ts';

/** A name in a directory. Its cookie stands for the place behind it in a listing and never changes. */
export interface Entry {
  readonly name: ByteString;
  readonly cookie: number;
  inode: Inode;
}

/** Cookies of '.' and '..', which have no entries of their own, come before all others. */
const FIRST_COOKIE = 3;

/**
 * The names of a directory, '.' and '..' aside.
 * A listing goes by cookies: whatever is added and removed between its parts, each name that stays is listed once.
 */
export class Entries {
  readonly #byName = new Map<ByteString, Entry>();
  /** By rising cookie, with removed entries until they outnumber the rest. */
  #order: Entry[] = [];
  #next = FIRST_COOKIE;

  get size(): number {
    return this.#byName.size;
  }

  get(name: ByteString): Entry | undefined {
    return this.#byName.get(name);
  }

  /** Adds a name that is not there yet. */
  add(name: ByteString, inode: Inode): void {
    const entry = { name, cookie: this.#next++, inode };
    this.#byName.set(name, entry);
    this.#order.push(entry);
  }

  remove(entry: Entry): void {
    this.#byName.delete(entry.name);
    if (this.#order.length > 2 * this.#byName.size + 16) this.#order = this.#order.filter((each) => this.#has(each));
  }

  /** The entries whose cookies are greater than the given one, in order; only a listing in one go may keep it. */
  *after(cookie: number): Generator<Entry, void, void> {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] as Entry).cookie <= cookie) low = middle + 1;
      else high = middle;
    }
    for (const order = this.#order; low < order.length; low++) {
      const entry = order[low] as Entry;
      if (this.#has(entry)) yield entry;
    }
  }

  /** Whether the entry is still there: the name may have come back as another one. */
  #has(entry: Entry): boolean {
    return this.#byName.get(entry.name) === entry;
  }
}
