import type { Case, Sizes, Turn } from '../case.ts';
import type { Fs, Place } from '../place.ts';
import { makeFiles } from './make-files.ts';

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

/** Makes the tree. Returns the ways to walk it. */
async function prepare({ fs, root, source }: Place, { tree }: Sizes): Promise<Record<string, Turn['run']>> {
  for (let made = 0; made < tree; made += FILES) {
    await makeFiles(source.fs, `${source.root}/directory-${made / FILES}`, FILES);
  }
  const path = root === '' ? '/' : root;
  return { sync: () => walkSync(fs, path), promise: () => walkByPromises(fs, path) };
}

/** Again and again, each time from what the last one left in the caches. */
async function prepareWarm(place: Place, sizes: Sizes): Promise<Record<string, Turn>> {
  const turns = Object.entries(await prepare(place, sizes));
  return Object.fromEntries(turns.map(([way, run]) => [way, { run, repeat: 'once' }]));
}

/** From empty caches, where they can be emptied. */
async function prepareCold(place: Place, sizes: Sizes): Promise<Record<string, Turn>> {
  const { dropCaches } = place;
  if (dropCaches === null) return {};
  const turns = Object.entries(await prepare(place, sizes));
  return Object.fromEntries(turns.map(([way, run]) => [way, { before: dropCaches, run, repeat: 'once' }]));
}

/** A tree in directories of 100 files. */
export const walks: readonly Case[] = [
  {
    name: 'walk',
    setup: 'cached',
    title: 'list a tree and stat every file, again, cached',
    unit: 'files',
    prepare: prepareWarm,
  },
  {
    name: 'walk-cold',
    setup: 'cached',
    title: 'list a tree and stat every file, from empty caches',
    unit: 'files',
    prepare: prepareCold,
  },
];
