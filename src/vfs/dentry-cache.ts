import type { Dentry } from './dentry.ts';
import { Sieve } from './sieve.ts';

/** What a kernel keeps when nobody says otherwise. */
export const DEFAULT_DENTRY_CACHE_ENTRIES = 200_000;

/**
 * How far the hand goes for each dentry that comes. Where most are in use it finds none that may go, again and again:
 * this bounds what that costs, and the next ones go on from there.
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
    while (this.count > this.budget) {
      const victim = this.#dentries.victim(dentry, STEPS);
      if (victim === null) return;
      victim.drop();
    }
  }

  /** A dentry is found no more. */
  remove(dentry: Dentry): void {
    this.#dentries.remove(dentry);
  }

  /** Drops dentries that nobody uses until there are `count`, or no more of them. */
  shrink(count: number): void {
    while (this.count > count) {
      const victim = this.#dentries.victim(null);
      if (victim === null) return;
      victim.drop();
    }
  }
}
