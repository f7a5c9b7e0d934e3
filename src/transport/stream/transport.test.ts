import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ECONNABORTED, ENOTCONN, type Errno } from '../../abi/errno.ts';
import { WRITE } from '../../abi/opcodes.ts';
import type { Reply } from '../../fuse/connection.ts';
import { openDescriptors, turns } from '../testing/socket-rig.ts';
import { StreamRig } from '../testing/stream-rig.ts';

const dataOf = (end: Reply<unknown> | Errno): string => Buffer.from((end as Reply<unknown>).data).toString();
const body = { fh: 0n, offset: 0, write_flags: 0, lock_owner: 0n, flags: 0 };

/** Bytes that say they are a message of so many. */
function lying(length: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

test('requests go out in order, and each reply finds its own, in whatever order they come', async () => {
  using rig = await StreamRig.connected();
  const links = [10n, 11n, 12n].map((nodeid) => rig.readlink(nodeid));
  const requests = [await rig.next(), await rig.next(), await rig.next()];
  expect(requests.map((request) => request.header.nodeid)).toEqual([10n, 11n, 12n]);
  for (const request of requests.toReversed()) {
    rig.answer(request, { data: Buffer.from(`link ${request.header.nodeid}`) });
  }
  expect((await Promise.all(links)).map(dataOf)).toEqual(['link 10', 'link 11', 'link 12']);
});

test('replies that come in one piece, or byte by byte, are told apart, and stay as they were', async () => {
  using rig = await StreamRig.connected();
  const links = [rig.readlink(10n), rig.readlink(11n), rig.readlink(12n)];
  const replies: Uint8Array[] = [];
  for (const text of ['first', 'other', 'third']) {
    replies.push(rig.reply(await rig.next(), { data: Buffer.from(text) }));
  }
  rig.theirs.write(Buffer.concat(replies.slice(0, 2)));
  for (const byte of replies[2] as Uint8Array) {
    rig.theirs.write(Uint8Array.of(byte));
    await turns(1);
  }
  expect((await Promise.all(links)).map(dataOf)).toEqual(['first', 'other', 'third']);
});

test('a request and a reply of 1 MiB, more than the socket holds, arrive whole', async () => {
  using rig = await StreamRig.connected();
  const data = new Uint8Array(1 << 20).map((_, i) => i % 251);
  const write = rig.begin((task) =>
    rig.connection.call(task, WRITE, 10n, { body: { ...body, size: data.length }, data }),
  );
  const request = await rig.next();
  expect(Buffer.compare(request.message.subarray(-data.length), data)).toBe(0);
  rig.answer(request, { body: { size: data.length } });
  expect((await write).body.size).toBe(data.length);
  const link = rig.readlink(11n);
  rig.answer(await rig.next(), { data });
  expect(Buffer.compare(((await link) as Reply<unknown>).data, data)).toBe(0);
});

test.each([
  ['a length below the header', lying(15), 'a reply says it has 15 bytes; the shortest has 16'],
  ['a length above all bounds', lying(0xffffffff), 'a reply says it has 4294967295 bytes; at most 1052672 can be'],
  ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'a reply says it has 1347703880 bytes'],
])('%s ends the connection with a reason', async (_, bytes, reason) => {
  using rig = await StreamRig.connected();
  const link = rig.readlink(10n);
  await rig.next();
  rig.theirs.resume().write(bytes);
  expect(await link).toBe(ECONNABORTED);
  expect(rig.connection.failure).toContain(`scripted sent rubbish: ${reason}`);
  await expect(rig.readlink(11n)).rejects.toBe(ENOTCONN);
  if (!rig.theirs.readableEnded) await once(rig.theirs, 'end');
});

test('a server that closes fails what is under way and what comes, but not what it answered before', async () => {
  using rig = await StreamRig.connected();
  const links = [rig.readlink(10n), rig.readlink(11n)];
  const first = await rig.next();
  await rig.next();
  rig.theirs.end(rig.reply(first, { data: Buffer.from('answered') }));
  const [answered, lost] = await Promise.all(links);
  expect(dataOf(answered as Reply<undefined>)).toBe('answered');
  expect(lost).toBe(ECONNABORTED);
  expect(rig.connection.failure).toBe('it closed the connection');
  await expect(rig.readlink(12n)).rejects.toBe(ENOTCONN);
});

test('a server that ends amid a reply has closed the connection', async () => {
  using rig = await StreamRig.connected();
  const link = rig.readlink(10n);
  rig.theirs.end(rig.reply(await rig.next(), { data: Buffer.from('cut off') }).subarray(0, 20));
  expect(await link).toBe(ECONNABORTED);
});

test('requests wait quietly while the server does not read, and all go out in order when it does', async () => {
  using rig = await StreamRig.connected();
  const data = new Uint8Array(100_000);
  const nodeids = Array.from({ length: 20 }, (_, i) => BigInt(i + 10));
  const writes = nodeids.map((nodeid) =>
    rig.begin((task) => rig.connection.call(task, WRITE, nodeid, { body: { ...body, size: data.length }, data })),
  );
  await turns(20);
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
  expect((await Promise.all(writes)).map((reply) => reply.body.size)).toEqual(nodeids.map(() => data.length));
});

test('the process is kept alive while a reply is owed, and not by an idle connection', async () => {
  using rig = await StreamRig.connected();
  await turns();
  expect(rig.reactor.keepsAlive).toBe(false);
  const link = rig.readlink(10n);
  const request = await rig.next();
  expect(rig.reactor.keepsAlive).toBe(true);
  rig.answer(request, { data: Buffer.from('x') });
  await link;
  await turns();
  expect(rig.reactor.keepsAlive).toBe(false);
});

test('closing shows the server its end and leaves no descriptor', async () => {
  const before = openDescriptors();
  {
    using rig = await StreamRig.connected();
    rig.transport.close();
    if (!rig.theirs.resume().readableEnded) await once(rig.theirs, 'end');
    expect(rig.kernel.outside.size).toBe(0);
  }
  await expect.poll(openDescriptors).toBe(before);
});
