import { Errno } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO, FOPEN_PARALLEL_DIRECT_WRITES } from '../abi/fuse.ts';
import { O_APPEND, PAGE_SIZE } from '../abi/linux.ts';
import { READ, WRITE } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { TransferHow } from '../vfs/file.ts';
import { readTogether, writeTogether } from './async-dio.ts';
import { learnSize, readPages } from './cached-read.ts';
import type { FuseFile, Written } from './file.ts';
import { type Piece, readCall, readLimit, taken, writeCall, writeLimit } from './transfer.ts';
import { VectorParts } from './vector-parts.ts';
import { invalidatePages, pagesOf, pagesSettled, writePages } from './write-pages.ts';

/**
 * Reads from a file past the page cache: exact ranges, past the end of the file too. Makes the access time stale.
 *
 * FUSE: READ with the lock owner, up to the first short reply.
 *
 * @throws EIO for a bad inode; what the server answers, if nothing has been read.
 * @see Linux fs/fuse/file.c, __fuse_direct_read()
 */
export function* readDirect(
  task: Task,
  file: FuseFile,
  buffer: Uint8Array,
  offset: number,
  { parts }: TransferHow,
): Blocking<number> {
  const { inode } = file;
  inode.check();
  yield* pagesSettled(task, inode, pagesOf(offset, buffer.length));
  try {
    return yield* piecewise(new VectorParts(parts, buffer.length), buffer.length, limitsOf(file, readLimit(file)), {
      *transfer(done, size) {
        const call = readCall(task, file, { offset: offset + done, size, manner: 'direct' });
        const { data } = yield* inode.call(task, READ, call);
        buffer.set(data, done);
        return data.length;
      },
    });
  } finally {
    inode.accessed();
  }
}

/**
 * Reads with O_DIRECT: nothing that begins behind the end of the file, which is asked for again when the read reaches
 * beyond it. What the server gives less than there should be is read as if it were cached.
 *
 * FUSE: GETATTR with the handle when the size is stale; what is to be written back of the range; READ as for {@link readDirect}.
 *
 * @throws as {@link readDirect}
 * @see Linux mm/filemap.c, generic_file_read_iter()
 */
export function* readAround(
  task: Task,
  file: FuseFile,
  buffer: Uint8Array,
  offset: number,
  how: TransferHow,
): Blocking<number> {
  const { inode } = file;
  yield* learnSize(task, file, buffer, offset);
  yield* writePages(task, inode, pagesOf(offset, buffer.length));
  if (offset >= inode.size || buffer.length === 0) return 0;
  const { ASYNC_DIO } = inode.superblock.connection.features;
  const done = yield* ASYNC_DIO
    ? readAllAtOnce(task, file, buffer, offset, how)
    : readDirect(task, file, buffer, offset, how);
  if (done === buffer.length || offset + done >= inode.size) return done;
  try {
    return done + (yield* readPages(task, file, buffer.subarray(done), offset + done));
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
    return done;
  }
}

/** With ASYNC_DIO: what lies far behind the end is not asked for. @see Linux fs/fuse/file.c, fuse_direct_IO() */
function* readAllAtOnce(
  task: Task,
  file: FuseFile,
  buffer: Uint8Array,
  offset: number,
  { parts }: TransferHow,
): Blocking<number> {
  const { inode } = file;
  const limits = limitsOf(file, readLimit(file));
  const whole = limits.pages * PAGE_SIZE;
  const wanted = Math.min(buffer.length, Math.ceil((inode.size - offset) / whole) * whole);
  const pieces = piecesOf(new VectorParts(parts, buffer.length), wanted, limits);
  inode.check();
  try {
    return yield* readTogether(task, file, buffer, offset, pieces);
  } finally {
    inode.accessed();
  }
}

