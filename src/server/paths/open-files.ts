import { EBADF } from '../../abi/errno.ts';
import { O_ACCMODE, O_RDONLY } from '../../abi/linux.ts';
import { Listing } from './listing.ts';
import type { Node } from './node.ts';
import type { NodeTree } from './node-tree.ts';
import { OpenFile } from './open-file.ts';
import type { PathFile } from './shape.ts';

/** What the client has open, by the handles that it has for it. */
export class OpenFiles {
  readonly #tree: NodeTree;
  readonly #files = new Map<bigint, OpenFile>();
  readonly #listings = new Map<bigint, Listing>();
  #lastFh = 0n;

  constructor(tree: NodeTree) {
    this.#tree = tree;
  }

  /** Takes an open file over, and returns its handle. */
  keep(node: Node, file: PathFile, flags: number): bigint {
    const access = (flags & O_ACCMODE) === O_RDONLY ? 'read-only' : 'writable';
    const open = new OpenFile(++this.#lastFh, node, file, access);
    this.#files.set(open.fh, open);
    this.#tree.opened(node, open);
    return open.fh;
  }

  /** Keeps an open directory whose names `read` reads, and returns its handle. */
  async keepListing(node: Node, read: Listing['read']): Promise<bigint> {
    const listing = await Listing.open(node, read);
    this.#listings.set(++this.#lastFh, listing);
    return this.#lastFh;
  }

  /** @throws EBADF for a handle that was not given out */
  file(fh: bigint): OpenFile {
    return this.#files.get(fh) ?? unknown();
  }

  /** @throws EBADF for a handle that was not given out */
  listing(fh: bigint): Listing {
    return this.#listings.get(fh) ?? unknown();
  }

  async close(fh: bigint): Promise<void> {
    const file = this.file(fh);
    this.#files.delete(fh);
    this.#tree.closed(file.node, file);
    await file.close();
  }

  closeListing(fh: bigint): void {
    if (!this.#listings.delete(fh)) unknown();
  }

  /** Closes everything, and waits for none of it. */
  clear(): void {
    for (const file of this.#files.values()) void file.close().catch(() => {});
    this.#files.clear();
    this.#listings.clear();
  }
}

function unknown(): never {
  throw EBADF;
}
