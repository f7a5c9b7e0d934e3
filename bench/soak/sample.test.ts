import { expect, test } from 'vitest';
import { curve } from './curve.ts';
import { drawFrom } from './load.ts';
import { complaints, type Sample } from './sample.ts';

const MIB = 2 ** 20;
const budgets = { pageCacheBytes: 10 * MIB, dentryCacheEntries: 100 };
const level: Sample = { seconds: 0, heap: 20 * MIB, buffers: 10 * MIB, resident: 90 * MIB, pages: 9 * MIB, names: 100 };

const run = (change: (at: number) => Partial<Sample>): Sample[] =>
  Array.from({ length: 30 }, (_, at) => ({ ...level, seconds: 10 * at, ...change(at) }));

test('memory that stays level within its budgets is no complaint', () => {
  expect(
    complaints(
      run(() => ({})),
      budgets,
      0,
    ),
  ).toEqual([]);
});

test('a budget that did not hold once is a complaint', () => {
  expect(
    complaints(
      run((at) => ({ pages: at === 7 ? 11 * MIB : MIB })),
      budgets,
      0,
    ),
  ).toEqual([`${11 * MIB} bytes of pages, ${10 * MIB} were allowed`]);
});

test('names in use may be beyond their budget, others not', () => {
  const samples = run(() => ({ names: 105 }));
  expect(complaints(samples, budgets, 5)).toEqual([]);
  expect(complaints(samples, budgets, 4)).toHaveLength(1);
});

test('a heap that keeps growing is a complaint', () => {
  expect(
    complaints(
      run((at) => ({ heap: (20 + at) * MIB })),
      budgets,
      0,
    ),
  ).toEqual([`heap grew by ${10 * MIB} bytes from the second third to the last`]);
});

test('a curve has a line for each kind of memory, up to the end', () => {
  const picture = curve(
    'Memory',
    run(() => ({})),
  );
  expect(picture.match(/class="line\d" d="M60\.?0? /g)).toHaveLength(4);
  expect(picture).toContain('90 MiB');
});

test('a curve of nothing is refused', () => {
  expect(() => curve('Memory', [])).toThrow(RangeError);
});

test('a load draws the same numbers each time, all below their bound', () => {
  const [one, same] = [drawFrom(7), drawFrom(7)];
  const drawn = Array.from({ length: 1000 }, () => one(10));
  expect(drawn).toEqual(Array.from({ length: 1000 }, () => same(10)));
  expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});
