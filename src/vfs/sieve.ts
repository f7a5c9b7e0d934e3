/** What a {@link Sieve} keeps in order. All but `isBusy` and `isVisited` is the Sieve's. */
export interface Sieved<Self> {
  /** Whether it must stay: something is under way with it. */
  readonly isBusy: boolean;
  /** It was used since the hand last came by. */
  isVisited: boolean;
  /** Its neighbours in order of age. */
  newer: Self | null;
  older: Self | null;
}

/**
 * Chooses what a cache drops. A hand goes from the oldest to the newest, spares once each that was used since it last came
 * by, and takes the first that was not. What is used only once, however much of it comes, so takes nothing away that
 * others use. The algorithm is SIEVE, by Zhang and others, NSDI 2024.
 */
export class Sieve<T extends Sieved<T>> {
  #newest: T | null = null;
  #oldest: T | null = null;
  #hand: T | null = null;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(item: T): void {
    item.older = this.#newest;
    if (this.#newest === null) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
    this.#count++;
  }

  remove(item: T): void {
    if (this.#hand === item) this.#hand = item.newer;
    if (item.newer === null) this.#newest = item.older;
    else item.newer.older = item.older;
    if (item.older === null) this.#oldest = item.newer;
    else item.older.newer = item.newer;
    item.newer = null;
    item.older = null;
    this.#count--;
  }

  /**
   * What is to go next, busy ones and `wanted` excepted; null when the hand finds none on its way of so many steps. Two
   * rounds find one, if there is one: the first may only take marks of use away.
   */
  victim(wanted: T | null, steps: number = 2 * this.#count): T | null {
    let item = this.#hand ?? this.#oldest;
    for (let left = steps; left > 0 && item !== null; left--) {
      const next: T | null = item.newer ?? this.#oldest;
      this.#hand = item.newer;
      if (item !== wanted && !item.isBusy) {
        if (!item.isVisited) return item;
        item.isVisited = false;
      }
      item = next;
    }
    return null;
  }
}
