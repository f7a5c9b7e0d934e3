import type { ByteString } from '../../abi/bytes.ts';
import { EEXIST, EINVAL, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, ESTALE } from '../../abi/errno.ts';
import {
  NAME_MAX,
  PATH_MAX,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
} from '../../abi/linux.ts';
import type { Time } from '../time.ts';
import { Content } from './content.ts';
import type { Entry } from './directory.ts';
import { type Birth, Directory, type Inode, RegularFile, SpecialFile, Symlink } from './inode.ts';
import { Space } from './space.ts';
import type { Attribute } from './xattr.ts';

/** Who makes an inode, and with which mode, type included. */
export interface Maker {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** What it has from its beginning; none when left out. */
  readonly xattrs?: readonly Attribute[];
}

const ROOT = 1n;
const specialTypes = [S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK];

/**
 * A POSIX file tree: inodes by nodeid, and the directories that name them.
 * It checks what belongs to the tree (what exists, what is a directory, what fits) and leaves permissions to the client.
 */
export class Tree {
  readonly root: Directory;
  readonly bytes: Space;
  readonly inodes: Space;
  readonly now: () => Time;
  readonly #byNodeid = new Map<bigint, Inode>();
  #lastNodeid = ROOT;

  constructor(options: { maxBytes: number; maxInodes: number; now: () => Time; root: Maker }) {
    this.bytes = new Space(options.maxBytes);
    this.inodes = new Space(options.maxInodes);
    this.now = options.now;
    this.inodes.take(1);
    const { uid, gid, mode } = options.root;
    this.root = new Directory({ nodeid: ROOT, uid, gid, mode, time: this.now(), space: this.bytes }, null);
    this.#byNodeid.set(ROOT, this.root);
  }

  /** @throws ESTALE for a nodeid that was never given out, or was forgotten. */
  inode(nodeid: bigint): Inode {
    const inode = this.#byNodeid.get(nodeid);
    if (inode === undefined) throw ESTALE;
    return inode;
  }

  /** @throws ESTALE; ENOTDIR. */
  directory(nodeid: bigint): Directory {
    const inode = this.inode(nodeid);
    if (!(inode instanceof Directory)) throw ENOTDIR;
    return inode;
  }

  /** @throws ESTALE; EISDIR for a directory; EINVAL for anything else that has no bytes. */
  file(nodeid: bigint): RegularFile {
    const inode = this.inode(nodeid);
    if (inode instanceof Directory) throw EISDIR;
    if (!(inode instanceof RegularFile)) throw EINVAL;
    return inode;
  }

  /** What a name in a directory stands for, '.' and '..' too; null when there is nothing. @throws ENAMETOOLONG. */
  lookup(directory: Directory, name: ByteString): Inode | null {
    if (name === '.') return directory;
    if (name === '..') return directory.nlink === 0 ? null : directory.parent;
    if (name.length > NAME_MAX) throw ENAMETOOLONG;
    return directory.entries.get(name)?.inode ?? null;
  }

  /** @throws ENAMETOOLONG; ENOENT. */
  entry(directory: Directory, name: ByteString): Entry {
    if (name.length > NAME_MAX) throw ENAMETOOLONG;
    const entry = directory.entries.get(name);
    if (entry === undefined) throw ENOENT;
    return entry;
  }

