import type { Dentry } from './dentry.ts';
import type { Superblock } from './superblock.ts';

/** What a mount does not let its users do. Linux's MNT_* flags. */
export interface MountFlags {
  readonly readOnly: boolean;
  /** Devices are not opened. */
  readonly nodev: boolean;
  /** Programs do not run as their owner or group. */
  readonly nosuid: boolean;
  /** Programs do not run. */
  readonly noexec: boolean;
}

const NO_FLAGS: MountFlags = { readOnly: false, nodev: false, nosuid: false, noexec: false };

/** A superblock at a place in the tree. Analogous to Linux's struct mount. */
export class Mount {
  readonly superblock: Superblock;
  readonly root: Dentry;
  /** Changed by remounting. */
  flags: MountFlags;
  /** The mounts on top of dentries of this one. */
  readonly mounted = new Map<Dentry, Mount>();
  #at: Path | null;

  /** Covers the place `at`, which stays held; null for the root of a tree. */
  constructor(superblock: Superblock, root: Dentry, at: Path | null, flags: Partial<MountFlags> = {}) {
    this.superblock = superblock;
    this.root = root;
    this.flags = { ...NO_FLAGS, ...flags };
    this.#at = at?.hold() ?? null;
    if (at === null) return;
    at.mount.mounted.set(at.dentry, this);
    at.dentry.cover(this);
  }

  /** Whether nothing can be changed through it. @see Linux fs/namespace.c, __mnt_is_readonly() */
  get isReadOnly(): boolean {
    return this.flags.readOnly || this.superblock.isReadOnly;
  }

  /** Where it is mounted; null for the root of a tree, and once it was taken away. */
  get at(): Path | null {
    return this.#at;
  }

  /** Takes it away from where it is mounted. Who is in there can stay, and finds no way out. Linux's umount_tree(). */
  detach(): void {
    const at = this.#at;
    if (at === null) return;
    this.#at = null;
    at.mount.mounted.delete(at.dentry);
    at.dentry.uncover(this);
    at.release();
  }
}

/** A place in the tree: a dentry seen through a mount. Analogous to Linux's struct path; hold it while a sleep may come. */
export class Path {
  readonly mount: Mount;
  readonly dentry: Dentry;

  constructor(mount: Mount, dentry: Dentry) {
    this.mount = mount;
    this.dentry = dentry;
  }

  hold(): this {
    this.dentry.hold();
    return this;
  }

  release(): void {
    this.dentry.release();
  }

  /** What is seen at this place: the root of the topmost mount on it, or the place itself. Not held. Linux's traverse_mounts(). */
  visible(): Path {
    const above = this.dentry.isMountpoint ? this.mount.mounted.get(this.dentry) : undefined;
    return above === undefined ? this : new Path(above, above.root).visible();
  }
}
