import { expect, test } from 'vitest';
import { FUSE_UNIQUE_RESEND } from './fuse.ts';
import {
  interruptedUnique,
  interruptUnique,
  isInterruptUnique,
  readUnique,
  resentUnique,
  writeUnique,
} from './unique.ts';

const read = (bits: bigint): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits, true);
  return readUnique(view, 0);
};

const written = (unique: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  writeUnique(view, 0, unique);
  return view.getBigUint64(0, true);
};

test('a unique is exact with and without the resend bit', () => {
  for (const counter of [2, 3, 2 ** 31, 2 ** 32, 2 ** 32 + 2, Number.MAX_SAFE_INTEGER]) {
    expect(read(BigInt(counter))).toBe(counter);
    expect(written(counter)).toBe(BigInt(counter));
    expect(read(BigInt(counter) | FUSE_UNIQUE_RESEND)).toBe(-counter);
    expect(written(-counter)).toBe(BigInt(counter) | FUSE_UNIQUE_RESEND);
  }
});

test('the resend bit alone is not taken for the 0 of a notification', () => {
  expect(read(FUSE_UNIQUE_RESEND) === 0).toBe(false);
  expect(read(0n)).toBe(0);
});

test('a counter past 2^53 - 1 is no safe integer, and its bits do not spill into the resend bit', () => {
  for (const bits of [2n ** 53n, 2n ** 63n - 1n, 2n ** 63n + 2n ** 53n, 2n ** 64n - 1n]) {
    const unique = read(bits);
    expect(Number.isSafeInteger(unique)).toBe(false);
    expect(written(unique) >> 63n).toBe(bits >> 63n);
  }
});

test('the INTERRUPT for a request sets bit 0 and leaves the resend bit', () => {
  expect(written(interruptUnique(6))).toBe(7n);
  expect(written(interruptUnique(resentUnique(6)))).toBe(FUSE_UNIQUE_RESEND | 7n);
  for (const unique of [6, resentUnique(6)]) {
    expect(isInterruptUnique(unique)).toBe(false);
    expect(isInterruptUnique(interruptUnique(unique))).toBe(true);
    expect(interruptedUnique(interruptUnique(unique))).toBe(unique);
  }
});

test('a request that is sent a third time is still just resent', () => {
  expect(resentUnique(resentUnique(6))).toBe(-6);
});
