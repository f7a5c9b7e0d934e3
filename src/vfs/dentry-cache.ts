import type { Dentry } from './dentry.ts';
import { Sieve } from './sieve.ts';

/** What a kernel keeps when nobody says otherwise. */
export const DEFAULT_DENTRY_CACHE_ENTRIES = 200_000;

/** How many go at a time, if the budget is not small, so that the server is told of them together. Linux's SHRINK_BATCH. */
const BATCH = 128;
const SMALL = 16 * BATCH;

/**
 * How far the hand goes for one that may go. Where most are in use it finds none, each time one comes: this bounds what that
 * costs, and the next time it goes on from there.
 */
const STEPS = 64;

/**
 * All cached names, of whatever file system. Above the budget those go that nobody uses and that were not used for long,
 * negative ones too, directories only once nothing below them is cached; their files are forgotten with them. Those in
 * use may be more than the budget.
 *
 * Linux has no such number: its shrinkers let go of unused dentries when memory is short.
 *
 * @see Linux fs/dcache.c, prune_dcache_sb()
 */
export class DentryCache {
  readonly budget: number; // dentries
  readonly #dentries = new Sieve<Dentry>();

  constructor(budget = DEFAULT_DENTRY_CACHE_ENTRIES) {
    this.budget = budget;
  }

  /** How many are cached; the roots of file systems are not counted. */
  get count(): number {
    return this.#dentries.count;
  }

  /** A dentry is found by its parent from now on. Others may go for it, but not this one. */
  add(dentry: Dentry): void {
    this.#dentries.add(dentry);
    if (this.count <= this.budget) return;
    const batch = this.budget < SMALL ? 1 : BATCH;
    this.#drop(this.budget - batch + 1, (dentries) => dentries.victim(dentry, STEPS));
  }

  /** A dentry is found no more. */
  remove(dentry: Dentry): void {
    this.#dentries.remove(dentry);
  }

  /** Drops dentries that nobody uses until there are `count`, or no more of them. */
  shrink(count: number): void {
    this.#drop(count, (dentries) => dentries.victim(null));
  }

  #drop(count: number, choose: (dentries: Sieve<Dentry>) => Dentry | null): void {
    while (this.count > count) {
      const victim = choose(this.#dentries);
      if (victim === null) return;
      victim.drop();
    }
  }
}
