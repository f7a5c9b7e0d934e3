import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { ECONNABORTED, EIO, ENOENT, ENOSYS, ENOTCONN, type Errno } from '../abi/errno.ts';
import { encodeError } from '../abi/message.ts';
import { READLINK, WRITE } from '../abi/opcodes.ts';
import { Connection, type Reply } from '../fuse/connection.ts';
import type { Request } from '../fuse/request.ts';
import { Kernel } from '../kernel.ts';
import { systemClock } from '../linux/clock.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor, seqpacketPair, tryReceive } from '../linux/sockets.ts';
import { credentialsOf } from '../task/credentials.ts';
import { runSync } from '../task/drive.ts';
import { Task } from '../task/task.ts';
import { SeqpacketTransport } from './seqpacket.ts';
import { openDescriptors, SocketRig, turns } from './testing/socket-rig.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const dataOf = (end: Reply<unknown> | Errno): Uint8Array => (end as Reply<unknown>).data;

/** A packet whose header says it has so many bytes. */
function header(says: number, length: number): Uint8Array {
  const packet = new Uint8Array(length);
  new DataView(packet.buffer).setUint32(0, says, true);
  return packet;
}

test('requests go out in order, and each reply finds its own, in whatever order they come', async () => {
  using rig = await SocketRig.connected();
  const links = [10n, 11n, 12n].map((nodeid) => rig.readlink(nodeid));
  const requests = [await rig.next(), await rig.next(), await rig.next()];
  expect(requests.map((request) => request.header.nodeid)).toEqual([10n, 11n, 12n]);
  for (const request of requests.toReversed()) rig.answer(request, { data: bytes(`link ${request.header.nodeid}`) });
  expect((await Promise.all(links)).map(dataOf)).toEqual(['link 10', 'link 11', 'link 12'].map(bytes));
});

test('data of a reply stays as it was when the next packets come', async () => {
  using rig = await SocketRig.connected();
  const links = [rig.readlink(10n), rig.readlink(11n)];
  for (const text of ['first', 'other']) rig.answer(await rig.next(), { data: bytes(text) });
  expect((await Promise.all(links)).map(dataOf)).toEqual([bytes('first'), bytes('other')]);
});

test('a reply that comes in several packets is put together', async () => {
  using rig = await SocketRig.connected();
  const link = rig.readlink(10n);
  const data = new Uint8Array(150_000).map((_, i) => i % 251);
  const reply = rig.reply(await rig.next(), { data });
  for (let at = 0; at < reply.length; at += 61_440) {
    rig.send(reply.subarray(at, at + 61_440));
    await turns();
  }
  expect(Buffer.compare(dataOf(await link), data)).toBe(0);
});

test.each([
  ['a packet without a whole header', header(15, 15), 'a packet of 15 bytes is too short for a reply'],
  ['a length below the header', header(3, 16), 'a packet of 16 bytes holds a reply that says it has 3'],
  ['a length above all bounds', header(0xffffffff, 16), 'a reply says it has 4294967295 bytes'],
  ['text', bytes('HTTP/1.1 400 Bad Request\r\n\r\n'), 'a reply says it has 1347703880 bytes'],
])('%s ends the connection with a reason', async (_, packet, reason) => {
  using rig = await SocketRig.connected();
  const link = rig.readlink(10n);
  await rig.next();
  rig.send(packet);
  expect(await link).toBe(ECONNABORTED);
  expect(rig.connection.failure).toContain(`scripted sent rubbish: ${reason}`);
  await expect(rig.readlink(11n)).rejects.toBe(ENOTCONN);
  expect(tryReceive(rig.theirs, new Uint8Array(1))).toBe(0);
});

test('a reply that the device refuses is counted, and nothing else happens', async () => {
  using rig = await SocketRig.connected();
  const link = rig.readlink(10n);
  const request = await rig.next();
  rig.send(encodeError(4242, ENOENT));
  await turns();
  expect(rig.transport.refused).toBe(1);
  rig.answer(request, { data: bytes('target') });
  expect(dataOf(await link)).toEqual(bytes('target'));
});

