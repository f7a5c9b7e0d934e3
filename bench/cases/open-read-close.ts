import type { Case } from '../case.ts';
import type { Place, Setup } from '../place.ts';
import { again, awaited, together } from './turns.ts';

const FILES = 64;
const SIZE = 4096; // bytes

/** Small files, opened, read and closed one after the other. */
async function prepare({ fs, root, source }: Place) {
  const buffer = new Uint8Array(SIZE);
  for (let index = 0; index < FILES; index++) source.fs.writeFileSync(`${source.root}/${index}`, new Uint8Array(SIZE));
  let last = 0;
  const next = (): string => `${root}/${last++ % FILES}`;
  const read = async (path: string): Promise<void> => {
    const handle = await fs.promises.open(path);
    await handle.read(buffer, 0, SIZE, 0);
    await handle.close();
  };
  return {
    sync: again(() => {
      const fd = fs.openSync(next(), 'r');
      fs.readSync(fd, buffer, 0, SIZE, 0);
      fs.closeSync(fd);
    }, FILES),
    promise: awaited(() => read(next())),
    '64 promises': together(() => read(next())),
  };
}

const inSetup = (name: string, setup: Setup, title: string): Case => ({ name, setup, title, unit: 'calls', prepare });

/** What a program does with small files. */
export const openReadClose: readonly Case[] = [
  inSetup('open-read-close', 'cached', 'open, read and close of files of 4 KiB, names and contents cached'),
  inSetup('open-read-close-uncached', 'uncached', 'open, read and close of files of 4 KiB, not cached'),
];

/** Opening alone, which is all that a server is asked when contents are cached. */
export const openClose: Case = {
  name: 'open-close',
  title: 'open and close of a file, not cached',
  setup: 'uncached',
  unit: 'calls',
  prepare: async ({ fs, root, source }) => {
    source.fs.writeFileSync(`${source.root}/file`, '');
    return {
      sync: again(() => fs.closeSync(fs.openSync(`${root}/file`, 'r')), FILES),
      promise: awaited(async () => (await fs.promises.open(`${root}/file`)).close()),
    };
  },
};
