import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countSystemCalls, totalOf, whyNotCounted } from './system-calls.ts';

test("the sum is read from strace's table, with and without a column of errors", () => {
  expect(totalOf('100.00    0.001136           7       145        19 total\n')).toBe(145);
  expect(totalOf('100.00    0.001136           7       145           total\n')).toBe(145);
});

test('no table means that there were none', () => {
  expect(totalOf('')).toBe(0);
});

test('the system calls of this process are counted while it works, and no others', async (context) => {
  const why = whyNotCounted();
  context.skip(why !== null, why ?? '');
  const calls = await countSystemCalls([], async () => {
    for (let call = 0; call < 1000; call++) existsSync('/');
  });
  expect(calls).toBeGreaterThanOrEqual(1000);
  expect(calls).toBeLessThan(1500);
});
