import { expect, test } from 'vitest';
import { expiry, isValid } from './validity.ts';

test.each([
  ['zero', 0, 0, 0, false],
  ['within a whole second', 1, 0, 1000, true],
  ['behind a whole second', 1, 0, 1000.001, false],
  ['within a fraction', 0, 500_000_000, 500, true],
  ['behind a fraction', 0, 500_000_000, 501, false],
  ['nanoseconds that are none count as almost a second', 0, 0xffffffff, 1000, false],
  ['the longest time there is', 2 ** 64, 0xffffffff, 1e15, true],
])('%s', (_name, seconds, nanoseconds, later, valid) => {
  const start = 5;
  expect(isValid(expiry(start, seconds, nanoseconds), start + later)).toBe(valid);
});
