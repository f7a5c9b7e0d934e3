import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

const filled = (count: number): Fifo<number> => {
  const fifo = new Fifo<number>();
  for (let i = 0; i < count; i++) fifo.push(i);
  return fifo;
};

test.each([1, 65, 2000])('%d entries leave in the order they came, and the queue can be used again', (count) => {
  const fifo = filled(count);
  const left: (number | undefined)[] = [];
  while (fifo.length > 0) left.push(fifo.shift());
  expect(left).toEqual(Array.from({ length: count }, (_, i) => i));
  expect([fifo.shift(), fifo.first]).toEqual([undefined, undefined]);
  fifo.push(7);
  expect([...fifo]).toEqual([7]);
});

test('an entry can leave from anywhere, by its place or by itself', () => {
  const fifo = filled(6);
  fifo.shift();
  expect(fifo.takeAt(2)).toBe(3);
  fifo.remove(5);
  fifo.remove(1);
  fifo.remove(99);
  expect([[...fifo], fifo.first, fifo.length]).toEqual([[2, 4], 2, 2]);
});

test('entries put before all others come first, and everything can be taken at once', () => {
  const fifo = filled(2);
  fifo.unshift([8, 9]);
  expect(fifo.drain()).toEqual([8, 9, 0, 1]);
  expect(fifo.length).toBe(0);
});
