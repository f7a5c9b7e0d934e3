/** A queue whose first entry leaves cheaply, however long it is. An empty one keeps its memory for the next entries. */
export class Fifo<T> {
  /** The entries, from `#head` up to `#tail`. */
  #places: (T | undefined)[] = [];
  #head = 0;
  #tail = 0;

  get length(): number {
    return this.#tail - this.#head;
  }

  get first(): T | undefined {
    return this.#places[this.#head];
  }

  push(entry: T): void {
    this.#places[this.#tail++] = entry;
  }

  /** Puts entries before all others, in their order. */
  unshift(entries: readonly T[]): void {
    this.#keep([...entries, ...this.#all]);
  }

  shift(): T | undefined {
    if (this.#head === this.#tail) return undefined;
    const entry = this.#places[this.#head];
    this.#places[this.#head++] = undefined;
    if (this.#head === this.#tail) {
      if (this.#tail > KEPT) this.#places = [];
      this.#head = 0;
      this.#tail = 0;
    } else if (this.#head > 64 && this.#head * 2 > this.#tail) this.#keep(this.#all);
    return entry;
  }

  /** Takes out the entry that has so many before it. */
  takeAt(index: number): T | undefined {
    if (index === 0) return this.shift();
    const at = this.#head + index;
    const entry = this.#places[at];
    this.#places.copyWithin(at, at + 1, this.#tail);
    this.#places[--this.#tail] = undefined;
    return entry;
  }

  /** Takes an entry out, wherever it is; nothing happens if it is not there. */
  remove(entry: T): void {
    const at = this.#places.indexOf(entry, this.#head);
    if (at !== -1) this.takeAt(at - this.#head);
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const all = this.#all;
    this.#keep([]);
    return all;
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let at = this.#head; at < this.#tail; at++) yield this.#places[at] as T;
  }

  get #all(): T[] {
    return this.#places.slice(this.#head, this.#tail) as T[];
  }

  #keep(entries: T[]): void {
    this.#places = entries;
    this.#head = 0;
    this.#tail = entries.length;
  }
}

/** More places than this are not kept when the queue is empty. */
const KEPT = 1024;
