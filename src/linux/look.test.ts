import { expect, test } from 'vitest';
import { Look } from './look.ts';

let time = 0;
/** Each glance at this clock takes a hundredth of a millisecond. */
const now = (): number => {
  time += 0.01;
  return time;
};

/** How often it was looked. */
function looksOf(look: Look): number {
  let looks = 0;
  look.sees(() => {
    looks++;
    return false;
  });
  return looks;
}

test('what becomes so during the look is seen', () => {
  let looks = 0;
  expect(new Look(now, 2).sees(() => ++looks === 3)).toBe(true);
});

test('a look ends by itself', () => {
  expect(looksOf(new Look(now, 2))).toBe(5);
});

test('after looks in vain ever more waits do without, up to 63', () => {
  const look = new Look(now, 2);
  const looked = Array.from({ length: 400 }, () => looksOf(look) > 0);
  const places = looked.flatMap((has, place) => (has ? [place] : []));
  expect(places).toEqual([0, 2, 6, 14, 30, 62, 126, 190, 254, 318, 382]);
});

test('a look that paid makes the next ones due', () => {
  const look = new Look(now, 2);
  looksOf(look);
  looksOf(look);
  expect(look.sees(() => true)).toBe(true);
  expect(looksOf(look)).toBe(5);
});

test('one processor is left to whoever is to answer', () => {
  expect(looksOf(new Look(now, 1))).toBe(0);
});
