import type { ByteString } from '../../abi/bytes.ts';
import { S_IFDIR, S_IFMT, S_IFREG } from '../../abi/linux.ts';
import type { fuse_attr } from '../../abi/structs.ts';

/** A file of a {@link Tree}. */
export interface Node {
  readonly nodeid: bigint;
  mode: number;
  uid: number;
  gid: number;
  rdev: number;
  nlink: number;
  blksize: number;
  data: Uint8Array;
  target: ByteString;
  mtime: number; // seconds
  readonly children: Map<ByteString, bigint>;
  readonly xattrs: Map<ByteString, Uint8Array>;
}

/** The files that a scripted server serves; a test changes them as another client would. */
export class Tree {
  readonly #nodes = new Map<bigint, Node>();
  #next = 1n;

  constructor() {
    this.#add(S_IFDIR | 0o755, 0, 0);
  }

  /** @throws Error when there is no such nodeid. */
  node(nodeid: bigint): Node {
    const node = this.#nodes.get(nodeid);
    if (node === undefined) throw new Error(`the scripted server has no nodeid ${nodeid}`);
    return node;
  }

  has(nodeid: bigint): boolean {
    return this.#nodes.has(nodeid);
  }

  make(parent: bigint, name: ByteString, mode: number, owner: { uid: number; gid: number } = { uid: 0, gid: 0 }): Node {
    const node = this.#add(mode, owner.uid, owner.gid);
    this.node(parent).children.set(name, node.nodeid);
    return node;
  }

  /** A file that no directory has. */
  unnamed(mode: number, owner: { uid: number; gid: number }): Node {
    const node = this.#add(mode, owner.uid, owner.gid);
    node.nlink = 0;
    return node;
  }

  /** A regular file in the root with bytes in it. */
  file(name: ByteString, content: Uint8Array, mode = 0o644): Node {
    const node = this.make(1n, name, S_IFREG | mode);
    node.data = content;
    return node;
  }

  #add(mode: number, uid: number, gid: number): Node {
    const nodeid = this.#next++;
    const node: Node = {
      nodeid,
      mode,
      uid,
      gid,
      rdev: 0,
      nlink: (mode & S_IFMT) === S_IFDIR ? 2 : 1,
      blksize: 4096,
      data: new Uint8Array(0),
      target: '',
      mtime: 1_000_000_000,
      children: new Map(),
      xattrs: new Map(),
    };
    this.#nodes.set(nodeid, node);
    return node;
  }
}

export function attrOf(node: Node): fuse_attr {
  const { nodeid, mode, uid, gid, rdev, nlink, blksize, data, target, mtime } = node;
  const size = target === '' ? data.length : target.length;
  const times = { atime: mtime, mtime, ctime: mtime, atimensec: 0, mtimensec: 0, ctimensec: 0 };
  return { ino: nodeid, size, blocks: Math.ceil(size / 512), mode, uid, gid, rdev, nlink, blksize, flags: 0, ...times };
}
