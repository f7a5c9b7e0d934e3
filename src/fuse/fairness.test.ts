import { expect, test } from 'vitest';
import { ECONNABORTED, ECONNREFUSED } from '../abi/errno.ts';
import { encodeReply } from '../abi/message.ts';
import { INIT, READLINK } from '../abi/opcodes.ts';
import { sleep } from '../task/blocking.ts';
import { initReply, type Received, Rig } from './testing/rig.ts';

const readlink = (rig: Rig, nodeid: bigint) =>
  rig.prepare((task) => rig.connection.call(task, READLINK, nodeid, { room: 8 }));

const inBackground = (rig: Rig, nodeid: bigint) =>
  rig.prepare((task) => rig.connection.callBackground(task, READLINK, nodeid, { room: 8 }, () => {}));

/** Answers without letting any task run. */
function answerOnly(rig: Rig, { header }: Received): void {
  rig.file.write(encodeReply(READLINK, { unique: header.unique }, rig.connection.protocol));
}

const received = (rig: Rig): Received[] => {
  const all: Received[] = [];
  for (let next = rig.receive(); next !== null; next = rig.receive()) all.push(next);
  return all;
};

const nodeids = (messages: readonly Received[]): bigint[] => messages.map(({ header }) => header.nodeid);

/** Runs whoever became runnable last: the worst order for those who wait longest. */
const lastFirst = { pick: (runnable: number): number => runnable - 1 };

const upTo = (count: number): bigint[] => Array.from({ length: count }, (_, i) => BigInt(i));

test('a newcomer with a slot free for it still comes after a task that was woken and has not run', () => {
  const rig = Rig.connected({ maxActiveRequests: 2 });
  rig.readlink(1n);
  rig.readlink(2n);
  const held = received(rig);
  rig.readlink(3n);
  readlink(rig, 4n);
  for (const message of held) answerOnly(rig, message);
  rig.scheduler.run();
  expect(nodeids(received(rig))).toEqual([3n, 4n]);
});

test.each([1, 2, 3])('%d slots keep the order of asking whoever the scheduler runs first', (maxActiveRequests) => {
  const rig = Rig.connected({ maxActiveRequests }, {}, lastFirst);
  for (const nodeid of upTo(20)) rig.readlink(nodeid);
  const order: bigint[] = [];
  for (let held = received(rig); held.length > 0; held = received(rig)) {
    order.push(...nodeids(held));
    for (const message of held) answerOnly(rig, message);
    rig.scheduler.run();
  }
  expect(order).toEqual(upTo(20));
});

test('background submitters keep their order too', () => {
  const rig = Rig.connected({}, { max_background: 1 }, lastFirst);
  for (const nodeid of upTo(10)) {
    inBackground(rig, nodeid);
    rig.scheduler.run();
  }
  const order: bigint[] = [];
  for (let next = rig.receive(); next !== null; next = rig.receive()) {
    order.push(next.header.nodeid);
    rig.answer(next);
  }
  expect(order).toEqual(upTo(10));
});

test('submitters that wait for a slot of the device count as background: no more than max_background of them', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 }, { max_background: 2 });
  rig.readlink(99n);
  const submitters = upTo(5).map((nodeid) => inBackground(rig, nodeid));
  rig.scheduler.run();
  const { fullQueue } = rig.connection.device;
  expect(submitters.map(({ task }) => task.sleep?.queue === fullQueue)).toEqual([true, true, false, false, false]);
  expect(rig.connection.background.size).toBe(2);
});

test('a submitter killed between its background slot and the device gives the former to the next', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 }, { max_background: 1 });
  rig.readlink(99n);
  const [killed, next] = [inBackground(rig, 1n), inBackground(rig, 2n)];
  rig.scheduler.run();
  killed.task.signal('killed');
  rig.scheduler.run();
  expect(next.task.sleep?.queue).toBe(rig.connection.device.fullQueue);
  expect(rig.connection.background.size).toBe(1);
});

test('a submitter that fails is told once: by what it throws, not by onReply', () => {
  const rig = Rig.connected({}, { max_background: 1 });
  inBackground(rig, 1n);
  const replies: unknown[] = [];
  const submitter = rig.begin((task) =>
    rig.connection.callBackground(task, READLINK, 2n, { room: 8 }, (result) => replies.push(result)),
  );
  submitter.task.signal('killed');
  rig.scheduler.run();
  expect([submitter.end, replies]).toEqual([expect.objectContaining({ code: 'EINTR' }), []]);
});

test('a reader that is woken and stops without reading leaves no other asleep beside a request', () => {
  const rig = Rig.connected();
  let isOver = false;
  const read: string[] = [];
  rig.begin(function* (task) {
    yield* sleep(task, rig.file.readable, () => isOver || rig.file.hasWork, 'requests', 'event');
    if (!isOver) read.push('first');
  });
  rig.begin(function* (task) {
    yield* sleep(task, rig.file.readable, () => rig.file.hasWork, 'requests', 'event');
    read.push('second');
  });
  readlink(rig, 1n);
  rig.scheduler.step();
  isOver = true;
  rig.scheduler.run();
  expect(read).toEqual(['second']);
});

test('who waited for INIT is told of its refusal even if the server closes before the waiter runs', () => {
  const rig = new Rig();
  rig.connection.start();
  const waiter = rig.readlink(1n);
  rig.receive();
  rig.file.write(encodeReply(INIT, { unique: 2, body: initReply({ major: 8 }) }, rig.connection.protocol));
  rig.file.close();
  rig.scheduler.run();
  expect(waiter.end).toBe(ECONNREFUSED);
});

test('a background request that is never admitted has a deadline too', () => {
  const rig = Rig.connected({ requestTimeout: 1000 });
  rig.connection.background.maximum = 0;
  const results: unknown[] = [];
  rig.connection.send(READLINK, 1n, { room: 8 }, { onReply: (result) => results.push(result) });
  rig.advance(999);
  expect(results).toEqual([]);
  rig.advance(1);
  expect(results).toEqual([ECONNABORTED]);
});

test('max_write is no more than the transport carries, and without a transport what the server says', () => {
  const carried = Rig.connected({ ceilings: { maxWrite: 65_536 } }, { max_write: 1 << 20 });
  expect(carried.connection.limits.maxWrite).toBe(65_536);
  expect(Rig.connected({}, { max_write: 4 << 20 }).connection.limits.maxWrite).toBe(4 << 20);
});