test('a server that closes its end fails what is under way and what comes', async () => {
  using rig = await SocketRig.connected();
  const links = [rig.readlink(10n), rig.readlink(11n)];
  await rig.next();
  await rig.next();
  rig.closeTheirs();
  expect(await Promise.all(links)).toEqual([ECONNABORTED, ECONNABORTED]);
  expect(rig.connection.state).toBe('aborted');
  expect(rig.connection.failure).toBeNull();
  await expect(rig.readlink(12n)).rejects.toBe(ENOTCONN);
});

test('what a server answered before it closed still counts, with requests left unread', async () => {
  using rig = await SocketRig.connected();
  const links = [rig.readlink(10n), rig.readlink(11n)];
  const first = await rig.next();
  await turns();
  rig.answer(first, { data: bytes('answered') });
  rig.closeTheirs();
  const [answered, lost] = await Promise.all(links);
  expect(dataOf(answered as Reply<undefined>)).toEqual(bytes('answered'));
  expect(lost).toBe(ECONNABORTED);
});

test('requests wait quietly while the socket is full, and all go out in order when there is room', async () => {
  using rig = await SocketRig.connected();
  const data = new Uint8Array(50_000);
  const body = { fh: 0n, offset: 0, size: data.length, write_flags: 0, lock_owner: 0n, flags: 0 };
  const nodeids = Array.from({ length: 20 }, (_, i) => BigInt(i + 10));
  const writes = nodeids.map((nodeid) => rig.begin((task) => rig.connection.call(task, WRITE, nodeid, { body, data })));
  await turns();
  const { calls } = rig.reactor;
  await turns(50);
  expect(rig.reactor.calls).toBe(calls);
  expect(rig.transport.expectsProgress).toBe(true);
  const seen: bigint[] = [];
  for (const _ of nodeids) {
    const request = await rig.next();
    seen.push(request.header.nodeid);
    rig.answer(request, { body: { size: data.length } });
  }
  expect(seen).toEqual(nodeids);
  expect((await Promise.all(writes)).map(({ body }) => body.size)).toEqual(nodeids.map(() => data.length));
  const afterwards = rig.reactor.calls;
  await turns(50);
  expect(rig.reactor.calls).toBe(afterwards);
});

test('a request with data that are lent goes out in one packet, but not when it has ended before there was room', async () => {
  using rig = await SocketRig.connected();
  const lent = Array.from({ length: 5 }, () => new Uint8Array(10_000));
  const body = { fh: 0n, offset: 0, size: 50_000, write_flags: 0, lock_owner: 0n, flags: 0 };
  const nodeids = Array.from({ length: 20 }, (_, i) => BigInt(i + 10));
  const writes = nodeids.map((nodeid) => rig.begin((task) => rig.connection.ask(task, WRITE, nodeid, { body, lent })));
  await turns();
  const seen: bigint[] = [];
  const waiting = [...rig.connection.device.completions.values()].findLast(({ state }) => state === 'sent');
  rig.connection.end(waiting as Request, EIO);
  for (let left = nodeids.length - 1; left > 0; left--) {
    const request = await rig.next();
    expect(request.header.len).toBe(50_080);
    seen.push(request.header.nodeid);
    rig.answer(request, { body: { size: body.size } });
  }
  expect(seen).toEqual(nodeids.filter((nodeid) => nodeid !== waiting?.nodeid));
  expect((await Promise.all(writes)).filter((end) => end === EIO)).toHaveLength(1);
  expect(rig.tryNext()).toBeNull();
});

