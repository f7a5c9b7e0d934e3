import type { ByteString } from '../../abi/bytes.ts';
import { ENOENT } from '../../abi/errno.ts';
import type { fuse_attr_out, fuse_entry_out } from '../../abi/structs.ts';
import { attrValidity, entryValidity } from '../validity.ts';
import type { Node } from './node.ts';
import type { NodeTree, Origin } from './node-tree.ts';
import { attrOf, type Stat } from './stat.ts';

/** How long the client may believe what it was told, in seconds. */
export interface Timeouts {
  readonly entryTimeout: number;
  readonly negativeTimeout: number;
  readonly attrTimeout: number;
}

/** Puts what was seen into the tree of names, and into replies. */
export class Answers {
  readonly #tree: NodeTree;
  readonly #timeouts: Timeouts;

  constructor(tree: NodeTree, timeouts: Timeouts) {
    this.#tree = tree;
    this.#timeouts = timeouts;
  }

  /** The entry of a name, which adds one to what the client has to forget. */
  entry(parent: Node, name: ByteString, stat: Stat, origin: Origin): fuse_entry_out {
    return this.counted(this.#tree.enter(parent, name, stat, origin), stat);
  }

  /** The entry of a known file, which adds one to what the client has to forget. */
  counted(node: Node, stat: Stat): fuse_entry_out {
    node.nlookup++;
    return this.uncounted(node, stat);
  }

  /** An entry that the caller counts, or not, once it knows whether it will be sent. */
  uncounted(node: Node, stat: Stat): fuse_entry_out {
    const validity = entryValidity(this.#timeouts.entryTimeout);
    return { nodeid: node.nodeid, generation: 0n, ...validity, ...this.attributes(node, stat) };
  }

  /** That there is no such name. @throws ENOENT where that is true for this time only */
  absence(): Partial<fuse_entry_out> {
    const { negativeTimeout } = this.#timeouts;
    if (negativeTimeout === 0) throw ENOENT;
    return { nodeid: 0n, ...entryValidity(negativeTimeout) };
  }

  attributes(node: Node, stat: Stat): fuse_attr_out {
    const attr = attrOf(stat, node.ino, node.isGone ? 'none' : 'some');
    return { attr, ...attrValidity(this.#timeouts.attrTimeout) };
  }
}
