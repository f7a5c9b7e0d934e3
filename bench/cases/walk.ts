import type { Case, Sizes, Turn } from '../case.ts';
import type { Fs, Place, Setup } from '../place.ts';

const FILES = 100; // in one directory

/** Lists a tree and stats each file, as `git status` does. Returns how many files there were. */
function walkSync(fs: Fs, path: string): number {
  let files = 0;
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory()) files += walkSync(fs, inside);
    else if (fs.statSync(inside).size === 0) files++;
  }
  return files;
}

/** The same, the files of a directory at a time. */
async function walkByPromises(fs: Fs, path: string): Promise<number> {
  const entries = await fs.promises.readdir(path, { withFileTypes: true });
  const counts = entries.map(async (entry) => {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory()) return 0;
    return (await fs.promises.stat(inside)).size === 0 ? 1 : 0;
  });
  let files = (await Promise.all(counts)).reduce<number>((sum, count) => sum + count, 0);
  for (const entry of entries) if (entry.isDirectory()) files += await walkByPromises(fs, `${path}/${entry.name}`);
  return files;
}

async function prepare({ fs, root, source }: Place, { tree }: Sizes): Promise<Record<string, Turn>> {
  for (let made = 0; made < tree; made += FILES) {
    const directory = `${source.root}/directory-${made / FILES}`;
    source.fs.mkdirSync(directory);
    for (let index = 0; index < FILES; index++) source.fs.writeFileSync(`${directory}/file-${index}`, '');
  }
  return {
    sync: { run: () => walkSync(fs, root === '' ? '/' : root), repeat: 'once' },
    promise: { run: () => walkByPromises(fs, root === '' ? '/' : root), repeat: 'once' },
  };
}

const walking = (name: string, setup: Setup, title: string): Case => ({ name, setup, title, unit: 'files', prepare });

/** A tree in directories of 100 files. */
export const walks: readonly Case[] = [
  walking('walk', 'cached', 'list a tree and stat every file, again, cached'),
  walking('walk-uncached', 'uncached', 'list a tree and stat every file, not cached'),
];
