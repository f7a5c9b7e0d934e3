import { EIO, Errno } from '../abi/errno.ts';
import { FUSE_READ_LOCKOWNER, FUSE_WRITE_KILL_SUIDGID, FUSE_WRITE_LOCKOWNER } from '../abi/fuse.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { READ, WRITE } from '../abi/opcodes.ts';
import type { fuse_read_in } from '../abi/structs.ts';
import type { Call } from '../fuse/connection.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile } from './file.ts';
import { mayKeepSetId } from './privileges.ts';

/** How bytes travel: exactly as the program asks, in its own name; or for the kernel, which minds locks of nobody. */
export type Manner = 'direct' | 'cached';

/** How far a read came. */
export interface Progress {
  readonly done: number; // bytes
  /** The server had no more; not so when an error ended the read. */
  readonly isEnd: boolean;
}

/** The most bytes that one READ of the file may ask for. */
export function readLimit({ inode }: FuseFile): number {
  const { options, connection } = inode.superblock;
  const { maxRead, maxPages } = connection.limits;
  return Math.min(options.maxRead, maxRead, maxPages * PAGE_SIZE);
}

/** The arguments of one READ. @see Linux fs/fuse/file.c, fuse_read_args_fill() and fuse_send_read() */
export function readCall(
  task: Task,
  { inode, handle, flags }: FuseFile,
  { offset, size, manner }: { readonly offset: number; readonly size: number; readonly manner: Manner },
): Call<fuse_read_in> {
  const isDirect = manner === 'direct';
  const read_flags = isDirect ? FUSE_READ_LOCKOWNER : 0;
  const lock_owner = isDirect ? inode.superblock.lockOwner(task) : 0n;
  return { body: { fh: handle.fh, offset, size, read_flags, lock_owner, flags }, room: size };
}

/**
 * Fills `buffer`, one request after the other, up to the first reply that is short.
 *
 * FUSE: READ.
 *
 * @throws what the server answers to the first; a later error ends the transfer.
 * @see Linux fs/fuse/file.c, fuse_direct_io()
 */
export function* readPieces(
  task: Task,
  file: FuseFile,
  buffer: Uint8Array,
  offset: number,
  manner: Manner,
): Blocking<Progress> {
  const limit = readLimit(file);
  let done = 0;
  try {
    while (done < buffer.length) {
      const size = Math.min(limit, buffer.length - done);
      const { data } = yield* file.inode.call(
        task,
        READ,
        readCall(task, file, { offset: offset + done, size, manner }),
      );
      buffer.set(data, done);
      done += data.length;
      if (data.length < size) return { done, isEnd: true };
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
  }
  return { done, isEnd: false };
}

/**
 * Writes `data`, one request after the other, up to the first that the server does not take whole. Returns the bytes
 * written, which may be none.
 *
 * FUSE: WRITE.
 *
 * @throws EIO when the server says it took more than there were; what it answers to the first. A later error ends the
 *   transfer.
 * @see Linux fs/fuse/file.c, fuse_direct_io() and fuse_perform_write()
 */
export function* writePieces(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  offset: number,
  manner: Manner,
): Blocking<number> {
  const write_flags = writeFlags(task, file, manner);
  let done = 0;
  try {
    while (done < data.length) {
      const at = offset + done;
      const piece = data.subarray(done, done + pieceLimit(file, at, manner));
      const taken = yield* writeOnce(task, file, at, piece, write_flags);
      done += taken;
      if (taken < piece.length) break;
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
  }
  return done;
}

/** Cached pieces end where pages end, and are pages if the server has not said that it takes more. */
function pieceLimit({ inode }: FuseFile, offset: number, manner: Manner): number {
  const { features, limits, ceilings } = inode.superblock.connection;
  const most = Math.min(limits.maxWrite, ceilings.maxWrite);
  if (manner === 'direct') return Math.min(most, limits.maxPages * PAGE_SIZE);
  const pages = features.BIG_WRITES ? limits.maxPages : 1;
  return Math.min(most, pages * PAGE_SIZE - (offset % PAGE_SIZE));
}

function writeFlags(task: Task, { inode }: FuseFile, manner: Manner): number {
  const isDirect = manner === 'direct';
  const mayTellToKill = isDirect || inode.superblock.connection.features.HANDLE_KILLPRIV_V2;
  const kill = mayTellToKill && !mayKeepSetId(task.credentials) ? FUSE_WRITE_KILL_SUIDGID : 0;
  return isDirect ? kill | FUSE_WRITE_LOCKOWNER : kill;
}

function* writeOnce(
  task: Task,
  { inode, handle, flags }: FuseFile,
  offset: number,
  data: Uint8Array,
  write_flags: number,
): Blocking<number> {
  const lock_owner = (write_flags & FUSE_WRITE_LOCKOWNER) === 0 ? 0n : inode.superblock.lockOwner(task);
  const size = data.length;
  const body = { fh: handle.fh, offset, size, write_flags, lock_owner, flags };
  const reply = yield* inode.call(task, WRITE, { body, data });
  if (reply.body.size > size) throw EIO;
  return reply.body.size;
}
