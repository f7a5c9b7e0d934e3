import { expect, test } from 'vitest';
import { E2BIG, EAGAIN, ECONNABORTED, EINVAL, EIO, ENODEV, ENOENT, EPERM } from '../abi/errno.ts';
import { flagWords } from '../abi/init-flags.ts';
import { encodeError } from '../abi/message.ts';
import { NOTIFY_REPLY, SETXATTR, SYMLINK } from '../abi/opcodes.ts';
import { sleep } from '../task/blocking.ts';
import { DeviceFile } from './device-file.ts';
import { endOf, type Received, Rig, thrownBy } from './testing/rig.ts';

const clone = (rig: Rig): DeviceFile => {
  const file = new DeviceFile();
  file.cloneFrom(rig.file);
  return file;
};

test('a file that is not attached can do nothing', () => {
  const file = new DeviceFile();
  expect(thrownBy(() => file.read(new Uint8Array(8192)))).toBe(EPERM);
  expect(thrownBy(() => file.read(new Uint8Array(0)))).toBe(EPERM);
  expect(thrownBy(() => file.take(8192))).toBe(EPERM);
  expect(thrownBy(() => file.write(new Uint8Array(16)))).toBe(EPERM);
  expect(thrownBy(() => file.readable)).toBe(EPERM);
  expect(file.poll()).toEqual({ readable: false, writable: false, error: true });
  expect(file.hasWork).toBe(false);
  file.close();
});

test.each([
  [4096, 8192],
  [8112, 8192],
  [8113, 8193],
  [131_072, 131_152],
  [4 << 20, (4 << 20) + 80],
])('with a max_write of %d a read needs room for %d bytes', (max_write, least) => {
  const rig = Rig.connected({}, { max_write });
  expect(thrownBy(() => rig.file.read(new Uint8Array(least - 1)))).toBe(EINVAL);
  expect(thrownBy(() => rig.file.read(new Uint8Array(least)))).toBe(EAGAIN);
});

test('before INIT is answered a read needs room for 8192 bytes', () => {
  const rig = new Rig();
  rig.connection.start();
  expect(thrownBy(() => rig.file.read(new Uint8Array(8191)))).toBe(EINVAL);
  expect(rig.file.read(new Uint8Array(8192))).toBe(104);
});

test('a read gives one whole message, and then the next', () => {
  const rig = Rig.connected();
  rig.readlink(5n);
  rig.readlink(6n);
  const buffer = new Uint8Array(1 << 20).fill(0xee);
  expect(rig.file.read(buffer)).toBe(40);
  expect(buffer[40]).toBe(0xee);
  expect(rig.receive()?.header).toMatchObject({ len: 40, unique: 6, nodeid: 6n });
  expect(rig.receive()).toBeNull();
});

test('uniques count by two from 2, in the order of queueing, and tell fsuid, fsgid and tid of the caller', () => {
  const rig = Rig.connected();
  for (const nodeid of [7n, 8n, 9n]) rig.readlink(nodeid);
  const headers = [rig.receive(), rig.receive(), rig.receive()].map((received) => received?.header);
  expect(headers.map((header) => [header?.unique, header?.nodeid, header?.uid, header?.gid, header?.pid])).toEqual([
    [4, 7n, 1001, 2001, 1],
    [6, 8n, 1002, 2002, 2],
    [8, 9n, 1003, 2003, 3],
  ]);
});

test('when the server may not know better, a dead connection is ENODEV, but a buffer that is too small EINVAL first', () => {
  const rig = Rig.connected();
  rig.connection.abort('unmount');
  expect(thrownBy(() => rig.file.read(new Uint8Array(100)))).toBe(EINVAL);
  expect(thrownBy(() => rig.file.read(new Uint8Array(1 << 20)))).toBe(ENODEV);
  expect(thrownBy(() => rig.file.take(1 << 20))).toBe(ENODEV);
  expect(thrownBy(() => rig.file.write(encodeError(4, EIO)))).toBe(ENOENT);
  expect(rig.file.poll()).toEqual({ readable: false, writable: false, error: true });
});

test.each([
  ['user', ['ABORT_ERROR'], ECONNABORTED],
  ['user', [], ENODEV],
  ['unmount', ['ABORT_ERROR'], ENODEV],
  ['timeout', ['ABORT_ERROR'], ENODEV],
] as const)('after an abort by %s with flags %j a read throws the right errno', (cause, flags, errno) => {
  const rig = Rig.connected({}, flagWords(flags));
  rig.connection.abort(cause);
  expect(thrownBy(() => rig.file.take(8192))).toBe(errno);
});

test("a user's abort of a connection that is gone already still shows in reads", () => {
  const rig = Rig.connected({}, flagWords(['ABORT_ERROR']));
  rig.connection.abort('unmount');
  rig.connection.abort('user');
  expect(thrownBy(() => rig.file.take(8192))).toBe(ECONNABORTED);
});

