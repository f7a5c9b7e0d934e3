import type { ByteString } from '../../abi/bytes.ts';
import { ENOENT, ESTALE } from '../../abi/errno.ts';
import { FUSE_ROOT_ID } from '../../abi/fuse.ts';
import { S_IFDIR } from '../../abi/linux.ts';
import { Node } from './node.ts';
import type { OpenFile } from './open-file.ts';
import { isDirectory, type Stat, typeOf } from './stat.ts';

/** Whether a file was there already, or was made by this very request. */
export type Origin = 'found' | 'made';

/** Set in inode numbers of our own. */
const OURS = 1n << 63n;
/** The most names of one file that are remembered; of more, the newest. */
const MOST_NAMES = 32;

/**
 * The names that the client knows, as a tree, so that a directory's rename moves all below it.
 *
 * A file is known again by device and inode number (then all its hard links are one node), and where the file system
 * has none that can be relied on (0, or the root's own number) by its name. The same number with another type or time
 * of birth is another file. Nodeids are never used again.
 *
 * A node lives while the client counts lookups of it, has it open, or knows something below it.
 */
export class NodeTree {
  readonly root: Node;
  readonly #byNodeid = new Map<bigint, Node>();
  readonly #byKey = new Map<string, Node>();
  #rootKey: string | null = null;
  #device = 0n;
  #lastNodeid = FUSE_ROOT_ID;
  /** Some systems tell the time of change as that of birth. One file with two different times proves that they do not. */
  #tellsBirths = false;

  constructor() {
    this.root = new Node(FUSE_ROOT_ID, { key: null, type: S_IFDIR, born: 0n }, OURS | FUSE_ROOT_ID);
    this.root.nlookup = Infinity;
    this.#byNodeid.set(FUSE_ROOT_ID, this.root);
  }

  /** How many nodes there are, the root included. */
  get size(): number {
    return this.#byNodeid.size;
  }

  /** @throws ESTALE for a nodeid that was never given out, or was forgotten */
  get(nodeid: bigint): Node {
    const node = this.#byNodeid.get(nodeid);
    if (node === undefined) throw ESTALE;
    return node;
  }

  /** Whether what is there now is the node's file. */
  isOf(node: Node, stat: Stat): boolean {
    this.#learn(node, stat);
    if (node === this.root) return isDirectory(stat);
    const { key, type, born } = node.identity;
    if (type !== typeOf(stat) || key !== this.#keyOf(stat)) return false;
    return key === null || !this.#tellsBirths || born === stat.born;
  }

  /** Whether two names that were looked at are one file's: hard links. */
  areOne(one: Stat, other: Stat): boolean {
    const key = this.#keyOf(one);
    return key !== null && key === this.#keyOf(other);
  }

  /** The node of what has been seen under a name. The caller counts the lookup, before anything else can happen. */
  enter(parent: Node, name: ByteString, stat: Stat, origin: Origin): Node {
    const there = parent.children.get(name);
    const node = this.#nodeOf(stat, there, origin);
    this.addName(node, parent, name);
    return node;
  }

  /** Gives a node a name that is known to be its, and takes it from who had it. */
  addName(node: Node, parent: Node, name: ByteString): void {
    const there = parent.children.get(name);
    if (there === node) return;
    if (isBelow(parent, node)) throw ESTALE; // Somebody else has moved directories about: what is known is too old.
    if (there !== undefined) this.#lose(parent, name, there);
    if (node.identity.type === S_IFDIR || node.names.length === MOST_NAMES) this.#dropOldest(node);
    node.names.push({ parent, name });
    parent.children.set(name, node);
  }

  /** A name is not there any more; `stat` is what it named, if this server took it away. */
  remove(parent: Node, name: ByteString, stat: Stat | null): void {
    const node = parent.children.get(name);
    if (node !== undefined) this.#lose(parent, name, node);
    if (stat === null || (!isDirectory(stat) && stat.nlink > 1)) return;
    const key = this.#keyOf(stat);
    const last = key === null ? node : this.#byKey.get(key);
    if (last !== undefined && last.names.length === 0 && this.isOf(last, stat)) this.#end(last);
  }

  /** Moves what is known under one name to another, which it replaces. */
  move(from: Node, oldname: ByteString, to: Node, newname: ByteString): void {
    const node = from.children.get(oldname);
    if (node === undefined) return;
    unname(from, oldname, node);
    this.addName(node, to, newname);
    this.#tidy(from);
  }

  /** The paths under which a file may be found, the newest first; none when all its names are gone. */
  pathsOf(node: Node): ByteString[] {
    if (node === this.root) return [''];
    return node.names
      .toReversed()
      .map(({ parent, name }) => this.#pathOf(parent, name))
      .filter((path) => path !== null);
  }

  /** @throws ENOENT for a directory that has no name any more */
  pathIn(parent: Node, name: ByteString): ByteString {
    const path = this.#pathOf(parent, name);
    if (path === null) throw ENOENT;
    return path;
  }

  /** The inode number that a name has, or would get; null where that is not known before it is looked up. */
  inoAt(parent: Node, name: ByteString, stat: Stat | null): bigint | null {
    const known = parent.children.get(name);
    if (known !== undefined) return known.ino;
    return stat !== null && this.#isNumbered(stat) ? stat.ino : null;
  }

  /** The client gives lookups back. With 0 a node goes that nothing has come of. */
  forget(nodeid: bigint, nlookup: number): void {
    const node = this.#byNodeid.get(nodeid);
    if (node === undefined) return;
    node.nlookup = Math.max(0, node.nlookup - nlookup);
    this.#tidy(node);
  }

  opened(node: Node, file: OpenFile): void {
    node.files.add(file);
  }

  closed(node: Node, file: OpenFile): void {
    node.files.delete(file);
    this.#tidy(node);
  }

  /** Forgets everything but the root. */
  clear(): void {
    for (const node of this.#byNodeid.values()) {
      node.names.length = 0;
      node.children.clear();
    }
    this.#byNodeid.clear();
    this.#byKey.clear();
    this.#byNodeid.set(FUSE_ROOT_ID, this.root);
  }

  #nodeOf(stat: Stat, there: Node | undefined, origin: Origin): Node {
    const key = this.#keyOf(stat);
    const known = key === null ? there : this.#byKey.get(key);
    if (known !== undefined && origin === 'found' && this.isOf(known, stat)) return known;
    if (known !== undefined && key !== null) this.#end(known); // Its number belongs to another file now.
    return this.#create(stat, key);
  }

  #create(stat: Stat, key: string | null): Node {
    const nodeid = ++this.#lastNodeid;
    const ino = this.#isNumbered(stat) ? stat.ino : OURS | nodeid;
    const node = new Node(nodeid, { key, type: typeOf(stat), born: stat.born }, ino);
    this.#byNodeid.set(nodeid, node);
    if (key !== null) this.#byKey.set(key, node);
    return node;
  }

