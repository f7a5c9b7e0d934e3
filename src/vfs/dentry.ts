import type { ByteString } from '../abi/bytes.ts';
import type { WaitQueue } from '../task/wait-queue.ts';
import type { DentryCache } from './dentry-cache.ts';
import type { Inode } from './inode.ts';
import type { Mount } from './mount.ts';
import type { Sieved } from './sieve.ts';

const NO_CHILDREN: ReadonlyMap<ByteString, Dentry> = new Map();

/**
 * A cached name in a directory. Without an inode it is *negative*: the name is known to be absent.
 * Analogous to Linux's struct dentry.
 *
 * A dentry holds one reference on its inode while it is hashed or somebody holds it.
 * References on a dentry are held by its children, open files, mounts, working directories and walks in progress.
 */
export class Dentry implements Sieved<Dentry> {
  /** Null for the root of a superblock, and for what was found without a name. */
  parent: Dentry | null;
  name: ByteString;
  /** The file it names; null when negative, and when it has died. */
  inode: Inode | null = null;
  /** Monotonic milliseconds up to which the name may be believed; the file system's to set and to read. */
  expires = 0;
  /** Which of the epochs of the file system's names it was learnt in; the file system's too. */
  epoch = 0;
  /** The dentries that name the same inode; {@link Inode.alias} is the first. */
  nextAlias: Dentry | null = null;
  previousAlias: Dentry | null = null;
  /** Whether the parent finds it: not before it is tied in, and no more once dropped or deleted. */
  hashed = false;
  /** A walk has made use of it since the {@link DentryCache} last asked. Linux's DCACHE_REFERENCED. */
  isVisited = false;
  newer: Dentry | null = null;
  older: Dentry | null = null;
  /** Where it is while its parent finds it, and its children; null for a file system whose names are not counted. */
  readonly #cache: DentryCache | null;
  #references = 0;
  // Most dentries are of files: what only directories have is made when first needed.
  #children: Map<ByteString, Dentry> | null = null;
  #lookups: Map<ByteString, WaitQueue> | null = null;
  /** What covers it: for each mount that it can be seen through, one. */
  #mounts: Set<Mount> | null = null;

  /** One without a parent is the root of a superblock, whose names are in `cache`; or has no name. */
  constructor(parent: Dentry | null, name: ByteString, cache: DentryCache | null = null) {
    this.#cache = parent === null ? cache : parent.#cache;
    this.parent = parent?.hold() ?? null;
    this.name = name;
  }

  /** Cached children by name; every one of them is hashed. */
  get children(): ReadonlyMap<ByteString, Dentry> {
    return this.#children ?? NO_CHILDREN;
  }

  /** Names being looked up right now: whoever wants one of them too waits here. */
  get lookups(): Map<ByteString, WaitQueue> {
    this.#lookups ??= new Map();
    return this.#lookups;
  }

  /** Whether something is mounted on it. */
  get isMountpoint(): boolean {
    return this.#mounts !== null && this.#mounts.size > 0;
  }

  /** For {@link Mount}: it covers this dentry from now on, or no more. */
  cover(mount: Mount): void {
    this.#mounts ??= new Set();
    this.#mounts.add(mount);
  }

  uncover(mount: Mount): void {
    this.#mounts?.delete(mount);
  }

  get isNegative(): boolean {
    return this.inode === null;
  }

  /** Whether somebody holds it, cached children included. */
  get isBusy(): boolean {
    return this.#references > 0;
  }

  hold(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    if (this.isAdrift) this.hashed = false;
    if (!this.hashed) this.#die();
  }

  /** Whether it is a directory that was found without a name, and has no place in the tree yet. Linux's DCACHE_DISCONNECTED. */
  get isAdrift(): boolean {
    return this.hashed && this.parent === null && this.inode !== null && this.inode.superblock.root !== this;
  }

