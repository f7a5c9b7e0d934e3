import { type ByteString, fromBytes, memoryViewOf, putBytes, viewOf } from './bytes.ts';
import { EINVAL, EPROTO, type Errno } from './errno.ts';
import { offsetOf } from './fields.ts';
import { FUSE_KERNEL_MINOR_VERSION } from './fuse.ts';
import { type Features, featuresOf } from './init-flags.ts';
import { messageMemory } from './message-memory.ts';
import type { Opcode } from './opcodes.ts';
import { fuse_in_header, fuse_out_header } from './structs.ts';
import { writeUnique } from './unique.ts';

/** What client and server agreed on, as far as it shapes their messages. */
export interface Protocol {
  readonly minor: number;
  readonly features: Features;
}

/** The newest protocol with everything: what INIT itself is sent in. */
export const NEWEST: Protocol = {
  minor: FUSE_KERNEL_MINOR_VERSION,
  features: featuresOf(0xffffffff, 0xffffffff),
};

const NOTHING = new Uint8Array(0);
const NO_NAMES: readonly ByteString[] = [];
const UNIQUE = offsetOf(fuse_in_header, 'unique');
const TOTAL_EXTLEN = offsetOf(fuse_in_header, 'total_extlen');

/** A request's arguments; which of them there must be, its opcode says. */
export interface Arguments<In> {
  readonly body?: In | undefined;
  readonly names?: readonly ByteString[] | undefined;
  readonly data?: Uint8Array | undefined;
  /** How many bytes of data stand elsewhere, and belong behind what is encoded. Then there are no extensions. */
  readonly lentBytes?: number;
  /** Whole extensions, a multiple of 8 bytes. */
  readonly extensions?: Uint8Array | undefined;
}

