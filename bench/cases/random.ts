import type { Case, Sizes, Turn } from '../case.ts';
import type { Fs, Place } from '../place.ts';
import { fill } from './sequential.ts';

const SIZE = 4096; // bytes
/** Reads in one run of the cold cases: few enough that hardly any meets a page that another brought. */
const COLD = 2000;
const WARM = 5000;

/** Offsets of pages in an order that is always the same: a generator of Lehmer's, by its seed. */
function offsetsIn(size: number, count: number): number[] {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state % Math.floor(size / SIZE)) * SIZE;
  });
}

function readSync(fs: Fs, path: string, offsets: readonly number[]): number {
  const buffer = new Uint8Array(SIZE);
  const fd = fs.openSync(path, 'r');
  for (const offset of offsets) fs.readSync(fd, buffer, 0, SIZE, offset);
  fs.closeSync(fd);
  return offsets.length;
}

async function readByPromises(fs: Fs, path: string, offsets: readonly number[]): Promise<number> {
  const buffer = new Uint8Array(SIZE);
  const handle = await fs.promises.open(path);
  for (const offset of offsets) await handle.read(buffer, 0, SIZE, offset);
  await handle.close();
  return offsets.length;
}

async function prepare(place: Place, { file }: Sizes): Promise<Record<string, Turn>> {
  const { fs, root, dropCaches } = place;
  const path = `${root}/file`;
  fill(place, file);
  const ways = { sync: readSync, promise: readByPromises };
  const turns: Record<string, Turn> = {};
  for (const [way, read] of Object.entries(ways)) {
    if (dropCaches !== null) {
      const offsets = offsetsIn(file, COLD);
      turns[`cold, ${way}`] = { before: dropCaches, run: () => read(fs, path, offsets), repeat: 'once' };
    }
    const offsets = offsetsIn(file, WARM);
    const run = (): number | Promise<number> => read(fs, path, offsets);
    turns[`warm, ${way}`] = { before: async () => void (await run()), run, repeat: 'once' };
  }
  return turns;
}

/** Pages of a large file, here and there. */
export const randomReads: Case = {
  name: 'random',
  title: 'random reads of 4 KiB',
  setup: 'cached',
  unit: 'calls',
  prepare,
};