  /**
   * Ties the result of a lookup or a creation: an inode, or null for a negative dentry. Linux's d_add and d_instantiate.
   * In a directory that is not cached itself nothing is: no walk would ever find it, or let it go.
   */
  attach(inode: Inode | null): void {
    this.#setInode(inode);
    if (this.hashed || this.parent?.hashed === false) return;
    this.hashed = true;
    if (this.parent === null) return;
    this.parent.children.get(this.name)?.drop();
    this.parent.#adopt(this);
    this.#cache?.add(this);
  }

  /** Ties the inode of a file without a name, which no walk is to find. Linux's d_instantiate of an unhashed dentry. */
  attachUnnamed(inode: Inode): void {
    this.inode = inode.hold();
  }

  /**
   * Forgets the name and the cached tree below it, and takes away what is mounted there. Who holds a dentry of it keeps
   * that one and its inode. Linux's d_invalidate.
   */
  drop(): void {
    for (const child of this.children.values()) child.drop();
    this.#detachOwnMounts();
    if (!this.hashed) return;
    this.hashed = false;
    this.#unlinkFromParent();
    if (this.parent !== null) this.#cache?.remove(this);
    if (this.#references === 0) this.#die();
  }

  /**
   * The name was removed: nobody else's dentry turns negative and expires at once, one in use is only unhashed, so that
   * open files keep their inode. `held` is how many references the caller itself has. Linux's d_delete.
   */
  remove(held: number): void {
    this.expires = 0;
    if (this.#references > held) {
      this.drop();
      return;
    }
    this.#setInode(null);
  }

  /** Takes another name, in place of what is cached there. Linux's d_move. */
  moveTo(parent: Dentry, name: ByteString): void {
    parent.children.get(name)?.drop();
    this.#unlinkFromParent();
    parent.hold();
    const old = this.parent;
    this.parent = parent;
    this.name = name;
    if (old === null && this.hashed) this.#cache?.add(this);
    this.#linkToParent();
    old?.release();
  }

  /** Swaps names with another dentry, for RENAME_EXCHANGE. */
  exchange(other: Dentry): void {
    const { parent, name } = other;
    this.#unlinkFromParent();
    other.#unlinkFromParent();
    other.parent = this.parent;
    other.name = this.name;
    this.parent = parent;
    this.name = name;
    this.#linkToParent();
    other.#linkToParent();
  }

  /** Takes away what is mounted here and below; who is in there can stay. Linux's detach_mounts(). */
  detachMounts(): void {
    this.#detachOwnMounts();
    for (const child of this.children.values()) child.detachMounts();
  }

  /** Drops every cached dentry below that nobody uses. Linux's shrink_dcache_parent. */
  prune(): void {
    for (const child of this.children.values()) {
      child.prune();
      if (!child.isBusy) child.drop();
    }
  }

  /** Whether this is `other` or lies above it. Linux's d_ancestor. */
  isAncestorOf(other: Dentry): boolean {
    for (let at: Dentry | null = other; at !== null; at = at.parent) if (at === this) return true;
    return false;
  }

  #linkToParent(): void {
    if (this.hashed && this.parent?.hashed === true) this.parent.#adopt(this);
    else this.drop();
  }

  #unlinkFromParent(): void {
    const { parent, name } = this;
    if (parent?.children.get(name) === this) parent.#children?.delete(name);
  }

  #adopt(child: Dentry): void {
    this.#children ??= new Map();
    this.#children.set(child.name, child);
  }

  #detachOwnMounts(): void {
    if (this.#mounts !== null) for (const mount of [...this.#mounts]) mount.detach();
  }

  #setInode(inode: Inode | null): void {
    const old = this.inode;
    inode?.hold();
    old?.removeAlias(this);
    this.inode = inode;
    inode?.addAlias(this);
    old?.release();
  }

  #die(): void {
    const { parent } = this;
    this.#setInode(null);
    this.parent = null;
    parent?.release();
  }
}
