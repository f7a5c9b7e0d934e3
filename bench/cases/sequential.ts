import type { Case, Sizes, Turn } from '../case.ts';
import type { Fs, Place, Setup } from '../place.ts';

const CHUNK = 128 * 1024; // bytes a call
const MIB = 1024 * 1024;

/** A file of this size, in `source`. */
export function fill({ source }: Place, size: number): void {
  const chunk = new Uint8Array(MIB).fill(7);
  const fd = source.fs.openSync(`${source.root}/file`, 'w');
  for (let written = 0; written < size; written += MIB) source.fs.writeSync(fd, chunk, 0, MIB, written);
  source.fs.closeSync(fd);
}

/** Reads a file from end to end into one buffer. Returns MiB. */
function readSync(fs: Fs, path: string): number {
  const buffer = new Uint8Array(CHUNK);
  const fd = fs.openSync(path, 'r');
  let total = 0;
  for (let count = -1; count !== 0; total += count) count = fs.readSync(fd, buffer, 0, CHUNK, total);
  fs.closeSync(fd);
  return total / MIB;
}

async function readByPromises(fs: Fs, path: string): Promise<number> {
  const buffer = new Uint8Array(CHUNK);
  const handle = await fs.promises.open(path);
  let total = 0;
  for (let count = -1; count !== 0; total += count) {
    count = (await handle.read(buffer, 0, CHUNK, total)).bytesRead;
  }
  await handle.close();
  return total / MIB;
}

async function prepareReading(place: Place, { file }: Sizes): Promise<Record<string, Turn>> {
  const { fs, root, dropCaches } = place;
  const path = `${root}/file`;
  fill(place, file);
  const ways = { sync: () => readSync(fs, path), promise: () => readByPromises(fs, path) };
  const turns: Record<string, Turn> = {};
  for (const [way, run] of Object.entries(ways)) {
    if (dropCaches !== null) turns[`cold, ${way}`] = { before: dropCaches, run, repeat: 'once' };
    // A short file is read in no time: the first reading brings it into the cache, others measure.
    turns[`warm, ${way}`] = { before: async () => void (await run()), run, repeat: 'once' };
  }
  return turns;
}

/** Writes a new file from end to end, and waits until the server has it. Returns MiB. */
function writeSync(fs: Fs, path: string, size: number): number {
  const chunk = new Uint8Array(CHUNK).fill(7);
  const fd = fs.openSync(path, 'w');
  for (let written = 0; written < size; written += CHUNK) fs.writeSync(fd, chunk, 0, CHUNK, written);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  return size / MIB;
}

async function writeByPromises(fs: Fs, path: string, size: number): Promise<number> {
  const chunk = new Uint8Array(CHUNK).fill(7);
  const handle = await fs.promises.open(path, 'w');
  for (let written = 0; written < size; written += CHUNK) await handle.write(chunk, 0, CHUNK, written);
  await handle.sync();
  await handle.close();
  return size / MIB;
}

async function prepareWriting({ fs, root }: Place, { file }: Sizes): Promise<Record<string, Turn>> {
  const path = `${root}/file`;
  const before = (): void => {
    if (fs.statSync(path, { throwIfNoEntry: false }) !== undefined) fs.unlinkSync(path);
  };
  return {
    sync: { before, run: () => writeSync(fs, path, file), repeat: 'once' },
    promise: { before, run: () => writeByPromises(fs, path, file), repeat: 'once' },
  };
}

const writing = (name: string, setup: Setup, title: string): Case => ({
  name,
  setup,
  title,
  unit: 'MiB',
  prepare: prepareWriting,
});

/** One large file, from end to end. */
export const sequential: readonly Case[] = [
  {
    name: 'read',
    title: 'sequential read, 128 KiB a call',
    setup: 'cached',
    unit: 'MiB',
    prepare: prepareReading,
  },
  writing('write', 'cached', 'sequential write and fsync, 128 KiB a call, write-through'),
  writing('write-back', 'writeback', 'sequential write and fsync, 128 KiB a call, writeback cache'),
];
