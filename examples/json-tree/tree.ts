import { type ByteString, EEXIST, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, ESTALE, FUSE_ROOT_ID } from 'fusewire/server';
import { Directory, Leaf, type Node, treeOf } from './document.ts';

/** The nodes that the client may ask about: those of the document, and those removed from it that it still uses. */
export class Tree {
  readonly root: Directory;
  readonly #nodes = new Map<bigint, Node>();
  #lastNodeid = FUSE_ROOT_ID - 1n;

  /** `value` is what JSON.parse has read. @throws TypeError when it is no object or array, or has keys that are too long */
  constructor(value: unknown) {
    const root = treeOf(value, () => this.nextNodeid());
    if (root instanceof Leaf) throw new TypeError('neither an object nor an array');
    this.root = root;
    this.#add(root);
  }

  /** Numbers are never used twice: the client may take time to forget one. */
  nextNodeid(): bigint {
    return ++this.#lastNodeid;
  }

  /** @throws ESTALE for a number that was never given, or was forgotten */
  node(nodeid: bigint): Node {
    const node = this.#nodes.get(nodeid);
    if (node === undefined) throw ESTALE;
    return node;
  }

  /** @throws ESTALE, ENOTDIR */
  directory(nodeid: bigint): Directory {
    const node = this.node(nodeid);
    if (!(node instanceof Directory)) throw ENOTDIR;
    return node;
  }

  /** @throws ESTALE, EISDIR */
  leaf(nodeid: bigint): Leaf {
    const node = this.node(nodeid);
    if (!(node instanceof Leaf)) throw EISDIR;
    return node;
  }

  /** Gives a node a name. @throws EEXIST; ENOENT when the directory itself was removed; EINVAL for a name that cannot be */
  link(directory: Directory, name: ByteString, node: Node): void {
    if (directory.entries.has(name)) throw EEXIST;
    if (!directory.isLinked) throw ENOENT;
    directory.checkName(name);
    directory.entries.set(name, node);
    this.#nodes.set(node.nodeid, node);
  }

  /** Takes a name away. @throws ENOENT; EISDIR, ENOTDIR for the other kind of node; ENOTEMPTY */
  unlink(directory: Directory, name: ByteString, kind: typeof Directory | typeof Leaf): void {
    const node = directory.entries.get(name);
    if (node === undefined) throw ENOENT;
    if (!(node instanceof kind)) throw node instanceof Directory ? EISDIR : ENOTDIR;
    this.#detach(node);
    directory.entries.delete(name);
  }

  /** Moves a name, over another one that may be there. @throws ENOENT; EINVAL for a name that cannot be; ENOTEMPTY */
  rename(from: Directory, oldname: ByteString, to: { readonly directory: Directory; readonly name: ByteString }): void {
    const node = from.entries.get(oldname);
    const replaced = to.directory.entries.get(to.name);
    if (node === undefined) throw ENOENT;
    if (replaced === node) return;
    to.directory.checkName(to.name);
    if (replaced !== undefined) this.#detach(replaced);
    from.entries.delete(oldname);
    to.directory.entries.set(to.name, node);
  }

  /** The client gives so many of the answers with this nodeid back. */
  forget(nodeid: bigint, nlookup: number): void {
    const node = this.#nodes.get(nodeid);
    if (node === undefined) return;
    node.nlookup -= nlookup;
    this.#dropUnused(node);
  }

  #add(node: Node): void {
    this.#nodes.set(node.nodeid, node);
    if (node instanceof Directory) for (const child of node.entries.values()) this.#add(child);
  }

  /** A node without a name lives on while the client uses it: a removed file that is open can be read and written. */
  #detach(node: Node): void {
    if (node instanceof Directory && node.entries.size > 0) throw ENOTEMPTY;
    node.isLinked = false;
    this.#dropUnused(node);
  }

  #dropUnused(node: Node): void {
    if (!node.isLinked && node.nlookup <= 0) this.#nodes.delete(node.nodeid);
  }
}
