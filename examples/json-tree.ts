/**
 * A JSON document as a tree: objects and arrays are directories, all other values files with one line of JSON. What is
 * done to the tree is done to the document, and has reached the disk when the program hears that it succeeded.
 *
 * A file that holds no JSON fails with EINVAL when it is closed or synced, and the document keeps the value that it
 * had. Changes that others make to the document meanwhile are not seen, and overwritten.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import {
  attrReply,
  type ByteString,
  EEXIST,
  EINVAL,
  ENOENT,
  entryReply,
  FATTR_SIZE,
  type FuseServer,
  type Listed,
  listDirents,
  NAME_MAX,
  RENAME_NOREPLACE,
  type RequestOf,
  S_IFDIR,
  S_IFREG,
} from 'fusewire/server';
import { AtomicFile } from './json-tree/atomic-file.ts';
import { Directory, Leaf, type Node, valueOfNode } from './json-tree/document.ts';
import { Tree } from './json-tree/tree.ts';

/**
 * A server for the document in a file.
 *
 * @throws Error as Node's when there is no such file; SyntaxError, TypeError when it holds no object or array
 */
export default function jsonTree(file: string): FuseServer {
  return new JsonTree(realpathSync(file));
}

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;

class JsonTree implements FuseServer {
  readonly #tree: Tree;
  readonly #file: AtomicFile;
  readonly #modified: Date;
  /** The names that each open directory had when reading it began, so that changes meanwhile skip and repeat none. */
  readonly #listings = new Map<bigint, readonly Listed[]>();
  #lastListing = 0n;

  constructor(file: string) {
    this.#tree = new Tree(JSON.parse(readFileSync(file, 'utf8')));
    this.#modified = statSync(file).mtime;
    this.#file = new AtomicFile(file, () => `${JSON.stringify(valueOfNode(this.#tree.root), null, 2)}\n`);
  }

  lookup({ nodeid }: RequestOf<'LOOKUP'>, name: ByteString) {
    const node = this.#tree.directory(nodeid).entries.get(name);
    if (node === undefined) throw ENOENT;
    return this.#entry(node);
  }

  /** The client has no use for the number any more, neither in its caches nor in open files. */
  forget(nodeid: bigint, nlookup: number): void {
    this.#tree.forget(nodeid, nlookup);
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    return attrReply(this.#attributes(this.#tree.node(nodeid)));
  }

  /** Only the size can change. Other changes are accepted and not kept: many tools give up otherwise. */
  setattr({ nodeid, body }: RequestOf<'SETATTR'>) {
    if ((body.valid & FATTR_SIZE) !== 0) this.#tree.leaf(nodeid).resize(body.size);
    return attrReply(this.#attributes(this.#tree.node(nodeid)));
  }

  async mkdir({ nodeid }: RequestOf<'MKDIR'>, name: ByteString) {
    const made = new Directory(this.#tree.nextNodeid(), 'object');
    this.#tree.link(this.#tree.directory(nodeid), name, made);
    await this.#file.save();
    return this.#entry(made);
  }

  /** The document has a new file when there is JSON in it. */
  create({ nodeid }: RequestOf<'CREATE'>, name: ByteString) {
    const made = new Leaf(this.#tree.nextNodeid());
    this.#tree.link(this.#tree.directory(nodeid), name, made);
    made.opens++;
    return { entry: this.#entry(made), open: {} };
  }

  unlink({ nodeid }: RequestOf<'UNLINK'>, name: ByteString): Promise<void> {
    this.#tree.unlink(this.#tree.directory(nodeid), name, Leaf);
    return this.#file.save();
  }

  rmdir({ nodeid }: RequestOf<'RMDIR'>, name: ByteString): Promise<void> {
    this.#tree.unlink(this.#tree.directory(nodeid), name, Directory);
    return this.#file.save();
  }

  rename({ nodeid, body }: RequestOf<'RENAME2'>, oldname: ByteString, newname: ByteString): Promise<void> {
    const to = { directory: this.#tree.directory(body.newdir), name: newname };
    if ((body.flags & ~RENAME_NOREPLACE) !== 0) throw EINVAL;
    if (body.flags === RENAME_NOREPLACE && to.directory.entries.has(newname)) throw EEXIST;
    this.#tree.rename(this.#tree.directory(nodeid), oldname, to);
    return this.#file.save();
  }

  open({ nodeid }: RequestOf<'OPEN'>) {
    this.#tree.leaf(nodeid).opens++;
    return {};
  }

  read({ nodeid, body }: RequestOf<'READ'>): Uint8Array {
    return this.#tree.leaf(nodeid).text.subarray(body.offset, body.offset + body.size);
  }

  write({ nodeid, body }: RequestOf<'WRITE'>, data: Uint8Array): number {
    this.#tree.leaf(nodeid).write(body.offset, data);
    return data.length;
  }

  /** Comes with each close(2), of which there are several when a descriptor was duplicated or inherited. */
  flush({ nodeid }: RequestOf<'FLUSH'>) {
    return this.#settle(nodeid);
  }

  fsync({ nodeid }: RequestOf<'FSYNC'>) {
    return this.#settle(nodeid);
  }

  /** Comes once for each open, when nobody can use it any more. Nobody hears of an error here. */
  release({ nodeid }: RequestOf<'RELEASE'>): void {
    const leaf = this.#tree.leaf(nodeid);
    leaf.opens--;
    if (leaf.opens === 0 && leaf.isDirty && leaf.value !== undefined) leaf.revert();
  }

  opendir() {
    return { fh: ++this.#lastListing };
  }

  readdir({ nodeid, body }: RequestOf<'READDIR'>): Uint8Array {
    if (body.offset === 0n) this.#listings.set(body.fh, this.#tree.directory(nodeid).list());
    return listDirents(this.#listings.get(body.fh) ?? [], body);
  }

  releasedir({ body }: RequestOf<'RELEASEDIR'>): void {
    this.#listings.delete(body.fh);
  }

  /** Of a file system without blocks df says nothing; without an answer it would fail. */
  statfs() {
    return { bsize: 4096, namelen: NAME_MAX };
  }

  /** An answer with a nodeid, which the client gives back by `forget`. Names change only by the client: it may keep them. */
  #entry(node: Node) {
    node.nlookup++;
    return entryReply(node.nodeid, this.#attributes(node), { entry: Infinity });
  }

  /** Whoever counts on it that each directory inside adds a link is told by 1 link that it is not so here. */
  #attributes(node: Node) {
    const shared = { ino: node.nodeid, uid, gid, mtime: this.#modified };
    if (node instanceof Directory) return { ...shared, mode: S_IFDIR | 0o755, nlink: node.isLinked ? 1 : 0 };
    return { ...shared, mode: S_IFREG | 0o644, nlink: node.isLinked ? 1 : 0, size: node.text.length };
  }

  /** Brings what was written into the document. A file that was removed is in none. */
  #settle(nodeid: bigint): Promise<void> | undefined {
    const leaf = this.#tree.leaf(nodeid);
    if (!leaf.isDirty) return undefined;
    leaf.settle();
    return leaf.isLinked ? this.#file.save() : undefined;
  }
}
