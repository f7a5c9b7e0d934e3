import { EFBIG, ENOENT } from 'fusewire/server';
import type { Entry, Store } from './log-store.ts';
import type { Node } from './nodes.ts';

/** The longest value, in bytes. */
const LARGEST = 2 ** 24;

/** What is in files: in the store, or, while a file is open, in its node. */
export class Contents {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What a file holds now. @throws ENOENT when it is gone */
  async entryOf(node: Node): Promise<Entry> {
    if (node.open !== null) return node.open;
    const entry = await this.#store.get(node.key);
    if (entry === undefined || !node.isLinked) throw ENOENT;
    return entry;
  }

  /** Makes the content ready for changes. */
  async load(node: Node): Promise<void> {
    if (node.open !== null) return;
    const { value, modified } = await this.entryOf(node);
    node.open = { value: value.slice(), modified, isDirty: false };
  }

  /** Brings changes to the store. Of a file without a name they go nowhere. */
  async save({ open, isLinked, key }: Node): Promise<void> {
    if (open === null || !open.isDirty || !isLinked) return;
    open.isDirty = false;
    try {
      await this.#store.set(key, open);
    } catch (error) {
      open.isDirty = true;
      throw error;
    }
  }

  async unload(node: Node): Promise<void> {
    await this.save(node).finally(() => {
      node.open = null;
    });
  }

  async sync(node: Node): Promise<void> {
    await this.save(node);
    await this.#store.sync();
  }
}

/** The same bytes, cut or filled up with zeros. @throws EFBIG */
export function resized(value: Uint8Array, size: number): Uint8Array {
  if (size > LARGEST) throw EFBIG;
  const bytes = new Uint8Array(size);
  bytes.set(value.subarray(0, size));
  return bytes;
}