  /**
   * Makes an inode of `maker.mode`'s type; a type of 0 is a regular file. In a set-group-ID directory it gets the
   * directory's group, and a new directory that bit too.
   *
   * @throws ENAMETOOLONG, EINVAL for the name; EEXIST; ENOENT in a removed directory; ENOSPC; EINVAL for the type.
   */
  create(directory: Directory, name: ByteString, maker: Maker, rdev = 0): Inode {
    this.checkNewName(directory, name);
    const type = maker.mode & S_IFMT;
    const inode = this.#make(directory, maker, (birth) => {
      if (type === S_IFDIR) return new Directory(birth, directory);
      if (type === S_IFREG || type === 0) return new RegularFile(birth, new Content(this.bytes));
      if (!specialTypes.includes(type)) throw EINVAL;
      return new SpecialFile(birth, rdev);
    });
    this.attach(directory, name, inode);
    return inode;
  }

  /** @throws ENAMETOOLONG, EINVAL for the name; EEXIST; ENOENT in a removed directory; ENAMETOOLONG for the target; ENOSPC. */
  symlink(directory: Directory, name: ByteString, target: ByteString, maker: Maker): Inode {
    this.checkNewName(directory, name);
    if (target.length >= PATH_MAX) throw ENAMETOOLONG;
    const inode = this.#make(directory, { ...maker, mode: S_IFLNK }, (birth) => new Symlink(birth, target));
    this.attach(directory, name, inode);
    return inode;
  }

  /** Makes a regular file without a name, which lives while it is in use. @throws ENOENT in a removed directory; ENOSPC. */
  createUnnamed(directory: Directory, maker: Maker, linkable: boolean): Inode {
    if (directory.nlink === 0) throw ENOENT;
    return this.#make(directory, maker, (birth) => {
      const file = new RegularFile(birth, new Content(this.bytes));
      file.nlink = 0;
      file.linkable = linkable;
      return file;
    });
  }

  /** Makes what RENAME_WHITEOUT leaves behind; the caller gives it the name. @throws ENOSPC */
  createWhiteout(directory: Directory, by: Omit<Maker, 'mode'>): Inode {
    return this.#make(directory, { ...by, mode: S_IFCHR }, (birth) => new SpecialFile(birth, 0));
  }

  /** @throws EPERM for a directory; ENAMETOOLONG, EINVAL for the name; EEXIST; ENOENT when either is removed. */
  link(directory: Directory, name: ByteString, inode: Inode): void {
    if (inode instanceof Directory) throw EPERM;
    this.checkNewName(directory, name);
    if (inode.nlink === 0 && !(inode instanceof RegularFile && inode.linkable)) throw ENOENT;
    if (inode instanceof RegularFile) inode.linkable = false;
    inode.nlink++;
    inode.ctime = this.now();
    this.attach(directory, name, inode);
  }

  /** @throws ENAMETOOLONG; ENOENT; EISDIR. */
  unlink(directory: Directory, name: ByteString): void {
    const entry = this.entry(directory, name);
    if (entry.inode instanceof Directory) throw EISDIR;
    this.detach(directory, entry);
    this.release(entry.inode);
  }

  /** @throws ENAMETOOLONG; EINVAL for '.'; ENOTEMPTY for '..'; ENOENT; ENOTDIR; ENOTEMPTY. */
  rmdir(directory: Directory, name: ByteString): void {
    if (name === '.') throw EINVAL;
    if (name === '..') throw ENOTEMPTY;
    const entry = this.entry(directory, name);
    if (!(entry.inode instanceof Directory)) throw ENOTDIR;
    if (entry.inode.entries.size > 0) throw ENOTEMPTY;
    this.detach(directory, entry);
    this.release(entry.inode);
  }

  /** @throws ENAMETOOLONG; EINVAL for no name and for one with a slash; EEXIST; ENOENT in a removed directory. */
  checkNewName(directory: Directory, name: ByteString): void {
    if (name === '' || name.includes('/')) throw EINVAL;
    if (this.lookup(directory, name) !== null) throw EEXIST;
    if (directory.nlink === 0) throw ENOENT;
  }

  /** Gives an inode a name that is free: `nlink` aside, all that this changes. */
  attach(directory: Directory, name: ByteString, inode: Inode): void {
    directory.entries.add(name, inode);
    this.adopt(directory, inode);
    directory.modified(this.now());
  }

  /** Takes a name away, and the link that it was. A directory's own two links end together. */
  detach(directory: Directory, entry: Entry): void {
    const { inode } = entry;
    const time = this.now();
    directory.entries.remove(entry);
    directory.modified(time);
    inode.ctime = time;
    if (inode instanceof Directory) {
      directory.nlink--;
      inode.nlink = 0;
    } else inode.nlink--;
  }

  /** Makes a directory's '..' the given one, and counts the link that '..' is. */
  adopt(parent: Directory, inode: Inode): void {
    if (!(inode instanceof Directory)) return;
    inode.parent = parent;
    parent.nlink++;
  }

  /** Takes lookups of an inode back; more than there were, or of none, are as good as all. */
  forget(nodeid: bigint, nlookup: number): void {
    const inode = this.#byNodeid.get(nodeid);
    if (inode === undefined) return;
    inode.nlookup = Math.max(0, inode.nlookup - nlookup);
    this.release(inode);
  }

  /** Nobody uses the tree any more, so what clients had not given back ends with them. */
  forgetAll(): void {
    for (const inode of [...this.#byNodeid.values()]) {
      inode.nlookup = 0;
      inode.opens = 0;
      this.release(inode);
    }
  }

  /** Ends an inode that nothing refers to any more. To be called where the last reference may have gone. */
  release(inode: Inode): void {
    if (!inode.unused) return;
    inode.free();
    this.inodes.give(1);
    this.#byNodeid.delete(inode.nodeid);
  }

  #make(directory: Directory, maker: Maker, construct: (birth: Birth) => Inode): Inode {
    this.inodes.take(1);
    const inherits = (directory.mode & S_ISGID) !== 0;
    const birth: Birth = {
      nodeid: this.#lastNodeid + 1n,
      uid: maker.uid,
      gid: inherits ? directory.gid : maker.gid,
      mode: inherits && (maker.mode & S_IFMT) === S_IFDIR ? maker.mode | S_ISGID : maker.mode,
      time: this.now(),
      space: this.bytes,
    };
    try {
      const inode = construct(birth);
      this.#giveXattrs(inode, maker.xattrs ?? []);
      this.#byNodeid.set(inode.nodeid, inode);
      this.#lastNodeid = inode.nodeid;
      return inode;
    } catch (error) {
      this.inodes.give(1);
      throw error;
    }
  }

  /** @throws ENOSPC; then all that the inode took is given back */
  #giveXattrs(inode: Inode, xattrs: readonly Attribute[]): void {
    try {
      for (const [name, value] of xattrs) inode.xattrs.set(name, value, 0);
    } catch (error) {
      inode.free();
      throw error;
    }
  }
}
