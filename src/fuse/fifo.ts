/** A queue whose first entry leaves cheaply, however long it is. */
export class Fifo<T> {
  #entries: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const entry = this.#entries[this.#head];
    this.#entries[this.#head++] = undefined;
    if (this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Takes an entry out of the middle. Returns whether it was there. */
  remove(entry: T): boolean {
    const at = this.#entries.indexOf(entry, this.#head);
    if (at === -1) return false;
    this.#entries.splice(at, 1);
    return true;
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const all = this.#entries.slice(this.#head) as T[];
    this.#entries = [];
    this.#head = 0;
    return all;
  }
}
