import { Errno } from '../abi/errno.ts';
import { SETATTR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { useHandle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { ownTimesBody, timeFor } from './own-times.ts';
import { pagesWritten, sendPages } from './write-pages.ts';
import { isDirty } from './writeback.ts';

/**
 * A file's data have been changed: with WRITEBACK_CACHE its times of change are now, and the server is told later. Linux's
 * file_update_time().
 */
export function dataChanged(inode: FuseInode): void {
  if (inode.ownedFields === 0) return;
  const now = timeFor(inode, 'now');
  if (inode.attributes.setTimes({ mtime: now, ctime: now })) timesChanged(inode);
}

/**
 * What else belongs to a file was changed: with WRITEBACK_CACHE its change time is now, and the server is told at once.
 *
 * FUSE: SETATTR of the times.
 *
 * @see Linux fs/fuse/dir.c, fuse_update_ctime_in_cache()
 */
export function* inodeChanged(task: Task, inode: FuseInode): Blocking<void> {
  if (inode.ownedFields === 0) return;
  inode.attributes.setTimes({ ctime: timeFor(inode, 'now') });
  timesChanged(inode);
  yield* flushTimes(task, inode);
}

/**
 * Tells the server the times of change now, if it lacks them. That it does not take them is told to who syncs or closes.
 *
 * FUSE: SETATTR of the times.
 *
 * @see Linux fs/fuse/inode.c, fuse_flush_time_update()
 */
export function* flushTimes(task: Task, inode: FuseInode): Blocking<void> {
  try {
    yield* writeTimes(task, inode);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    inode.needWriteback().failed(error);
  }
}

function timesChanged(inode: FuseInode): void {
  inode.needWriteback().areTimesDirty = true;
  inode.superblock.dirtyInodes.add(inode);
}

/**
 * Writes back all that the server does not have of a file, and waits. Times are told though data could not be written.
 *
 * FUSE: WRITEs in the background, then SETATTR of the times.
 *
 * @throws EIO for a bad inode; ENOSPC or EIO when data could not be written; what the server answers to SETATTR
 * @see Linux fs/fs-writeback.c, write_inode_now()
 */
export const writeInode = (task: Task, inode: FuseInode): Blocking<void> => write(task, inode, 'data and times');

/** As {@link writeInode}, but does not begin to write data. @see Linux fs/fs-writeback.c, sync_inode_metadata() */
export const writeTimes = (task: Task, inode: FuseInode): Blocking<void> => write(task, inode, 'times');

/** @see Linux fs/fs-writeback.c, writeback_single_inode() */
function* write(task: Task, inode: FuseInode, what: 'data and times' | 'times'): Blocking<void> {
  const { writeback } = inode;
  if (writeback === null || (!isDirty(inode) && inode.mapping.writebackOf(0, Number.POSITIVE_INFINITY) === null))
    return;
  let failure: unknown = null;
  try {
    if (what === 'data and times') yield* sendPages(task, inode, 'all');
  } catch (error) {
    failure = error;
  }
  yield* pagesWritten(task, inode);
  failure ??= writeback.takeUntold();
  try {
    yield* tellTimes(task, inode);
  } catch (error) {
    failure ??= error;
  }
  inode.superblock.dirtyInodes.look(inode);
  if (failure !== null) throw failure;
}

/** FUSE: SETATTR, if there is anything to tell. @throws what the server answers @see Linux fs/fuse/inode.c, fuse_write_inode() */
export function* tellTimes(task: Task, inode: FuseInode): Blocking<void> {
  const { writeback } = inode;
  if (writeback?.areTimesDirty !== true) return;
  writeback.areTimesDirty = false;
  const handle = writeback.files[0]?.handle ?? null;
  const end = handle === null ? null : useHandle(inode, handle);
  try {
    yield* inode.call(task, SETATTR, { body: ownTimesBody(inode, handle) });
  } finally {
    end?.();
  }
}
