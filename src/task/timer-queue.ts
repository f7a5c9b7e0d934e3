/** Something to happen at a time, until cancelled. */
export interface Timer {
  cancel(): void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  action: (() => void) | null;
}

const before = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/** Timers in a binary heap, earliest first; equal times in the order they were set. */
export class TimerQueue {
  #heap: Entry[] = [];
  #order = 0;
  #cancelled = 0;

  add(time: number, action: () => void): Timer {
    const entry: Entry = { time, order: this.#order++, action };
    this.#push(entry);
    return {
      cancel: () => {
        if (entry.action === null) return;
        entry.action = null;
        this.#cancelled++;
        this.#sweep();
      },
    };
  }

  /** The earliest time; null when there is no timer. */
  get next(): number | null {
    return this.#heap[0]?.time ?? null;
  }

  /** Runs what is due at `now`, also what that adds. */
  fire(now: number): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.time > now) return;
      this.#pop();
      const { action } = first;
      if (action === null) this.#cancelled--;
      first.action = null;
      action?.();
    }
  }

  /**
   * Keeps the earliest entry a live one, and the cancelled below half: most timers are deadlines that are cancelled
   * long before they are due.
   */
  #sweep(): void {
    while (this.#heap[0]?.action === null) {
      this.#pop();
      this.#cancelled--;
    }
    if (this.#cancelled * 2 <= this.#heap.length + 16) return;
    const live = this.#heap.filter((entry) => entry.action !== null);
    this.#heap = [];
    this.#cancelled = 0;
    for (const entry of live) this.#push(entry);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!before(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, heap[child] as Entry)) child++;
      const below = heap[child] as Entry;
      if (!before(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
