import { expect, test } from 'vitest';
import { EINTR, EINVAL, ENOTCONN } from '../abi/errno.ts';
import { READ, RELEASE } from '../abi/opcodes.ts';
import type { fuse_init_out } from '../abi/structs.ts';
import { Control } from './control.ts';
import { endOf, type Received, Rig, thrownBy } from './testing/rig.ts';

const releaseBody = { fh: 0n, flags: 0, release_flags: 0, lock_owner: 0n };
const readBody = { fh: 0n, offset: 0, size: 8, read_flags: 0, lock_owner: 0n, flags: 0 };

const connected = (init: Partial<fuse_init_out> = {}, maxActiveRequests = 1000) =>
  Rig.connected({ maxActiveRequests }, init);

function release(rig: Rig, count: number): unknown[] {
  const results: unknown[] = [];
  for (let i = 0; i < count; i++) {
    rig.connection.send(RELEASE, BigInt(i), { body: releaseBody }, { onReply: (result) => results.push(result) });
  }
  return results;
}

function readAhead(rig: Rig, nodeid: bigint) {
  return rig.begin((task) => rig.connection.callBackground(task, READ, nodeid, { body: readBody, room: 8 }, () => {}));
}

const nodeids = (rig: Rig): bigint[] => {
  const all: bigint[] = [];
  for (let next = rig.receive(); next !== null; next = rig.receive()) all.push(next.header.nodeid);
  return all;
};

test('so many as max_background go to the device, the next when one has ended', () => {
  const rig = connected({ max_background: 2 });
  const results = release(rig, 4);
  const [first] = [rig.receive() as Received];
  expect(nodeids(rig)).toEqual([1n]);
  expect(rig.connection.waiting).toBe(4);
  rig.answer(first);
  expect(results).toHaveLength(1);
  expect(nodeids(rig)).toEqual([2n]);
});

test('a background request gets its unique when it is admitted, and its slot then too', () => {
  const rig = connected({ max_background: 1 });
  release(rig, 2);
  rig.readlink(50n);
  expect(rig.connection.device.slots.used).toBe(2);
  const first = rig.receive() as Received;
  expect(first.header).toMatchObject({ unique: 4, nodeid: 0n, uid: 0, gid: 0, pid: 0 });
  expect(rig.receive()?.header).toMatchObject({ unique: 6, nodeid: 50n });
  rig.answer(first);
  expect(rig.receive()?.header).toMatchObject({ unique: 8, nodeid: 1n });
});

test('twelve are admitted when INIT says nothing', () => {
  const rig = connected();
  release(rig, 20);
  expect(nodeids(rig)).toHaveLength(12);
});

test('what is in the foreground is not limited', () => {
  const rig = connected({ max_background: 1 });
  release(rig, 5);
  for (let i = 0; i < 20; i++) rig.readlink(BigInt(100 + i));
  expect(nodeids(rig)).toHaveLength(21);
});

test('a task sleeps while there are max_background of them, forced ones counted', () => {
  const rig = connected({ max_background: 2 });
  release(rig, 3);
  const submitter = readAhead(rig, 70n);
  expect(submitter.task.sleep).toMatchObject({ why: 'a background slot of scripted', until: 'killed' });
  const [first, second] = [rig.receive() as Received, rig.receive() as Received];
  rig.answer(first);
  expect(endOf(submitter)).toBe('waits');
  expect(submitter.task.sleep).not.toBeNull();
  rig.answer(second);
  expect(submitter.task.sleep).toBeNull();
  expect(nodeids(rig)).toEqual([2n, 70n]);
});

test('a task that submits goes on at once, its credentials in the header', () => {
  const rig = connected();
  let result: unknown = null;
  const submitter = rig.begin((task) =>
    rig.connection.callBackground(task, READ, 7n, { body: readBody, room: 8 }, (end) => (result = end)),
  );
  expect(submitter.task.sleep).toBeNull();
  const received = rig.receive() as Received;
  expect(received.header).toMatchObject({ uid: 1001, gid: 2001, pid: 1 });
  expect(result).toBeNull();
  rig.answer(received, { data: Uint8Array.of(1, 2) });
  expect(result).toMatchObject({ data: Uint8Array.of(1, 2) });
});

test('a blocked submitter can be killed but not interrupted', () => {
  const rig = connected({ max_background: 1 });
  release(rig, 1);
  const [asked, killed] = [readAhead(rig, 1n), readAhead(rig, 2n)];
  asked.task.signal('signal');
  killed.task.signal('killed');
  rig.scheduler.run();
  expect(asked.task.sleep).not.toBeNull();
  expect(killed.end).toBe(EINTR);
  expect(rig.connection.waiting).toBe(2);
});

