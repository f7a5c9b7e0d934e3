/** A moment in the life of a connection's caches: taken before a request, compared when its reply is used. */
export interface Moment {
  readonly attributes: number;
  readonly evictions: number;
  readonly epoch: number;
}

/**
 * Counts changes to a connection's cached inodes, so that a reply can be told from a newer change made here.
 *
 * @see Linux fs/fuse/fuse_i.h, fuse_get_attr_version() and fuse_get_evict_ctr()
 */
export class Versions {
  #attributes = 1;
  #evictions = 1;
  #epoch = 0;

  /** The number of a change to some inode's cached attributes. */
  next(): number {
    return ++this.#attributes;
  }

  /** An inode that has names left was evicted: what is being looked up may be that one, and what was known is lost. */
  countEviction(): void {
    this.#evictions++;
  }

  /** The epoch that names are learnt in; those of older ones are not believed any more. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The server wants every name looked up anew. */
  nextEpoch(): void {
    this.#epoch++;
  }

  now(): Moment {
    return { attributes: this.#attributes, evictions: this.#evictions, epoch: this.#epoch };
  }

  /** Whether an inode was evicted since. */
  hasEvictedSince(moment: Moment): boolean {
    return this.#evictions !== moment.evictions;
  }
}
