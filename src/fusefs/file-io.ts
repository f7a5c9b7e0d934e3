import { EIO, Errno } from '../abi/errno.ts';
import { O_APPEND, O_DIRECT, O_DSYNC, O_SYNC, PAGE_SIZE, STATX_SIZE } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { readDirect, writeRange } from './direct-io.ts';
import type { FuseFile, Written } from './file.ts';
import { refresh } from './getattr.ts';
import { readAtOnce } from './read-at-once.ts';
import { removePrivileges, restoreSize } from './setattr.ts';
import { readLimit, readPieces, writePieces } from './transfer.ts';

/**
 * Reads from a file that may be cached: never past the size last known, which is asked for again when the read reaches
 * beyond it. A short reply is the end of the file from now on. Makes the access time stale.
 *
 * FUSE: GETATTR with the handle when the size is stale; READ, several at once if the server agreed to ASYNC_READ.
 *
 * @throws EIO for a bad inode; what the server answers, if nothing has been read.
 * @see Linux fs/fuse/file.c, fuse_cache_read_iter()
 */
export function* readCached(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  const { inode, handle, flags } = file;
  inode.check();
  const { AUTO_INVAL_DATA } = inode.superblock.connection.features;
  if (AUTO_INVAL_DATA || offset + buffer.length > inode.size) yield* refresh(task, inode, STATX_SIZE, { handle });
  if (offset >= inode.size || buffer.length === 0) return 0;
  if ((flags & O_DIRECT) === 0) return yield* readRange(task, file, buffer, offset);
  const done = yield* readDirect(task, file, buffer, offset);
  if (done === buffer.length || offset + done >= inode.size) return done;
  return done + (yield* readRest(task, file, buffer.subarray(done), offset + done));
}

/**
 * Reads by whole pages, up to the end of the file as far as it is known, which is not asked for again.
 *
 * FUSE: READ of the pages that the range touches.
 *
 * @throws what the server answers, if nothing has been read.
 * @see Linux mm/filemap.c, filemap_splice_read()
 */
export function* readPages(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  const { size } = file.inode;
  if (offset >= size) return 0;
  const end = Math.min(size, offset + buffer.length);
  const start = offset - (offset % PAGE_SIZE);
  const pages = new Uint8Array(Math.ceil((end - start) / PAGE_SIZE) * PAGE_SIZE);
  const asked = file.inode.superblock.versions.now();
  try {
    const { done, isEnd } = yield* readPieces(task, file, pages, start, 'cached');
    if (isEnd) file.inode.attributes.endsAt(start + done, asked);
    const read = pages.subarray(offset - start, Math.min(done, end - start));
    buffer.set(read);
    return read.length;
  } finally {
    file.inode.accessed();
  }
}

/** What a direct read left over; an error now only ends it. */
function* readRest(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  try {
    return yield* readRange(task, file, buffer, offset);
  } catch (error) {
    if (error instanceof Errno) return 0;
    throw error;
  }
}

/** Reads a range that begins before the end of the file. */
function* readRange(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  const { inode } = file;
  const { connection, versions } = inode.superblock;
  const wanted = buffer.subarray(0, inode.size - offset);
  const asked = versions.now();
  try {
    const { done, isEnd } =
      connection.features.ASYNC_READ && wanted.length > readLimit(file)
        ? yield* readAtOnce(task, file, wanted, offset)
        : yield* readPieces(task, file, wanted, offset, 'cached');
    if (isEnd) inode.attributes.endsAt(offset + done, asked);
    return done;
  } finally {
    inode.accessed();
  }
}

/**
 * Writes to a file that may be cached, through to the server. With O_APPEND it begins at the size last known, which is
 * not asked for again.
 *
 * FUSE: what is needed to take set-id bits and capabilities away; WRITE, up to the first short one; FSYNC with O_SYNC
 * and O_DSYNC. When an O_DIRECT write behind the end fails, SETATTR of the old size.
 *
 * @throws EIO for a bad inode or a server that takes nothing, or more than it was given; what it answers, if nothing was
 *   written.
 * @see Linux fs/fuse/file.c, fuse_cache_write_iter()
 */
export function* writeCached(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<Written> {
  const { inode, flags } = file;
  inode.check();
  if (data.length === 0) return { written: 0, end: offset };
  const start = (flags & O_APPEND) === 0 ? offset : inode.size;
  yield* removePrivileges(task, inode);
  const isDirect = (flags & O_DIRECT) !== 0;
  const written = isDirect ? yield* writeAround(task, file, data, start) : yield* writeThrough(task, file, data, start);
  if ((flags & O_DSYNC) !== 0 && written > 0) yield* file.fsync(task, (flags & O_SYNC) !== O_SYNC);
  return { written, end: start + written };
}

/** @see Linux fs/fuse/file.c, fuse_perform_write() */
function* writeThrough(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<number> {
  const { attributes } = file.inode;
  let written = 0;
  if (offset + data.length > attributes.size) attributes.isSizeChanging = true;
  try {
    written = yield* writePieces(task, file, data, offset, 'cached');
  } finally {
    attributes.wrote(offset + written, written);
    attributes.isSizeChanging = false;
  }
  if (written === 0) throw EIO;
  return written;
}

/** O_DIRECT: what the server does not take at once is written as if it were cached. @see Linux, direct_write_fallback() */
function* writeAround(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<number> {
  const { size } = file.inode;
  let written: number;
  try {
    written = yield* writeRange(task, file, data, offset);
  } catch (error) {
    if (offset + data.length > size) yield* restoreSize(task, file, size);
    throw error;
  }
  if (written === data.length) return written;
  try {
    return written + (yield* writeThrough(task, file, data.subarray(written), offset + written));
  } catch (error) {
    if (written === 0 || !(error instanceof Errno)) throw error;
    return written;
  }
}