test('a request too long for the buffer is EIO, SETXATTR E2BIG, and the read goes on to the next', () => {
  const rig = Rig.connected({}, { max_write: 4096 });
  const { connection } = rig;
  const long = 'n'.repeat(4090);
  const link = rig.begin((task) => connection.call(task, SYMLINK, 1n, { names: [long, 'x'.repeat(4095)] }));
  const attribute = rig.begin((task) =>
    connection.call(task, SETXATTR, 1n, {
      body: { size: 9000, flags: 0, setxattr_flags: 0 },
      names: ['user.a'],
      data: new Uint8Array(9000),
    }),
  );
  rig.readlink(3n);
  const buffer = new Uint8Array(8192);
  expect(rig.file.read(buffer)).toBe(40);
  rig.scheduler.run();
  expect([link.end, attribute.end]).toEqual([EIO, E2BIG]);
  expect(connection.device.slots.used).toBe(1);

  const alone = rig.begin((task) => connection.call(task, SYMLINK, 1n, { names: [long, 'x'.repeat(4095)] }));
  expect(thrownBy(() => rig.file.read(buffer))).toBe(EAGAIN);
  rig.scheduler.run();
  expect(alone.end).toBe(EIO);
});

test('a clone shares what is to be read, and answers only what it has read itself', () => {
  const rig = Rig.connected();
  const other = clone(rig);
  const [first, second] = [rig.readlink(1n), rig.readlink(2n)];
  const here = rig.receive() as Received;
  const there = rig.receive(other) as Received;
  expect(thrownBy(() => rig.answer(here, EIO, other))).toBe(ENOENT);
  expect(thrownBy(() => rig.answer(there, EIO))).toBe(ENOENT);
  expect([endOf(first), endOf(second)]).toEqual(['waits', 'waits']);
  rig.answer(here, {});
  rig.answer(there, {}, other);
  expect([endOf(first), endOf(second)]).toEqual(['reply', 'reply']);
});

test('a file is attached once; cloning from one that is not is EPERM', () => {
  const rig = Rig.connected();
  expect(thrownBy(() => new DeviceFile().cloneFrom(new DeviceFile()))).toBe(EPERM);
  expect(thrownBy(() => rig.file.cloneFrom(clone(rig)))).toBe(EINVAL);
  expect(thrownBy(() => rig.file.attach(rig.connection.device))).toBe(EINVAL);
  const closed = clone(rig);
  closed.close();
  expect(thrownBy(() => new DeviceFile().cloneFrom(closed))).toBe(EPERM);
  expect(thrownBy(() => closed.take(8192))).toBe(EPERM);
});

test('closing one of several files ends what it had read, and nothing else', () => {
  const rig = Rig.connected();
  const other = clone(rig);
  const running = [1n, 2n, 3n].map((nodeid) => rig.readlink(nodeid));
  const mine = rig.receive() as Received;
  rig.receive(other);
  other.close();
  rig.scheduler.run();
  expect(running.map(endOf)).toEqual(['waits', 'ECONNABORTED', 'waits']);
  expect(rig.connection.state).toBe('connected');
  rig.answer(mine);
  rig.answer(rig.receive() as Received);
  expect(running.map(endOf)).toEqual(['reply', 'ECONNABORTED', 'reply']);
  rig.file.close();
  rig.file.close();
  expect(rig.connection.state).toBe('aborted');
});

test('a reader asleep on a file that another closes is woken, and takes no wake-up with it', () => {
  const rig = Rig.connected();
  const other = clone(rig);
  let isClosed = false;
  const read = (file: DeviceFile, over: () => boolean) =>
    rig.begin((task) => sleep(task, rig.file.readable, () => over() || file.hasWork, 'requests'));
  const gone = read(other, () => isClosed);
  const stays = read(rig.file, () => false);
  isClosed = true;
  other.close();
  rig.scheduler.run();
  expect(gone.task.sleep).toBeNull();
  rig.readlink(1n);
  expect(stays.task.sleep).toBeNull();
});

test('poll tells what can be read', () => {
  const rig = Rig.connected();
  expect(rig.file.poll()).toEqual({ readable: false, writable: true, error: false });
  rig.readlink(1n);
  expect(rig.file.poll()).toEqual({ readable: true, writable: true, error: false });
  rig.receive();
  expect(rig.file.poll().readable).toBe(false);
  rig.connection.forget(9n, 1);
  expect(rig.file.poll().readable).toBe(true);
});

test('one reader is woken for each request, the longest sleeper first', () => {
  const rig = Rig.connected();
  const woken: number[] = [];
  for (let i = 0; i < 3; i++) {
    rig.begin(function* (task) {
      yield* sleep(task, rig.file.readable, () => rig.file.hasWork, 'requests');
      woken.push(i);
      rig.file.take(8192);
    });
  }
  rig.readlink(1n);
  expect(woken).toEqual([0]);
  rig.readlink(2n);
  expect(woken).toEqual([0, 1]);
  rig.connection.forget(3n, 1);
  rig.scheduler.run();
  expect(woken).toEqual([0, 1, 2]);
});

test('a request that has no reply ends when it is read', () => {
  const rig = Rig.connected({ maxActiveRequests: 1 });
  let ended: unknown = null;
  const body = { offset: 0, size: 3 };
  rig.connection.send(NOTIFY_REPLY, 1n, { body, data: new Uint8Array(3) }, { onReply: (result) => (ended = result) });
  expect([rig.connection.device.slots.used, ended]).toEqual([1, null]);
  expect(rig.receiveAll()).toEqual(['NOTIFY_REPLY']);
  expect(ended).toMatchObject({ body: undefined });
  expect([rig.connection.device.slots.used, rig.connection.device.completions.size, rig.connection.waiting]).toEqual([
    0, 0, 0,
  ]);
});
