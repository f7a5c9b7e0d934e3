import type { ByteString } from '../../abi/bytes.ts';
import { ENOENT, ESTALE } from '../../abi/errno.ts';
import { O_ACCMODE, O_NOFOLLOW, O_NONBLOCK, O_TRUNC } from '../../abi/linux.ts';
import { errnoOfError } from '../error-number.ts';
import type { Backing } from './backing.ts';
import type { Node } from './node.ts';
import type { NodeTree } from './node-tree.ts';
import { statOfFile, truncate } from './open-file.ts';
import type { PathFile } from './shape.ts';
import type { Stat } from './stat.ts';

/** What every open has: symlinks are not followed, and a FIFO that came there does not wait for its other end. */
export const ALWAYS = O_NOFOLLOW | O_NONBLOCK;

/** Finds the files of nodes in the file system by path. Who uses it keeps renames out meanwhile. */
export class Locator {
  readonly #backing: Backing;
  readonly #tree: NodeTree;

  constructor(backing: Backing, tree: NodeTree) {
    this.#backing = backing;
    this.#tree = tree;
  }

  /** Where a file is now. @throws ESTALE when it is under none of its names */
  async find(node: Node): Promise<{ path: ByteString; stat: Stat }> {
    for (const path of this.#tree.pathsOf(node)) {
      const stat = await this.#backing.lstatIfThere(path);
      if (stat !== null && this.#tree.isOf(node, stat)) return { path, stat };
    }
    throw ESTALE;
  }

  /** Opens a file, and sees to it that it is this one before O_TRUNC does its work. @throws ESTALE as `find` */
  async open(node: Node, flags: number): Promise<PathFile> {
    for (const path of this.#tree.pathsOf(node)) {
      const file = await this.#openIfThere(path, (flags & O_ACCMODE) | ALWAYS);
      if (file === null) continue;
      const isIt = await closingOnFailure(file, async () => {
        if (!this.#tree.isOf(node, await statOfFile(file))) return false;
        if ((flags & O_TRUNC) !== 0) await truncate(file, 0);
        return true;
      });
      if (isIt) return file;
      await file.close();
    }
    throw ESTALE;
  }

  async #openIfThere(path: ByteString, flags: number): Promise<PathFile | null> {
    try {
      return await this.#backing.open(path, flags);
    } catch (error) {
      if (errnoOfError(error) === ENOENT) return null;
      throw error;
    }
  }
}

/** Does something with an open file, which is closed if that fails. */
export async function closingOnFailure<T>(file: PathFile, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    await file.close();
    throw error;
  }
}
