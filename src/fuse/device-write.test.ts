import { expect, test } from 'vitest';
import { EINVAL, EIO, ENOENT, ENOMEM, Errno } from '../abi/errno.ts';
import { encodeReply, NEWEST } from '../abi/message.ts';
import { FLUSH, GETXATTR, LOOKUP, type Opcode, READ, READLINK } from '../abi/opcodes.ts';
import { sleepUntil } from '../task/blocking.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Call, Reply } from './connection.ts';
import { endOf, type Received, Rig, type Running, rawReply, thrownBy } from './testing/rig.ts';

/** A request that the server has read; its unique is 4. */
function asked<In>(opcode: Opcode<In, never> | Opcode<In, unknown>, call: Call<In>) {
  const rig = Rig.connected();
  const running = rig.begin((task) => rig.connection.call(task, opcode as Opcode<In>, 1n, call));
  rig.receive();
  const write = (message: Uint8Array): unknown => {
    const thrown = thrownBy(() => rig.file.write(message));
    rig.scheduler.run();
    return thrown;
  };
  return { rig, running, write };
}

const link = () => asked(READLINK as Opcode<undefined>, { room: 10 });

test('a reply gives the server its length and the caller its data', () => {
  const { rig, running } = link();
  const message = encodeReply(READLINK, { unique: 4, data: Uint8Array.of(1, 2, 3) }, NEWEST);
  expect(rig.file.write(message)).toBe(19);
  rig.scheduler.run();
  expect((running.end as Reply<unknown>).data).toEqual(Uint8Array.of(1, 2, 3));
  expect(rig.connection.device.completions.size).toBe(0);
});

test.each(['borrowed', 'given'] as const)('bytes that are %s stay what they were for the caller', (ownership) => {
  const { rig, running } = link();
  const message = encodeReply(READLINK, { unique: 4, data: Uint8Array.of(1, 2, 3) }, NEWEST);
  rig.file.write(message, ownership);
  if (ownership === 'borrowed') message.fill(0);
  rig.scheduler.run();
  const { data } = running.end as Reply<unknown>;
  expect(data).toEqual(Uint8Array.of(1, 2, 3));
  expect(data.buffer === message.buffer).toBe(ownership === 'given');
});

test('who is called back gets the borrowed bytes themselves', () => {
  const rig = Rig.connected();
  const body = { fh: 0n, offset: 0, size: 8, read_flags: 0, lock_owner: 0n, flags: 0 };
  const memory: unknown[] = [];
  rig.begin((task) =>
    rig.connection.callBackground(task, READ, 1n, { body, room: 8 }, (reply) =>
      memory.push((reply as Reply<unknown>).data.buffer),
    ),
  );
  const { unique } = (rig.receive() as Received).header;
  const message = encodeReply(READ, { unique, data: Uint8Array.of(1, 2, 3) }, NEWEST);
  rig.file.write(message, 'borrowed');
  expect(memory).toEqual([message.buffer]);
});

test.each([
  ['nothing', new Uint8Array(0), EINVAL],
  ['15 bytes', new Uint8Array(15), EINVAL],
  ['a length that is too short', rawReply({ unique: 4, len: 15 }), EINVAL],
  ['a length that is too long', rawReply({ unique: 4, len: 17 }), EINVAL],
  ['a length of 2^32 - 1', rawReply({ unique: 4, len: 0xffffffff }), EINVAL],
  ['a positive error', rawReply({ unique: 4, error: 1 }), EINVAL],
  ['the error -512', rawReply({ unique: 4, error: -512 }), EINVAL],
  ['the error -2^31', rawReply({ unique: 4, error: -(2 ** 31) }), EINVAL],
  ['a wrong error to nobody', rawReply({ unique: 400, error: 1 }), EINVAL],
  ['a request that there is not', rawReply({ unique: 6 }), ENOENT],
  ['INIT, which is answered', rawReply({ unique: 2 }), ENOENT],
  ['an enormous unique', rawReply({ unique: 2 ** 62 }), ENOENT],
  ['the unique with the top bit', rawReply({ unique: 2 ** 63 + 4 * 1024 }), ENOENT],
  ['the top bit alone', rawReply({ unique: 2 ** 63 }), ENOENT],
  ['an INTERRUPT of nobody', rawReply({ unique: 7 }), ENOENT],
  ['an INTERRUPT with a body', rawReply({ unique: 5, body: 1 }), EINVAL],
  ['a notification of kind 0', rawReply({ unique: 0 }), EINVAL],
  ['a notification of kind -1', rawReply({ unique: 0, error: -1 }), EINVAL],
  ['a notification that nobody takes', rawReply({ unique: 0, error: 10 }), EINVAL],
])('%s is refused, and the request goes on waiting', (_, message, errno) => {
  const { running, write } = link();
  expect(write(message)).toBe(errno);
  expect(endOf(running)).toBe('waits');
  expect(write(rawReply({ unique: 4 }))).toBeNull();
  expect(endOf(running)).toBe('reply');
});

const size = { size: 0, padding: 0 };

