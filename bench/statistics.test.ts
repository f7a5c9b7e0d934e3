import { expect, test } from 'vitest';
import { pairedRatio, spreadOf } from './statistics.ts';

test('the spread of an odd number of values has the one in the middle', () => {
  expect(spreadOf([30, 1, 2])).toEqual({ median: 2, least: 1, most: 30 });
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(spreadOf([4, 1, 2, 10]).median).toBe(3);
});

test('nothing has no median', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});

test('a ratio is taken round by round, so that a slow round cancels', () => {
  expect(pairedRatio([200, 20, 2000], [100, 10, 1000])).toEqual({ median: 2, least: 2, most: 2 });
});

test('rounds of different number are not paired', () => {
  expect(() => pairedRatio([1], [1, 2])).toThrow('1 rounds cannot be paired with 2');
});
