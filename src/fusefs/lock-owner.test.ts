import { expect, test } from 'vitest';
import { LockOwners } from './lock-owner.ts';

test('the same owner has the same id, others have others', () => {
  const owners = new LockOwners();
  const tables = Array.from({ length: 100 }, () => ({}));
  const ids = tables.map((table) => owners.idOf(table));
  expect(tables.map((table) => owners.idOf(table))).toEqual(ids);
  expect(new Set(ids).size).toBe(tables.length);
  expect(ids.every((id) => id > 0xffffffffn && id < 1n << 64n)).toBe(true);
});
