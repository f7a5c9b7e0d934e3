import { type ByteString, toBytes } from '../abi/bytes.ts';
import { ERANGE } from '../abi/errno.ts';
import { isPadding, isStruct, type Struct } from '../abi/fields.ts';
import { FUSE_IOCTL_RETRY } from '../abi/fuse.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { isInPieces, lengthOf, type OutgoingReply, type Pieces } from '../abi/message.ts';
import { IOCTL, type Opcode } from '../abi/opcodes.ts';
import { i32, i64, id64, u16, u32, u64 } from '../abi/struct.ts';

/** A value that its place in a message cannot carry. */
export class BadValue extends TypeError {
  override readonly name = 'BadValue';
}

/**
 * What a method's result is in the reply to a request with this body.
 *
 * @throws BadValue when it is of the wrong type or too long; ERANGE for an attribute longer than was asked for.
 */
export function replyOf(opcode: Opcode, asked: unknown, result: unknown): Omit<OutgoingReply<unknown>, 'unique'> {
  const { out, outData } = opcode;
  if (isAsyncGenerator(result)) throw new BadValue('an async generator never runs; function* without async does');
  if (opcode.sizeQuery) return sized(bytesOf(result), (asked as { size: number }).size);
  if (out === null) return outData === null ? {} : { data: within(roomFor(asked), bytesOf(result)) };
  if (result === undefined) throw new BadValue('nothing was returned');
  const [first, second] = membersOf(out);
  if (first !== undefined && second === undefined) return { body: complete(out, { [first.name]: result }) };
  const body = complete(out, result);
  const { data, flags = 0 } = result as { data?: unknown; flags?: number };
  if (outData === null || data === undefined) return { body };
  const room = opcode === IOCTL && (flags & FUSE_IOCTL_RETRY) !== 0 ? PAGE_SIZE : roomFor(asked);
  return { body, data: within(room, bytesOf(data)) };
}

/**
 * A struct's value with 0 for each field left out.
 *
 * @throws BadValue for anything but an object, and for a field that its C type cannot hold.
 */
export function complete<T>(struct: Struct<T>, value: unknown, path = struct.name): T {
  if (isComplete(struct, value)) return value as T;
  if (typeof value !== 'object' || value === null) throw new BadValue(`${path} is an object, not ${show(value)}`);
  const made: Record<string, unknown> = {};
  for (const { name, inner, absent, holds } of membersOf(struct)) {
    const member = (value as Record<string, unknown>)[name];
    if (inner !== null) made[name] = complete(inner, member ?? {}, `${path}.${name}`);
    else if (member === undefined) made[name] = absent;
    else if (holds(member)) made[name] = member;
    else throw new BadValue(`${path}.${name} cannot be ${show(member)}`);
  }
  return made as T;
}

type Test = (value: unknown) => boolean;

const tests = new Map<Struct<unknown>, Test>();

/** Whether a value has every field, so that it can be encoded as it is. */
function isComplete(struct: Struct<unknown>, value: unknown): boolean {
  let test = tests.get(struct);
  if (test === undefined) {
    test = compile(`return ${completeness(struct, 'value')};`);
    tests.set(struct, test);
  }
  return test(value);
}

/** The code of that question about an expression: most replies are complete, and one straight line asks fastest. */
function completeness(struct: Struct<unknown>, value: string): string {
  const members = Object.entries(struct.fields).flatMap(([name, field]) => {
    if (isPadding(field)) return [];
    const member = `${value}.${name}`;
    return isStruct(field) ? completeness(field, member) : `(${(ranges.get(field) ?? NOWHERE)(member)})`;
  });
  return [`typeof ${value} === 'object'`, `${value} !== null`, ...members].join(' && ');
}

/** Made of nothing but the tables of this file and the names of fields. */
const compile = (body: string): Test => new Function('value', body) as Test;

/** A field that carries something. */
interface Member {
  readonly name: string;
  readonly inner: Struct<unknown> | null;
  readonly absent: unknown;
  readonly holds: Test;
}

const members = new Map<Struct<unknown>, readonly Member[]>();

function membersOf(struct: Struct<unknown>): readonly Member[] {
  let list = members.get(struct);
  if (list === undefined) {
    list = Object.entries(struct.fields).flatMap(([name, field]): Member[] => {
      if (isPadding(field)) return [];
      if (isStruct(field)) return [{ name, inner: field, absent: undefined, holds: () => false }];
      const holds = compile(`return ${(ranges.get(field) ?? NOWHERE)('value')};`);
      return [{ name, inner: null, absent: field.absent, holds }];
    });
    members.set(struct, list);
  }
  return list;
}

/** The code that tells whether an expression has a value for a kind of field. */
type Range = (value: string) => string;

const NOWHERE: Range = () => 'false';

const integer =
  (low: number, high: number): Range =>
  (value) =>
    `Number.isInteger(${value}) && ${value} >= ${low} && ${value} <= ${high}`;

const safeSize = integer(0, Number.MAX_SAFE_INTEGER);

const ranges = new Map<unknown, Range>([
  [u16, integer(0, 2 ** 16 - 1)],
  [u32, integer(0, 2 ** 32 - 1)],
  [i32, integer(-(2 ** 31), 2 ** 31 - 1)],
  [i64, integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  [u64, (value) => `${value} === Infinity || ${safeSize(value)}`],
  [id64, (value) => `typeof ${value} === 'bigint' && ${value} >= 0n && ${value} < ${1n << 64n}n`],
]);

const isAsyncGenerator = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** The reply to GETXATTR or LISTXATTR: the length alone when `size` is 0. */
function sized(bytes: Pieces, size: number): Omit<OutgoingReply<unknown>, 'unique'> {
  const length = lengthOf(bytes);
  if (size === 0) return { body: { size: length } };
  if (length > size) throw ERANGE;
  return { data: bytes };
}

/** The most bytes of data that the client takes. A link's target, which nobody gives a size, fits a page with a NUL. */
function roomFor(asked: unknown): number {
  const { size, out_size } = (asked ?? {}) as { size?: number; out_size?: number };
  return out_size ?? size ?? PAGE_SIZE - 1;
}

function within(room: number, bytes: Pieces): Pieces {
  const length = lengthOf(bytes);
  if (length > room) throw new BadValue(`${length} bytes, where ${room} were asked for`);
  return bytes;
}

function bytesOf(value: unknown): Pieces {
  if (value instanceof Uint8Array) return value;
  if (isInPieces(value as Pieces) && (value as unknown[]).every((each) => each instanceof Uint8Array))
    return value as Pieces;
  if (typeof value === 'string' && isByteString(value)) return toBytes(value);
  throw new BadValue(`bytes are due, not ${show(value)}`);
}

const isByteString = (text: string): text is ByteString => /^[\0-\xff]*$/.test(text);

/** A value as a line in a log has it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(0, 40);
  if (typeof value === 'object' && value !== null) return `an ${Object.prototype.toString.call(value).slice(8, -1)}`;
  return `${typeof value} ${String(value)}`;
}
