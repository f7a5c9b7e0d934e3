import { EIO, Errno } from '../abi/errno.ts';
import { type Opcode, READ, WRITE } from '../abi/opcodes.ts';
import type { Call, Reply } from '../fuse/connection.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { FuseFile } from './file.ts';
import { callInBackground } from './handle.ts';
import { type Piece, readCall, taken, writeCall } from './transfer.ts';

/**
 * Reads pieces all at once, for O_DIRECT with ASYNC_DIO. Returns the bytes up to the first that came short.
 *
 * FUSE: READs in the background.
 *
 * @throws what the server answers to any of them; EINTR when killed before the first was sent
 * @see Linux fs/fuse/file.c, fuse_direct_IO()
 */
export function* readTogether(
  task: Task,
  file: FuseFile,
  buffer: Uint8Array,
  offset: number,
  pieces: readonly Piece[],
): Blocking<number> {
  const work = new Together(task, file);
  yield* work.send(pieces, READ, {
    callFor: ({ at, size }) => readCall(task, file, { offset: offset + at, size, manner: 'direct' }),
    moved: ({ data }, { at }) => {
      buffer.set(data, at);
      return data.length;
    },
  });
  return yield* work.end();
}

/**
 * Writes pieces all at once, for O_DIRECT with ASYNC_DIO.
 *
 * FUSE: WRITEs in the background.
 *
 * @throws EIO when the server does not take all of them; else as {@link readTogether}
 * @see Linux fs/fuse/file.c, fuse_direct_IO() and fuse_get_res_by_io()
 */
export function* writeTogether(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  { offset, flags }: { readonly offset: number; readonly flags: number },
  pieces: readonly Piece[],
): Blocking<number> {
  const work = new Together(task, file);
  yield* work.send(pieces, WRITE, {
    callFor: ({ at, size }) =>
      writeCall(task, file, data.subarray(at, at + size), { offset: offset + at, manner: 'direct', flags }),
    moved: (reply, { size }) => taken(reply, size),
  });
  const written = yield* work.end();
  if (written < work.sent) throw EIO;
  return written;
}

/** How a kind of request is made of a piece, and how many bytes its reply has moved. */
interface Kind<In, Out> {
  callFor(piece: Piece): Call<In>;
  moved(reply: Reply<Out>, piece: Piece): number;
}

/** Requests that are under way together. */
class Together {
  /** How many bytes they are about. */
  sent = 0;
  readonly #task: Task;
  readonly #file: FuseFile;
  readonly #ended = new WaitQueue();
  #left = 0;
  #error: Errno | null = null;
  #end = Number.POSITIVE_INFINITY;

  constructor(task: Task, file: FuseFile) {
    this.#task = task;
    this.#file = file;
  }

  /** Sends one after the other, up to the first that cannot be sent. @throws what keeps the very first back */
  *send<In, Out>(pieces: readonly Piece[], opcode: Opcode<In, Out>, kind: Kind<In, Out>): Blocking<void> {
    try {
      for (const piece of pieces) yield* this.#sendOne(piece, opcode, kind);
    } catch (error) {
      if (this.sent === 0 || !(error instanceof Errno)) throw error;
    }
  }

  *#sendOne<In, Out>(piece: Piece, opcode: Opcode<In, Out>, { callFor, moved }: Kind<In, Out>): Blocking<void> {
    yield* callInBackground(this.#task, this.#file, opcode, {
      call: callFor(piece),
      onReply: (reply) => this.#answered(piece, () => (reply instanceof Errno ? reply : moved(reply, piece))),
    });
    this.sent += piece.size;
    this.#left++;
  }

  #answered({ at, size }: Piece, outcome: () => number | Errno): void {
    this.#left--;
    try {
      const count = outcome();
      if (count instanceof Errno) this.#error ??= count;
      else if (count < size) this.#end = Math.min(this.#end, at + count);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#error ??= error;
    }
    this.#ended.wake();
  }

  /** Waits for all of them, whatever signal comes. Returns the bytes up to the first that came short. */
  *end(): Blocking<number> {
    yield* sleepUntil(this.#task, this.#ended, () => this.#left <= 0, 'direct reads or writes', 'event');
    if (this.#error !== null) throw this.#error;
    return Math.min(this.sent, this.#end);
  }
}