test('a submitter whose place is gone when it gets a slot waits among the background requests, and gives the slot on', () => {
  const rig = connected({ max_background: 1 }, 1);
  const { slots } = rig.connection.device;
  rig.readlink(50n);
  const results: unknown[] = [];
  const submitter = rig.begin((task) =>
    rig.connection.callBackground(task, READ, 9n, { body: readBody, room: 8 }, (result) => results.push(result)),
  );
  expect(submitter.task.sleep?.queue).toBe(rig.connection.device.fullQueue);
  rig.connection.background.maximum = 0;
  rig.answer(rig.receive() as Received);
  expect([submitter.task.sleep, slots.used]).toEqual([null, 0]);
  rig.readlink(51n);
  expect(nodeids(rig)).toEqual([51n]);
  rig.connection.background.maximum = 1;
  expect(slots.used).toBe(2);
  rig.answer(rig.receive() as Received);
  expect(results).toHaveLength(1);
  expect(slots.used).toBe(1);
});

test('of a submission that throws nothing more is heard', () => {
  const rig = connected({ max_background: 1 });
  release(rig, 1);
  const results: unknown[] = [];
  const submitter = rig.begin((task) =>
    rig.connection.callBackground(task, READ, 9n, { body: readBody, room: 8 }, (result) => results.push(result)),
  );
  submitter.task.signal('killed');
  rig.scheduler.run();
  expect(submitter.end).toBe(EINTR);
  expect(results).toEqual([]);
});

test('blocked submitters go on in order', () => {
  const rig = connected({ max_background: 1 });
  release(rig, 1);
  for (let i = 1; i <= 20; i++) readAhead(rig, BigInt(i));
  const order: bigint[] = [];
  for (let next = rig.receive(); next !== null; next = rig.receive()) {
    order.push(next.header.nodeid);
    rig.answer(next);
  }
  expect(order).toEqual(Array.from({ length: 21 }, (_, i) => BigInt(i)));
  expect([rig.connection.background.size, rig.connection.waiting, rig.connection.device.slots.used]).toEqual([0, 0, 0]);
});

test('a larger max_background admits at once, requests and submitters', () => {
  const rig = connected({ max_background: 1 });
  const control = new Control(rig.connection);
  release(rig, 2);
  const submitter = readAhead(rig, 70n);
  expect(nodeids(rig)).toEqual([0n]);
  control.maxBackground = 3;
  rig.scheduler.run();
  expect(submitter.task.sleep).toBeNull();
  expect(nodeids(rig)).toEqual([1n, 70n]);
});

test('with a max_background of 0 nothing is admitted, and no room of the device is taken', () => {
  const rig = connected({}, 1);
  const control = new Control(rig.connection);
  control.maxBackground = 0;
  release(rig, 3);
  expect(rig.connection.device.slots.used).toBe(0);
  expect(readAhead(rig, 9n).task.sleep).not.toBeNull();
  rig.readlink(50n);
  expect(nodeids(rig)).toEqual([50n]);
  control.maxBackground = 1;
  expect(nodeids(rig)).toEqual([0n]);
});

test.each([-1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('fusectl refuses %d as a limit', (value) => {
  const control = new Control(connected().connection);
  expect(thrownBy(() => Object.assign(control, { maxBackground: value }))).toBe(EINVAL);
  expect(thrownBy(() => Object.assign(control, { congestionThreshold: value }))).toBe(EINVAL);
  expect([control.maxBackground, control.congestionThreshold]).toEqual([12, 9]);
});

test('fusectl takes 0 to 65535, and tells and aborts', () => {
  const rig = connected();
  const control = new Control(rig.connection);
  control.maxBackground = 65_535;
  control.congestionThreshold = 0;
  expect([control.maxBackground, control.congestionThreshold]).toEqual([65_535, 0]);
  rig.readlink(1n);
  expect(control.waiting).toBe(1);
  control.abort();
  expect(control.waiting).toBe(0);
  expect(rig.connection.state).toBe('aborted');
});

test('congestion begins at its threshold, and counts those not admitted', () => {
  const rig = connected({ max_background: 1, congestion_threshold: 3 });
  release(rig, 2);
  expect(rig.connection.background.isCongested).toBe(false);
  release(rig, 1);
  expect(rig.connection.background.isCongested).toBe(true);
});

test('an abort ends admitted and waiting ones, and blocked submitters find no connection', () => {
  const rig = connected({ max_background: 2 });
  const results = release(rig, 4);
  const submitter = readAhead(rig, 9n);
  rig.connection.abort();
  rig.scheduler.run();
  expect(results).toEqual(Array(4).fill(expect.objectContaining({ code: 'ECONNABORTED' })));
  expect(submitter.end).toBe(ENOTCONN);
  expect([rig.connection.background.size, rig.connection.waiting, rig.connection.device.slots.used]).toEqual([0, 0, 0]);
  expect(release(rig, 1)).toEqual([ENOTCONN]);
});
