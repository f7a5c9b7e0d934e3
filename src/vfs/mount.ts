import type { Dentry } from './dentry.ts';
import type { Superblock } from './superblock.ts';

/** A superblock at a place in the tree. Analogous to Linux's struct mount. */
export class Mount {
  readonly superblock: Superblock;
  readonly root: Dentry;
  /** Where it is mounted; null for the root of the tree. */
  readonly at: Path | null;
  readonly readOnly: boolean;
  readonly noexec: boolean;
  /** The mounts on top of dentries of this one. */
  readonly mounted = new Map<Dentry, Mount>();

  constructor(
    superblock: Superblock,
    root: Dentry,
    at: Path | null,
    options: { readOnly?: boolean; noexec?: boolean } = {},
  ) {
    this.superblock = superblock;
    this.root = root;
    this.at = at;
    this.readOnly = options.readOnly ?? false;
    this.noexec = options.noexec ?? false;
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
    const above = this.dentry.covers > 0 ? this.mount.mounted.get(this.dentry) : undefined;
    return above === undefined ? this : new Path(above, above.root).visible();
  }
}
