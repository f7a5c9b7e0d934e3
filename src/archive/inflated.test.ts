import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Inflated, Windows } from './inflated.ts';
import { Source } from './source.ts';
import { noise } from './testing/make-tar.ts';
import { Bench } from './testing/serve.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
/** Twice: what one has found is only counted when the next begins. */
const collectGarbage = (): void => {
  gc();
  gc();
};

let bench: Bench;
let source: Source | null;
beforeEach(() => {
  bench = new Bench();
  source = null;
});
afterEach(async () => {
  source?.close();
  await bench.end();
});

/** A deflated file, and how often it was inflated from its start. */
async function inflated(plain: Uint8Array): Promise<{ file: Inflated; starts: () => number }> {
  const opened = (await Source.open(bench.file(deflateRawSync(plain)))).source;
  source = opened;
  let starts = 0;
  const start = async () => {
    starts++;
    return 0;
  };
  const size = plain.length;
  const known = { source: opened, start, compressedSize: opened.size, size, crc: crc32(plain) };
  return { file: new Inflated(known, new Windows()), starts: () => starts };
}

test('a bomb leaves no more than a window in memory', async () => {
  const size = 16 * 2 ** 20;
  const { file } = await inflated(new Uint8Array(size));
  await file.read(0, 10);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  await file.read(size - 10, 10);
  collectGarbage();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(size / 4);
});

test('a file is inflated once for readers that are less than a window apart', async () => {
  const { file, starts } = await inflated(noise(3 * 2 ** 20));
  for (let offset = 2 ** 19; offset < 2 ** 21; offset += 2 ** 17) {
    await Promise.all([file.read(offset, 2 ** 17), file.read(offset - 2 ** 19, 2 ** 17)]);
  }
  expect(starts()).toBe(1);
});

test('a file is inflated twice for readers at two distant places', async () => {
  const { file, starts } = await inflated(noise(5 * 2 ** 20));
  await file.read(3 * 2 ** 20, 10);
  for (let offset = 0; offset < 2 ** 20; offset += 2 ** 17) {
    await file.read(offset, 2 ** 17);
    await file.read(3 * 2 ** 20 + offset, 2 ** 17);
  }
  expect(starts()).toBe(2);
});

test('what a released file kept for reading is gone', async () => {
  const { file, starts } = await inflated(noise(1000));
  await file.read(0, 10);
  file.release();
  await file.read(0, 10);
  expect(starts()).toBe(2);
});
