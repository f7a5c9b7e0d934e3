import { EIO, Errno } from '../abi/errno.ts';
import { O_APPEND, O_DIRECT, O_DSYNC, O_SYNC, PAGE_SIZE } from '../abi/linux.ts';
import { WRITE } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { TransferHow } from '../vfs/file.ts';
import type { PageLock } from '../vfs/page-lock.ts';
import { dropCached, writeRange } from './direct-io.ts';
import type { FuseFile, Written } from './file.ts';
import { removePrivileges, restoreSize } from './setattr.ts';
import { taken, writeCall, writeLimit } from './transfer.ts';
import { checkCaller, staysHere, writeBehind } from './write-behind.ts';
import { dataChanged } from './write-inode.ts';
import { invalidatePages, pagesOf, writePages } from './write-pages.ts';

/**
 * Writes to a file that may be cached: through to the server, or with WRITEBACK_CACHE just here. With O_APPEND it begins at the size last known, which is
 * not asked for again.
 *
 * FUSE: what is needed to take set-id bits and capabilities away; WRITE, up to the first short one; FSYNC with O_SYNC
 * and O_DSYNC. When an O_DIRECT write behind the end fails, SETATTR of the old size.
 *
 * @throws EIO for a bad inode or a server that takes nothing, or more than it was given; what it answers, if nothing was
 *   written.
 * @see Linux fs/fuse/file.c, fuse_cache_write_iter()
 */
export function* writeCached(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  offset: number,
  how: TransferHow,
): Blocking<Written> {
  const { inode } = file;
  const { flags } = how;
  inode.check();
  const isBehind = yield* staysHere(task, file);
  if (data.length === 0) return { written: 0, end: offset };
  const start = (flags & O_APPEND) === 0 ? offset : inode.size;
  yield* removePrivileges(task, inode);
  dataChanged(inode);
  const written = yield* (flags & O_DIRECT) !== 0
    ? writeAround(task, file, data, start, how)
    : isBehind
      ? writeBehind(task, file, data, start)
      : writeThrough(task, file, data, start, flags);
  if ((flags & O_DSYNC) !== 0 && written > 0) yield* file.fsync(task, (flags & O_SYNC) !== O_SYNC);
  return { written, end: start + written };
}

/**
 * Writes into the page cache and to the server.
 *
 * @see Linux fs/fuse/file.c, fuse_perform_write()
 */
function* writeThrough(task: Task, file: FuseFile, data: Uint8Array, offset: number, flags: number): Blocking<number> {
  const { attributes } = file.inode;
  let written = 0;
  if (offset + data.length > attributes.size) attributes.isSizeChanging = true;
  try {
    while (written < data.length) {
      const pages = yield* fillPages(task, file, data.subarray(written), offset + written);
      const done = yield* sendPages(task, file, pages, flags);
      written += done;
      if (done < pages.data.length) break;
    }
  } catch (error) {
    if (written === 0 || !(error instanceof Errno)) throw error;
  } finally {
    attributes.wrote(offset + written, written);
    attributes.isSizeChanging = false;
  }
  if (written === 0) throw EIO;
  return written;
}

/** What one WRITE carries, and is in the page cache already. */
interface Filled {
  readonly offset: number;
  readonly data: Uint8Array;
  /** Of the last page, which is not up to date: nobody may read it before the server has the data. */
  readonly lock: PageLock | null;
}

/**
 * Puts data into pages, as much as one WRITE takes: it ends behind a page that is covered in part and not up to date,
 * and behind any without BIG_WRITES.
 *
 * @see Linux fs/fuse/file.c, fuse_fill_write_pages()
 */
function* fillPages(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<Filled> {
  const { mapping, superblock } = file.inode;
  const { features, limits } = superblock.connection;
  const pages = features.BIG_WRITES ? limits.maxPages : 1;
  const most = Math.min(data.length, writeLimit(file), pages * PAGE_SIZE - (offset % PAGE_SIZE));
  let done = mapping.store(offset, data.subarray(0, most));
  let lock: PageLock | null = null;
  while (done < most && lock === null) {
    const at = offset + done;
    const [page, within] = [Math.floor(at / PAGE_SIZE), at % PAGE_SIZE];
    if (mapping.lockOf(page) === null) {
      lock = mapping.lock(page, 1);
      done = Math.min(most, done + PAGE_SIZE - within);
    } else {
      yield* mapping.unlocked(task, page, 'event');
      checkCaller(task);
      done += mapping.store(at, data.subarray(done, most));
    }
  }
  return { offset, data: data.subarray(0, done), lock };
}

/** @see Linux fs/fuse/file.c, fuse_send_write_pages() */
function* sendPages(task: Task, file: FuseFile, { offset, data, lock }: Filled, flags: number): Blocking<number> {
  let done = 0;
  try {
    const call = writeCall(task, file, data, { offset, manner: 'cached', flags });
    done = taken(yield* file.inode.call(task, WRITE, call), data.length);
    return done;
  } finally {
    lock?.release();
    if (done < data.length) doubt(file, offset + done, offset + data.length);
  }
}

/** The server has not taken these bytes: what the page cache has for them is doubtful. */
function doubt({ inode }: FuseFile, offset: number, end: number): void {
  for (let page = Math.floor(offset / PAGE_SIZE); page * PAGE_SIZE < end; page++) inode.mapping.setStale(page);
}

/**
 * O_DIRECT: what the server does not take at once is written as if it were cached, and then is not.
 *
 * @see Linux, generic_file_direct_write() and direct_write_fallback()
 */
function* writeAround(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  offset: number,
  how: TransferHow,
): Blocking<number> {
  const { inode } = file;
  const { size } = inode;
  const pages = pagesOf(offset, data.length);
  yield* writePages(task, inode, pages);
  yield* invalidatePages(task, inode, pages);
  let written: number;
  try {
    const isAsync = file.inode.superblock.connection.features.ASYNC_DIO;
    written = yield* writeRange(task, file, data, offset, { ...how, isAsync });
  } catch (error) {
    if (offset + data.length > size) yield* restoreSize(task, file, size);
    throw error;
  }
  if (written === data.length) return written;
  try {
    return written + (yield* writeThrough(task, file, data.subarray(written), offset + written, how.flags));
  } catch (error) {
    if (written === 0 || !(error instanceof Errno)) throw error;
    return written;
  } finally {
    dropCached(file, offset + written, data.length - written);
  }
}
