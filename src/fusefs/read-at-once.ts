import { Errno } from '../abi/errno.ts';
import { READ } from '../abi/opcodes.ts';
import { type Blocking, sleep } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { FuseFile } from './file.ts';
import { type Progress, readCall, readLimit } from './transfer.ts';

/** How many READs of one call are under way together. */
const WINDOW = 8;

/** A part of the caller's buffer, and what came for it: bytes, an error, or nothing yet. */
interface Piece {
  readonly at: number;
  readonly size: number;
  outcome: number | Errno | null;
}

/**
 * Fills `buffer` by requests several of which are under way together, up to the first short reply in the file's order.
 * What comes for the range behind that is thrown away. Nothing is written to `buffer` after this has returned.
 *
 * FUSE: READ in the background.
 *
 * @throws EINTR when killed; what the server answers to the first. A later error ends the transfer.
 */
export function* readAtOnce(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<Progress> {
  const { superblock, nodeid } = file.inode;
  const arrived = new WaitQueue();
  const pieces = cut(buffer.length, readLimit(file));
  let sent = 0;
  let done = 0;
  let isOver = false;
  const ask = (piece: Piece): Blocking<void> => {
    const call = readCall(task, file, { offset: offset + piece.at, size: piece.size, manner: 'cached' });
    return superblock.connection.callBackground(task, READ, nodeid, call, (reply) => {
      if (isOver) return;
      if (!(reply instanceof Errno)) buffer.set(reply.data, piece.at);
      piece.outcome = reply instanceof Errno ? reply : reply.data.length;
      arrived.wake();
    });
  };
  try {
    for (const [index, piece] of pieces.entries()) {
      for (const next of pieces.slice(sent, index + WINDOW)) {
        sent++;
        yield* ask(next);
      }
      yield* sleep(task, arrived, () => piece.outcome !== null, `READ at ${offset + piece.at}`, 'killed');
      if (piece.outcome instanceof Errno) throw piece.outcome;
      done += piece.outcome as number;
      if (piece.outcome !== piece.size) return { done, isEnd: true };
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
  } finally {
    isOver = true;
  }
  return { done, isEnd: false };
}

function cut(length: number, limit: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < length; at += limit) pieces.push({ at, size: Math.min(limit, length - at), outcome: null });
  return pieces;
}
