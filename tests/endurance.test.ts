import path from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import type { Case } from './endurance/case.ts';
import { crowd } from './endurance/cases/crowd.ts';
import { randomIo } from './endurance/cases/random-io.ts';
import { cases, whyNotHere } from './endurance/cases.ts';
import { formatRanges, parseRanges, rangesOf, shrink } from './endurance/ranges.ts';
import { World } from './endurance/world.ts';
import { needsKernel } from './kernel-mount/place.ts';

const short = cases.flatMap((one) => one.shortOn.map((server) => [one.name, server, one] as const));

const needs = (context: TestContext, one: Case): void => {
  needsKernel(context);
  const why = whyNotHere(one);
  context.skip(why !== null, why ?? '');
};

test.for(short)('%s on a kernel mount of %s ends with everything as it should be', async ([, server, one], context) => {
  needs(context, one);
  await using world = await World.create(server);
  expect(await one.run(world, { size: 'short' })).not.toBe('');
});

test('several readers of the device serve a crowd', async (context) => {
  needsKernel(context);
  await using world = await World.create('memory', { readers: 4 });
  expect(await crowd.run(world, { size: 'short' })).toMatch(/nothing left after rm -rf$/);
});

test('random I/O finds a forgetful server, and names the few operations that show it', async (context) => {
  needs(context, randomIo);
  const program = path.join(import.meta.dirname, 'endurance/forgetful-main.ts');
  await using world = await World.create('memory', { program: [program] });
  const found = await randomIo.run(world, { size: 'short', seed: 7 }).catch((error: Error) => error.message);
  const command =
    /^[1-5] operations show it again: npm run endurance -- random-io --seed=7 --operations=2000 --only=(\S+)$/m;
  expect(found).toMatch(command);
  const only = command.exec(found)?.[1] ?? '';
  await expect(randomIo.run(world, { size: 'short', seed: 7, only })).rejects.toThrow(/should be 0x/);
});

test('ranges of operations are read as they are written', () => {
  expect(parseRanges('0-2,7')).toEqual([
    [0, 2],
    [7, 7],
  ]);
  expect(() => parseRanges('1,x')).toThrow("'x' is no range");
});

test('operations are written as the fewest ranges', () => {
  expect(formatRanges(rangesOf([1, 2, 3, 5]))).toBe('1-3,5');
});

test('a failing list of operations shrinks to those that fail together', async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const fails = async (tried: readonly number[]): Promise<boolean> => [3, 57, 99].every((one) => tried.includes(one));
  expect(await shrink(numbers, fails, 200)).toEqual([3, 57, 99]);
});
