import { describe, expect, test } from 'vitest';
import { EINVAL, ENODEV, ENOENT, ENOSYS, ENOTCONN } from '../abi/errno.ts';
import { decodeReplyHeader, encodeRequest, setUnique } from '../abi/message.ts';
import { allNotifyCodes, notifyCodeOf } from '../abi/notify.ts';
import { decodeNotification, type Notification } from '../abi/notify-message.ts';
import * as op from '../abi/opcodes.ts';
import type { Client } from './client.ts';
import { Session } from './session.ts';
import { bytes, TestClient } from './testing/client.ts';

const decode = (message: Uint8Array): Notification =>
  decodeNotification(message, decodeReplyHeader(message).error, 1024);

/** A client's end, and what the server has to notify it. */
function start(minor = 45): { end: TestClient; client: Client; sent: () => Notification } {
  const end = new TestClient({});
  end.init({ minor });
  const sent = () => decode(end.messages.pop() as Uint8Array);
  return { end, client: end.session.client, sent };
}

const calls: [keyof Client, (client: Client) => Promise<unknown>, Notification][] = [
  [
    'invalInode',
    (client) => client.invalInode(7n),
    { name: 'INVAL_INODE', body: { ino: 7n, off: 0, len: 0 }, tail: undefined },
  ],
  [
    'invalEntry',
    (client) => client.invalEntry(7n, 'name\xff'),
    { name: 'INVAL_ENTRY', body: { parent: 7n, namelen: 5, flags: 0 }, tail: 'name\xff' },
  ],
  [
    'delete',
    (client) => client.delete(7n, 8n, 'name'),
    { name: 'DELETE', body: { parent: 7n, child: 8n, namelen: 4 }, tail: 'name' },
  ],
  [
    'store',
    (client) => client.store(7n, 4096, bytes('data')),
    { name: 'STORE', body: { nodeid: 7n, offset: 4096, size: 4 }, tail: bytes('data') },
  ],
  [
    'retrieve',
    (client) => client.retrieve(7n, 4096, 10),
    { name: 'RETRIEVE', body: { notify_unique: 1n, nodeid: 7n, offset: 4096, size: 10 }, tail: undefined },
  ],
  ['pollWakeup', (client) => client.pollWakeup(9n), { name: 'POLL', body: { kh: 9n }, tail: undefined }],
  ['resend', (client) => client.resend(), { name: 'RESEND', body: undefined, tail: undefined }],
  ['incrementEpoch', (client) => client.incrementEpoch(), { name: 'INC_EPOCH', body: undefined, tail: undefined }],
  ['prune', (client) => client.prune([7n, 8n]), { name: 'PRUNE', body: { count: 2 }, tail: [7n, 8n] }],
];

describe.each(calls)('%s', (_, notify, notification) => {
  const { since } = allNotifyCodes.find(({ name }) => name === notification.name) ?? { since: Number.NaN };

  test('sends its notification', () => {
    const { client, sent } = start();
    void notify(client);
    expect(sent()).toEqual(notification);
  });

  test('is ENOSYS before the minor that brought it, and sends nothing', async () => {
    const { end, client } = start(since - 1);
    end.messages.length = 0;
    await expect(notify(client)).rejects.toBe(ENOSYS);
    expect(end.messages).toEqual([]);
    const newer = start(since);
    void notify(newer.client);
    expect(newer.sent()).toEqual(notification);
  });

  test('rejects with what the way to the client throws', async () => {
    const refused = new Session({}, { send: () => {}, sendNotification: async () => Promise.reject(EINVAL) });
    refused.receive(initRequest());
    await expect(notify(refused.client)).rejects.toBe(EINVAL);
  });

  test('is ENOTCONN before INIT and ENODEV after the end', async () => {
    const { session } = new TestClient({});
    await expect(notify(session.client)).rejects.toBe(ENOTCONN);
    session.close();
    await expect(notify(session.client)).rejects.toBe(ENODEV);
  });
});

test('every notification has its method', () => {
  expect(calls.map(([, , { name }]) => name).toSorted()).toEqual(allNotifyCodes.map(({ name }) => name).toSorted());
});

test('init gets the client, which can be used when it has returned', async () => {
  const early: Promise<void>[] = [];
  let client: Client | null = null;
  const end = new TestClient({
    init: (_, given) => {
      client = given;
      early.push(given.resend());
      return {};
    },
  });
  end.init();
  expect(client).toBe(end.session.client);
  await expect(early[0]).rejects.toBe(ENOTCONN);
  await expect(end.session.client.resend()).resolves.toBeUndefined();
});

