import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { viewOf } from '../abi/bytes.ts';
import { EINTR, EINVAL, EIO, ENOENT, ENOSYS, EPROTO, ERANGE, Errno, errnoOf } from '../abi/errno.ts';
import { isPadding, isStruct, type Struct } from '../abi/fields.ts';
import { decodeReplyHeader, encodeRequest, NEWEST, type Protocol, type Reply } from '../abi/message.ts';
import * as op from '../abi/opcodes.ts';
import { fuse_batch_forget_in, fuse_forget_one, fuse_in_header, fuse_ioctl_iovec } from '../abi/structs.ts';
import type { FuseServer } from './fuse-server.ts';
import { ioctlRetry } from './ioctl-retry.ts';
import { methodOf } from './methods.ts';
import type { Request } from './request.ts';
import { Session } from './session.ts';
import { bytes, TestClient } from './testing/client.ts';

/** A value for each field of a struct: its place in it, counted from 1. */
function numbered(struct: Struct<unknown>, next = { value: 1 }): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    if (isPadding(field)) continue;
    if (isStruct(field)) value[name] = numbered(field, next);
    else value[name] = typeof field.absent === 'bigint' ? BigInt(next.value++) : next.value++;
  }
  return value;
}

const own: readonly op.Opcode[] = [op.INIT, op.FORGET, op.BATCH_FORGET, op.INTERRUPT, op.NOTIFY_REPLY, op.DESTROY];
const passedOn = op.allOpcodes
  .filter((opcode) => !own.includes(opcode))
  .map((opcode) => [opcode.name, opcode] as const);

/** A body that asks for enough, where a `size` is what it asks for. */
const withRoom = (opcode: op.Opcode, body: Record<string, unknown>): Record<string, unknown> =>
  opcode.outData !== null && 'size' in body ? { ...body, size: 100 } : body;

/** What a method answers, and what the client then sees. */
function answerFor(opcode: op.Opcode): { result: unknown; body: unknown; data: Uint8Array } {
  const nothing = new Uint8Array(0);
  if (opcode.sizeQuery) return { result: bytes('value'), body: { size: 5 }, data: bytes('value') };
  const data = opcode.outData === null ? nothing : bytes('data');
  if (opcode.out === null) return { result: data, body: undefined, data };
  const body = numbered(opcode.out);
  const [bare, more] = Object.values(body);
  const result = more === undefined ? bare : { ...body, ...(opcode.outData === null ? {} : { data }) };
  return { result, body, data };
}

/** A supplementary group extension. */
const groupSeven = Uint8Array.of(16, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0);

/** What is left of a value on a connection that negotiated this. */
function carried<T>(struct: Struct<T> | null, value: T, { minor, features }: Protocol): T | undefined {
  if (struct === null) return undefined;
  const size = struct.sizeAt(minor, features);
  const view = new DataView(new ArrayBuffer(size));
  struct.write(view, 0, value, size);
  return struct.read(view, 0, size);
}

const asker = { nodeid: 1n, uid: 0, gid: 0, pid: 1 };
const reading = (size: number) => ({ ...READ_BODY, size });
const READ_BODY = { fh: 0n, offset: 0, read_flags: 0, lock_owner: 0n, flags: 0 };

/** The newest protocol, and the last one with each older layout of an opcode's structs. */
function protocolsOf({ in: asked, out, since }: op.Opcode): { name: string; minor: number; flags?: number }[] {
  const minors = [asked, out].flatMap((struct) => struct?.older.map(({ below }) => below - 1) ?? []);
  const newest = 45;
  const older = [...new Set(minors)].filter((minor) => minor >= since);
  const withoutExt = asked !== null && asked.sizeAt(newest, {}) !== asked.size;
  return [
    { name: 'the newest protocol', minor: newest },
    ...older.map((minor) => ({ name: `protocol 7.${minor}`, minor })),
    ...(withoutExt ? [{ name: 'a protocol without SETXATTR_EXT', minor: newest, flags: 0 }] : []),
  ];
}

