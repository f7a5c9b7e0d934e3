import { expect, test } from 'vitest';
import { Sieve, type Sieved } from './sieve.ts';

class Item implements Sieved<Item> {
  readonly name: string;
  isBusy = false;
  isVisited = false;
  newer: Item | null = null;
  older: Item | null = null;

  constructor(name: string) {
    this.name = name;
  }
}

function sieveOf(names: string) {
  const sieve = new Sieve<Item>();
  const items = new Map([...names].map((name) => [name, new Item(name)]));
  for (const item of items.values()) sieve.add(item);
  const item = (name: string) => items.get(name) as Item;
  /** Takes all that can be taken, in order. */
  const takeAll = () => {
    let taken = '';
    for (let next = sieve.victim(null); next !== null; next = sieve.victim(null)) {
      sieve.remove(next);
      taken += next.name;
    }
    return taken;
  };
  return { sieve, item, takeAll };
}

test('what was never used goes oldest first', () => {
  expect(sieveOf('abcd').takeAll()).toBe('abcd');
});

test('what was used is spared once', () => {
  const { item, takeAll } = sieveOf('abcd');
  item('a').isVisited = true;
  item('c').isVisited = true;
  expect(takeAll()).toBe('bdac');
});

test('what is busy stays, and what is wanted', () => {
  const { sieve, item, takeAll } = sieveOf('abc');
  item('a').isBusy = true;
  expect(sieve.victim(item('b'))).toBe(item('c'));
  expect(takeAll()).toBe('bc');
  expect(sieve.count).toBe(1);
});

test('the hand stays where it is though what it points at goes', () => {
  const { sieve, item, takeAll } = sieveOf('abcd');
  item('a').isVisited = true;
  expect(sieve.victim(null)).toBe(item('b'));
  sieve.remove(item('c'));
  expect(takeAll()).toBe('dab');
});

test('it gives up after so many steps, and goes on from there', () => {
  const { sieve, item } = sieveOf('abcd');
  for (const name of 'abc') item(name).isBusy = true;
  expect(sieve.victim(null, 3)).toBeNull();
  expect(sieve.victim(null, 1)).toBe(item('d'));
});