test('without a way of their own, notifications go where replies go, and reject with what that throws', async () => {
  const session = new Session(
    {},
    {
      send: (message) => {
        if (decodeReplyHeader(message).unique === 0) throw ENOENT;
      },
    },
  );
  session.receive(initRequest());
  await expect(session.client.invalInode(2n)).rejects.toBe(ENOENT);
});

test('invalInode of a range, and of attributes alone', () => {
  const { client, sent } = start();
  void client.invalInode(7n, { offset: 4096, length: 10 });
  expect(sent().body).toEqual({ ino: 7n, off: 4096, len: 10 });
  void client.invalInode(7n, 'attributes');
  expect(sent().body).toMatchObject({ off: -1 });
});

test('invalEntry with expireOnly is ENOSYS for a client that did not offer HAS_EXPIRE_ONLY', async () => {
  const { client, sent } = start();
  void client.invalEntry(1n, 'name', { expireOnly: true });
  expect(sent().body).toMatchObject({ flags: 1 });
  const end = new TestClient({});
  end.init({ flags2: 0 });
  await expect(end.session.client.invalEntry(1n, 'name', { expireOnly: true })).rejects.toBe(ENOSYS);
});

test.each<[string, (client: Client) => unknown]>([
  ['a name that is no byte string', (client) => client.invalEntry(1n, '\u20ac')],
  ['a nodeid of 65 bits', (client) => client.invalInode(1n << 64n)],
  ['a nodeid of 65 bits among others', (client) => client.prune([1n, 1n << 64n])],
  ['a fraction of a byte', (client) => client.store(1n, 1.5, bytes(''))],
  ['a size beyond 32 bits', (client) => client.retrieve(1n, 0, 2 ** 32)],
])('%s is thrown at once, and nothing is sent', (_, notify) => {
  const { end, client } = start();
  end.messages.length = 0;
  expect(() => notify(client)).toThrow(TypeError);
  expect(end.messages).toEqual([]);
});

describe('retrieve', () => {
  const reply = (end: TestClient, notifyUnique: bigint, offset: number, data: Uint8Array): void => {
    const request = { unique: 0, nodeid: 7n, uid: 0, gid: 0, pid: 0, body: { offset, size: data.length }, data };
    const message = encodeRequest(op.NOTIFY_REPLY, request, end.protocol);
    setUnique(message, notifyUnique);
    end.session.receive(message);
  };
  const asked = (notification: Notification): bigint =>
    notification.name === 'RETRIEVE' ? notification.body.notify_unique : 0n;

  test('gives each what was asked for, in whatever order it comes, as a copy', async () => {
    const { end, client, sent } = start();
    const first = client.retrieve(7n, 0, 10);
    const firstUnique = asked(sent());
    const second = client.retrieve(7n, 4096, 10);
    const secondUnique = asked(sent());
    const data = bytes('second');
    reply(end, secondUnique, 4096, data);
    data.fill(0);
    reply(end, firstUnique, 0, bytes('first'));
    expect(await second).toEqual({ offset: 4096, data: bytes('second') });
    expect(await first).toEqual({ offset: 0, data: bytes('first') });
    expect(end.log).toEqual([]);
  });

  test.each<[string, (end: TestClient) => void]>([
    ['the end of the session', (end) => end.session.close()],
    ['DESTROY', (end) => end.send(op.DESTROY)],
  ])('is ENODEV when %s comes first', async (_, finish) => {
    const { end, client } = start();
    const retrieved = client.retrieve(7n, 0, 10);
    finish(end);
    await expect(retrieved).rejects.toBe(ENODEV);
  });

  test('a NOTIFY_REPLY that nobody asked for, or a second one, is logged', () => {
    const { end, client, sent } = start();
    void client.retrieve(7n, 0, 10);
    const unique = asked(sent());
    reply(end, unique, 0, bytes('first'));
    reply(end, unique, 0, bytes('second'));
    reply(end, 4711n, 0, bytes('other'));
    expect(end.log).toEqual(['NOTIFY_REPLY 1: nobody asked for it', 'NOTIFY_REPLY 4711: nobody asked for it']);
    expect(end.messages.every((message) => notifyCodeOf(decodeReplyHeader(message).error) === undefined)).toBe(true);
  });
});

function initRequest(): Uint8Array {
  const body = { major: 7, minor: 45, max_readahead: 0, flags: 0, flags2: 0 };
  return encodeRequest(op.INIT, { unique: 2, nodeid: 0n, uid: 0, gid: 0, pid: 0, body }, new TestClient({}).protocol);
}
