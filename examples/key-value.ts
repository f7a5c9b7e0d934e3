/**
 * The keys of a store as a tree: `a/b/c` is a file `c` in a directory `b`. The store is asynchronous, and several requests
 * are under way at a time; those for one file take turns.
 *
 * A key that ends in a slash stands for a directory that may be empty. Keys that are no paths are not shown.
 * An open file is kept here and goes to the store as a whole, when it is closed or synced.
 */
import {
  attrReply,
  type ByteString,
  EBADF,
  EEXIST,
  EINVAL,
  ENODATA,
  ENOENT,
  ENOTEMPTY,
  entryReply,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  type FuseServer,
  fromText,
  isText,
  type Listed,
  listDirents,
  NAME_MAX,
  O_APPEND,
  RENAME_NOREPLACE,
  type RequestOf,
  S_IFDIR,
  S_IFREG,
  toText,
} from 'fusewire/server';
import { Contents, resized } from './key-value/contents.ts';
import { Locks } from './key-value/locks.ts';
import { LogStore, type Store } from './key-value/log-store.ts';
import { type Kind, type Node, Nodes, type OpenFile } from './key-value/nodes.ts';
import { Paths } from './key-value/paths.ts';

/** A server for the keys of a store, or of the log in a file, which is made if it is not there. */
export default function keyValue(store: Store | string, now: () => number = Date.now): FuseServer {
  return new KeyValueTree(typeof store === 'string' ? new LogStore(store) : store, now);
}

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;
/** What a listing shows of inodes whose number nobody has asked for. */
const UNKNOWN_INO = 0xffffffffn;

class KeyValueTree implements FuseServer {
  readonly #now: () => number;
  readonly #started: Date;
  readonly #paths: Paths;
  readonly #contents: Contents;
  readonly #nodes = new Nodes();
  /** Turns: for names by their directory, for content by its file. */
  readonly #locks = new Locks<Node>();
  /** The names that each open directory had when it was read from its start. */
  readonly #listings = new Map<bigint, readonly Listed[]>();
  #lastListing = 0n;

  constructor(store: Store, now: () => number) {
    this.#now = now;
    this.#started = new Date(now());
    this.#paths = new Paths(store, now);
    this.#contents = new Contents(store);
  }

