import { expect, test } from 'vitest';
import { AttributeTable, COLUMN } from './attribute-table.ts';

test('rows of one block are apart, and a row given back comes again, empty', () => {
  const table = new AttributeTable();
  const block = table.block();
  const [one, other] = [block.take(), block.take()];
  block.numbers[one + COLUMN.size] = 1.5;
  block.words[2 * one + COLUMN.stale] = 0xffffffff;
  expect([block.numbers[other + COLUMN.size], block.words[2 * other + COLUMN.stale]]).toEqual([0, 0]);
  block.give(one);
  expect(table.block()).toBe(block);
  expect(block.take()).toBe(one);
  expect([block.numbers[one + COLUMN.size], block.words[2 * one + COLUMN.stale]]).toEqual([0, 0]);
});

test('a full block is followed by another, and one without rows in use is let go', () => {
  const table = new AttributeTable();
  const first = table.block();
  const rows: number[] = [];
  while (table.block() === first) rows.push(first.take());
  const second = table.block();
  const row = second.take();
  for (const at of rows) first.give(at);
  expect(table.block(), 'all of the first are free, and the second has room').toBe(second);
  second.give(row);
  expect(table.block(), 'the last with room stays').toBe(second);
});
