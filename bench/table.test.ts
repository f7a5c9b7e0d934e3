import { expect, test } from 'vitest';
import type { Result } from './results.ts';
import { align, caseRows, markdown, short } from './table.ts';

const results: Result[] = [
  { case: 'stat', way: 'sync', subject: 'c', unit: 'calls', rates: [50, 20, 30], cpu: 12.345, systemCalls: null },
  { case: 'stat', way: 'sync', subject: 'd', unit: 'calls', rates: [100, 40, 10], cpu: null, systemCalls: 9 },
];

test.each([
  [1_234_567.8, '1,234,568'],
  [99.96, '100'],
  [12.345, '12.3'],
  [20, '20'],
  [0.05, '0.05'],
  [0, '0'],
])('%f is written with three digits that count', (value, text) => {
  expect(short(value)).toBe(text);
});

test('a row has the rate, the ratio to the yardstick, CPU time and system calls, each with what is known', () => {
  expect(caseRows(results)).toEqual([
    ['sync', 'c', '30 (20 to 50)', '0.50x (0.50x to 3.00x)', '12.3', ''],
    ['sync', 'd', '40 (10 to 100)', '1.00x (1.00x to 1.00x)', '', '9'],
  ]);
});

test('columns are as wide as their widest cell', () => {
  expect(align(['a', 'long'], [['wide', 'x']])).toBe('a     long\n----  ----\nwide  x');
});

test('a table of Markdown has a line below its titles', () => {
  expect(markdown(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
});
