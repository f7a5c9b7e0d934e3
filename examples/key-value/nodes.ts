import { ESTALE, FUSE_ROOT_ID } from 'fusewire/server';

/** What an inode is. */
export type Kind = 'file' | 'directory';

/** The content of a file while it is open. */
export interface OpenFile {
  value: Uint8Array;
  modified: number; // milliseconds since 1970
  /** Whether it is not in the store yet. */
  isDirty: boolean;
}

/** An inode that the client knows. */
export class Node {
  readonly nodeid: bigint;
  readonly kind: Kind;
  /** Its path without a slash at either end. */
  key: string;
  /** False when its name was removed. */
  isLinked = true;
  /** How many answers gave this nodeid to the client, less those that it has given back. */
  nlookup = 0;
  opens = 0;
  /** What an open file holds; null while nobody has it open. */
  open: OpenFile | null = null;

  constructor(nodeid: bigint, key: string, kind: Kind) {
    this.nodeid = nodeid;
    this.key = key;
    this.kind = kind;
  }
}

/** The nodes that the client knows, by number and by key. */
export class Nodes {
  readonly #byNodeid = new Map<bigint, Node>();
  readonly #byKey = new Map<string, Node>();
  #lastNodeid = FUSE_ROOT_ID - 1n;

  constructor() {
    this.make('', 'directory').nlookup = 1; // the root is always known
  }

  /** @throws ESTALE for a number that was never given, or was forgotten */
  get(nodeid: bigint): Node {
    const node = this.#byNodeid.get(nodeid);
    if (node === undefined) throw ESTALE;
    return node;
  }

  at(key: string): Node | undefined {
    return this.#byKey.get(key);
  }

  /** The node for a key; one key never has two. */
  make(key: string, kind: Kind): Node {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = new Node(++this.#lastNodeid, key, kind);
    this.#byNodeid.set(made.nodeid, made);
    this.#byKey.set(key, made);
    return made;
  }

  forget(nodeid: bigint, nlookup: number): void {
    const node = this.#byNodeid.get(nodeid);
    if (node === undefined) return;
    node.nlookup -= nlookup;
    if (node.nlookup > 0) return;
    this.#byNodeid.delete(nodeid);
    if (node.isLinked) this.#byKey.delete(node.key);
  }

  /** The name of a key was removed. Who has the file open goes on using it, by its number. */
  unlink(key: string): void {
    const node = this.#byKey.get(key);
    if (node === undefined) return;
    node.isLinked = false;
    this.#byKey.delete(key);
  }

  /** A key, and all below it, have another name. */
  rename(from: string, to: string): void {
    this.unlink(to);
    const moved = [...this.#byKey.values()].filter(({ key }) => key === from || key.startsWith(`${from}/`));
    for (const node of moved) this.#byKey.delete(node.key);
    for (const node of moved) {
      node.key = to + node.key.slice(from.length);
      this.#byKey.set(node.key, node);
    }
  }
}
