import type { Mode, PathLike } from 'node:fs';
import type { ByteString } from '../abi/bytes.ts';
import { S_IFMT, S_IFREG } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { awaiting } from './awaiting.ts';
import * as calls from './calls.ts';
import { nodeError } from './node-errors.ts';
import { toFlags, withFile } from './open-close.ts';
import { abortable, made, type Operation } from './operation.ts';
import { type NameEncoding, type OptionsArgument, optionsOf } from './options.ts';
import { toPath } from './path.ts';
import { toBoolean, toBytes, toMode } from './validate.ts';

/** A file by path, or an open descriptor, which is read or written from where it stands and left open. */
export type FileArgument = PathLike | number;

/** How a whole file is opened and what its bytes become. */
export interface ReadFileOptions {
  readonly encoding?: NameEncoding;
  readonly flag?: string | number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a whole file is opened, and whether writing ends with an fsync(2). */
export interface WriteFileOptions {
  readonly encoding?: NameEncoding;
  readonly mode?: Mode | undefined;
  readonly flag?: string | number | undefined;
  readonly flush?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Chunk = NodeJS.ArrayBufferView | string;

/** All that is left of a file: bytes, or text in an encoding. */
export const readFile = (
  file: FileArgument,
  options?: OptionsArgument<ReadFileOptions>,
): Operation<string | Buffer> => {
  const { encoding, flag, signal } = optionsOf(options);
  const flags = toFlags(flag || 'r', 'options.flag');
  const withFd = opener(file, flags, 0o666);
  const read = (task: Thread): Blocking<Buffer> => withFd(task, (fd) => readToEnd(task, fd));
  if (!encoding) return abortable(signal, read);
  return abortable(signal, (task) => made(read(task), (bytes) => bytes.toString(encoding as BufferEncoding)));
};

/** Replaces what is in a file. */
export const writeFile = (
  file: FileArgument,
  data: Chunk,
  options?: OptionsArgument<WriteFileOptions>,
): Operation<void> => {
  const { encoding } = optionsOf(options);
  const bytes = toBytes(data, 'data', (encoding || 'utf8') as BufferEncoding);
  return writing(file, 'w', options, (task, fd) => writeAll(task, fd, bytes));
};

/** Adds at the end of a file. */
export const appendFile = (
  file: FileArgument,
  data: Chunk,
  options?: OptionsArgument<WriteFileOptions>,
): Operation<void> => writeFile(file, data, appending(options));

/** What the promises API can write: also the chunks of a stream or of any iterable, as they come. */
export type FileContent = Chunk | Iterable<Chunk> | AsyncIterable<Chunk>;

/** {@link writeFile} for callers that can wait for an iterable. */
export const writeContent = (
  file: FileArgument,
  data: FileContent,
  options?: OptionsArgument<WriteFileOptions>,
): Operation<void> => {
  if (typeof data === 'string' || ArrayBuffer.isView(data) || !isIterable(data)) return writeFile(file, data, options);
  const { encoding } = optionsOf(options);
  return writing(file, 'w', options, (task, fd) => writeChunks(task, fd, data, (encoding || 'utf8') as BufferEncoding));
};

/** {@link appendFile} for callers that can wait for an iterable. */
export const appendContent = (
  file: FileArgument,
  data: FileContent,
  options?: OptionsArgument<WriteFileOptions>,
): Operation<void> => writeContent(file, data, appending(options));

/** Writes all of `bytes` at the descriptor's position. */
function* writeAll(task: Thread, fd: number, bytes: Uint8Array): Blocking<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(yield* calls.write(task, fd, rest, null));
}

function writing(
  file: FileArgument,
  defaultFlag: string,
  options: OptionsArgument<WriteFileOptions>,
  write: (task: Thread, fd: number) => Blocking<void>,
): Operation<void> {
  const { flag, mode, flush, signal } = optionsOf(options);
  const isFlushed = toBoolean(flush ?? false, 'options.flush');
  const withFd = opener(file, toFlags(flag || defaultFlag), toMode(mode, 0o666));
  if (!isFlushed) return abortable(signal, (task) => withFd(task, (fd) => write(task, fd)));
  return abortable(signal, (task) => withFd(task, (fd) => flushed(task, fd, write(task, fd))));
}

function* flushed(task: Thread, fd: number, writing: Blocking<void>): Blocking<void> {
  yield* writing;
  yield* calls.fsync(task, fd);
}

function appending(options: OptionsArgument<WriteFileOptions>): WriteFileOptions {
  const given = optionsOf(options);
  return { ...given, flag: given.flag || 'a' };
}

/** How to get at the descriptor: a number that the caller gave stays open, and in the caller's care. */
function opener(
  file: FileArgument,
  flags: number,
  mode: number,
): <T>(task: Thread, body: (fd: number) => Blocking<T>) => Blocking<T> {
  if (typeof file === 'number' && file === (file | 0)) return (_task, body) => body(file);
  const path: ByteString = toPath(file as PathLike);
  return (task, body) => withFile(task, path, flags, mode, body);
}

/** One read takes a whole file of known size, which the kernel splits and keeps in flight as the server allows. */
function* readToEnd(task: Thread, fd: number): Blocking<Buffer> {
  const { mode, size } = yield* calls.fstat(task, fd);
  const known = (mode & S_IFMT) === S_IFREG ? size : 0;
  if (known > maxLength) {
    throw nodeError(RangeError, 'ERR_FS_FILE_TOO_LARGE', `File size (${known}) is greater than 2 GiB`);
  }
  let buffer = Buffer.allocUnsafeSlow(known || 65_536);
  let length = 0;
  while (known === 0 || length < known) {
    if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    const count = yield* calls.read(task, fd, buffer.subarray(length), null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

const maxLength = 2 ** 31 - 1;

/** The chunks are asked for one by one, and the source is told when no more are wanted. */
function* writeChunks(
  task: Thread,
  fd: number,
  data: Iterable<Chunk> | AsyncIterable<Chunk>,
  encoding: BufferEncoding,
): Blocking<void> {
  const chunks = inTurn(data);
  try {
    for (;;) {
      const next: IteratorResult<Chunk, void> = yield* awaiting(task, chunks.next(), 'the data to write');
      if (next.done) return;
      const chunk = next.value;
      yield* writeAll(task, fd, ArrayBuffer.isView(chunk) ? toBytes(chunk, 'data') : Buffer.from(chunk, encoding));
    }
  } finally {
    void chunks.return().catch(() => {});
  }
}

async function* inTurn(data: Iterable<Chunk> | AsyncIterable<Chunk>): AsyncGenerator<Chunk, void> {
  yield* data;
}

const isIterable = (data: unknown): data is Iterable<Chunk> | AsyncIterable<Chunk> =>
  typeof data === 'object' && data !== null && (Symbol.asyncIterator in data || Symbol.iterator in data);
