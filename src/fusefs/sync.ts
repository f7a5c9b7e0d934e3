import { FOPEN_NOFLUSH, FUSE_FSYNC_FDATASYNC } from '../abi/fuse.ts';
import {
  STATX_BLOCKS,
  SYNC_FILE_RANGE_WAIT_AFTER,
  SYNC_FILE_RANGE_WAIT_BEFORE,
  SYNC_FILE_RANGE_WRITE,
} from '../abi/linux.ts';
import { FLUSH, FSYNC } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile } from './file.ts';
import { writeInode, writeTimes } from './write-inode.ts';
import { type Pages, pagesWritten, sendPages } from './write-pages.ts';

/**
 * What each close(2) does.
 *
 * FUSE: what is to be written back; FLUSH, unless the server said with FOPEN_NOFLUSH that it has no need of it.
 *
 * @throws EIO for a bad inode; ENOSPC or EIO when data could not be written back; what the server answers
 * @see Linux fs/fuse/file.c, fuse_flush()
 */
export function* flush(task: Task, { inode, handle }: FuseFile): Blocking<void> {
  const { WRITEBACK_CACHE } = inode.superblock.connection.features;
  inode.check();
  if ((handle.openFlags & FOPEN_NOFLUSH) !== 0 && !WRITEBACK_CACHE) return;
  yield* writeInode(task, inode);
  const failure = inode.writeback?.takeUntold() ?? null;
  if (failure !== null) throw failure;
  const lock_owner = inode.superblock.lockOwner(task);
  yield* inode.call(task, FLUSH, { body: { fh: handle.fh, lock_owner } });
  if (WRITEBACK_CACHE) inode.attributes.invalidate(STATX_BLOCKS);
}

/**
 * What fsync(2) and fdatasync(2) do.
 *
 * FUSE: what is to be written back; FSYNC.
 *
 * @throws EIO for a bad inode; once what kept data from being written back; what the server answers
 * @see Linux fs/fuse/file.c, fuse_fsync()
 */
export function* fsync(task: Task, file: FuseFile, datasync: boolean): Blocking<void> {
  const { inode, handle } = file;
  inode.check();
  yield* sendPages(task, inode, 'all');
  yield* pagesWritten(task, inode);
  tellFailure(file);
  yield* writeTimes(task, inode);
  const fsync_flags = datasync ? FUSE_FSYNC_FDATASYNC : 0;
  yield* inode.call(task, FSYNC, { body: { fh: handle.fh, fsync_flags } });
}

/**
 * What sync_file_range(2) does: SYNC_FILE_RANGE_ bits of `flags` say whether to wait, to begin to write, and to wait then.
 *
 * FUSE: what is to be written back of the pages.
 *
 * @throws once what kept data from being written back, when it waits
 * @see Linux fs/sync.c, sync_file_range()
 */
export function* syncRange(task: Task, file: FuseFile, pages: Pages, flags: number): Blocking<void> {
  const { inode } = file;
  const has = (bits: number): boolean => (flags & bits) === bits;
  const waitsAfter = has(SYNC_FILE_RANGE_WAIT_AFTER);
  if (has(SYNC_FILE_RANGE_WAIT_BEFORE)) {
    yield* pagesWritten(task, inode, pages);
    tellFailure(file);
  }
  if (has(SYNC_FILE_RANGE_WRITE)) {
    const isAll = waitsAfter && has(SYNC_FILE_RANGE_WAIT_BEFORE);
    yield* sendPages(task, inode, isAll ? 'all' : 'idle', pages);
  }
  if (!waitsAfter) return;
  yield* pagesWritten(task, inode, pages);
  tellFailure(file);
}

/** @throws what could not be written back, once for each open file @see Linux mm/filemap.c, file_check_and_advance_wb_err() */
function tellFailure(file: FuseFile): void {
  const { writeback } = file.inode;
  if (writeback === null) return;
  const failure = writeback.errors.news(file.told);
  writeback.takeUntold();
  if (failure === null) return;
  file.told = failure;
  throw failure.errno;
}
