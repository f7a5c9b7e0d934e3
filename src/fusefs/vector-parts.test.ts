import { expect, test } from 'vitest';
import { VectorParts } from './vector-parts.ts';

const LARGE = 1 << 20;

/** How the bytes of some parts are cut into requests of so many pages. */
function cut(parts: readonly number[], pages: number, most = LARGE): number[] {
  const total = parts.reduce((sum, length) => sum + length, 0);
  const vector = new VectorParts(parts, total);
  const pieces: number[] = [];
  for (let at = 0; at < total; at += pieces.at(-1) ?? total) pieces.push(vector.pieceAt(at, most, pages));
  return pieces;
}

test.each([
  ['each part takes a page at least', [100, 100, 100], 2, [200, 100]],
  ['a part may go on in the next request', [10_000, 10], 2, [8192, 1818]],
  ['empty parts take none', [0, 5, 0, 5], 2, [10]],
  ['parts end where they end', [4096, 1, 4096], 2, [4097, 4096]],
] as const)('%s', (_name, parts, pages, pieces) => {
  expect(cut(parts, pages)).toEqual(pieces);
});

test('no more bytes than a request may carry go into one', () => {
  expect(cut([5000, 5000], 32, 4096)).toEqual([4096, 4096, 1808]);
});

test('without parts memory is in one piece', () => {
  expect(new VectorParts([], 9000).pieceAt(0, LARGE, 2)).toBe(8192);
});
