import * as host from 'node:fs/promises';
import { type Command, type Context, UsageError } from '../command.ts';
import { copy, type Place } from '../copy.ts';
import { baseName, join } from '../paths.ts';
import { ProgressBar } from '../progress.ts';

/** `fusewire cp`: copies into, out of, or inside the file system. A leading ':' means inside. */
export const cp: Command = {
  name: 'cp',
  about: 'copy files; a leading ":" names a path inside the file system',
  operands: 'SOURCE... TARGET',
  options: {
    recursive: { type: 'boolean', short: 'r', about: 'directories too' },
    preserve: { type: 'boolean', short: 'p', about: 'keep modes, owners and times' },
  },
  check: (operands) => {
    if (operands.length < 2) throw new UsageError('cp: a source and a target are needed');
    if (!operands.some(isInside)) throw new UsageError('cp: one path at least must be inside: begin it with ":"');
  },
  run: async (context) => {
    const { operands, options, output } = context;
    const target = placeOf(context, operands.at(-1) as Buffer);
    const sources = operands.slice(0, -1);
    const intoDirectory = await isDirectory(target);
    if (sources.length > 1 && !intoDirectory) throw new UsageError('cp: several sources need a directory as target');
    const bar = output.progress === null ? null : new ProgressBar(output.progress, await totalSize(context, sources));
    for (const source of sources) {
      const from = placeOf(context, source);
      const to = intoDirectory ? { fs: target.fs, path: join(target.path, baseName(from.path)) } : target;
      await copy(from, to, {
        recursive: options.recursive === true,
        preserve: options.preserve === true,
        progress: (bytes) => bar?.add(bytes),
        failed: (path, error) => output.fail(path, error),
      });
    }
    bar?.end();
  },
};

const isInside = (operand: Buffer): boolean => operand[0] === 0x3a;

function placeOf({ mounted }: Context, operand: Buffer): Place {
  if (!isInside(operand)) return { fs: host, path: operand };
  const path = operand.subarray(1);
  return { fs: mounted.fs.promises, path: path.length === 0 ? Buffer.from('/') : path };
}

const isDirectory = async ({ fs, path }: Place): Promise<boolean> =>
  await fs.stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

/** The bytes that will be copied, for the bar; what cannot be looked at counts nothing here and fails later. */
async function totalSize(context: Context, sources: readonly Buffer[]): Promise<number> {
  const measure = async ({ fs, path }: Place): Promise<number> => {
    try {
      const stats = await fs.lstat(path);
      if (!stats.isDirectory()) return stats.isFile() ? stats.size : 0;
      const names = await fs.readdir(path, { encoding: 'buffer' });
      const sizes = await Promise.all(names.map((name) => measure({ fs, path: join(path, name) })));
      return sizes.reduce((sum, size) => sum + size, 0);
    } catch {
      return 0;
    }
  };
  const sizes = await Promise.all(sources.map((source) => measure(placeOf(context, source))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