describe.each(passedOn)('%s', (_, opcode) => {
  const { result, body, data } = answerFor(opcode);
  const asking = {
    nodeid: 7n,
    uid: 1000,
    gid: 100,
    body: opcode.in === null ? undefined : withRoom(opcode, numbered(opcode.in)),
    names: opcode.names.map((name) => `${name}\xff`),
    data: opcode.data === null ? undefined : bytes('sent'),
    extensions: opcode.extensions ? groupSeven : undefined,
  };

  test.each(protocolsOf(opcode))(
    'of $name reaches its method with all that it carries, and takes the answer back',
    (how) => {
      const calls: unknown[][] = [];
      const method = (...values: unknown[]): unknown => {
        calls.push(values);
        return result;
      };
      const client = new TestClient({ [methodOf(opcode).name]: method } as FuseServer);
      client.init(how);
      const unique = client.send(opcode, asking);
      const [[request, ...values] = []] = calls as [Request, ...unknown[]][];
      expect(request).toMatchObject({ opcode, unique, nodeid: 7n, uid: 1000, gid: 100, pid: 1 });
      const sent = carried(opcode.in, asking.body, client.protocol);
      expect(request?.body).toEqual(opcode === op.RENAME ? { newdir: 1n, flags: 0 } : sent);
      expect(request?.groups).toEqual(opcode.extensions ? [7] : []);
      expect(values).toEqual([...asking.names, ...(asking.data === undefined ? [] : [asking.data])]);
      const got = { body: carried(opcode.out, body, client.protocol), data };
      expect(client.reply(opcode as op.Opcode<never>, unique, 100)).toEqual(got);
      expect(client.log).toEqual([]);
    },
  );

  test('is ENOSYS without a method', () => {
    const client = TestClient.of({});
    expect(client.reply(opcode as op.Opcode<never>, client.send(opcode, asking))).toBe(ENOSYS);
  });

  test('cut short anywhere is answered, without a throw', () => {
    const client = TestClient.of({});
    const whole = encodeRequest(opcode, { unique: 4, pid: 0, ...asking }, NEWEST);
    for (let length = fuse_in_header.size; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      viewOf(cut).setUint32(0, length, true);
      const before = client.messages.length;
      client.session.receive(cut);
      expect(client.messages.length - before).toBe(1);
    }
  });
});