test.each([
  ['READLINK, one byte more than there is room', READLINK, { room: 10 }, { body: 11 }],
  ['READLINK, an error with a body', READLINK, { room: 10 }, { body: 1, error: -2 }],
  ['LOOKUP, one byte short', LOOKUP, { names: ['a'] }, { body: 127 }],
  ['LOOKUP, one byte long', LOOKUP, { names: ['a'] }, { body: 129 }],
  ['LOOKUP, empty', LOOKUP, { names: ['a'] }, {}],
  ['FLUSH, any body', FLUSH, { body: { fh: 0n, lock_owner: 0n } }, { body: 1 }],
  ['GETXATTR of the size, seven bytes', GETXATTR, { body: size, names: ['a'] }, { body: 7 }],
  ['GETXATTR of the size, nine bytes', GETXATTR, { body: size, names: ['a'] }, { body: 9 }],
  ['GETXATTR of four bytes, five', GETXATTR, { body: { ...size, size: 4 }, names: ['a'], room: 4 }, { body: 5 }],
] as const)('a reply of a wrong size (%s) is EIO to the caller and EINVAL to the server', (_, opcode, call, reply) => {
  const { rig, running, write } = asked(opcode as Opcode<never>, call as Call<never>);
  expect(write(rawReply({ unique: 4, ...reply }))).toBe(EINVAL);
  expect(running.end).toBe(EIO);
  expect(write(rawReply({ unique: 4 }))).toBe(ENOENT);
  expect(rig.connection.device.slots.used).toBe(0);
});

test.each([1, 2, 41, 133, 200, 511])('error -%d reaches the caller as it is', (number) => {
  const { running, write } = link();
  expect(write(rawReply({ unique: 4, error: -number }))).toBeNull();
  expect(running.end).toBeInstanceOf(Errno);
  expect((running.end as unknown as Errno).number).toBe(number);
});

test('a second reply finds no request', () => {
  const { write } = link();
  expect(write(rawReply({ unique: 4 }))).toBeNull();
  expect(write(rawReply({ unique: 4 }))).toBe(ENOENT);
});

test('a reply to what was not read yet finds no request', () => {
  const rig = Rig.connected();
  const running = rig.readlink(1n);
  expect(thrownBy(() => rig.file.write(rawReply({ unique: 4 })))).toBe(ENOENT);
  expect(thrownBy(() => rig.file.write(rawReply({ unique: 5 })))).toBe(ENOENT);
  expect(endOf(running)).toBe('waits');
  expect(rig.receive()?.header.unique).toBe(4);
});

test('a notification goes to who has taken on its kind, whose errno the server gets', () => {
  const { rig, write } = link();
  const got: Uint8Array[] = [];
  rig.connection.notifyHandlers.set(2, (message) => {
    got.push(message);
  });
  rig.connection.notifyHandlers.set(3, () => {
    throw ENOENT;
  });
  const message = rawReply({ unique: 0, error: 2, body: 24 });
  expect(rig.file.write(message)).toBe(40);
  expect(got).toEqual([message]);
  expect(write(rawReply({ unique: 0, error: 3, body: 24 }))).toBe(ENOENT);
});

test('a notification that must wait is taken, and what comes of it told later', () => {
  const { rig } = link();
  const queue = new WaitQueue();
  let isReady = false;
  rig.connection.notifyHandlers.set(2, function* (_, task) {
    yield* sleepUntil(task, queue, () => isReady, 'the test', 'event');
    throw ENOENT;
  });
  const told: unknown[] = [];
  const message = rawReply({ unique: 0, error: 2, body: 24 });
  expect(rig.file.write(message, 'borrowed', (error) => told.push(error))).toBe(40);
  rig.scheduler.run();
  expect([told, rig.connection.notificationsWaiting]).toEqual([[], 1]);
  isReady = true;
  queue.wake();
  rig.scheduler.run();
  expect([told, rig.connection.notificationsWaiting]).toEqual([[ENOENT], 0]);
});

test('one notification too many that must wait is ENOMEM', () => {
  const { rig, write } = link();
  rig.connection.notifyHandlers.set(2, function* (_, task) {
    yield* sleepUntil(task, new WaitQueue(), () => false, 'the test', 'event');
  });
  const message = rawReply({ unique: 0, error: 2, body: 24 });
  for (let i = 0; i < 1000; i++) expect(write(message)).toBeNull();
  expect(write(message)).toBe(ENOMEM);
});

test('a notification that succeeds at once is told at once', () => {
  const { rig } = link();
  const told: unknown[] = [];
  rig.file.write(rawReply({ unique: 0, error: 7 }), 'borrowed', (error) => told.push(error));
  expect(told).toEqual([null]);
});

test('replies may come in any order, each to its own request', () => {
  const rig = Rig.connected();
  const running = [0, 1, 2, 3].map((i) => rig.readlink(BigInt(i)));
  const received = running.map(() => rig.receive() as Received);
  for (const i of [2, 0, 3, 1]) rig.answer(received[i] as Received, { data: Uint8Array.of(i) });
  const data = (running as Running<Reply<unknown>>[]).map(({ end }) => (end as Reply<unknown>).data[0]);
  expect(data).toEqual([0, 1, 2, 3]);
});
