import { type ByteString, toBytes } from '../abi/bytes.ts';
import { ERANGE } from '../abi/errno.ts';
import { type Field, isPadding, isStruct, type Padding, type Struct } from '../abi/fields.ts';
import { FUSE_IOCTL_RETRY } from '../abi/fuse.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { isInPieces, lengthOf, type OutgoingReply, type Pieces } from '../abi/message.ts';
import { IOCTL, type Opcode } from '../abi/opcodes.ts';
import { i32, i64, id64, u16, u32, u64 } from '../abi/struct.ts';

/** A value that its place in a message cannot carry. */
export class BadValue extends TypeError {
  override readonly name = 'BadValue';
}

/** What a reply needs of its request. */
interface Asked {
  readonly unique: number;
  readonly body: unknown;
}

/**
 * The reply to a request that a method's result is.
 *
 * @throws BadValue when it is of the wrong type or too long; ERANGE for an attribute longer than was asked for.
 */
export function replyOf(opcode: Opcode, { unique, body: asked }: Asked, result: unknown): OutgoingReply<unknown> {
  const { out, outData } = opcode;
  if (isAsyncGenerator(result)) throw new BadValue('an async generator never runs; function* without async does');
  if (opcode.sizeQuery) return sized(unique, bytesOf(result), (asked as { size: number }).size);
  if (out === null) return { unique, data: outData === null ? undefined : within(roomFor(asked), bytesOf(result)) };
  if (result === undefined) throw new BadValue('nothing was returned');
  const { only, complete } = completionOf(out);
  if (only !== null) return { unique, body: complete(only(result)) };
  const body = complete(result);
  if (outData === null) return { unique, body };
  const { data, flags = 0 } = result as { data?: unknown; flags?: number };
  if (data === undefined) return { unique, body };
  const room = opcode === IOCTL && (flags & FUSE_IOCTL_RETRY) !== 0 ? PAGE_SIZE : roomFor(asked);
  return { unique, body, data: within(room, bytesOf(data)) };
}

/**
 * A struct's value with 0 for each field left out.
 *
 * @throws BadValue for anything but an object, and for a field that its C type cannot hold.
 */
export const complete = <T>(struct: Struct<T>, value: unknown): T => completionOf(struct).complete(value) as T;

/** How answers become values of one struct. */
interface Completion {
  /** As {@link complete}. */
  complete(value: unknown): unknown;
  /** Makes a struct of its only field's value; null when there are more. */
  readonly only: ((value: unknown) => unknown) | null;
}

const completions = new Map<Struct<unknown>, Completion>();

function completionOf(struct: Struct<unknown>): Completion {
  const known = completions.get(struct);
  if (known !== undefined) return known;
  const [first, second] = membersOf(struct);
  const isAlone = first !== undefined && second === undefined;
  const only = isAlone ? (new Function('value', `return { ${first[0]}: value };`) as Completion['complete']) : null;
  const made = { complete: completing(struct, struct.name), only };
  completions.set(struct, made);
  return made;
}

/**
 * Completes what stands at a path, by code made of nothing but the tables of this file and the names of fields: most
 * answers are complete, and one straight line asks fastest.
 */
function completing(struct: Struct<unknown>, path: string): Completion['complete'] {
  const inner: Completion['complete'][] = [];
  const fields = membersOf(struct).map(([name, field]) => {
    const [member, place] = [`value.${name}`, `${path}.${name}`];
    if (isStruct(field)) return `${name}: inner[${inner.push(completing(field, place)) - 1}](${member} ?? {})`;
    const absent = typeof field.absent === 'bigint' ? `${field.absent}n` : `${field.absent}`;
    const held = `${rangeOf(field)(member)} ? ${member} : refuse('${place} cannot be', ${member})`;
    return `${name}: ${member} === undefined ? ${absent} : ${held}`;
  });
  const source = `return (value) => {
    if (${completeness(struct, 'value')}) return value;
    if (typeof value !== 'object' || value === null) refuse('${path} is an object, not', value);
    return { ${fields.join(', ')} };
  }`;
  return new Function('inner', 'refuse', source)(inner, refuse) as Completion['complete'];
}

function refuse(what: string, value: unknown): never {
  throw new BadValue(`${what} ${show(value)}`);
}

/** The code that tells whether an expression has every field, so that it can be encoded as it is. */
function completeness(struct: Struct<unknown>, value: string): string {
  const members = membersOf(struct).map(([name, field]) => {
    const member = `${value}.${name}`;
    return isStruct(field) ? completeness(field, member) : `(${rangeOf(field)(member)})`;
  });
  return [`typeof ${value} === 'object'`, `${value} !== null`, ...members].join(' && ');
}

type Member = Exclude<Field, Padding>;

/** The fields that carry something. */
const membersOf = (struct: Struct<unknown>): [name: string, field: Member][] =>
  Object.entries(struct.fields).flatMap(([name, field]) => (isPadding(field) ? [] : [[name, field]]));

/** The code that tells whether an expression has a value for a kind of field. */
type Range = (value: string) => string;

const NOWHERE: Range = () => 'false';
const rangeOf = (field: Member): Range => ranges.get(field) ?? NOWHERE;

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
function sized(unique: number, bytes: Pieces, size: number): OutgoingReply<unknown> {
  const length = lengthOf(bytes);
  if (size === 0) return { unique, body: { size: length } };
  if (length > size) throw ERANGE;
  return { unique, data: bytes };
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
