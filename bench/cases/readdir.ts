import type { Case, Turn } from '../case.ts';
import type { Fs, Place, Setup } from '../place.ts';
import { makeFiles } from './make-files.ts';

const SIZES = [10, 1000, 100_000]; // entries

/** Lists one directory; units are entries. */
const listing = (fs: Fs, path: string): Record<'sync' | 'promise', Turn> => ({
  sync: { run: () => fs.readdirSync(path).length },
  promise: { run: async () => (await fs.promises.readdir(path)).length },
});

/** Makes directories of several sizes, up to `largest`, and a turn for each. */
async function prepare({ fs, root, source }: Place, largest: number): Promise<Record<string, Turn>> {
  const turns: Record<string, Turn> = {};
  for (const wanted of SIZES) {
    const size = Math.min(wanted, largest);
    const name = `entries-${wanted}`;
    await makeFiles(source.fs, `${source.root}/${name}`, size);
    for (const [way, turn] of Object.entries(listing(fs, `${root}/${name}`))) {
      turns[`${size.toLocaleString('en')}, ${way}`] = turn;
    }
  }
  return turns;
}

const listed = (name: string, setup: Setup, title: string): Case => ({
  name,
  setup,
  title,
  unit: 'entries',
  prepare: (place, { entries }) => prepare(place, entries),
});

/** Directories of 10, 1,000 and 100,000 entries, or as many as the largest may have. */
export const readdirCases: readonly Case[] = [
  listed('readdir', 'uncached', 'list a directory, not cached'),
  listed('readdir-cached', 'cached', 'list a directory again, cached where the server allows it'),
];
