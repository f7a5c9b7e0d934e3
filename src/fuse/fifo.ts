/** A queue whose first entry leaves cheaply, however long it is. */
export class Fifo<T> {
  #entries: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  get first(): T | undefined {
    return this.#entries[this.#head];
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  /** Puts entries before all others, in their order. */
  unshift(entries: readonly T[]): void {
    this.#entries = [...entries, ...this.#entries.slice(this.#head)];
    this.#head = 0;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const entry = this.#entries[this.#head];
    this.#entries[this.#head++] = undefined;
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0;
      this.#head = 0;
    } else if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Takes an entry out, wherever it is; nothing happens if it is not there. */
  remove(entry: T): void {
    if (this.first === entry) {
      this.shift();
      return;
    }
    const at = this.#entries.indexOf(entry, this.#head);
    if (at !== -1) this.#entries.splice(at, 1);
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const all = this.#entries.slice(this.#head) as T[];
    this.#entries = [];
    this.#head = 0;
    return all;
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let at = this.#head; at < this.#entries.length; at++) yield this.#entries[at] as T;
  }
}
