import { ESTALE } from '../../abi/errno.ts';
import { FUSE_ROOT_ID } from '../../abi/fuse.ts';
import { makedev, S_IFMT } from '../../abi/linux.ts';
import type { fuse_statx } from '../../abi/structs.ts';
import type { HostFiles } from './host.ts';

/** A file of the machine that the client knows by its nodeid. */
export interface Node {
  readonly nodeid: bigint;
  /** An O_PATH descriptor of it: it stays the same file wherever it is renamed to. */
  readonly fd: number;
  readonly key: string;
  readonly type: number; // S_IF*
  /** What is told as st_ino: the file's own number, or one of ours if it lies on a file system mounted below the root. */
  readonly ino: bigint;
  nlookup: number;
}

/** Set in inode numbers of our own. */
const OURS = 1n << 63n;

const deviceOf = ({ dev_major, dev_minor }: fuse_statx): number => makedev(dev_major, dev_minor);
const keyOf = ({ dev_major, dev_minor, ino }: fuse_statx): string => `${dev_major}:${dev_minor}:${ino}`;

/** The files that the client knows: each has one nodeid, whatever its names, and one descriptor until it is forgotten. */
export class Nodes {
  readonly #host: HostFiles;
  readonly #byNodeid = new Map<bigint, Node>();
  readonly #byKey = new Map<string, Node>();
  readonly #device: number;
  #lastNodeid = FUSE_ROOT_ID - 1n;

  /** Takes the descriptor of the root over. */
  constructor(host: HostFiles, root: number) {
    this.#host = host;
    const stat = host.stat(root);
    this.#device = deviceOf(stat);
    this.enter(root, stat).nlookup = Infinity;
  }

  /** @throws ESTALE for a nodeid that was never given out, or was forgotten */
  get(nodeid: bigint): Node {
    const node = this.#byNodeid.get(nodeid);
    if (node === undefined) throw ESTALE;
    return node;
  }

  /** The node of the file that an O_PATH descriptor, taken over here, stands for; counts one lookup. */
  enter(fd: number, stat: fuse_statx): Node {
    const key = keyOf(stat);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#host.close(fd);
      known.nlookup++;
      return known;
    }
    const nodeid = ++this.#lastNodeid;
    const ino = deviceOf(stat) === this.#device ? stat.ino : OURS | nodeid;
    const node = { nodeid, fd, key, type: stat.mode & S_IFMT, ino, nlookup: 1 };
    this.#byNodeid.set(nodeid, node);
    this.#byKey.set(key, node);
    return node;
  }

  forget(nodeid: bigint, nlookup: number): void {
    const node = this.#byNodeid.get(nodeid);
    if (node === undefined) return;
    node.nlookup -= nlookup;
    if (node.nlookup > 0) return;
    this.#byNodeid.delete(nodeid);
    this.#byKey.delete(node.key);
    this.#host.close(node.fd);
  }

  /** Lets everything go. */
  clear(): void {
    for (const { fd } of this.#byNodeid.values()) this.#host.close(fd);
    this.#byNodeid.clear();
    this.#byKey.clear();
  }
}
