import type { Command, Context } from '../command.ts';
import { showName } from '../format/name.ts';
import { type Entry, entryAt, readEntries } from '../tree.ts';

/** `fusewire tree`: the tree below each path, drawn as tree(1) does. */
export const tree: Command = {
  name: 'tree',
  about: 'draw the tree below a directory',
  operands: '[PATH...]',
  options: {
    all: { type: 'boolean', short: 'a', about: 'also names that begin with a dot' },
    level: { type: 'string', short: 'L', value: 'N', about: 'no deeper than N directories' },
  },
  run: async (context) => {
    const { operands, output, mounted } = context;
    const counts = { directories: 0, files: 0 };
    for (const path of operands.length === 0 ? [Buffer.from('.')] : operands) {
      try {
        const root = await entryAt(mounted.fs, path, path);
        await output.line(showName(path, output.isTerminal));
        if (root.stats.isDirectory()) await draw(context, root, '', 1, counts);
      } catch (error) {
        output.fail(path, error);
      }
    }
    const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
    await output.line();
    await output.line(
      `${plural(counts.directories, 'directory', 'directories')}, ${plural(counts.files, 'file', 'files')}`,
    );
  },
};

async function draw(
  context: Context,
  directory: Entry,
  indent: string,
  depth: number,
  counts: { directories: number; files: number },
): Promise<void> {
  const { mounted, output, options } = context;
  const found = await readEntries(mounted.fs, directory.path, (path, error) => output.fail(path, error));
  const shown = found.filter(({ name }) => options.all === true || name[0] !== 0x2e);
  for (const [at, entry] of shown.entries()) {
    const last = at === shown.length - 1;
    const arrow = entry.target === null ? [] : [' -> ', showName(entry.target, output.isTerminal)];
    await output.line(`${indent}${last ? '└── ' : '├── '}`, showName(entry.name, output.isTerminal), ...arrow);
    if (!entry.stats.isDirectory()) {
      counts.files++;
      continue;
    }
    counts.directories++;
    if (options.level !== undefined && depth >= Number(options.level)) continue;
    try {
      await draw(context, entry, `${indent}${last ? '    ' : '│   '}`, depth + 1, counts);
    } catch (error) {
      output.fail(entry.path, error);
    }
  }
}