describe('what a method does', () => {
  const statfs = (method: FuseServer['statfs'] & {}): TestClient => TestClient.of({ statfs: method });

  test.each([
    ['an Errno', ENOENT, ENOENT],
    ['a Node error', Object.assign(new Error('gone'), { code: 'ENOENT', errno: -2 }), ENOENT],
    ['an error with a negative errno alone', { errno: -39 }, errnoOf(39)],
    ['an error with a positive errno alone', { errno: 39 }, errnoOf(39)],
    ['an AbortError', new DOMException('aborted', 'AbortError'), EINTR],
  ])('throwing %s is that errno', (_, thrown, errno) => {
    const client = statfs(() => {
      throw thrown;
    });
    expect(client.ask(op.STATFS)).toBe(errno);
    expect(client.log).toEqual([]);
  });

  test.each([
    ['an Error', new Error('broken'), /STATFS failed: .*broken/],
    ['a string', 'broken', /STATFS failed: broken/],
    ['an errno that Linux refuses', errnoOf(600), /E600/],
    ['nothing', undefined, /undefined/],
  ])('throwing %s is EIO and a line in the log', (_, thrown, line) => {
    const client = statfs(() => {
      throw thrown;
    });
    expect(client.ask(op.STATFS)).toBe(EIO);
    expect(client.log).toEqual([expect.stringMatching(line)]);
  });

  test('a promise is answered when it settles, others meanwhile', async () => {
    let finish = (_: { blocks: number }): void => {};
    const client = TestClient.of({
      statfs: () => new Promise((resolve) => (finish = resolve)),
      access: () => {},
      unlink: async () => {
        throw ENOENT;
      },
    });
    const slow = client.send(op.STATFS);
    const failing = client.send(op.UNLINK, { names: ['a'] });
    expect(client.ask(op.ACCESS, { body: { mask: 0 } })).not.toBeInstanceOf(Errno);
    await Promise.resolve();
    finish({ blocks: 5 });
    await new Promise(setImmediate);
    expect(client.reply(op.STATFS as op.Opcode<never>, slow)).toMatchObject({ body: { st: { blocks: 5 } } });
    expect(client.reply(op.UNLINK as op.Opcode<never>, failing)).toBe(ENOENT);
  });

  test('fields that an answer leaves out are 0', () => {
    const client = TestClient.of({ lookup: () => ({ nodeid: 5n, attr: { mode: 0o100644 } }) });
    expect(client.get(op.LOOKUP, { names: ['a'] })).toMatchObject({
      nodeid: 5n,
      entry_valid: 0,
      attr: { mode: 0o100644, ino: 0n, size: 0 },
    });
  });

  test('bytes in pieces are one message for a way that takes no pieces', () => {
    const client = TestClient.of({ read: () => [bytes('one, '), bytes(''), bytes('two')] });
    expect(client.ask(op.READ, { body: reading(100) })).toMatchObject({ data: bytes('one, two') });
    expect(client.ask(op.READ, { body: reading(7) })).toBe(EIO);
    expect(client.log).toEqual([expect.stringMatching(/8 bytes, where 7 were asked for/)]);
  });

  test('bytes in pieces go in pieces where the way takes them, behind the header', () => {
    const content = [bytes('one, '), bytes('two')];
    const client = TestClient.of({ read: () => content });
    const sent: (readonly Uint8Array[])[] = [];
    const request = encodeRequest(op.READ, { ...asker, unique: 20, body: reading(100) }, NEWEST);
    client.session.receive(request, { send: () => {}, sendPieces: (pieces) => sent.push(pieces) });
    const [[header, ...pieces] = []] = sent;
    expect(sent).toHaveLength(1);
    expect(header).toEqual(Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0));
    expect(pieces).toHaveLength(2);
    for (const [index, piece] of pieces.entries()) expect(piece).toBe(content[index]);
  });

  test('anything but bytes among pieces is a bad answer', () => {
    const client = TestClient.of({ read: () => [bytes('one'), 'two'] as unknown as Uint8Array[] });
    expect(client.ask(op.READ, { body: reading(100) })).toBe(EIO);
  });

  test('Infinity is as long as can be said', () => {
    const client = TestClient.of({ getattr: () => ({ attr_valid: Infinity }) });
    expect(client.get(op.GETATTR, { body: { getattr_flags: 0, fh: 0n } }).attr_valid).toBeGreaterThan(2 ** 63);
  });

  const open = { flags: 0, open_flags: 0 };
  const read = { fh: 0n, offset: 0, size: 4, read_flags: 0, lock_owner: 0n, flags: 0 };
  const bad: [string, op.Opcode<never>, object, unknown, string][] = [
    ['nothing where a struct is due', op.OPEN, { body: open }, undefined, 'nothing was returned'],
    ['null', op.OPEN, { body: open }, null, 'fuse_open_out is an object, not object null'],
    ['a number for a bigint', op.OPEN, { body: open }, { fh: 1 }, 'fuse_open_out.fh cannot be number 1'],
    ['a negative handle', op.OPEN, { body: open }, { fh: -1n }, 'fuse_open_out.fh cannot be bigint -1'],
    [
      'a handle of 65 bits',
      op.OPEN,
      { body: open },
      { fh: 1n << 64n },
      'fuse_open_out.fh cannot be bigint 18446744073709551616',
    ],
    [
      'flags beyond 32 bits',
      op.OPEN,
      { body: open },
      { open_flags: 2 ** 32 },
      'fuse_open_out.open_flags cannot be number 4294967296',
    ],
    ['a fraction', op.STATFS, {}, { blocks: 1.5 }, 'fuse_statfs_out.st.blocks cannot be number 1.5'],
    [
      'a negative size',
      op.GETATTR,
      { body: { getattr_flags: 0, fh: 0n } },
      { attr: { size: -1 } },
      'fuse_attr_out.attr.size cannot be number -1',
    ],
    [
      'a string for a struct inside',
      op.GETATTR,
      { body: { getattr_flags: 0, fh: 0n } },
      { attr: 'x' },
      'fuse_attr_out.attr is an object, not "x"',
    ],
    ['more bytes than were asked for', op.READ, { body: read }, bytes('12345'), '5 bytes, where 4 were asked for'],
    ['a number for bytes', op.READ, { body: read }, 4, 'bytes are due, not number 4'],
    ['text that is no bytes', op.READLINK, {}, '\u20ac', 'bytes are due, not "\u20ac"'],
    ['a target that does not fit a page', op.READLINK, {}, 'x'.repeat(4096), '4096 bytes, where 4095 were asked for'],
  ] as never;
  test.each(bad)('answering %s is EIO and a line in the log', (_, opcode, asking, result, wrong) => {
    const { name } = methodOf(opcode as never);
    const client = TestClient.of({ [name]: () => result } as FuseServer);
    expect(client.ask(opcode as op.Opcode, asking)).toBe(EIO);
    expect(client.log).toEqual([`${opcode.name} failed: ${name}() answered badly: ${wrong}`]);
  });

  test('a promise of a bad answer, and one returned by a coroutine, are EIO and a line in the log', async () => {
    const client = TestClient.of({
      open: async () => ({ fh: 1 as unknown as bigint }),
      *opendir() {
        return { fh: 1 as unknown as bigint };
      },
    });
    const promised = client.send(op.OPEN, { body: open });
    expect(client.ask(op.OPENDIR, { body: open })).toBe(EIO);
    await new Promise(setImmediate);
    expect(client.reply(op.OPEN as op.Opcode<never>, promised)).toBe(EIO);
    expect(client.log).toEqual([
      'OPENDIR failed: opendir() answered badly: fuse_open_out.fh cannot be number 1',
      'OPEN failed: open() answered badly: fuse_open_out.fh cannot be number 1',
    ]);
  });

  test('an IOCTL may be asked for again with pieces of memory, which need no room', () => {
    const client = TestClient.of({ ioctl: () => ioctlRetry([{ base: 16n, len: 4 }], [{ base: 32n, len: 8 }]) });
    const body = { fh: 0n, flags: 2, cmd: 1, arg: 16n, in_size: 0, out_size: 0 };
    const reply = client.reply(op.IOCTL as op.Opcode<never>, client.send(op.IOCTL, { body }));
    expect(reply).toMatchObject({ body: { result: 0, flags: 4, in_iovs: 1, out_iovs: 1 } });
    const { data } = reply as Reply<unknown>;
    expect(fuse_ioctl_iovec.read(viewOf(data), 16)).toEqual({ base: 32n, len: 8 });
    expect(() => ioctlRetry(new Array(257).fill({ base: 0n, len: 0 }), [])).toThrow(
      expect.toSatisfy((error) => error === EINVAL),
    );
  });

  test.each([
    ['GETXATTR', op.GETXATTR, ['user.a']],
    ['LISTXATTR', op.LISTXATTR, []],
  ] as const)('%s answers the whole value; the session answers for its size', (_, opcode, names) => {
    const method = () => bytes('12345');
    const client = TestClient.of({ getxattr: method, listxattr: method });
    expect(client.ask(opcode, { body: { size: 0 }, names })).toMatchObject({ body: { size: 5 }, data: bytes('') });
    expect(client.ask(opcode, { body: { size: 4 }, names })).toBe(ERANGE);
    expect(client.ask(opcode, { body: { size: 5 }, names })).toMatchObject({ data: bytes('12345') });
  });
});

