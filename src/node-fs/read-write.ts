import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { invalidArgType, invalidArgValue, outOfRange } from './node-errors.ts';
import { made, type Operation } from './operation.ts';
import { toBytes, toFd, toInteger, toObject, toView, toViews } from './validate.ts';

type View = NodeJS.ArrayBufferView;

/** A part of a buffer, in bytes, and where in the file it goes or comes from; null for the descriptor's position. */
export interface Extent {
  readonly offset?: number | null | undefined;
  readonly length?: number | null | undefined;
  readonly position?: number | bigint | null | undefined;
}

/** One read(2) or pread(2). Takes every form of fs.read, fs.readSync and FileHandle.read: the buffer may be left out. */
export const read = (
  fd: number,
  bufferOrOptions?: View | (Extent & { readonly buffer?: View | undefined }) | null,
  offsetOrOptions?: number | Extent | null,
  length?: number | null,
  position?: number | bigint | null,
): Operation<{ bytesRead: number; buffer: View }> => {
  const file = toFd(fd);
  const isBare = ArrayBuffer.isView(bufferOrOptions) || (bufferOrOptions && typeof bufferOrOptions !== 'object');
  const options = isBare ? null : (bufferOrOptions as Extent & { buffer?: View });
  const buffer = isBare ? (bufferOrOptions as View) : (options?.buffer ?? Buffer.alloc(16384));
  const view = toView(buffer);
  const extent = isBare ? extentOf(offsetOrOptions, length, position) : extentOf(options);
  const start = toInteger(extent.offset ?? 0, 'offset', 0);
  const size = toInteger(extent.length ?? view.length - start, 'length');
  if (size === 0) return () => nothingRead(buffer);
  if (view.length === 0) throw invalidArgValue('buffer', buffer, 'is empty and cannot be written');
  if (size < 0) throw outOfRange('length', '>= 0', size);
  if (start + size > view.length) throw outOfRange('length', `<= ${view.length - start}`, size);
  const from = toPosition(extent.position);
  const part = view.subarray(start, start + size);
  return (task) => made(calls.read(task, file, part, from), (bytesRead) => ({ bytesRead, buffer }));
};

function* nothingRead(buffer: View): Blocking<{ bytesRead: number; buffer: View }> {
  return { bytesRead: 0, buffer };
}

/** One write(2) or pwrite(2), of bytes or text; it may write less than it was given. */
export const write = <T extends View | string>(
  fd: number,
  data: T,
  offsetOrPosition?: number | Extent | null,
  lengthOrEncoding?: number | string | null,
  position?: number | bigint | null,
): Operation<{ bytesWritten: number; buffer: T }> => {
  const file = toFd(fd);
  const isText = typeof data === 'string';
  const bytes = toBytes(data, 'buffer', isText ? ((lengthOrEncoding || 'utf8') as BufferEncoding) : undefined);
  const extent = isText
    ? { position: offsetOrPosition as number }
    : extentOf(offsetOrPosition, lengthOrEncoding as number, position);
  const part = partToWrite(bytes, extent);
  const to = isPosition(extent.position) ? extent.position : null;
  return (task) => made(calls.write(task, file, part, to), (bytesWritten) => ({ bytesWritten, buffer: data }));
};

/** One readv(2) or preadv(2). */
export const readv = <T extends readonly View[]>(
  fd: number,
  buffers: T,
  position?: number | null,
): Operation<{ bytesRead: number; buffers: T }> => {
  const file = toFd(fd);
  const views = toViews(buffers);
  const from = isPosition(position) ? position : null;
  return (task) => made(calls.readv(task, file, views, from), (bytesRead) => ({ bytesRead, buffers }));
};

/** One writev(2) or pwritev(2); it may write less than it was given. */
export const writev = <T extends readonly View[]>(
  fd: number,
  buffers: T,
  position?: number | null,
): Operation<{ bytesWritten: number; buffers: T }> => {
  const file = toFd(fd);
  const views = toViews(buffers);
  const to = isPosition(position) ? position : null;
  const writing = (task: Thread): Blocking<number> =>
    views.length === 0 ? nothingWritten() : calls.writev(task, file, views, to);
  return (task) => made(writing(task), (bytesWritten) => ({ bytesWritten, buffers }));
};

function* nothingWritten(): Blocking<number> {
  return 0;
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
