import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { viewOf } from './bytes.ts';
import { EINVAL, ENAMETOOLONG } from './errno.ts';
import { decodeReplyHeader } from './message.ts';
import {
  NOTIFY_DELETE,
  NOTIFY_INC_EPOCH,
  NOTIFY_INVAL_ENTRY,
  NOTIFY_INVAL_INODE,
  NOTIFY_POLL,
  NOTIFY_PRUNE,
  NOTIFY_RESEND,
  NOTIFY_RETRIEVE,
  NOTIFY_STORE,
} from './notify.ts';
import { decodeNotification, encodeNotification, type Notification } from './notify-message.ts';
import type { fuse_notify_store_out } from './structs.ts';

const NAME_MAX = 255;

const decode = (message: Uint8Array): Notification =>
  decodeNotification(message, decodeReplyHeader(message).error, NAME_MAX);

/** As a server sends it, with `by` bytes more or fewer. */
function resized(message: Uint8Array, by: number): Uint8Array {
  const bytes = new Uint8Array(message.length + by);
  bytes.set(message.subarray(0, bytes.length));
  viewOf(bytes).setUint32(0, bytes.length, true);
  return bytes;
}

const none = { tail: undefined };
const samples: readonly [Uint8Array, Notification][] = [
  [
    encodeNotification(NOTIFY_POLL, { body: { kh: 2n ** 64n - 1n }, ...none }),
    { name: 'POLL', body: { kh: 2n ** 64n - 1n }, ...none },
  ],
  [
    encodeNotification(NOTIFY_INVAL_INODE, { body: { ino: 1n, off: -1, len: 0 }, ...none }),
    { name: 'INVAL_INODE', body: { ino: 1n, off: -1, len: 0 }, ...none },
  ],
  [
    encodeNotification(NOTIFY_INVAL_ENTRY, { body: { parent: 1n, namelen: 2, flags: 1 }, tail: 'a\xff' }),
    { name: 'INVAL_ENTRY', body: { parent: 1n, namelen: 2, flags: 1 }, tail: 'a\xff' },
  ],
  [
    encodeNotification(NOTIFY_STORE, { body: { nodeid: 3n, offset: 4096, size: 2 }, tail: Uint8Array.of(7, 8) }),
    { name: 'STORE', body: { nodeid: 3n, offset: 4096, size: 2 }, tail: Uint8Array.of(7, 8) },
  ],
  [
    encodeNotification(NOTIFY_RETRIEVE, {
      body: { notify_unique: 2n ** 63n + 1n, nodeid: 3n, offset: 0, size: 9 },
      ...none,
    }),
    { name: 'RETRIEVE', body: { notify_unique: 2n ** 63n + 1n, nodeid: 3n, offset: 0, size: 9 }, ...none },
  ],
  [
    encodeNotification(NOTIFY_DELETE, { body: { parent: 1n, child: 2n, namelen: 1 }, tail: 'a' }),
    { name: 'DELETE', body: { parent: 1n, child: 2n, namelen: 1 }, tail: 'a' },
  ],
  [
    encodeNotification(NOTIFY_PRUNE, { body: { count: 2 }, tail: [5n, 2n ** 64n - 1n] }),
    { name: 'PRUNE', body: { count: 2 }, tail: [5n, 2n ** 64n - 1n] },
  ],
];

test.each(samples.map(([message, expected]) => [expected.name, message, expected] as const))(
  '%s survives a round trip, and one byte more or less is EINVAL',
  (_, message, expected) => {
    expect(decodeReplyHeader(message)).toMatchObject({ unique: 0, len: message.length });
    expect(decode(message)).toEqual(expected);
    for (const by of [1, -1]) {
      expect(() => decode(resized(message, by))).toThrow(expect.toSatisfy((error) => error === EINVAL));
    }
  },
);

test('an INVAL_ENTRY is a header, a struct, the name and a NUL', () => {
  expect([...(samples[2]?.[0] ?? [])]).toEqual([
    ...[35, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0],
    ...[97, 255, 0],
  ]);
});

describe.each([NOTIFY_RESEND, NOTIFY_INC_EPOCH])('$name', (code) => {
  test('has no payload, and ignores one', () => {
    const message = encodeNotification(code, { body: undefined, tail: undefined });
    expect(message).toHaveLength(16);
    expect(decode(message)).toEqual({ name: code.name, body: undefined, tail: undefined });
    expect(decode(resized(message, 5)).name).toBe(code.name);
  });
});

test('the name of a notification tells the types of its content', () => {
  const notification = decode(
    encodeNotification(NOTIFY_STORE, { body: { nodeid: 1n, offset: 0, size: 0 }, tail: new Uint8Array(0) }),
  );
  if (notification.name !== 'STORE') throw new Error(notification.name);
  expectTypeOf(notification.body).toEqualTypeOf<fuse_notify_store_out>();
  expectTypeOf(notification.tail).toEqualTypeOf<Uint8Array>();
});

test('a name that is too long is ENAMETOOLONG, even when the message is too short for it', () => {
  const body = { parent: 1n, namelen: NAME_MAX + 1, flags: 0 };
  for (const tail of ['n'.repeat(NAME_MAX + 1), 'n']) {
    const message = encodeNotification(NOTIFY_INVAL_ENTRY, { body, tail });
    expect(() => decode(message)).toThrow(expect.toSatisfy((error) => error === ENAMETOOLONG));
  }
});

test('the byte behind a name is not looked at', () => {
  const message = encodeNotification(NOTIFY_DELETE, { body: { parent: 1n, child: 2n, namelen: 1 }, tail: 'a' });
  message[message.length - 1] = 0x62;
  expect(decode(message)).toMatchObject({ tail: 'a' });
});

test('whatever a server sends is a notification, EINVAL or ENAMETOOLONG', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 80 }), fc.integer({ min: -1, max: 12 }), (message, code) => {
      try {
        expect(decodeNotification(message, code, NAME_MAX)).toHaveProperty('name');
      } catch (error) {
        expect(error === EINVAL || error === ENAMETOOLONG).toBe(true);
      }
    }),
  );
});