describe('INIT', () => {
  test('takes of the flags wanted those offered, and adds what the session and the methods need', () => {
    const offers: unknown[] = [];
    const client = new TestClient({
      init: (offer) => {
        offers.push(offer);
        return { flags: ['ATOMIC_O_TRUNC', 'POSIX_ACL', 'PASSTHROUGH'] };
      },
      readdirplus: () => '',
    });
    client.init({ flags: 0x73fffffb & ~(1 << 20), flags2: 0 });
    const { features } = client.protocol;
    const on = Object.entries(features).flatMap(([name, is]) => (is ? [name] : []));
    expect(on.sort()).toEqual(
      [
        ...['ATOMIC_O_TRUNC', 'BIG_WRITES', 'DO_READDIRPLUS', 'INIT_EXT', 'MAX_PAGES', 'NO_OPENDIR_SUPPORT'],
        ...['NO_OPEN_SUPPORT', 'READDIRPLUS_AUTO', 'SETXATTR_EXT'],
      ].sort(),
    );
    expect(offers).toMatchObject([{ minor: 45, maxReadahead: 131072, features: { POSIX_ACL: false } }]);
    expect(client.session.protocol).toEqual(client.protocol);
  });

  test('limits are the least of what server, way and client say', () => {
    const client = new TestClient({ init: () => ({ maxReadahead: 4096, maxBackground: 7 }) }, { maxData: 61440 });
    expect(client.init()).toMatchObject({ max_write: 61440, max_pages: 15, max_readahead: 4096, max_background: 7 });
  });

  test.each([
    [4, 8],
    [5, 24],
    [22, 24],
    [23, 64],
    [45, 64],
    [99, 64],
  ])('of a client of minor %i gets a reply of %i bytes', (minor, size) => {
    const client = new TestClient({});
    client.send(op.INIT, { body: { major: 7, minor, max_readahead: 0, flags: 0, flags2: 0 } });
    expect(client.messages[0]).toHaveLength(16 + size);
    expect(client.session.protocol?.minor).toBe(Math.min(minor, 45));
  });

  test('of an older major is EPROTO, of a newer one is answered with ours and awaited again', () => {
    const client = new TestClient({ statfs: () => ({}) });
    expect(client.init({ major: 6 })).toBe(EPROTO);
    expect(client.init({ major: 8 })).toMatchObject({ major: 7, minor: 45, max_write: 0 });
    expect(client.session.protocol).toBeNull();
    expect(client.init()).toMatchObject({ major: 7 });
  });

  test('comes first and once', () => {
    const client = new TestClient({ statfs: () => ({}) });
    expect(client.ask(op.STATFS)).toBe(EIO);
    client.init();
    expect(client.ask(op.STATFS)).not.toBe(EIO);
    expect(client.init()).toBe(EIO);
  });

  test('fails as the init of the server does', () => {
    const client = new TestClient({
      init: () => {
        throw EINVAL;
      },
    });
    expect(client.init()).toBe(EINVAL);
    expect(client.session.protocol).toBeNull();
  });

  test('without ENOSYS for OPEN in the client, a missing open succeeds', () => {
    const client = new TestClient({});
    client.init({ minor: 20, flags: 0, flags2: 0 });
    for (const opcode of [op.OPEN, op.OPENDIR]) {
      expect(client.get(opcode, { body: { flags: 0, open_flags: 0 } })).toMatchObject({ fh: 0n, open_flags: 0 });
    }
  });

  test('settles old layouts for what follows', () => {
    const client = new TestClient({ lookup: () => ({ nodeid: 2n }), write: (_, data) => data.length });
    client.init({ minor: 8 });
    client.send(op.LOOKUP, { names: ['a'] });
    expect(client.messages[0]).toHaveLength(16 + 120);
    const body = { fh: 0n, offset: 0, size: 3, write_flags: 0, lock_owner: 0n, flags: 0 };
    expect(client.get(op.WRITE, { body, data: bytes('abc') })).toEqual({ size: 3 });
  });
});

