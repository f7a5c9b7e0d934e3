import { EINTR, Errno } from '../abi/errno.ts';
import { PAGE_SIZE, STATX_MODE, STATX_SIZE } from '../abi/linux.ts';
import { type Blocking, sleep } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile } from './file.ts';
import { refresh } from './getattr.ts';
import { fetchPage } from './page-read.ts';
import { isSetId, mayKeepSetId } from './privileges.ts';

/** Bytes that are written before the writer looks whether too much is dirty. */
const STRIDE = 64 * PAGE_SIZE;

const ZEROS = new Uint8Array(0);

/**
 * Whether a write stays in the page cache: with WRITEBACK_CACHE, unless it takes set-id bits away and the server is told by
 * the WRITE. Makes the mode hold.
 *
 * FUSE: GETATTR with the handle, when the mode is stale.
 *
 * @throws as refresh()
 * @see Linux fs/fuse/file.c, fuse_cache_write_iter()
 */
export function* staysHere(task: Task, { inode, handle }: FuseFile): Blocking<boolean> {
  const { WRITEBACK_CACHE, HANDLE_KILLPRIV_V2 } = inode.superblock.connection.features;
  if (!WRITEBACK_CACHE) return false;
  yield* refresh(task, inode, STATX_SIZE | STATX_MODE, { handle });
  return !(HANDLE_KILLPRIV_V2 && isSetId(inode, task.credentials) && !mayKeepSetId(task.credentials));
}

/**
 * Writes into the page cache alone: the server gets it later. While too much is dirty, the writer waits.
 *
 * FUSE: READ of a page that is written in part and has data, whatever the file is open for.
 *
 * @throws EINTR when killed; what the server answers to READ, if nothing was written
 * @see Linux fs/iomap/buffered-io.c, iomap_file_buffered_write()
 */
export function* writeBehind(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<number> {
  const { attributes, mapping, superblock } = file.inode;
  let done = 0;
  try {
    while (done < data.length) {
      yield* whileTooDirty(task, file);
      const at = offset + done;
      const part = data.subarray(done, done + STRIDE);
      let written = mapping.write(at, part);
      if (written === 0) {
        yield* prepare(task, file, Math.floor(at / PAGE_SIZE));
        checkCaller(task);
        written = mapping.write(at, part);
      }
      done += written;
      if (written > 0) attributes.growTo(at + written);
      if (written > 0) superblock.dirtyInodes.add(file.inode);
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
  }
  return done;
}

/** @see Linux mm/page-writeback.c, balance_dirty_pages() */
function* whileTooDirty(task: Task, { inode }: FuseFile): Blocking<void> {
  checkCaller(task);
  const { pageCache } = inode.superblock;
  while (pageCache.isTooDirty) {
    const { dirtyBytes } = pageCache;
    pageCache.press();
    yield* sleep(task, pageCache.cleaned, () => pageCache.dirtyBytes !== dirtyBytes, 'dirty pages', 'killed');
  }
}

/** Whoever has given the call up may use its memory for something else. @throws EINTR */
export function checkCaller(task: Task): void {
  if (task.wakesFor('killed')) throw EINTR;
}

/** A page that cannot be written in part yet: it is waited for, or gets its data, which are zeros behind the end of the file. */
function* prepare(task: Task, file: FuseFile, page: number): Blocking<void> {
  const { mapping, size } = file.inode;
  if (mapping.lockOf(page) !== null) yield* mapping.unlocked(task, page, 'event');
  else if (page * PAGE_SIZE >= size) mapping.lock(page, 1).fill(ZEROS);
  else yield* fetchPage(task, file, page);
}
