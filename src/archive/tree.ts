import { type ByteString, fromBytes, toBytes } from '../abi/bytes.ts';
import { ENOTDIR, ESTALE } from '../abi/errno.ts';
import { NAME_MAX, PATH_MAX, S_IFDIR, S_IFLNK, S_IFMT } from '../abi/linux.ts';
import type { Time } from '../server/time.ts';
import { BadArchive, type Complain, type Entry } from './entry.ts';
import { type Birth, Directory, Inode } from './inode.ts';

/** What stands in for what an archive leaves out, and how much it may hold. */
export interface TreeOptions {
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Time;
  readonly maxInodes: number;
  readonly complain: Complain;
}

const ROOT = 1n;
/** Most bytes of names, targets and xattrs: all of them stay in memory. */
const MOST_TEXT = 2 ** 29;

/**
 * The tree that unpacking an archive would make, member after member: the last of a name counts, a directory that
 * is not named is made. What would lead out of the tree, or through a symlink, is left out: names are only ever looked up here.
 */
export class Tree {
  readonly root: Directory;
  readonly #options: TreeOptions;
  readonly #inodes = new Map<bigint, Inode>();
  #lastNodeid = ROOT;
  #text = 0; // bytes

  constructor(options: TreeOptions) {
    this.#options = options;
    this.root = new Directory(ROOT, this.#unnamedDirectory(), null);
    this.#inodes.set(ROOT, this.root);
  }

  get size(): number {
    return this.#inodes.size; // inodes
  }

  get inodes(): Iterable<Inode> {
    return this.#inodes.values();
  }

  /** @throws ESTALE for a nodeid that was never given out */
  inode(nodeid: bigint): Inode {
    const inode = this.#inodes.get(nodeid);
    if (inode === undefined) throw ESTALE;
    return inode;
  }

  /** @throws ESTALE; ENOTDIR */
  directory(nodeid: bigint): Directory {
    const inode = this.inode(nodeid);
    if (!(inode instanceof Directory)) throw ENOTDIR;
    return inode;
  }

  /** Takes a member in, or says why not. @throws BadArchive when there are more than there may be */
  add(entry: Entry): void {
    const problem = this.#problemOf(entry) ?? this.#place(entry);
    if (problem !== null) this.#options.complain(entry.path, `is left out: ${problem}`);
  }

  #problemOf({ path, mode, target, content }: Entry): string | null {
    const names = namesIn(path);
    if (path === '') return 'it has no name';
    if (path.includes('\0')) return 'a NUL is in its name';
    if (names.includes('..')) return "'..' is in its name";
    if (path.length >= PATH_MAX) return `its name is longer than ${PATH_MAX - 1} bytes`;
    if (names.some((name) => name.length > NAME_MAX)) return `a part of its name is longer than ${NAME_MAX} bytes`;
    if ((mode & S_IFMT) !== S_IFLNK) return null;
    const length = target?.length ?? content?.size ?? 0;
    if (length === 0 || target?.includes('\0') === true) return 'its target is no path';
    return length >= PATH_MAX ? `its target is longer than ${PATH_MAX - 1} bytes` : null;
  }

  /** Returns what is in the way. */
  #place(entry: Entry): string | null {
    const names = namesIn(entry.path);
    const name = names.pop();
    const isDirectory = entry.hardLinkTo === null && (entry.mode & S_IFMT) === S_IFDIR;
    if (name === undefined) {
      if (!isDirectory) return 'it would take the place of the root';
      this.root.attributes = this.#birth(entry);
      return null;
    }
    const parent = this.#makeDirectories(names);
    if (parent === null) return 'a file or a symlink is in place of its directory';
    const old = parent.get(name);
    if (isDirectory && old instanceof Directory) {
      old.attributes = this.#birth(entry);
      return null;
    }
    const linked = entry.hardLinkTo === null ? null : this.#find(entry.hardLinkTo);
    if (linked === undefined) return 'there is no file that it is another name of';
    if (linked !== null && linked === old) return null;
    if (old instanceof Directory && !old.isEmpty) return 'a directory of this name is not empty';
    if (old !== undefined) this.#remove(parent, name, old);
    parent.add(this.#kept(name), linked ?? this.#make(entry, isDirectory ? parent : null));
    return null;
  }

  /** The directory of a path, made where it is not there; null where something else is. */
  #makeDirectories(names: readonly ByteString[]): Directory | null {
    let directory = this.root;
    for (const name of names) {
      let next = directory.get(name);
      if (next === undefined) {
        next = this.#keep(new Directory(this.#newNodeid(), this.#unnamedDirectory(), directory));
        directory.add(this.#kept(name), next);
      }
      if (!(next instanceof Directory)) return null;
      directory = next;
    }
    return directory;
  }

  /** What a hard link may lead to: anything but a directory. */
  #find(path: ByteString): Inode | undefined {
    let inode: Inode | undefined = this.root;
    for (const name of namesIn(path)) inode = inode instanceof Directory ? inode.get(name) : undefined;
    return inode instanceof Directory ? undefined : inode;
  }

  #make(entry: Entry, parent: Directory | null): Inode {
    const nodeid = this.#newNodeid();
    const birth = this.#birth(entry);
    return this.#keep(parent === null ? new Inode(nodeid, birth) : new Directory(nodeid, birth, parent));
  }

  #remove(parent: Directory, name: ByteString, inode: Inode): void {
    parent.remove(name, inode);
    if (inode.nlink === 0 || inode instanceof Directory) this.#inodes.delete(inode.nodeid);
  }

  /** A name of its own: a part of a path keeps the whole path in memory. */
  #kept(name: ByteString): ByteString {
    this.#count(name.length);
    return fromBytes(toBytes(name));
  }

  #count(bytes: number): void {
    this.#text += bytes;
    if (this.#text > MOST_TEXT) throw new BadArchive(`more than ${MOST_TEXT} bytes of names, targets and xattrs`);
  }

  #newNodeid(): bigint {
    this.#lastNodeid++;
    return this.#lastNodeid;
  }

  #keep<T extends Inode>(inode: T): T {
    const { maxInodes } = this.#options;
    if (this.#inodes.size >= maxInodes) throw new BadArchive(`more than ${maxInodes} files; maxInodes allows more`);
    this.#inodes.set(inode.nodeid, inode);
    return inode;
  }

  #birth({ mode, uid, gid, atime, mtime, ctime, rdev, content, target, xattrs }: Entry): Birth {
    const options = this.#options;
    const modified = mtime ?? options.mtime;
    let text = target?.length ?? 0;
    for (const [name, value] of xattrs) text += name.length + value.length;
    this.#count(text);
    return {
      mode,
      uid: uid ?? options.uid,
      gid: gid ?? options.gid,
      atime: atime ?? modified,
      mtime: modified,
      ctime: ctime ?? modified,
      rdev,
      content,
      target,
      xattrs,
    };
  }

  #unnamedDirectory(): Birth {
    const { uid, gid, mtime } = this.#options;
    const mode = S_IFDIR | 0o755;
    const none = { rdev: 0, content: null, target: null, xattrs: new Map() };
    return { mode, uid, gid, atime: mtime, mtime, ctime: mtime, ...none };
  }
}

/** The parts of a path below the root; a slash in front means nothing, nor do '.' and slashes in a row. */
const namesIn = (path: ByteString): ByteString[] => path.split('/').filter((name) => name !== '' && name !== '.');
