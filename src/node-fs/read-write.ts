import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { invalidArgType, invalidArgValue, outOfRange } from './node-errors.ts';
import { made, type Operation, UNKNOWN, withAttempt } from './operation.ts';
import { noView, toBytes, toFd, toInteger, toObject, toViews } from './validate.ts';

type View = NodeJS.ArrayBufferView;

/** Bytes that go between an open file and memory of the caller's; its arguments are checked. */
export interface Transfer<M = unknown> {
  readonly file: number;
  readonly parts: readonly Uint8Array[];
  readonly position: calls.Position;
  /** What the caller gave, of which these are parts. */
  readonly memory: M;
}

/** A part of a buffer, in bytes, and where in the file it goes or comes from; null for the descriptor's position. */
export interface Extent {
  readonly offset?: number | null | undefined;
  readonly length?: number | null | undefined;
  readonly position?: number | bigint | null | undefined;
}

/** What the forms of fs.read, fs.readSync and FileHandle.read take; the buffer may be left out. */
type ReadArguments = [
  fd: number,
  bufferOrOptions?: View | (Extent & { readonly buffer?: View | undefined }) | null,
  offsetOrOptions?: number | Extent | null,
  length?: number | null,
  position?: number | bigint | null,
];

/** One read(2) or pread(2). */
export const read = withAttempt(
  (task, ...args: ReadArguments) => {
    const { file, buffer, part, from } = toReading(args);
    const bytesRead = part === null ? 0 : calls.tryRead(task, file, part, from);
    return bytesRead === undefined ? UNKNOWN : { bytesRead, buffer };
  },
  (...args) => {
    const { file, buffer, part, from } = toReading(args);
    if (part === null) return () => nothingRead(buffer);
    return (task) => made(calls.read(task, file, part, from), (bytesRead) => ({ bytesRead, buffer }));
  },
);

/** A read whose arguments were checked: `part` of the buffer is to be filled, or nothing. */
interface Reading {
  readonly file: number;
  readonly buffer: View;
  readonly part: Uint8Array | null;
  readonly from: calls.Position;
}

function toReading([fd, bufferOrOptions, offsetOrOptions, length, position]: ReadArguments): Reading {
  const file = toFd(fd);
  const isBare = ArrayBuffer.isView(bufferOrOptions) || (bufferOrOptions && typeof bufferOrOptions !== 'object');
  const options = isBare ? null : (bufferOrOptions as Extent & { buffer?: View });
  const buffer = isBare ? (bufferOrOptions as View) : (options?.buffer ?? Buffer.alloc(16384));
  if (!ArrayBuffer.isView(buffer)) throw noView(buffer);
  const extent = isBare ? extentOf(offsetOrOptions, length, position) : extentOf(options);
  const start = toInteger(extent.offset ?? 0, 'offset', 0);
  const room = buffer.byteLength - start;
  const size = toInteger(extent.length ?? room, 'length');
  if (size === 0) return { file, buffer, part: null, from: null };
  if (buffer.byteLength === 0) throw invalidArgValue('buffer', buffer, 'is empty and cannot be written');
  if (size < 0) throw outOfRange('length', '>= 0', size);
  if (size > room) throw outOfRange('length', `<= ${room}`, size);
  const from = toPosition(extent.position);
  return { file, buffer, part: new Uint8Array(buffer.buffer, buffer.byteOffset + start, size), from };
}

function* nothingRead(buffer: View): Blocking<{ bytesRead: number; buffer: View }> {
  return { bytesRead: 0, buffer };
}

/**
 * The bytes of a file from `position` on: at least one and at most `length`, fewer where the page cache has no more in one
 * piece (which ends at multiples of 64 KiB at the latest), none at the end of the file. What is cached is not copied: it is
 * the cache's own memory, which never changes and must not be written to. What is not cached is read.
 */
export const view = (fd: number, position: number, length: number): Operation<Uint8Array> => {
  const file = toFd(fd);
  const from = toInteger(position, 'position', 0);
  const most = toInteger(length, 'length', 0);
  return (task) => calls.view(task, file, from, most);
};

