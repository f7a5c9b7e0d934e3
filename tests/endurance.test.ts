import { expect, test } from 'vitest';
import { whyNoKernelMount } from './daemons/kernel-mount.ts';
import { cases, missingPrograms } from './endurance/cases.ts';
import { formatRanges, parseRanges, rangesOf, shrink } from './endurance/ranges.ts';
import { World } from './endurance/world.ts';

const short = cases
  .filter(({ isShort }) => isShort)
  .flatMap((one) => one.servers.map((server) => [one.name, server, one] as const));

test.for(short)('%s on a kernel mount of %s ends with everything as it should be', async ([, server, one], context) => {
  const why = whyNoKernelMount();
  context.skip(why !== null, why ?? '');
  context.skip(process.getuid?.() !== 0, 'not root');
  const missing = missingPrograms(one);
  context.skip(missing.length > 0, `this machine has no ${missing.join(', ')}`);
  await using world = await World.create(server);
  expect(await one.run(world, { size: 'short' })).not.toBe('');
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
