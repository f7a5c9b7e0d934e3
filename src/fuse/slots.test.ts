import { expect, test } from 'vitest';
import { EINTR } from '../abi/errno.ts';
import { encodeReply, NEWEST } from '../abi/message.ts';
import { FLUSH, READLINK } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Reply } from './connection.ts';
import { Slots } from './slots.ts';
import { endOf, type Received, Rig, type Running } from './testing/rig.ts';

const flush = (rig: Rig) =>
  rig.begin((task) => rig.connection.call(task, FLUSH, 1n, { body: { fh: 0n, lock_owner: 0n } }));

const readAndAnswer = (rig: Rig): bigint => {
  const received = rig.receive() as Received;
  rig.answer(received);
  return received.header.nodeid;
};

test('when the device is full a task sleeps on fullQueue, and goes on when a slot comes free', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const [first, second] = [rig.readlink(1n), rig.readlink(2n)];
  expect(second.task.sleep).toMatchObject({ why: 'a free slot of scripted for READLINK', until: 'killed' });
  expect(second.task.sleep?.queue).toBe(rig.connection.device.fullQueue);
  expect(readAndAnswer(rig)).toBe(1n);
  expect([endOf(first), endOf(second)]).toEqual(['reply', 'waits']);
  expect(readAndAnswer(rig)).toBe(2n);
  expect(endOf(second)).toBe('reply');
});

test('a hundred tasks go through one slot in order', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const running = Array.from({ length: 100 }, (_, i) => rig.readlink(BigInt(i)));
  expect(rig.connection.waiting).toBe(100);
  for (let i = 0; i < 100; i++) {
    expect(rig.connection.device.slots.used).toBe(1);
    expect(readAndAnswer(rig)).toBe(BigInt(i));
  }
  expect(running.map(endOf)).toEqual(Array(100).fill('reply'));
  expect([rig.connection.device.slots.used, rig.connection.waiting]).toEqual([0, 0]);
});

test('one that comes when a slot is free does not overtake who has it coming', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  rig.readlink(1n);
  rig.readlink(2n);
  const received = rig.receive() as Received;
  const newcomer = rig.prepare((task) => rig.connection.call(task, READLINK, 3n, { room: 1 }));
  rig.answer(received);
  expect(readAndAnswer(rig)).toBe(2n);
  expect(endOf(newcomer)).toBe('waits');
  expect(readAndAnswer(rig)).toBe(3n);
});

test('a task killed in the line leaves it, and the slot goes to the next', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const [, killed, next] = [1n, 2n, 3n].map((nodeid) => rig.readlink(nodeid)) as [
    unknown,
    Running<unknown>,
    Running<unknown>,
  ];
  killed.task.signal('killed');
  rig.scheduler.run();
  expect(killed.end).toBe(EINTR);
  expect(rig.connection.waiting).toBe(2);
  readAndAnswer(rig);
  expect(readAndAnswer(rig)).toBe(3n);
  expect(endOf(next)).toBe('reply');
});

test('a task killed in the moment it gets a slot gives it to the next', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const [, killed] = [1n, 2n, 3n].map((nodeid) => rig.readlink(nodeid)) as [unknown, Running<unknown>];
  const received = rig.receive() as Received;
  rig.file.write(encodeReply(READLINK, { unique: received.header.unique }, NEWEST));
  killed.task.signal('killed');
  rig.scheduler.run();
  expect(killed.end).toBe(EINTR);
  expect(readAndAnswer(rig)).toBe(3n);
  expect(rig.connection.device.slots.used).toBe(0);
});

test('a signal that is not fatal moves nobody in the line', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  rig.readlink(1n);
  const waits = rig.readlink(2n);
  waits.task.signal('signal');
  rig.scheduler.run();
  expect(endOf(waits)).toBe('waits');
  readAndAnswer(rig);
  expect(rig.receiveAll()).toEqual(['READLINK', 'INTERRUPT']);
});

test('what is forced goes past a full device, and the line moves only when there is room again', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  const { slots } = rig.connection.device;
  rig.readlink(1n);
  const waits = rig.readlink(2n);
  flush(rig);
  expect(slots.used).toBe(2);
  readAndAnswer(rig);
  expect([slots.used, waits.task.sleep?.queue === rig.connection.device.fullQueue]).toEqual([1, true]);
  readAndAnswer(rig);
  expect(readAndAnswer(rig)).toBe(2n);
  expect(slots.used).toBe(0);
});

test('ten thousand requests go through two slots in order', () => {
  const rig = Rig.connected({ maxActiveRequests: 2 });
  const count = 10_000;
  const running = Array.from({ length: count }, (_, i) =>
    rig.prepare((task) => rig.connection.call(task, READLINK, BigInt(i), { room: 1 })),
  );
  rig.scheduler.run();
  const order: bigint[] = [];
  for (let message = rig.receive(); message !== null; message = rig.receive()) {
    order.push(message.header.nodeid);
    rig.answer(message);
    expect(rig.connection.device.slots.used).toBeLessThanOrEqual(2);
  }
  expect(order).toEqual(Array.from({ length: count }, (_, i) => BigInt(i)));
  expect(running.every((one) => endOf(one) === 'reply')).toBe(true);
});

test.each([
  [1, 1, 10_000],
  [1, 10, 10_000],
  [10, 1, 10_000],
  [10, 10, 10_000],
  [10, 1, 1],
  [100, 2, 2],
])(
  '%d callers and %d servers with room for %d requests: each gets its own answer',
  (callers, servers, maxActiveRequests) => {
    const rig = Rig.connected({ maxActiveRequests });
    const { connection } = rig;
    const ROUNDS = 5;
    const echoes: [number, number][] = [];
    function* caller(i: number, task: Parameters<typeof connection.call>[0]): Blocking<void> {
      for (let round = 0; round < ROUNDS; round++) {
        const nodeid = BigInt(i * ROUNDS + round);
        const { data }: Reply<undefined> = yield* connection.call(task, READLINK, nodeid, { room: 8 });
        echoes.push([Number(nodeid), Number(new DataView(data.slice().buffer).getBigUint64(0))]);
      }
    }
    const running = Array.from({ length: callers }, (_, i) => rig.begin((task) => caller(i, task)));
    const files = [rig.file, ...Array.from({ length: servers - 1 }, () => connection.device.open())];
    for (let served = true; served; ) {
      const batch = files.flatMap((file) => {
        const received = rig.receive(file);
        return received === null ? [] : [{ file, received }];
      });
      served = batch.length > 0;
      for (const { file, received } of batch.reverse()) {
        const data = new Uint8Array(8);
        new DataView(data.buffer).setBigUint64(0, received.header.nodeid);
        rig.answer(received, { data }, file);
      }
    }
    expect(running.every(({ task }) => task.sleep === null)).toBe(true);
    expect(echoes).toHaveLength(callers * ROUNDS);
    for (const [sent, got] of echoes) expect(got).toBe(sent);
    expect([connection.device.slots.used, connection.waiting, connection.device.completions.size]).toEqual([0, 0, 0]);
  },
);

test('slots by themselves: taken while there are any, then in turn', () => {
  const rig = new Rig();
  const slots = new Slots(1);
  rig.begin((task) => slots.take(task, 'a slot'));
  const second = rig.begin((task) => slots.take(task, 'a slot'));
  expect([slots.used, slots.isFull, second.task.sleep?.why]).toEqual([1, true, 'a slot']);
  slots.give();
  rig.scheduler.run();
  expect([slots.used, second.task.sleep]).toEqual([1, null]);
  slots.give();
  expect([slots.used, slots.isFull]).toEqual([0, false]);
});
