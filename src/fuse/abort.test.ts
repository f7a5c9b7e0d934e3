import { expect, test } from 'vitest';
import { ECONNABORTED, ENODEV, ENOTCONN, type Errno } from '../abi/errno.ts';
import { DESTROY, FLUSH, RELEASE } from '../abi/opcodes.ts';
import { Sleep } from '../task/blocking.ts';
import type { AbortCause } from './connection.ts';
import { endOf, type Received, Rig, thrownBy } from './testing/rig.ts';

const flushBody = { fh: 0n, lock_owner: 0n };
const releaseBody = { fh: 0n, flags: 0, release_flags: 0, lock_owner: 0n };

test.each(['user', 'server', 'unmount', 'timeout'] as const)(
  'an abort by %s ends 256 requests, and later ones fail',
  (cause) => {
    const rig = Rig.connected();
    const running = Array.from({ length: 256 }, (_, i) => rig.readlink(BigInt(i)));
    for (let i = 0; i < 100; i++) rig.receive();
    rig.connection.abort(cause satisfies AbortCause);
    rig.scheduler.run();
    expect(running.map(({ end }) => end)).toEqual(Array(256).fill(ECONNABORTED));
    expect(rig.readlink(1n).end).toBe(ENOTCONN);
    expect(rig.begin((task) => rig.connection.call(task, FLUSH, 1n, { body: flushBody })).end).toBe(ENOTCONN);
    const { device, waiting } = rig.connection;
    expect([device.completions.size, device.queue.length, device.slots.used, waiting]).toEqual([0, 0, 0, 0]);
  },
);

test('before INIT is answered an abort lets every waiter go, with ENOTCONN', () => {
  const rig = new Rig();
  rig.connection.start();
  const running = [1n, 2n].map((nodeid) => rig.readlink(nodeid));
  rig.connection.abort();
  rig.scheduler.run();
  expect(running.map(({ end }) => end)).toEqual([ENOTCONN, ENOTCONN]);
  expect(rig.connection.initialized.length).toBe(0);
  expect(rig.connection.waiting).toBe(0);
});

test('tasks that wait for room find no connection', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const [first, ...line] = Array.from({ length: 10 }, (_, i) => rig.readlink(BigInt(i)));
  rig.connection.abort();
  rig.scheduler.run();
  expect(first?.end).toBe(ECONNABORTED);
  expect(line.map(({ end }) => end)).toEqual(Array(9).fill(ENOTCONN));
  expect([rig.connection.device.slots.used, rig.connection.waiting]).toEqual([0, 0]);
});

test('a task that was given a slot in the moment of the abort finds no connection', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const [, second] = [rig.readlink(1n), rig.readlink(2n)];
  const received = rig.receive() as Received;
  rig.connection.end(rig.connection.device.completions.get(received.header.unique) as never, ECONNABORTED);
  rig.connection.abort();
  rig.scheduler.run();
  expect(second.end).toBe(ENOTCONN);
  expect(rig.connection.device.slots.used).toBe(0);
});

test('the last file that is closed takes the connection along, read or not', () => {
  const rig = Rig.connected();
  const running = [rig.readlink(1n), rig.readlink(2n)];
  rig.receive();
  rig.connection.forget(9n, 1);
  rig.file.close();
  rig.scheduler.run();
  expect(running.map(({ end }) => end)).toEqual([ECONNABORTED, ECONNABORTED]);
  expect(rig.connection.state).toBe('aborted');
  expect(rig.connection.device.hasWork).toBe(false);
});

test('an abort wakes the readers of the device', () => {
  const rig = Rig.connected();
  let thrown: unknown = null;
  rig.begin(function* (task) {
    yield new Sleep(rig.file.readable, 'requests', 'event', null);
    thrown = thrownBy(() => rig.file.take(8192));
    return task;
  });
  rig.connection.abort('unmount');
  rig.scheduler.run();
  expect(thrown).toBe(ENODEV);
});

test('the failure that is kept is the first', () => {
  const { connection } = Rig.connected();
  connection.abort('server', 'it was killed by SIGSEGV');
  connection.abort('user', 'later');
  expect(connection.failure).toBe('it was killed by SIGSEGV');
});

test('what is sent from the callback of an aborted request fails, and nothing is left', () => {
  const rig = Rig.connected();
  const results: Errno[] = [];
  const send = (onReply: (result: unknown) => void) =>
    rig.connection.send(RELEASE, 1n, { body: releaseBody }, { onReply });
  send((first) => {
    results.push(first as Errno);
    send((second) => results.push(second as Errno));
  });
  rig.connection.abort();
  expect(results).toEqual([ECONNABORTED, ENOTCONN]);
  expect(rig.connection.waiting).toBe(0);
});

test('DESTROY can be asked while connected, and is answered like all else', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  rig.readlink(1n);
  const destroy = rig.begin((task) => rig.connection.call(task, DESTROY, 0n));
  rig.receive();
  const received = rig.receive() as Received;
  expect(received.header).toMatchObject({ len: 40, opcode: DESTROY.number, nodeid: 0n, uid: 0, gid: 0, pid: 0 });
  rig.answer(received);
  expect(endOf(destroy)).toBe('reply');
});

test('a request without a reply for too long ends the connection', () => {
  const rig = Rig.connected({ requestTimeout: 30_000 });
  const first = rig.readlink(1n);
  rig.advance(20_000);
  const second = rig.readlink(2n);
  rig.answer(rig.receive() as Received);
  expect(endOf(first)).toBe('reply');
  rig.advance(29_999);
  expect(endOf(second)).toBe('waits');
  rig.advance(1);
  expect(second.end).toBe(ECONNABORTED);
  expect(rig.connection.failure).toBe('READLINK 6 had no reply for 30 s');
  expect(thrownBy(() => rig.file.take(8192))).toBe(ENODEV);
  expect(rig.scheduler.nextTimer).toBeNull();
});

test('a connection at rest has no deadline', () => {
  const rig = Rig.connected({ requestTimeout: 1000 });
  rig.readlink(1n);
  rig.answer(rig.receive() as Received);
  rig.advance(100_000);
  expect(rig.scheduler.nextTimer).toBeNull();
  expect(rig.connection.state).toBe('connected');
  const late = rig.readlink(2n);
  rig.advance(1000);
  expect(late.end).toBe(ECONNABORTED);
});

test('a deadline whose sum is rounded down is met all the same', () => {
  const rig = Rig.connected({ requestTimeout: 30_000 });
  const [start, timeout] = [60_000.001, 30_000];
  expect(start + timeout - start).toBeLessThan(timeout);
  rig.clock.advance(start);
  const running = rig.readlink(1n);
  rig.clock.advance(start + timeout - rig.clock.now());
  expect(rig.clock.now()).toBe(start + timeout);
  rig.scheduler.run();
  expect(running.end).toBe(ECONNABORTED);
});

test('a background request that is admitted late is watched too', () => {
  const rig = Rig.connected({ requestTimeout: 1000 });
  rig.advance(5000);
  rig.connection.background.maximum = 0;
  let result: unknown = null;
  rig.connection.send(RELEASE, 1n, { body: releaseBody }, { onReply: (end) => (result = end) });
  rig.connection.background.maximum = 1;
  rig.advance(1000);
  expect(result).toBe(ECONNABORTED);
});