  #keyOf({ dev, ino }: Stat): string | null {
    const key = `${dev}:${ino}`;
    return ino === 0n || key === this.#rootKey ? null : key;
  }

  /** Whether its own inode number is told: on another device the same number may be another file's. */
  #isNumbered(stat: Stat): boolean {
    return stat.dev === this.#device && this.#keyOf(stat) !== null;
  }

  #learn(node: Node, stat: Stat): void {
    if (stat.born !== 0n && stat.born !== stat.changed) this.#tellsBirths = true;
    if (node !== this.root) return;
    this.#rootKey = `${stat.dev}:${stat.ino}`;
    this.#device = stat.dev;
  }

  /** The file is gone, whatever names it was known by. */
  #end(node: Node): void {
    node.isGone = true;
    if (this.#byKey.get(node.identity.key ?? '') === node) this.#byKey.delete(node.identity.key ?? '');
    for (const { parent, name } of [...node.names]) this.#lose(parent, name, node);
  }

  #lose(parent: Node, name: ByteString, node: Node): void {
    unname(parent, name, node);
    this.#tidy(parent);
    this.#tidy(node);
  }

  #tidy(node: Node): void {
    if (node === this.root || node.isNeeded || this.#byNodeid.get(node.nodeid) !== node) return;
    this.#byNodeid.delete(node.nodeid);
    if (this.#byKey.get(node.identity.key ?? '') === node) this.#byKey.delete(node.identity.key ?? '');
    for (const { parent, name } of [...node.names]) this.#lose(parent, name, node);
  }

  /** The oldest name makes room. */
  #dropOldest(node: Node): void {
    const [oldest] = node.names;
    if (oldest === undefined) return;
    unname(oldest.parent, oldest.name, node);
    this.#tidy(oldest.parent);
  }

  #pathOf(parent: Node, name: ByteString): ByteString | null {
    let path = `/${name}`;
    for (let directory = parent; directory !== this.root; ) {
      const [at] = directory.names;
      if (at === undefined) return null;
      path = `/${at.name}${path}`;
      directory = at.parent;
    }
    return path;
  }
}

/** Whether a directory is another one, or lies somewhere in it. */
export function isBelow(directory: Node, ancestor: Node): boolean {
  for (let at: Node | undefined = directory; at !== undefined; at = at.names[0]?.parent)
    if (at === ancestor) return true;
  return false;
}

function unname(parent: Node, name: ByteString, node: Node): void {
  if (parent.children.get(name) === node) parent.children.delete(name);
  const index = node.names.findIndex((each) => each.parent === parent && each.name === name);
  if (index >= 0) node.names.splice(index, 1);
}
