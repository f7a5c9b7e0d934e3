import { address } from 'koffi';
import { expect, test } from 'vitest';
import { EFAULT, ESRCH } from '../abi/errno.ts';
import { thrownBy } from '../fusefs/testing/thrown-by.ts';
import { readCString, readMemory } from './process-memory.ts';

const PAGE = 4096;
const nobody = 0x7ffffffe;

/** Bytes of this process, and where they lie. */
function placed(bytes: Uint8Array): { readonly at: bigint; readonly bytes: Uint8Array } {
  return { at: address(bytes), bytes };
}

test('memory of a process is read as it is', () => {
  const { at, bytes } = placed(Uint8Array.of(0, 1, 2, 255));
  expect([...readMemory(process.pid, at, 4)]).toEqual([...bytes]);
  expect(readMemory(process.pid, at, 0)).toHaveLength(0);
});

test('a string ends at its NUL, across pages, and at the limit without one', () => {
  const long = 'x'.repeat(2 * PAGE);
  const { at, bytes } = placed(Buffer.from(`${long}\0rest`));
  expect(readCString(process.pid, at, 3 * PAGE)).toBe(long);
  expect(readCString(process.pid, at, PAGE + 10)).toBe('x'.repeat(PAGE + 10));
  expect(readCString(process.pid, at + BigInt(2 * PAGE), 10)).toBe('');
  expect(bytes).toHaveLength(2 * PAGE + 5);
});

test('an address that is not there is EFAULT, a process that is not there ESRCH', () => {
  expect(thrownBy(() => readMemory(process.pid, 8n, 8))).toBe(EFAULT);
  expect(thrownBy(() => readMemory(nobody, 8n, 8))).toBe(ESRCH);
});
