import type { ByteString } from '../../abi/bytes.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/linux.ts';
import type { Time } from '../time.ts';
import type { Content } from './content.ts';
import { Entries } from './directory.ts';
import type { Space } from './space.ts';
import { Xattrs } from './xattr.ts';

/** What every kind of inode is made from. */
export interface Birth {
  readonly nodeid: bigint;
  readonly mode: number; // with the type
  readonly uid: number;
  readonly gid: number;
  readonly time: Time;
  /** Where extended attributes and link targets take their bytes. */
  readonly space: Space;
}

/** What is common to files, directories, symbolic links and special files. */
export abstract class Inode {
  /** The name for the client, and `st_ino` too: never used twice. */
  readonly nodeid: bigint;
  mode: number;
  uid: number;
  gid: number;
  nlink = 1;
  atime: Time;
  mtime: Time;
  ctime: Time;
  readonly btime: Time;
  readonly xattrs: Xattrs;
  /** References that the client has and will give back with FORGET. */
  nlookup = 0;
  /** How many opens were not released yet. */
  opens = 0;

  constructor(birth: Birth) {
    this.nodeid = birth.nodeid;
    this.mode = birth.mode;
    this.uid = birth.uid;
    this.gid = birth.gid;
    this.atime = birth.time;
    this.mtime = birth.time;
    this.ctime = birth.time;
    this.btime = birth.time;
    this.xattrs = new Xattrs(birth.space);
  }

  get type(): number {
    return this.mode & S_IFMT;
  }

  abstract get size(): number; // bytes
  /** Bytes of space taken by the contents. */
  abstract get allocated(): number;

  /** Whether nothing refers to the inode any more: no name, no client, no open. */
  get unused(): boolean {
    return this.nlink === 0 && this.nlookup === 0 && this.opens === 0;
  }

  /** Gives all space back, when the inode is {@link unused}. */
  free(): void {
    this.xattrs.clear();
  }

  /** Marks the contents as changed. */
  modified(time: Time): void {
    this.mtime = time;
    this.ctime = time;
  }
}

/** A regular file. */
export class RegularFile extends Inode {
  readonly content: Content;
  /** Whether the file was made without a name and may get one by link(2). */
  linkable = false;

  constructor(birth: Birth, content: Content) {
    super({ ...birth, mode: S_IFREG | (birth.mode & ~S_IFMT) });
    this.content = content;
  }

  get size(): number {
    return this.content.size;
  }

  get allocated(): number {
    return this.content.allocated;
  }

  override free(): void {
    super.free();
    this.content.truncate(0);
  }
}

/** What tmpfs counts for each name in a directory's size. */
const NAME_SIZE = 20;

/** A directory. */
export class Directory extends Inode {
  readonly entries = new Entries();
  /** What '..' is; the root is its own parent. */
  parent: Directory;

  constructor(birth: Birth, parent: Directory | null) {
    super({ ...birth, mode: S_IFDIR | (birth.mode & ~S_IFMT) });
    this.parent = parent ?? this;
    this.nlink = 2;
  }

  get size(): number {
    return NAME_SIZE * (this.entries.size + 2);
  }

  get allocated(): number {
    return 0;
  }

  /** Whether the directory is `other` or lies somewhere in it. */
  isWithin(other: Directory): boolean {
    let at: Directory = this;
    while (at !== other) {
      if (at.parent === at) return false;
      at = at.parent;
    }
    return true;
  }
}

/** A symbolic link. */
export class Symlink extends Inode {
  readonly target: ByteString;
  readonly #space: Space;

  /** @throws ENOSPC when there is no space for the target. */
  constructor(birth: Birth, target: ByteString) {
    super({ ...birth, mode: S_IFLNK | 0o777 });
    birth.space.take(target.length);
    this.#space = birth.space;
    this.target = target;
  }

  get size(): number {
    return this.target.length;
  }

  get allocated(): number {
    return 0;
  }

  override free(): void {
    super.free();
    this.#space.give(this.target.length);
  }
}

/** A FIFO, socket or device: a name and attributes, whose work the client's kernel does. */
export class SpecialFile extends Inode {
  readonly rdev: number;

  constructor(birth: Birth, rdev: number) {
    super(birth);
    this.rdev = rdev;
  }

  get size(): number {
    return 0;
  }

  get allocated(): number {
    return 0;
  }
}
