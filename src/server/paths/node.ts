import type { ByteString } from '../../abi/bytes.ts';
import type { OpenFile } from './open-file.ts';
import { SharedLock } from './shared-lock.ts';

/** One name of a file: an entry of a directory. */
export interface Name {
  readonly parent: Node;
  readonly name: ByteString;
}

/** By what a file is known again: see `NodeTree`. */
export interface Identity {
  /** Device and inode number of the file system by path; null where it has none that can be relied on. */
  readonly key: string | null;
  readonly type: number; // S_IF*
  readonly born: bigint; // nanoseconds; 0 when it is not told
}

/** A file that the client knows, or that lies above one. */
export class Node {
  readonly nodeid: bigint;
  readonly identity: Identity;
  /** What is told as st_ino. */
  readonly ino: bigint;
  /** What the client has to give back. */
  nlookup = 0;
  /** The names that are known, the newest last; a directory has one at most. */
  readonly names: Name[] = [];
  /** What is known in this directory. */
  readonly children = new Map<ByteString, Node>();
  readonly files = new Set<OpenFile>();
  /** No name is left in the file system, and none can come again. */
  isGone = false;
  /** Held exclusively by what changes names in this directory, shared by what looks them up. */
  readonly lock = new SharedLock();

  constructor(nodeid: bigint, identity: Identity, ino: bigint) {
    this.nodeid = nodeid;
    this.identity = identity;
    this.ino = ino;
  }

  get isNeeded(): boolean {
    return this.nlookup > 0 || this.files.size > 0 || this.children.size > 0;
  }
}
