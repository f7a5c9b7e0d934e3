import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { viewOf } from './bytes.ts';
import { type Field, isPadding, isStruct, type Struct } from './fields.ts';
import { decodeReply, decodeRequest, decodeRequestHeader, encodeReply, encodeRequest, NEWEST } from './message.ts';
import { allOpcodes } from './opcodes.ts';
import { i32, i64, id64, u16, u32, u64, unique64 } from './struct.ts';
import * as structs from './structs.ts';

type Value = Record<string, unknown>;

const everyStruct = Object.values(structs) as Struct<Value>[];

const safe = fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n));
const scalars = new Map<Field, fc.Arbitrary<unknown>>([
  [u16, fc.integer({ min: 0, max: 0xffff })],
  [u32, fc.integer({ min: 0, max: 0xffffffff })],
  [i32, fc.integer()],
  [u64, fc.maxSafeNat()],
  [i64, safe],
  [id64, fc.bigInt(0n, 2n ** 64n - 1n)],
  [unique64, safe],
]);

function arbitraryOf(field: Field): fc.Arbitrary<unknown> {
  if (!isStruct(field)) return scalars.get(field) as fc.Arbitrary<unknown>;
  const named = Object.entries(field.fields).filter(([, member]) => !isPadding(member));
  return fc.record(Object.fromEntries(named.map(([name, member]) => [name, arbitraryOf(member)])));
}

/** What is left of a value that a layout of `minor` has carried: fields it lacks are 0. */
function asOf(minor: number, struct: Struct<unknown>, value: Value, limit = struct.sizeAt(minor)): Value {
  let at = 0;
  const kept = Object.entries(struct.fields).map(([name, field]) => {
    const size = isStruct(field) ? field.sizeAt(minor) : field.size;
    at += size;
    if (isPadding(field)) return [];
    if (isStruct(field)) return [[name, asOf(minor, field, value[name] as Value, at > limit ? 0 : size)]];
    return [[name, at > limit ? field.absent : value[name]]];
  });
  return Object.fromEntries(kept.flat());
}

describe.each(everyStruct.map((struct) => [struct.name, struct] as const))('%s', (_, struct) => {
  test('survives a round trip at any offset, and touches nothing around it', () => {
    fc.assert(
      fc.property(arbitraryOf(struct), fc.nat(9), (value, at) => {
        const bytes = new Uint8Array(at + struct.size + 4).fill(0xa5);
        struct.write(viewOf(bytes), at, value as Value);
        expect(struct.read(viewOf(bytes), at)).toEqual(value);
        expect(bytes.subarray(0, at).every((byte) => byte === 0xa5)).toBe(true);
        expect([...bytes.subarray(at + struct.size)]).toEqual([0xa5, 0xa5, 0xa5, 0xa5]);
      }),
    );
  });

  test('any bytes read give a value that is the same when written and read again', () => {
    const bytes = fc.uint8Array({ minLength: struct.size, maxLength: struct.size });
    fc.assert(
      fc.property(bytes, (before) => {
        const value = exactly(struct.read(viewOf(before), 0));
        const after = new Uint8Array(struct.size);
        struct.write(viewOf(after), 0, value as Value);
        expect(struct.read(viewOf(after), 0)).toEqual(value);
      }),
    );
  });

  test('cut anywhere, keeps its whole fields and reads the bytes of a cut one over zeros', () => {
    fc.assert(
      fc.property(arbitraryOf(struct), fc.nat(struct.size), (value, length) => {
        if (struct.older.some(({ size }) => size === length)) return;
        const whole = new Uint8Array(struct.size);
        struct.write(viewOf(whole), 0, value as Value);
        const cut = new Uint8Array(length);
        struct.write(viewOf(cut), 0, value as Value, length);
        expect(cut).toEqual(whole.subarray(0, length));
        const padded = new Uint8Array(struct.size);
        padded.set(cut);
        expect(struct.read(viewOf(cut), 0, length)).toEqual(struct.read(viewOf(padded), 0));
      }),
    );
  });
});

/** A count that no number holds is rounded when read: that is for the reader to refuse, not to write back. */
function exactly(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : 0;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, exactly(member)]));
}

const layouts = everyStruct.flatMap((struct) =>
  struct.older.map(({ below }) => [struct.name, below - 1, struct] as const),
);

test.each(layouts)('%s survives a round trip as protocol 7.%i has it, without its newer fields', (_, minor, struct) => {
  const size = struct.sizeAt(minor);
  expect(size).toBeLessThan(struct.size);
  fc.assert(
    fc.property(arbitraryOf(struct), (value) => {
      const bytes = new Uint8Array(size);
      struct.write(viewOf(bytes), 0, value as Value, size);
      expect(struct.read(viewOf(bytes), 0, size)).toEqual(asOf(minor, struct, value as Value));
    }),
  );
});

const byteString = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)) });
const protocol = fc.record({
  minor: fc.constantFrom(3, 8, 11, 22, 35, 45),
  features: fc.boolean().map((SETXATTR_EXT) => ({ ...NEWEST.features, SETXATTR_EXT })),
});

describe.each(allOpcodes.map((opcode) => [opcode.name, opcode] as const))('%s', (_, opcode) => {
  test('a request survives a round trip', () => {
    const request = fc.record({
      unique: safe,
      nodeid: fc.bigInt(0n, 2n ** 64n - 1n),
      uid: fc.nat(),
      gid: fc.nat(),
      pid: fc.nat(),
      body: opcode.in === null ? fc.constant(undefined) : arbitraryOf(opcode.in),
      names: fc.tuple(...opcode.names.map(() => byteString)),
      data: opcode.data === null ? fc.constant(new Uint8Array(0)) : fc.uint8Array(),
      extensions: opcode.extensions ? eightByEight : fc.constant(new Uint8Array(0)),
    });
    fc.assert(
      fc.property(request, protocol, (sent, protocol) => {
        const message = encodeRequest(opcode, sent, protocol);
        const { unique, nodeid, uid, gid, pid, body, ...rest } = sent;
        expect(decodeRequestHeader(message)).toEqual({
          len: message.length,
          opcode: opcode.number,
          unique,
          nodeid,
          uid,
          gid,
          pid,
          total_extlen: sent.extensions.length / 8,
        });
        const got = decodeRequest(opcode, message, protocol);
        const size = opcode.in?.sizeAt(protocol.minor, protocol.features);
        const carried = opcode.in === null ? undefined : asOf(protocol.minor, opcode.in, body as Value, size);
        expect(got).toEqual({ ...rest, body: carried });
      }),
    );
  });

  test('a reply survives a round trip', () => {
    const reply = fc.record({
      unique: safe,
      body: opcode.out === null ? fc.constant(undefined) : arbitraryOf(opcode.out),
      data: opcode.outData === null || opcode.sizeQuery ? fc.constant(new Uint8Array(0)) : fc.uint8Array(),
    });
    fc.assert(
      fc.property(reply, protocol, (sent, protocol) => {
        const message = encodeReply(opcode, sent, protocol);
        const got = decodeReply(opcode, message, { protocol, room: opcode.sizeQuery ? 0 : sent.data.length });
        const carried = opcode.out === null ? undefined : asOf(protocol.minor, opcode.out, sent.body as Value);
        expect(got).toEqual({ body: carried, data: sent.data });
      }),
    );
  });
});

const eightByEight = fc
  .array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 4 })
  .map((extensions) => Uint8Array.from(extensions.flatMap((bytes) => [...bytes])));
