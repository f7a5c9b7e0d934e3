import { expect, test } from 'vitest';
import { decodeRequest, decodeRequestHeader, NEWEST } from '../abi/message.ts';
import { BATCH_FORGET, FORGET } from '../abi/opcodes.ts';
import { fuse_forget_one } from '../abi/structs.ts';
import { type Received, Rig } from './testing/rig.ts';

/** "Lx8 Fx2": names in order, each with how often it comes in a row. */
function runs(names: readonly string[]): string {
  const all: [string, number][] = [];
  for (const name of names) {
    const last = all.at(-1);
    if (last?.[0] === name) last[1]++;
    else all.push([name, 1]);
  }
  return all.map(([name, count]) => `${name}x${count}`).join(' ');
}

const initials = (rig: Rig): string =>
  runs(rig.receiveAll().map((name) => (name === 'READLINK' ? 'L' : name.charAt(0))));

function loaded(minor: number, requests: number, forgets: number): Rig {
  const rig = Rig.connected({}, { minor });
  for (let i = 0; i < requests; i++) rig.readlink(BigInt(i + 100));
  for (let i = 0; i < forgets; i++) rig.connection.forget(BigInt(i + 1000), 1);
  return rig;
}

test('requests and forgets take turns: 8 and 16', () => {
  expect(initials(loaded(15, 30, 60))).toBe('Lx8 Fx16 Lx8 Fx16 Lx8 Fx16 Lx6 Fx12');
});

test('when there are no requests the turns do not count', () => {
  const rig = loaded(15, 0, 20);
  expect(initials(rig)).toBe('Fx20');
  for (let i = 0; i < 10; i++) rig.readlink(BigInt(i));
  for (let i = 0; i < 20; i++) rig.connection.forget(1n, 1);
  expect(initials(rig)).toBe('Lx8 Fx16 Lx2 Fx4');
});

test('from minor 16 on all forgets that fit go in one message, in their turn', () => {
  expect(initials(loaded(16, 10, 60))).toBe('Lx8 Bx1 Lx2');
  expect(initials(loaded(15, 10, 60))).toBe('Lx8 Fx16 Lx2 Fx44');
});

test('an INTERRUPT goes before all else', () => {
  const rig = Rig.connected();
  const { task } = rig.readlink(1n);
  rig.receive();
  rig.readlink(2n);
  rig.connection.forget(3n, 1);
  task.signal('signal');
  rig.scheduler.run();
  expect(rig.receiveAll()).toEqual(['INTERRUPT', 'READLINK', 'FORGET']);
});

test('one forget alone is FORGET on its node, of nobody, and has a unique', () => {
  const rig = Rig.connected();
  rig.connection.forget(77n, 5);
  const received = rig.receive() as Received;
  expect(received.header).toMatchObject({
    len: 48,
    opcode: FORGET.number,
    unique: 4,
    nodeid: 77n,
    uid: 0,
    gid: 0,
    pid: 0,
  });
  expect(rig.bodyOf(received)).toMatchObject({ nlookup: 5 });
});

test('several are BATCH_FORGET, in order, entries of one node apart', () => {
  const rig = Rig.connected();
  for (const [nodeid, nlookup] of [
    [5n, 1],
    [6n, 2],
    [5n, 3],
  ] as const)
    rig.connection.forget(nodeid, nlookup);
  const received = rig.receive() as Received;
  expect(received.header).toMatchObject({
    len: 48 + 3 * 16,
    opcode: BATCH_FORGET.number,
    unique: 4,
    nodeid: 0n,
    uid: 0,
  });
  const { body, data } = decodeRequest(BATCH_FORGET, received.message, NEWEST);
  expect(body).toMatchObject({ count: 3 });
  const view = new DataView(data.slice().buffer);
  expect([0, 16, 32].map((at) => fuse_forget_one.read(view, at))).toEqual([
    { nodeid: 5n, nlookup: 1 },
    { nodeid: 6n, nlookup: 2 },
    { nodeid: 5n, nlookup: 3 },
  ]);
  expect(rig.receive()).toBeNull();
});

test('a batch is as large as the reader has room for, and the rest comes next', () => {
  const rig = Rig.connected({}, { max_write: 4096 });
  for (let i = 0; i < 600; i++) rig.connection.forget(BigInt(i), 1);
  const lengths: number[] = [];
  for (let message = rig.file.take(8192 + 15); message !== null; message = rig.file.take(8192 + 15)) {
    lengths.push(decodeRequestHeader(message).len);
  }
  const most = 48 + 16 * Math.floor((8192 + 15 - 48) / 16);
  expect(lengths).toEqual([most, 48 + 16 * (600 - (most - 48) / 16)]);
});

test('forgets need no slot, and are not waited for', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  rig.readlink(1n);
  for (let i = 0; i < 5; i++) rig.connection.forget(BigInt(i), 1);
  expect(rig.connection.device.slots.used).toBe(1);
  expect(rig.connection.waiting).toBe(1);
  expect(rig.receiveAll()).toEqual(['READLINK', 'BATCH_FORGET']);
});

test('forgets end with the connection', () => {
  const rig = Rig.connected();
  rig.connection.forget(1n, 1);
  rig.connection.abort();
  rig.connection.forget(2n, 1);
  expect(rig.file.hasWork).toBe(false);
});