/**
 * Writes to a file opened with FOPEN_DIRECT_IO: exact ranges. With O_APPEND they begin at the size last known. Pages that
 * are cached of the range are dropped, before it and after. The server is told to take set-id bits away itself, and O_SYNC
 * is its matter too.
 *
 * FUSE: what is to be written back of the range; WRITE with the lock owner, up to the first short one.
 *
 * @throws EIO for a bad inode or a server that takes more than it was given; what it answers, if nothing was written.
 * @see Linux fs/fuse/file.c, fuse_direct_write_iter()
 */
export function* writeDirect(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  offset: number,
  how: TransferHow,
): Blocking<Written> {
  const { inode } = file;
  inode.check();
  if (data.length === 0) return { written: 0, end: offset };
  const start = (how.flags & O_APPEND) === 0 ? offset : inode.size;
  yield* invalidatePages(task, inode, pagesOf(start, data.length));
  const written = yield* writeRange(task, file, data, start, { ...how, isAsync: false });
  return { written, end: start + written };
}

/**
 * Whether a write may go beside others of the same file: the server allows it, no file of it is open that may be cached,
 * and it does not change the size.
 *
 * @see Linux fs/fuse/file.c, fuse_dio_wr_exclusive_lock()
 */
export function writesBesideOthers(
  { inode, handle }: FuseFile,
  offset: number,
  length: number,
  flags: number,
): boolean {
  const wanted = FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES;
  if ((handle.openFlags & wanted) !== wanted || (flags & O_APPEND) !== 0) return false;
  return offset + length <= inode.size && inode.cachingFiles === 0;
}

/** Writes a range, and keeps the attributes and the page cache up with it. @throws as {@link writeDirect} */
export function* writeRange(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  offset: number,
  { flags, parts, isAsync }: TransferHow & { readonly isAsync: boolean },
): Blocking<number> {
  const { inode } = file;
  const vector = new VectorParts(parts, data.length);
  const limits = limitsOf(file, writeLimit(file));
  let written = 0;
  dropCached(file, offset, data.length);
  try {
    written = yield* isAsync
      ? writeTogether(task, file, data, { offset, flags }, piecesOf(vector, data.length, limits))
      : piecewise(vector, data.length, limits, {
          *transfer(done, size) {
            const piece = data.subarray(done, done + size);
            const call = writeCall(task, file, piece, { offset: offset + done, manner: 'direct', flags });
            return taken(yield* inode.call(task, WRITE, call), size);
          },
        });
  } finally {
    if (written > 0) dropCached(file, offset, data.length);
    inode.attributes.wrote(offset + written, written);
  }
  return written;
}

/** Drops the pages that a range touches, whatever is in them. */
export function dropCached({ inode }: FuseFile, offset: number, length: number): void {
  const { first, end } = pagesOf(offset, length);
  inode.mapping.drop(first, end);
}

/** What one request may carry. */
interface RequestLimits {
  readonly bytes: number;
  readonly pages: number;
}

const limitsOf = ({ inode }: FuseFile, bytes: number): RequestLimits => ({
  bytes,
  pages: inode.superblock.connection.limits.maxPages,
});

/** What each request carries of so many bytes. */
function piecesOf(parts: VectorParts, total: number, limits: RequestLimits): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < total; ) {
    const size = parts.pieceAt(at, Math.min(limits.bytes, total - at), limits.pages);
    pieces.push({ at, size });
    at += size;
  }
  return pieces;
}

/**
 * Moves bytes in one request after the other, up to the first that does not move all of its own. Returns the bytes moved.
 *
 * @throws what the first request ends with; a later error ends the transfer.
 * @see Linux fs/fuse/file.c, fuse_direct_io()
 */
function* piecewise(
  parts: VectorParts,
  total: number,
  limits: RequestLimits,
  { transfer }: { transfer(done: number, size: number): Blocking<number> },
): Blocking<number> {
  let done = 0;
  try {
    while (done < total) {
      const size = parts.pieceAt(done, limits.bytes, limits.pages);
      const moved = yield* transfer(done, size);
      done += moved;
      if (moved < size) break;
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
  }
  return done;
}
