import type { ByteString } from '../abi/bytes.ts';
import type { Time } from '../server/time.ts';
import type { Content } from './content.ts';

/** What an inode is born with; all of it is the archive's, or stands in for what that leaves out. */
export interface Birth {
  readonly mode: number; // type and permissions
  readonly uid: number;
  readonly gid: number;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly rdev: number;
  readonly content: Content | null;
  readonly target: ByteString | null;
  readonly xattrs: ReadonlyMap<ByteString, ByteString>;
}

/** A file of any type but directory. It does not change once the index is whole. */
export class Inode {
  readonly nodeid: bigint;
  attributes: Birth;
  /** Names that it has. */
  nlink = 0;
  /** Opens that were not released. */
  opens = 0;

  constructor(nodeid: bigint, attributes: Birth) {
    this.nodeid = nodeid;
    this.attributes = attributes;
  }

  get size(): number {
    const { content, target } = this.attributes;
    return target?.length ?? content?.size ?? 0;
  }
}

/** A name in a directory, and what it stands for. */
export type Named = readonly [name: ByteString, inode: Inode];

/** A directory. Its link count is that of Linux: its name, its '.', and the '..' of each directory in it. */
export class Directory extends Inode {
  readonly parent: Directory;
  readonly #entries = new Map<ByteString, Inode>();
  #list: readonly Named[] | null = null;

  /** Without a parent it is the root, its own parent. */
  constructor(nodeid: bigint, attributes: Birth, parent: Directory | null) {
    super(nodeid, attributes);
    this.nlink = 1;
    this.parent = parent ?? this;
    if (parent === null) this.nlink++;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get(name: ByteString): Inode | undefined {
    return this.#entries.get(name);
  }

  /** Gives an inode a name that is free. */
  add(name: ByteString, inode: Inode): void {
    this.#entries.set(name, inode);
    inode.nlink++;
    if (inode instanceof Directory) this.nlink++;
  }

  remove(name: ByteString, inode: Inode): void {
    this.#entries.delete(name);
    inode.nlink--;
    if (inode instanceof Directory) this.nlink--;
  }

  /** All names in the order of the archive, '.' and '..' in front: a place in this list is a cookie of READDIR. */
  get list(): readonly Named[] {
    this.#list ??= [['.', this], ['..', this.parent], ...this.#entries];
    return this.#list;
  }
}