/** A request to be encoded: the header without what follows from the rest, and the arguments. */
export interface OutgoingRequest<In> extends Arguments<In> {
  readonly unique: number;
  readonly nodeid: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/**
 * Encodes a request as one message, but for the data that stand elsewhere. Its bytes are the caller's own, the ArrayBuffer
 * behind them may be shared.
 */
export function encodeRequest<In>(opcode: Opcode<In>, request: OutgoingRequest<In>, protocol: Protocol): Uint8Array {
  const { names = NO_NAMES, data = NOTHING, lentBytes = 0, extensions = NOTHING } = request;
  if (names.length !== opcode.names.length) throw new Error(`${opcode.name} takes ${opcode.names.length} names`);
  if (extensions.length % 8 !== 0) throw new Error('request extensions are a multiple of 8 bytes');

  const bodySize = opcode.in === null ? 0 : opcode.in.sizeAt(protocol.minor, protocol.features);
  let size = fuse_in_header.size + bodySize + data.length + extensions.length;
  for (const name of names) size += name.length + 1;

  const { message, view, start } = messageMemory(size);
  const { unique, nodeid, uid, gid, pid } = request;
  const len = size + lentBytes;
  const total_extlen = extensions.length / 8;
  fuse_in_header.write(view, start, { len, opcode: opcode.number, unique, nodeid, uid, gid, pid, total_extlen });
  let at = fuse_in_header.size;
  if (opcode.in !== null) opcode.in.write(view, start + at, request.body as In, bodySize);
  at += bodySize;
  for (const name of names) at = putBytes(message, at, name) + 1;
  if (data.length > 0) message.set(data, at);
  if (extensions.length > 0) message.set(extensions, at + data.length);
  return message;
}

/**
 * Gives an encoded request another `unique`: one that is known only when it is read, or sent again.
 * A bigint is a server's own, all 64 bits of it, for NOTIFY_REPLY.
 */
export function setUnique(message: Uint8Array, unique: number | bigint): void {
  const view = viewOf(message);
  if (typeof unique === 'bigint') view.setBigUint64(UNIQUE, unique, true);
  else writeUnique(view, UNIQUE, unique);
}

/**
 * The header of a message from the client, whose opcode may be one that this protocol has not.
 *
 * @throws EPROTO when the message is not as long as it says.
 */
export function decodeRequestHeader(message: Uint8Array): fuse_in_header {
  if (message.length < fuse_in_header.size) throw EPROTO;
  const header = fuse_in_header.read(memoryViewOf(message), message.byteOffset);
  if (header.len !== message.length) throw EPROTO;
  return header;
}

/** A request as a server gets it. The bytes are parts of the message, not copies. */
export interface IncomingRequest<In> {
  readonly body: In;
  readonly names: readonly ByteString[];
  readonly data: Uint8Array;
  readonly extensions: Uint8Array;
}

/**
 * The arguments of a request whose header {@link decodeRequestHeader} has seen.
 *
 * A body that nothing follows may be shorter than it should: an older client sent it, and what is missing is 0.
 * Clients of 7.36 and 7.37 have no total_extlen; for them what is left over is the extensions.
 *
 * @throws EPROTO when a part of it is missing.
 */
export function decodeRequest<In>(opcode: Opcode<In>, message: Uint8Array, protocol: Protocol): IncomingRequest<In> {
  const view = memoryViewOf(message);
  const start = message.byteOffset;
  const end = message.length - 8 * view.getUint16(start + TOTAL_EXTLEN, true);
  let at = fuse_in_header.size;
  if (end < at) throw EPROTO;

  let body: In | undefined;
  if (opcode.in !== null) {
    const size = opcode.in.sizeAt(protocol.minor, protocol.features);
    const there = Math.min(size, end - at);
    if (there < size && (opcode.names.length > 0 || opcode.data !== null)) throw EPROTO;
    body = opcode.in.read(view, start + at, there);
    at += there;
  }
  const names: ByteString[] = [];
  for (let i = 0; i < opcode.names.length; i++) {
    const nul = message.indexOf(0, at);
    if (nul < 0 || nul >= end) throw EPROTO;
    names.push(fromBytes(message, at, nul));
    at = nul + 1;
  }
  const unannounced = opcode.extensions && end === message.length;
  return {
    body: body as In,
    names,
    data: opcode.data === null ? NOTHING : part(message, at, end),
    extensions: part(message, unannounced ? at : end, message.length),
  };
}

/** A reply's fixed part, and the bytes after it. */
export interface Reply<Out> {
  readonly body: Out;
  readonly data: Uint8Array;
}

/** Bytes in one piece, or in several that lie one behind another. */
export type Pieces = Uint8Array | readonly Uint8Array[];

/** Whether bytes are in several pieces. */
export const isInPieces = (bytes: Pieces | undefined): bytes is readonly Uint8Array[] => Array.isArray(bytes);

/** How many bytes the pieces are together. */
export function lengthOf(bytes: Pieces): number {
  if (!isInPieces(bytes)) return bytes.length;
  let length = 0;
  for (const piece of bytes) length += piece.length;
  return length;
}

/** A success to be encoded. */
export interface OutgoingReply<Out> {
  readonly unique: number;
  readonly body?: Out | undefined;
  readonly data?: Pieces | undefined;
}

/** Encodes a success. Of GETXATTR and LISTXATTR it carries the body if there is one, else the data. */
export function encodeReply<Out>(
  opcode: Opcode<unknown, Out>,
  reply: OutgoingReply<Out>,
  protocol: Protocol,
): Uint8Array {
  const { data = NOTHING } = reply;
  const length = lengthOf(data);
  const message = encodeFixedPart(opcode, reply, { protocol, length, room: length });
  const at = message.length - length;
  if (isInPieces(data)) putPieces(message, at, data);
  else if (length > 0) message.set(data, at);
  return message;
}

/** All the pieces as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(pieces));
  putPieces(whole, 0, pieces);
  return whole;
}

function putPieces(target: Uint8Array, start: number, pieces: readonly Uint8Array[]): void {
  let at = start;
  for (const piece of pieces) {
    target.set(piece, at);
    at += piece.length;
  }
}

/** As {@link encodeReply}, without a copy of the data: its pieces follow the encoded one. */
export function encodeReplyInPieces<Out>(
  opcode: Opcode<unknown, Out>,
  reply: OutgoingReply<Out>,
  protocol: Protocol,
): Uint8Array[] {
  const { data = NOTHING } = reply;
  const fixed = encodeFixedPart(opcode, reply, { protocol, length: lengthOf(data), room: 0 });
  return isInPieces(data) ? [fixed, ...data] : [fixed, data];
}

/** What stands before `length` bytes of data, with room for so many of them. */
function encodeFixedPart<Out>(
  opcode: Opcode<unknown, Out>,
  { unique, body }: OutgoingReply<Out>,
  { protocol, length, room }: { readonly protocol: Protocol; readonly length: number; readonly room: number },
): Uint8Array {
  const out = opcode.sizeQuery && body === undefined ? null : opcode.out;
  const bodySize = out === null ? 0 : out.sizeAt(protocol.minor, protocol.features);
  const fixed = fuse_out_header.size + bodySize;
  const { message, view, start } = messageMemory(fixed + room);
  fuse_out_header.write(view, start, { len: fixed + length, error: 0, unique });
  if (out !== null) out.write(view, start + fuse_out_header.size, body as Out, bodySize);
  return message;
}

/** Encodes a failure. */
export function encodeError(unique: number, error: Errno): Uint8Array {
  const { message, view, start } = messageMemory(fuse_out_header.size);
  fuse_out_header.write(view, start, { len: message.length, error: -error.number, unique });
  return message;
}

/**
 * The header of a reply, or of a notification when `unique` is 0.
 *
 * @throws EINVAL when the message is not as long as it says.
 * @see Linux fs/fuse/dev.c, fuse_dev_do_write()
 */
export function decodeReplyHeader(message: Uint8Array): fuse_out_header {
  if (message.length < fuse_out_header.size) throw EINVAL;
  const header = fuse_out_header.read(memoryViewOf(message), message.byteOffset);
  if (header.len !== message.length) throw EINVAL;
  return header;
}

/** What a request asked for, so that the size of its reply can be judged. */
export interface Expected {
  readonly protocol: Protocol;
  /** The most bytes of `outData`, or for a size query 0. */
  readonly room: number;
}

/**
 * The content of a successful reply, or null when its length is wrong, to the byte, for this request.
 * The data is a part of the message, not a copy. The body of GETXATTR and LISTXATTR always has the size.
 *
 * @see Linux fs/fuse/dev.c, fuse_copy_out_args()
 */
export function decodeReply<Out>(
  opcode: Opcode<unknown, Out>,
  message: Uint8Array,
  expected: Expected,
): Reply<Out> | null {
  const { protocol, room } = expected;
  const start = fuse_out_header.size;
  const length = message.length - start;
  if (opcode.sizeQuery && room > 0) {
    if (length > room) return null;
    return { body: { size: length } as Out, data: part(message, start, message.length) };
  }
  if (opcode.out === null) {
    if (length > (opcode.outData === null ? 0 : room)) return null;
    return { body: undefined as Out, data: part(message, start, message.length) };
  }
  const size = opcode.outMayBeShort
    ? Math.min(length, opcode.out.size)
    : opcode.out.sizeAt(protocol.minor, protocol.features);
  const dataRoom = opcode.outData === null || opcode.sizeQuery ? 0 : room;
  if (length < size || length > size + dataRoom) return null;
  const body = opcode.out.read(memoryViewOf(message), message.byteOffset + start, size);
  return { body, data: part(message, start + size, message.length) };
}

const part = (message: Uint8Array, start: number, end: number): Uint8Array =>
  start === end ? NOTHING : message.subarray(start, end);