describe('the rest of a session', () => {
  test('FORGET and BATCH_FORGET reach forget, one call a nodeid, and get no reply', () => {
    const forgotten: unknown[] = [];
    const client = TestClient.of({ forget: (...values) => forgotten.push(values) });
    client.send(op.FORGET, { nodeid: 9n, body: { nlookup: 3 } });
    const data = new Uint8Array(2 * fuse_forget_one.size);
    fuse_forget_one.write(viewOf(data), 0, { nodeid: 5n, nlookup: 1 });
    fuse_forget_one.write(viewOf(data), fuse_forget_one.size, { nodeid: 6n, nlookup: 2 });
    client.send(op.BATCH_FORGET, { nodeid: 0n, body: { count: 2 }, data });
    expect(forgotten).toEqual([
      [9n, 3],
      [5n, 1],
      [6n, 2],
    ]);
    expect(client.messages).toHaveLength(0);
  });

  test('a BATCH_FORGET that counts more than it has forgets what it has', () => {
    const forgotten: unknown[] = [];
    const client = TestClient.of({ forget: (...values) => forgotten.push(values) });
    client.send(op.BATCH_FORGET, { body: { count: 0xffffffff }, data: new Uint8Array(fuse_forget_one.size + 3) });
    expect(forgotten).toHaveLength(1);
    expect(client.log).toHaveLength(1);
    expect(fuse_batch_forget_in.size).toBe(8);
  });

  test('INTERRUPT aborts the request it names, and no other', async () => {
    const requests: Request[] = [];
    const client = TestClient.of({
      setlkw: async (request) => {
        requests.push(request);
        await new Promise<void>((_, reject) => {
          request.interrupted.addEventListener('abort', () => reject(request.interrupted.reason));
        });
      },
    });
    const lk = { fh: 0n, owner: 0n, lk: { start: 0n, end: 0n, type: 1, pid: 0 }, lk_flags: 0 };
    const first = client.send(op.SETLKW, { body: lk });
    const second = client.send(op.SETLKW, { body: lk });
    client.send(op.INTERRUPT, { nodeid: 0n, body: { unique: first } });
    client.send(op.INTERRUPT, { nodeid: 0n, body: { unique: 4242 } });
    await new Promise(setImmediate);
    expect(client.reply(op.SETLKW as op.Opcode<never>, first)).toBe(EINTR);
    expect(requests[1]?.interrupted.aborted).toBe(false);
    expect(client.messages).toHaveLength(0);
    client.session.close();
    await new Promise(setImmediate);
    expect(requests[1]?.interrupted.aborted).toBe(true);
    expect(client.messages.some((message) => decodeReplyHeader(message).unique === second)).toBe(false);
  });

  test('interrupted is aborted when it is first looked at after the INTERRUPT', async () => {
    let seen = false;
    const client = TestClient.of({
      access: async (request) => {
        await Promise.resolve();
        seen = request.interrupted.aborted;
      },
    });
    const unique = client.send(op.ACCESS, { body: { mask: 0 } });
    client.send(op.INTERRUPT, { body: { unique } });
    await new Promise(setImmediate);
    expect(seen).toBe(true);
  });

  test('DESTROY is answered after destroy, and INIT may come again', () => {
    let destroyed = 0;
    const client = TestClient.of({ destroy: () => void destroyed++, statfs: () => ({}) });
    expect(client.ask(op.DESTROY, { nodeid: 0n })).toMatchObject({ body: undefined });
    expect(destroyed).toBe(1);
    expect(client.ask(op.STATFS)).toBe(EIO);
    expect(client.init()).not.toBeInstanceOf(Errno);
    client.session.close();
    client.session.close();
    expect(destroyed).toBe(2);
    client.send(op.STATFS);
    expect(client.messages).toHaveLength(0);
    expect(client.session.closed).toBe(true);
  });

  test('a FORGET that comes behind DESTROY is nothing to say a word about', () => {
    const forgotten: bigint[] = [];
    const client = TestClient.of({ forget: (nodeid) => void forgotten.push(nodeid) });
    client.ask(op.DESTROY, { nodeid: 0n });
    client.send(op.FORGET, { nodeid: 2n, body: { nlookup: 1 } });
    expect([client.log, forgotten]).toEqual([[], []]);
  });

  test('an unknown opcode is ENOSYS', () => {
    const client = TestClient.of({});
    expect(client.ask({ ...op.STATFS, number: 999 } as op.Opcode)).toBe(ENOSYS);
  });

  test.each([
    ['is shorter than a header', new Uint8Array(39)],
    ['is empty', new Uint8Array(0)],
    ['is longer than it says', new Uint8Array(48).fill(40, 0, 1)],
  ])('a message that %s is ignored', (_, message) => {
    const client = TestClient.of({});
    client.session.receive(message);
    expect(client.messages).toHaveLength(0);
    expect(client.log).toHaveLength(1);
  });

  test('what send throws is logged', () => {
    const log: string[] = [];
    const send = () => {
      throw new Error('gone');
    };
    const session = new Session({}, { send, log: (line) => log.push(line) });
    session.receive(encodeRequest(op.STATFS, { unique: 2, nodeid: 1n, uid: 0, gid: 0, pid: 0 }, NEWEST));
    expect(log).toEqual(['STATFS came before INIT', expect.stringMatching(/send failed: .*gone/)]);
  });

  test('whatever comes, every request that wants a reply gets one, well-formed', () => {
    const all = Object.fromEntries(passedOn.map(([, opcode]) => [methodOf(opcode).name, () => 'x']));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 55 }), fc.uint8Array({ maxLength: 120 }), fc.nat(40))),
        (requests) => {
          const client = TestClient.of(all as FuseServer);
          for (const [opcode, rest, total_extlen] of requests) {
            const message = new Uint8Array(fuse_in_header.size + rest.length);
            const header = {
              len: message.length,
              opcode,
              unique: 100,
              nodeid: 1n,
              uid: 0,
              gid: 0,
              pid: 0,
              total_extlen,
            };
            fuse_in_header.write(viewOf(message), 0, header);
            message.set(rest, fuse_in_header.size);
            const before = client.messages.length;
            client.session.receive(message);
            const wantsReply = (op.opcodeOf(opcode)?.reply ?? 'required') === 'required';
            expect(client.messages.length - before).toBe(wantsReply && !client.session.closed ? 1 : 0);
          }
          for (const message of client.messages) expect(decodeReplyHeader(message).error).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});
