import { ENOSPC } from '../../abi/errno.ts';

/** What a file system may use of one thing, such as bytes or inodes, and how much of it is in use. */
export class Space {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get free(): number {
    return this.limit - this.#used;
  }

  /** @throws ENOSPC when so much is not free; then nothing is taken. */
  take(amount: number): void {
    if (amount > this.free) throw ENOSPC;
    this.#used += amount;
  }

  give(amount: number): void {
    this.#used -= amount;
  }
}
