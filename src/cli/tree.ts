import type { BigIntStats } from 'node:fs';
import type { NodeFs } from '../node-fs/types.ts';
import { join } from './paths.ts';

/** A name with what lstat(2) and readlink(2) say about it; names and paths are bytes. */
export interface Entry {
  readonly name: Buffer;
  readonly path: Buffer;
  readonly stats: BigIntStats;
  /** A symlink's target. */
  readonly target: Buffer | null;
}

/** Looks at one path, without following a symlink in its last place. @throws Node's errors */
export async function entryAt(fs: NodeFs, path: Buffer, name: Buffer): Promise<Entry> {
  const stats = await fs.promises.lstat(path, { bigint: true });
  const target = stats.isSymbolicLink() ? await fs.promises.readlink(path, { encoding: 'buffer' }) : null;
  return { name, path, stats, target };
}

/** A directory's entries, sorted by their bytes. One that cannot be looked at goes to `failed` and is left out. */
export async function readEntries(
  fs: NodeFs,
  directory: Buffer,
  failed: (path: Buffer, error: unknown) => void,
): Promise<Entry[]> {
  const names = await fs.promises.readdir(directory, { encoding: 'buffer' });
  names.sort(Buffer.compare);
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      try {
        return await entryAt(fs, path, name);
      } catch (error) {
        failed(path, error);
        return null;
      }
    }),
  );
  return entries.filter((entry) => entry !== null);
}
