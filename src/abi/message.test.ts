import { describe, expect, expectTypeOf, test } from 'vitest';
import { viewOf } from './bytes.ts';
import { EINVAL, ENOENT, EPROTO, type Errno } from './errno.ts';
import {
  decodeReply,
  decodeReplyHeader,
  decodeRequest,
  decodeRequestHeader,
  encodeError,
  encodeReply,
  encodeRequest,
  type IncomingRequest,
  NEWEST,
  type Protocol,
  type Reply,
  setUnique,
} from './message.ts';
import {
  CREATE,
  GETATTR,
  GETXATTR,
  INIT,
  IOCTL,
  LOOKUP,
  MKDIR,
  NOTIFY_REPLY,
  type Opcode,
  READ,
  READLINK,
  RENAME2,
  SETXATTR,
  STATFS,
  UNLINK,
  WRITE,
} from './opcodes.ts';
import type { fuse_attr_out, fuse_write_in } from './structs.ts';
import { resentUnique } from './unique.ts';

const from = { unique: 4, nodeid: 1n, uid: 1000, gid: 100, pid: 77 };
const old = (minor: number): Protocol => ({ minor, features: { ...NEWEST.features, SETXATTR_EXT: false } });
const thrown = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('encodeRequest', () => {
  test('writes header, struct, names with a NUL each, data, extensions', () => {
    const extensions = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0);
    const message = encodeRequest(
      MKDIR,
      { ...from, body: { mode: 0o755, umask: 0o22 }, names: ['d\xff'], extensions },
      NEWEST,
    );
    expect([...message]).toEqual([
      ...[59, 0, 0, 0, 9, 0, 0, 0],
      ...[4, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 0, 0, 0, 0, 0, 0, 0],
      ...[0xe8, 3, 0, 0, 100, 0, 0, 0],
      ...[77, 0, 0, 0, 1, 0, 0, 0],
      ...[0xed, 1, 0, 0, 0o22, 0, 0, 0],
      ...[100, 255, 0],
      ...[8, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test('sends INIT with 104 bytes', () => {
    const body = { major: 7, minor: 45, max_readahead: 131072, flags: 0x73fffffb, flags2: 0x5fd };
    expect(encodeRequest(INIT, { ...from, body }, NEWEST)).toHaveLength(104);
  });

  test.each([
    ['WRITE', 8, 40 + 24 + 3],
    ['WRITE', 9, 40 + 40 + 3],
    ['CREATE', 11, 40 + 8 + 2],
    ['CREATE', 12, 40 + 16 + 2],
    ['READ', 8, 40 + 40],
    ['SETXATTR', 45, 40 + 8 + 2 + 1],
  ])('sends %s to a server of 7.%i with %i bytes', (name, minor, length) => {
    const body = { fh: 1n, offset: 0, size: 3, write_flags: 0, lock_owner: 2n, flags: 0 };
    const messages: Record<string, () => Uint8Array> = {
      WRITE: () => encodeRequest(WRITE, { ...from, body, data: Uint8Array.of(1, 2, 3) }, old(minor)),
      READ: () => encodeRequest(READ, { ...from, body: { ...body, read_flags: 0 } }, old(minor)),
      CREATE: () =>
        encodeRequest(
          CREATE,
          { ...from, body: { flags: 0, mode: 0, umask: 0, open_flags: 0 }, names: ['a'] },
          old(minor),
        ),
      SETXATTR: () => {
        const body = { size: 1, flags: 0, setxattr_flags: 0 };
        return encodeRequest(SETXATTR, { ...from, body, names: ['a'], data: Uint8Array.of(1) }, old(minor));
      },
    };
    expect(messages[name]?.()).toHaveLength(length);
  });

  test('refuses names that the opcode does not take, and half an extension', () => {
    expect(() => encodeRequest(RENAME2, { ...from, body: { newdir: 1n, flags: 0 }, names: ['a'] }, NEWEST)).toThrow(
      'RENAME2 takes 2 names',
    );
    const extensions = new Uint8Array(12);
    expect(() =>
      encodeRequest(MKDIR, { ...from, body: { mode: 0, umask: 0 }, names: ['a'], extensions }, NEWEST),
    ).toThrow('a multiple of 8 bytes');
  });
});

describe('setUnique', () => {
  test('marks a request as sent again', () => {
    const message = encodeRequest(LOOKUP, { ...from, names: ['a'] }, NEWEST);
    setUnique(message, resentUnique(4));
    expect(viewOf(message).getBigUint64(8, true)).toBe(2n ** 63n + 4n);
    expect(decodeRequestHeader(message).unique).toBe(-4);
  });

  test("gives NOTIFY_REPLY all 64 bits of the server's own", () => {
    const message = encodeRequest(NOTIFY_REPLY, { ...from, body: { offset: 0, size: 0 } }, NEWEST);
    setUnique(message, 0xfedc_ba98_7654_3210n);
    expect(viewOf(message).getBigUint64(8, true)).toBe(0xfedc_ba98_7654_3210n);
  });
});

describe('decoding a request', () => {
  const lookup = encodeRequest(LOOKUP, { ...from, names: ['name'] }, NEWEST);

  test('gives the types of its opcode', () => {
    const body = { fh: 1n, offset: 0, size: 0, write_flags: 0, lock_owner: 0n, flags: 0 };
    const write = decodeRequest(WRITE, encodeRequest(WRITE, { ...from, body }, NEWEST), NEWEST);
    expectTypeOf(write).toEqualTypeOf<IncomingRequest<fuse_write_in>>();
    expect(write.body).toEqual(body);
    const { body: nothing } = decodeRequest(LOOKUP, lookup, NEWEST);
    expectTypeOf(nothing).toEqualTypeOf<undefined>();
    expect(nothing).toBeUndefined();
  });

  test.each([
    ['is shorter than a header', lookup.subarray(0, 39)],
    ['is shorter than it says', lookup.subarray(0, 44)],
    ['is longer than it says', Uint8Array.of(...lookup, 0)],
  ])('fails with EPROTO when the message %s', (_, message) => {
    expect(thrown(() => decodeRequestHeader(message))).toBe(EPROTO);
  });

  test('an opcode that nobody has is no fault of the header', () => {
    const message = lookup.slice();
    viewOf(message).setUint32(4, 999, true);
    expect(decodeRequestHeader(message).opcode).toBe(999);
  });

  test.each<[string, Opcode, Uint8Array]>([
    ['a name has no NUL', LOOKUP, lookup.subarray(0, 44)],
    [
      'the second name is missing',
      RENAME2,
      encodeRequest(MKDIR, { ...from, body: { mode: 0, umask: 0 }, names: ['12345678'] }, NEWEST),
    ],
    ['the struct is cut and names should follow', MKDIR, lookup.subarray(0, 44)],
    ['the struct is cut and data should follow', WRITE, lookup],
  ])('fails with EPROTO when %s', (_, opcode, message) => {
    expect(thrown(() => decodeRequest(opcode, message, NEWEST))).toBe(EPROTO);
  });

  test('fails with EPROTO when extensions are longer than the message, or the NUL is theirs', () => {
    const message = encodeRequest(MKDIR, { ...from, body: { mode: 0, umask: 0 }, names: ['abcdefg'] }, NEWEST);
    viewOf(message).setUint16(36, 3, true);
    expect(thrown(() => decodeRequest(MKDIR, message, NEWEST))).toBe(EPROTO);
    viewOf(message).setUint16(36, 1, true);
    expect(thrown(() => decodeRequest(MKDIR, message, NEWEST))).toBe(EPROTO);
  });

  test.each([
    [16, { major: 7, minor: 31, max_readahead: 9, flags: 5, flags2: 0 }],
    [8, { major: 7, minor: 31, max_readahead: 0, flags: 0, flags2: 0 }],
  ])('reads the INIT of an older client, %i bytes of struct', (size, expected) => {
    const body = { major: 7, minor: 31, max_readahead: 9, flags: 5, flags2: 6 };
    const message = encodeRequest(INIT, { ...from, body }, NEWEST).subarray(0, 40 + size);
    expect(decodeRequest(INIT, message, NEWEST).body).toEqual(expected);
  });

  test('takes what follows the names for extensions when the client is too old to announce them', () => {
    const extensions = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0);
    const message = encodeRequest(MKDIR, { ...from, body: { mode: 0, umask: 0 }, names: ['a'], extensions }, NEWEST);
    viewOf(message).setUint16(36, 0, true);
    expect(decodeRequest(MKDIR, message, NEWEST)).toMatchObject({ names: ['a'], extensions });
  });

  test('gives data without a copy', () => {
    const data = Uint8Array.of(1, 2, 3);
    const body = { fh: 1n, offset: 0, size: 3, write_flags: 0, lock_owner: 0n, flags: 0 };
    const message = encodeRequest(WRITE, { ...from, body, data }, NEWEST);
    expect(decodeRequest(WRITE, message, NEWEST).data.buffer).toBe(message.buffer);
  });
});

describe('a reply header', () => {
  test('of a failure has the negative errno and no body', () => {
    const message = encodeError(-4, ENOENT);
    expect([...message]).toEqual([16, 0, 0, 0, 254, 255, 255, 255, 4, 0, 0, 0, 0, 0, 0, 0x80]);
    expect(decodeReplyHeader(message)).toEqual({ len: 16, error: -2, unique: -4 });
  });

  test.each([
    ['is empty', new Uint8Array(0)],
    ['is shorter than a header', encodeError(4, ENOENT).subarray(0, 15)],
    ['is longer than it says', Uint8Array.of(...encodeError(4, ENOENT), 0)],
    ['is shorter than it says', encodeReply(READ, { unique: 4, data: new Uint8Array(9) }, NEWEST).subarray(0, 24)],
  ])('fails with EINVAL when the message %s', (_, message) => {
    expect(thrown(() => decodeReplyHeader(message)) as Errno).toBe(EINVAL);
  });
});

describe('decodeReply', () => {
  /** Which lengths of body, of 0 to 320 bytes, are a reply to this request. */
  function accepted(opcode: Opcode, room: number, protocol = NEWEST): string {
    const lengths = Array.from({ length: 321 }, (_, length) => length).filter((length) => {
      return decodeReply(opcode, new Uint8Array(16 + length), { protocol, room }) !== null;
    });
    return lengths.length === 0 ? 'none' : `${lengths[0]} to ${lengths.at(-1)}`;
  }

  test('gives the types of its opcode', () => {
    const reply = decodeReply(GETATTR, new Uint8Array(120), { protocol: NEWEST, room: 0 });
    expectTypeOf(reply).toEqualTypeOf<Reply<fuse_attr_out> | null>();
    expect(reply?.body.attr.ino).toBe(0n);
  });

  test.each<[string, Opcode, number, string]>([
    ['UNLINK', UNLINK, 0, '0 to 0'],
    ['UNLINK, whatever the room', UNLINK, 100, '0 to 0'],
    ['GETATTR', GETATTR, 0, '104 to 104'],
    ['CREATE', CREATE, 0, '144 to 144'],
    ['READ of 200 bytes', READ, 200, '0 to 200'],
    ['READLINK', READLINK, 300, '0 to 300'],
    ['INIT', INIT, 0, '0 to 64'],
    ['INIT, whatever the room', INIT, 100, '0 to 64'],
    ['IOCTL without data', IOCTL, 0, '16 to 16'],
    ['IOCTL with 100 bytes of data', IOCTL, 100, '16 to 116'],
    ['GETXATTR that asks for the size', GETXATTR, 0, '8 to 8'],
    ['GETXATTR of 100 bytes', GETXATTR, 100, '0 to 100'],
  ])('takes for %s the lengths that Linux takes', (_, opcode, room, expected) => {
    expect(accepted(opcode, room)).toBe(expected);
  });

  test.each<[string, Opcode, number, string]>([
    ['LOOKUP of 7.8', LOOKUP, 8, '120 to 120'],
    ['LOOKUP of 7.9', LOOKUP, 9, '128 to 128'],
    ['GETATTR of 7.8', GETATTR, 8, '96 to 96'],
    ['CREATE of 7.8', CREATE, 8, '136 to 136'],
    ['STATFS of 7.3', STATFS, 3, '48 to 48'],
    ['STATFS of 7.4', STATFS, 4, '80 to 80'],
    ['INIT of 7.4', INIT, 4, '0 to 64'],
  ])('takes for %s the lengths that Linux takes', (_, opcode, minor, expected) => {
    expect(accepted(opcode, 0, old(minor))).toBe(expected);
  });

  test('reads what a short INIT reply lacks as 0, and half a field by its bytes', () => {
    const message = new Uint8Array(16 + 22).fill(0x11);
    expect(decodeReply(INIT, message, { protocol: NEWEST, room: 0 })?.body).toMatchObject({
      major: 0x11111111,
      congestion_threshold: 0x1111,
      max_write: 0x1111,
      time_gran: 0,
      request_timeout: 0,
    });
  });

  test('gives the size of a value that came as data', () => {
    const message = encodeReply(GETXATTR, { unique: 4, data: Uint8Array.of(1, 2, 3) }, NEWEST);
    expect(decodeReply(GETXATTR, message, { protocol: NEWEST, room: 3 })).toEqual({
      body: { size: 3 },
      data: Uint8Array.of(1, 2, 3),
    });
  });
});
