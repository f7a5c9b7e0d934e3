import { expect, test } from 'vitest';
import { NodeReactor } from './reactor.ts';
import { closeDescriptor, seqpacketPair, tryReceive, trySend } from './sockets.ts';

const readable = { readable: true, writable: false };
const packet = new Uint8Array([1]);

/** A reactor that watches one end of a pair and counts the packets it takes from it. */
function watchedPair() {
  const reactor = new NodeReactor();
  const [ours, theirs] = seqpacketPair();
  const seen: number[] = [];
  const listeners: (() => void)[] = [];
  const watch = reactor.watch(ours, readable, () => {
    const length = tryReceive(ours, new Uint8Array(8));
    if (length === null) return;
    seen.push(length);
    for (const listener of listeners.splice(0)) listener();
  });
  return {
    reactor,
    watch,
    theirs,
    ours,
    seen,
    next: () => new Promise<void>((resolve) => listeners.push(resolve)),
    close: () => {
      watch.close();
      closeDescriptor(ours);
      closeDescriptor(theirs);
    },
  };
}

test('the event loop runs a watch when a packet comes', async () => {
  const { theirs, seen, next, close } = watchedPair();
  const came = next();
  trySend(theirs, packet);
  await came;
  expect(seen).toEqual([1]);
  close();
});

test('a blocking wait runs a watch when a packet is there, without the event loop', () => {
  const { reactor, theirs, seen, close } = watchedPair();
  trySend(theirs, packet);
  expect(reactor.wait(1000)).toBe(true);
  expect(seen).toEqual([1]);
  close();
});

test('a blocking wait ends at its time when nothing comes', () => {
  const { reactor, close } = watchedPair();
  const start = performance.now();
  expect(reactor.wait(20)).toBe(false);
  expect(performance.now() - start).toBeGreaterThanOrEqual(19);
  close();
});

test('a blocking wait for nothing at all returns at once', () => {
  expect(new NodeReactor().wait(null)).toBe(false);
});

test('a blocking wait sees the other end close', () => {
  const { reactor, theirs, seen, watch, ours } = watchedPair();
  closeDescriptor(theirs);
  expect(reactor.wait(1000)).toBe(true);
  expect(seen).toEqual([0]);
  watch.close();
  closeDescriptor(ours);
});

test('a watch without interest is silent, and speaks again when interested', () => {
  const { reactor, watch, theirs, seen, close } = watchedPair();
  trySend(theirs, packet);
  watch.setInterest({ readable: false, writable: false });
  expect(reactor.wait(0)).toBe(false);
  watch.setInterest(readable);
  expect(reactor.wait(1000)).toBe(true);
  expect(seen).toEqual([1]);
  close();
});

test('interest in writing is answered when there is room', () => {
  const reactor = new NodeReactor();
  const [ours, theirs] = seqpacketPair();
  const big = new Uint8Array(60_000);
  while (trySend(ours, big) === 'sent');
  let told = 0;
  const watch = reactor.watch(ours, { readable: false, writable: true }, () => told++);
  expect(reactor.wait(0)).toBe(false);
  while (tryReceive(theirs, big) !== null);
  expect(reactor.wait(1000)).toBe(true);
  expect(told).toBe(1);
  watch.close();
  closeDescriptor(ours);
  closeDescriptor(theirs);
});

test('a closed watch is silent, even when its event was on the way', async () => {
  const { theirs, seen, watch, close } = watchedPair();
  trySend(theirs, packet);
  setImmediate(() => watch.close());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen.length).toBeLessThanOrEqual(1);
  const count = seen.length;
  trySend(theirs, packet);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen.length).toBe(count);
  close();
});

test('the latest alarm counts, and null takes it back', async () => {
  const reactor = new NodeReactor();
  const rung: string[] = [];
  reactor.setAlarm(performance.now() + 1, () => rung.push('replaced'), 'somebody');
  const second = new Promise<void>((resolve) => {
    reactor.setAlarm(
      performance.now() + 5,
      () => {
        rung.push('second');
        resolve();
      },
      'somebody',
    );
  });
  const alive = setTimeout(() => {}, 1000);
  await second;
  reactor.setAlarm(performance.now() + 1, () => rung.push('taken back'), 'somebody');
  reactor.setAlarm(null, () => {}, 'nobody');
  await new Promise((resolve) => setTimeout(resolve, 10));
  clearTimeout(alive);
  expect(rung).toEqual(['second']);
});

test('an error thrown while a packet is handled reaches the process as an uncaught exception', async () => {
  const reactor = new NodeReactor();
  const [ours, theirs] = seqpacketPair();
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const caught = new Promise((resolve) => process.once('uncaughtException', resolve));
  const watch = reactor.watch(ours, readable, () => {
    tryReceive(ours, new Uint8Array(8));
    throw new Error('thrown in a watch');
  });
  trySend(theirs, packet);
  expect(await caught).toHaveProperty('message', 'thrown in a watch');
  for (const listener of others) process.on('uncaughtException', listener);
  watch.close();
  closeDescriptor(ours);
  closeDescriptor(theirs);
});
