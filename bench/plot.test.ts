import { expect, test } from 'vitest';
import { plot } from './plot.ts';
import type { Result } from './results.ts';
import type { Letter } from './subjects.ts';

const result = (subject: Letter, rates: number[], way = 'sync'): Result => ({
  case: 'stat',
  way,
  subject,
  unit: 'calls',
  rates,
  cpu: null,
  systemCalls: null,
});

const widths = (svg: string): number[] =>
  [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));

test('a bar is as long as its ratio is far from 1, on a logarithmic scale', () => {
  const [slow = 0, same = 0, fast = 0] = widths(
    plot('stat', [result('c', [10]), result('d', [100]), result('g', [1000])]),
  );
  expect(slow).toBeCloseTo(fast);
  expect(slow).toBeGreaterThan(100);
  expect(same).toBe(1);
});

test('each bar says its ratio and spread', () => {
  expect(plot('stat', [result('c', [50, 100, 300]), result('d', [100, 100, 100])])).toContain('1.00x (0.50x to 3.00x)');
});

test('a way that was not measured with the yardstick has no bars', () => {
  const svg = plot('stat', [result('c', [1]), result('d', [1]), result('c', [1], 'promise')]);
  expect(svg).not.toContain('promise');
  expect(widths(svg)).toHaveLength(2);
});

test('what is far off the scale stays on the picture', () => {
  const svg = plot('stat', [result('c', [1e-9]), result('d', [1]), result('g', [1e9])]);
  const ends = [...svg.matchAll(/<rect [^>]*x="([-\d.]+)"[^>]*width="([\d.]+)"/g)].flatMap(([, x, width]) => [
    Number(x),
    Number(x) + Number(width),
  ]);
  expect(Math.min(...ends)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ends)).toBeLessThanOrEqual(760);
});

test('titles may hold what XML reads otherwise', () => {
  expect(plot('a < b & c', [result('d', [1])])).toContain('a &lt; b &amp; c');
});

test('nothing to compare is an error, not an empty picture', () => {
  expect(() => plot('stat', [result('c', [1])])).toThrow('nothing was compared');
});
