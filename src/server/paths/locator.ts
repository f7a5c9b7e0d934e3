import type { ByteString } from '../../abi/bytes.ts';
import { ENOENT, ENOTDIR, ESTALE } from '../../abi/errno.ts';
import { O_ACCMODE, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC } from '../../abi/linux.ts';
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

  /** Where a file is now. @throws ESTALE when it is under none of its names; for the root whatever lstat does, ENOTDIR */
  async find(node: Node): Promise<{ path: ByteString; stat: Stat }> {
    if (node === this.#tree.root) return { path: '', stat: await this.#findRoot() };
    for (const path of this.#tree.pathsOf(node)) {
      const stat = await this.#backing.lstatIfThere(path);
      if (stat !== null && this.#tree.isOf(node, stat)) return { path, stat };
    }
    throw ESTALE;
  }

  /** Opens a file, and sees to it that it is this one before O_TRUNC does its work. @throws ESTALE as `find` */
  async open(node: Node, flags: number): Promise<PathFile> {
    const isForReading = (flags & O_ACCMODE) === O_RDONLY;
    for (const path of this.#tree.pathsOf(node)) {
      if (!isForReading && !(await this.#isAt(node, path))) continue;
      const file = await this.#openIfThere(path, (flags & O_ACCMODE) | ALWAYS);
      if (file === null) continue;
      const isIt = await closingOnFailure(file, async () => {
        const stat = await statOfFile(file);
        if (!(isForReading ? this.#tree.isOf(node, stat) : this.#tree.adopt(node, stat))) return false;
        if ((flags & O_TRUNC) !== 0) await truncate(file, 0);
        return true;
      });
      if (isIt) return file;
      await file.close();
    }
    throw ESTALE;
  }

  /** What a file is after this server changed it where it had found it. @throws ESTALE when it is another */
  async changed(node: Node, path: ByteString): Promise<Stat> {
    const stat = await this.#backing.lstatIfThere(path);
    if (stat === null || !this.#tree.adopt(node, stat)) throw ESTALE;
    return stat;
  }

  async #findRoot(): Promise<Stat> {
    const stat = await this.#backing.lstat('');
    if (!this.#tree.isOf(this.#tree.root, stat)) throw ENOTDIR;
    return stat;
  }

  async #isAt(node: Node, path: ByteString): Promise<boolean> {
    const stat = await this.#backing.lstatIfThere(path);
    return stat !== null && this.#tree.isOf(node, stat);
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