test('a request that no packet can carry fails with EIO, and the next one goes out', async () => {
  using rig = await SocketRig.connected({ packetLimit: 10_000 });
  const body = { fh: 0n, offset: 0, size: 20_000, write_flags: 0, lock_owner: 0n, flags: 0 };
  const write = rig.begin((task) => rig.connection.ask(task, WRITE, 10n, { body, data: new Uint8Array(20_000) }));
  const link = rig.readlink(11n);
  const request = await rig.next();
  expect(request.opcode).toBe(READLINK);
  expect(await write).toBe(EIO);
  rig.fail(request, ENOENT);
  expect(await link).toBe(ENOENT);
});

test('the process is kept alive while a reply is owed, and not by an idle connection', async () => {
  using rig = await SocketRig.connected();
  expect(rig.reactor.keepsAlive).toBe(false);
  expect(rig.transport.expectsProgress).toBe(false);
  const link = rig.readlink(10n);
  const request = await rig.next();
  expect(rig.reactor.keepsAlive).toBe(true);
  expect(rig.transport.expectsProgress).toBe(true);
  rig.fail(request, ENOENT);
  await link;
  await turns();
  expect(rig.reactor.keepsAlive).toBe(false);
});

test('an idle connection is never called', async () => {
  using rig = await SocketRig.connected();
  const { calls } = rig.reactor;
  await turns(50);
  expect(rig.reactor.calls).toBe(calls);
});

test('after an abort the process may end, though the server owes replies', async () => {
  using rig = await SocketRig.connected();
  const link = rig.readlink(10n);
  await rig.next();
  rig.connection.abort();
  expect(await link).toBe(ECONNABORTED);
  await turns();
  expect(rig.reactor.keepsAlive).toBe(false);
});

test('closing shows the server its end and leaves no descriptor', async () => {
  const before = openDescriptors();
  {
    using rig = await SocketRig.connected();
    rig.transport.close();
    expect(tryReceive(rig.theirs, new Uint8Array(1))).toBe(0);
    expect(rig.kernel.outside.size).toBe(0);
  }
  await turns();
  expect(openDescriptors()).toBe(before);
});

/** A server in another process, on descriptor 3: INIT is agreed to, everything else is ENOSYS. */
const otherProcess = `
  import { load } from 'koffi';
  const libc = load(null);
  const recv = libc.func('long recv(int, void *, size_t, int)'), send = libc.func('long send(int, void *, size_t, int)');
  const request = Buffer.alloc(1 << 20);
  while (recv(3, request, request.length, 0) > 0) {
    const isInit = request.readUInt32LE(4) === 26;
    const reply = Buffer.alloc(isInit ? 80 : 16);
    reply.writeUInt32LE(reply.length, 0);
    request.copy(reply, 8, 8, 16);
    if (isInit) [[7, 16], [31, 20], [4096, 36]].forEach(([value, at]) => reply.writeUInt32LE(value, at));
    else reply.writeInt32LE(-38, 4);
    send(3, reply, reply.length, 0);
  }`;

test('a synchronous caller waits for a server in another process, without the event loop', () => {
  const [ours, theirs] = seqpacketPair();
  const server = spawn(process.execPath, ['--input-type=module', '-e', otherProcess], {
    stdio: ['ignore', 'inherit', 'inherit', theirs],
  });
  closeDescriptor(theirs);
  const reactor = new NodeReactor();
  const kernel = new Kernel({ clock: systemClock, host: reactor });
  const connection = new Connection({ scheduler: kernel.scheduler, name: 'other' });
  const transport = new SeqpacketTransport({ kernel, reactor, connection, fd: ours, packetLimit: 100_000 });
  connection.start();
  transport.start();
  const task = new Task(kernel.scheduler, 1, credentialsOf(0, 0));
  const idle = (): boolean => transport.expectsProgress && reactor.wait(20_000);
  expect(runSync(task, connection.ask(task, READLINK, 1n, { room: 10 }), idle)).toBe(ENOSYS);
  transport.close();
  server.kill();
});