  lookup({ nodeid }: RequestOf<'LOOKUP'>, name: ByteString) {
    const directory = this.#nodes.get(nodeid);
    return this.#locks.on([directory], async () => {
      const key = keyOf(directory, name);
      const kind = this.#nodes.at(key)?.kind ?? (await this.#paths.kindOf(key));
      if (kind === undefined) throw ENOENT;
      return await this.#entry(this.#nodes.make(key, kind));
    });
  }

  forget(nodeid: bigint, nlookup: number): void {
    this.#nodes.forget(nodeid, nlookup);
  }

  getattr({ nodeid }: RequestOf<'GETATTR'>) {
    const node = this.#nodes.get(nodeid);
    return this.#locks.on([node], async () => attrReply(await this.#attributes(node), Infinity));
  }

  /** Size and time of change are kept. Other changes are accepted and lost: many tools give up otherwise. */
  setattr({ nodeid, body }: RequestOf<'SETATTR'>) {
    const node = this.#nodes.get(nodeid);
    return this.#locks.on([node], async () => {
      if (node.kind === 'file') await this.#change(node, body);
      return attrReply(await this.#attributes(node), Infinity);
    });
  }

  mkdir({ nodeid }: RequestOf<'MKDIR'>, name: ByteString) {
    const directory = this.#nodes.get(nodeid);
    return this.#locks.on([directory], async () => await this.#entry(await this.#make(directory, name, 'directory')));
  }

  create({ nodeid }: RequestOf<'CREATE'>, name: ByteString) {
    const directory = this.#nodes.get(nodeid);
    return this.#locks.on([directory], async () => {
      const node = await this.#make(directory, name, 'file');
      await this.#contents.load(node);
      node.opens++;
      return { entry: await this.#entry(node), open: {} };
    });
  }

  unlink({ nodeid }: RequestOf<'UNLINK'>, name: ByteString): Promise<void> {
    const directory = this.#nodes.get(nodeid);
    const file = this.#nodes.at(keyOf(directory, name));
    return this.#locks.on(file === undefined ? [directory] : [directory, file], async () => {
      const key = keyOf(directory, name);
      await this.#paths.remove(key);
      this.#nodes.unlink(key);
    });
  }

  rmdir({ nodeid }: RequestOf<'RMDIR'>, name: ByteString): Promise<void> {
    const directory = this.#nodes.get(nodeid);
    return this.#locks.on([directory], async () => {
      const key = keyOf(directory, name);
      if (!(await this.#paths.isEmpty(key))) throw ENOTEMPTY;
      await this.#paths.remove(key);
      this.#nodes.unlink(key);
    });
  }

  /** Many keys change their names, so nothing else may be under way. */
  rename({ nodeid, body }: RequestOf<'RENAME2'>, oldname: ByteString, newname: ByteString): Promise<void> {
    if ((body.flags & ~RENAME_NOREPLACE) !== 0) throw EINVAL;
    return this.#locks.onEverything(async () => {
      const from = keyOf(this.#nodes.get(nodeid), oldname);
      const to = keyOf(this.#nodes.get(body.newdir), newname);
      const replaced = await this.#paths.kindOf(to);
      if (replaced !== undefined && body.flags === RENAME_NOREPLACE) throw EEXIST;
      if (replaced === 'directory' && !(await this.#paths.isEmpty(to))) throw ENOTEMPTY;
      await this.#paths.rename(from, to);
      this.#nodes.rename(from, to);
    });
  }

  open({ nodeid }: RequestOf<'OPEN'>) {
    const node = this.#nodes.get(nodeid);
    return this.#locks.on([node], async () => {
      await this.#contents.load(node);
      node.opens++;
      return {};
    });
  }

  read({ nodeid, body }: RequestOf<'READ'>): Uint8Array {
    return openFileOf(this.#nodes.get(nodeid)).value.subarray(body.offset, body.offset + body.size);
  }

  /** With O_APPEND the place is where the end is now, whatever the client thought when it asked. */
  write({ nodeid, body }: RequestOf<'WRITE'>, data: Uint8Array): number {
    const file = openFileOf(this.#nodes.get(nodeid));
    const offset = (body.flags & O_APPEND) !== 0 ? file.value.length : body.offset;
    if (offset + data.length > file.value.length) file.value = resized(file.value, offset + data.length);
    file.value.set(data, offset);
    file.modified = this.#now();
    file.isDirty = true;
    return data.length;
  }

  flush({ nodeid }: RequestOf<'FLUSH'>): Promise<void> {
    const node = this.#nodes.get(nodeid);
    return this.#locks.on([node], () => this.#contents.save(node));
  }

  fsync({ nodeid }: RequestOf<'FSYNC'>): Promise<void> {
    const node = this.#nodes.get(nodeid);
    return this.#locks.on([node], () => this.#contents.sync(node));
  }

  release({ nodeid }: RequestOf<'RELEASE'>): Promise<void> {
    const node = this.#nodes.get(nodeid);
    return this.#locks.on([node], async () => {
      node.opens--;
      if (node.opens === 0) await this.#contents.unload(node);
    });
  }

  opendir() {
    return { fh: ++this.#lastListing };
  }

  async readdir({ nodeid, body }: RequestOf<'READDIR'>): Promise<Uint8Array> {
    if (body.offset === 0n) this.#listings.set(body.fh, await this.#list(this.#nodes.get(nodeid).key));
    return listDirents(this.#listings.get(body.fh) ?? [], body);
  }

  releasedir({ body }: RequestOf<'RELEASEDIR'>): void {
    this.#listings.delete(body.fh);
  }

  /** Of a file system without blocks df says nothing; without an answer it would fail. */
  statfs() {
    return { bsize: 4096, namelen: NAME_MAX };
  }

  /** One extended attribute, which cannot be changed: the whole key. */
  getxattr({ nodeid }: RequestOf<'GETXATTR'>, name: ByteString): ByteString {
    if (name !== 'user.key') throw ENODATA;
    return fromText(this.#nodes.get(nodeid).key);
  }

  listxattr(): ByteString {
    return 'user.key\0';
  }

  async #entry(node: Node) {
    node.nlookup++;
    try {
      return entryReply(node.nodeid, await this.#attributes(node), { entry: Infinity, attr: Infinity });
    } catch (error) {
      this.#nodes.forget(node.nodeid, 1); // without an answer there is nothing that the client could give back
      throw error;
    }
  }

  /** Whoever counts on it that each directory inside adds a link is told by 1 link that it is not so here. */
  async #attributes(node: Node) {
    const shared = { ino: node.nodeid, uid, gid, nlink: node.isLinked ? 1 : 0 };
    if (node.kind === 'directory') return { ...shared, mode: S_IFDIR | 0o755, mtime: this.#started };
    const { value, modified } = await this.#contents.entryOf(node);
    return { ...shared, mode: S_IFREG | 0o644, size: value.length, mtime: new Date(modified) };
  }

  async #list(key: string): Promise<Listed[]> {
    const names = await this.#paths.names(key);
    return [...names].map(([name, kind]) => ({ name, ino: UNKNOWN_INO, mode: kind === 'file' ? S_IFREG : S_IFDIR }));
  }

  async #make(directory: Node, name: ByteString, kind: Kind): Promise<Node> {
    const key = keyOf(directory, name);
    if ((await this.#paths.kindOf(key)) !== undefined) throw EEXIST;
    await this.#paths.make(key, kind);
    return this.#nodes.make(key, kind);
  }

  /** A file that is not open is changed in the store at once: there is no close to wait for. */
  async #change(node: Node, { valid, size, mtime, mtimensec }: RequestOf<'SETATTR'>['body']): Promise<void> {
    if ((valid & (FATTR_SIZE | FATTR_MTIME)) === 0) return;
    await this.#contents.load(node);
    const file = openFileOf(node);
    if ((valid & FATTR_SIZE) !== 0) file.value = resized(file.value, size);
    const isGiven = (valid & (FATTR_MTIME | FATTR_MTIME_NOW)) === FATTR_MTIME;
    file.modified = isGiven ? mtime * 1000 + Math.floor(mtimensec / 1e6) : this.#now();
    file.isDirty = true;
    if (node.opens === 0) await this.#contents.unload(node);
  }
}

/** @throws EINVAL for a name that is no text; ENOENT when the directory was removed */
function keyOf(directory: Node, name: ByteString): string {
  if (!isText(name)) throw EINVAL;
  if (!directory.isLinked) throw ENOENT;
  return directory.key === '' ? toText(name) : `${directory.key}/${toText(name)}`;
}

function openFileOf({ open }: Node): OpenFile {
  if (open === null) throw EBADF;
  return open;
}
