import { type ByteString, fromText, NAME_MAX } from 'fusewire/server';
import type { Store } from './log-store.ts';
import type { Kind } from './nodes.ts';

const EMPTY = new Uint8Array(0);

/**
 * The keys of a store as paths. Directories are where keys have slashes; the key `a/b/`, with nothing in it, keeps the
 * directory `a/b` while there is nothing else in it.
 */
export class Paths {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Undefined for a path that is not there. A file hides a directory of the same path. */
  async kindOf(path: string): Promise<Kind | undefined> {
    if ((await this.#store.get(path)) !== undefined) return 'file';
    return (await this.#below(path)).length > 0 ? 'directory' : undefined;
  }

  /** The names in a directory; parts of keys that can be no names are left out. */
  async names(path: string): Promise<Map<ByteString, Kind>> {
    const names = new Map<ByteString, Kind>();
    for (const key of await this.#below(path)) {
      const [first = '', ...rest] = key.slice(path === '' ? 0 : path.length + 1).split('/');
      const name = fromText(first);
      if (/^\.{0,2}$|\0/.test(name) || name.length > NAME_MAX) continue;
      if (names.get(name) !== 'file') names.set(name, rest.length === 0 ? 'file' : 'directory');
    }
    return names;
  }

  async isEmpty(path: string): Promise<boolean> {
    return (await this.#below(path)).every((key) => key === `${path}/`);
  }

  async make(path: string, kind: Kind): Promise<void> {
    await this.#store.set(kind === 'file' ? path : `${path}/`, { value: EMPTY, modified: this.#now() });
  }

  /** Removes a file or an empty directory. */
  async remove(path: string): Promise<void> {
    await this.#store.delete(path);
    await this.#store.delete(`${path}/`);
    await this.#keepParent(path);
  }

  /** Gives a path, and all below it, another name, one key after the other: new ones first, so that a crash loses none. */
  async rename(from: string, to: string): Promise<void> {
    const moving = (await this.kindOf(from)) === 'file' ? [from] : await this.#below(from);
    for (const key of moving) {
      const entry = await this.#store.get(key);
      if (entry !== undefined) await this.#store.set(to + key.slice(from.length), entry);
    }
    for (const key of moving) await this.#store.delete(key);
    await this.#keepParent(from);
  }

  #below(path: string): Promise<string[]> {
    return this.#store.list(path === '' ? '' : `${path}/`);
  }

  /** A directory does not go with the last key in it. */
  async #keepParent(path: string): Promise<void> {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (parent !== '' && (await this.#below(parent)).length === 0) await this.make(parent, 'directory');
  }
}
