import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Linger } from './linger.ts';
import { closeDescriptor, hangUp, seqpacketPair, tryReceive, trySend } from './sockets.ts';

let time = 0;
const now = (): number => time;
let ours: number;
let theirs: number;

beforeEach(() => {
  [ours, theirs] = seqpacketPair();
});

afterEach(() => {
  closeDescriptor(ours);
  closeDescriptor(theirs);
});

test('what is there already is worth it, again and again', () => {
  const linger = new Linger(ours, now);
  trySend(theirs, Uint8Array.of(1));
  expect(linger.isWorthIt()).toBe(true);
  expect(linger.isWorthIt()).toBe(true);
});

test('the end is worth it', () => {
  const linger = new Linger(ours, now);
  hangUp(theirs);
  expect(linger.isWorthIt()).toBe(true);
});

test('after a wait in vain one is left out, after the next three', async () => {
  const linger = new Linger(ours, now);
  expect(linger.isWorthIt()).toBe(false);
  trySend(theirs, Uint8Array.of(1));
  expect(linger.isWorthIt()).toBe(false);
  tryReceive(ours, new Uint8Array(1));
  await nextTurn();
  expect(linger.isWorthIt()).toBe(false);
  trySend(theirs, Uint8Array.of(1));
  expect([linger.isWorthIt(), linger.isWorthIt(), linger.isWorthIt()]).toEqual([false, false, false]);
  await nextTurn();
  expect(linger.isWorthIt()).toBe(true);
});

test('in one turn of the event loop waits begin for a while only', async () => {
  const linger = new Linger(ours, now);
  trySend(theirs, Uint8Array.of(1));
  expect(linger.isWorthIt()).toBe(true);
  time += 0.9;
  expect(linger.isWorthIt()).toBe(true);
  time += 0.1;
  expect(linger.isWorthIt()).toBe(false);
  await nextTurn();
  expect(linger.isWorthIt()).toBe(true);
});