/** One write(2) or pwrite(2), of bytes or text; it may write less than it was given. */
export const write = <T extends View | string>(
  fd: number,
  data: T,
  offsetOrPosition?: number | Extent | null,
  lengthOrEncoding?: number | string | null,
  position?: number | bigint | null,
): Operation<{ bytesWritten: number; buffer: T }> => {
  const { file, parts, position: to } = toWriting(fd, data, offsetOrPosition, lengthOrEncoding, position);
  const part = parts[0] as Uint8Array;
  return (task) => made(calls.write(task, file, part, to), (bytesWritten) => ({ bytesWritten, buffer: data }));
};

/** One readv(2) or preadv(2). */
export const readv = <T extends readonly View[]>(
  fd: number,
  buffers: T,
  position?: number | null,
): Operation<{ bytesRead: number; buffers: T }> => {
  const { file, parts, position: from } = toVector(fd, buffers, position);
  return (task) => made(calls.readv(task, file, parts, from), (bytesRead) => ({ bytesRead, buffers }));
};

/** One writev(2) or pwritev(2); it may write less than it was given. */
export const writev = <T extends readonly View[]>(
  fd: number,
  buffers: T,
  position?: number | null,
): Operation<{ bytesWritten: number; buffers: T }> => {
  const { file, parts, position: to } = toVector(fd, buffers, position);
  const writing = (task: Thread): Blocking<number> =>
    parts.length === 0 ? nothingWritten() : calls.writev(task, file, parts, to);
  return (task) => made(writing(task), (bytesWritten) => ({ bytesWritten, buffers }));
};

function* nothingWritten(): Blocking<number> {
  return 0;
}

/** The arguments of {@link read}: one part, empty where there is nothing to be done. */
export function toTransfer(...args: ReadArguments): Transfer<View> {
  const { file, buffer, part, from } = toReading(args);
  return { file, parts: [part ?? new Uint8Array(0)], position: from, memory: buffer };
}

/** The arguments of {@link write}: one part. */
export function toWriting<T extends View | string>(
  fd: number,
  data: T,
  offsetOrPosition?: number | Extent | null,
  lengthOrEncoding?: number | string | null,
  position?: number | bigint | null,
): Transfer<T> {
  const file = toFd(fd);
  const isText = typeof data === 'string';
  const bytes = toBytes(data, 'buffer', isText ? ((lengthOrEncoding || 'utf8') as BufferEncoding) : undefined);
  const extent = isText
    ? { position: offsetOrPosition as number }
    : extentOf(offsetOrPosition, lengthOrEncoding as number, position);
  const part = partToWrite(bytes, extent);
  return { file, parts: [part], position: isPosition(extent.position) ? extent.position : null, memory: data };
}

/** The arguments of {@link readv} and {@link writev}. */
export function toVector<T extends readonly View[]>(fd: number, buffers: T, position?: number | null): Transfer<T> {
  const file = toFd(fd);
  const parts = toViews(buffers);
  return { file, parts, position: isPosition(position) ? position : null, memory: buffers };
}

function extentOf(
  offsetOrOptions: number | Extent | null | undefined,
  length?: number | null,
  position?: number | bigint | null,
): Extent {
  if (typeof offsetOrOptions === 'number') return { offset: offsetOrOptions, length, position };
  if (offsetOrOptions === null || offsetOrOptions === undefined) return { length, position };
  return toObject(offsetOrOptions, 'options') as Extent;
}

function partToWrite(bytes: Uint8Array, extent: Extent): Uint8Array {
  const offset = toInteger(extent.offset ?? 0, 'offset', 0);
  const room = bytes.length - offset;
  const length = typeof extent.length === 'number' ? extent.length : room;
  if (room < 0) throw outOfRange('offset', `<= ${bytes.length}`, offset);
  if (length > room) throw outOfRange('length', `<= ${room}`, length);
  if (length < 0) throw outOfRange('length', '>= 0', length);
  return bytes.subarray(offset, offset + toInteger(length, 'length'));
}

/** Node takes any other position of a write for the descriptor's own. */
const isPosition = (position: unknown): position is number => typeof position === 'number' && position >= 0;

function toPosition(position: unknown): calls.Position {
  if (position === null || position === undefined) return null;
  if (typeof position !== 'number' && typeof position !== 'bigint') {
    throw invalidArgType('position', 'of type bigint or integer', position);
  }
  if (typeof position === 'number') toInteger(position, 'position', -1);
  else if (position !== BigInt.asIntN(64, position)) {
    throw outOfRange('position', `>= ${-(2n ** 63n)} && <= ${2n ** 63n - 1n}`, position);
  }
  return position < 0 ? null : Number(position);
}
