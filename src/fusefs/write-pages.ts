import { EIO, Errno } from '../abi/errno.ts';
import { FUSE_WRITE_CACHE } from '../abi/fuse.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { WRITE } from '../abi/opcodes.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { WritebackRun } from '../vfs/writeback-run.ts';
import { sendInBackground } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { writeLimit } from './transfer.ts';
import type { Writeback } from './writeback.ts';

/** Which pages: from `first` on to below `end`. */
export interface Pages {
  readonly first: number;
  readonly end: number;
}

const ALL_PAGES: Pages = { first: 0, end: Number.POSITIVE_INFINITY };

/** The pages that a range of bytes touches. */
export const pagesOf = (offset: number, length: number): Pages => ({
  first: Math.floor(offset / PAGE_SIZE),
  end: Math.ceil((offset + length) / PAGE_SIZE),
});

/**
 * Sends dirty pages to the server, and does not wait for the answers, though for a place among the requests that are under
 * way. 'all' comes back to pages that are being written already; 'idle' leaves these out, and waits while the background
 * is congested.
 *
 * FUSE: WRITEs with FUSE_WRITE_CACHE, in the background, through a file that is open for writing.
 *
 * @throws EIO for a bad inode
 * @see Linux fs/fuse/file.c, fuse_writepages() and fuse_writepages_send()
 */
export function* sendPages(
  task: Task,
  inode: FuseInode,
  urgency: 'all' | 'idle',
  { first, end }: Pages = ALL_PAGES,
): Blocking<void> {
  const { writeback } = inode;
  if (writeback === null || !inode.mapping.isDirty) return;
  inode.check();
  const { mapping } = inode;
  let at = first;
  while (mapping.firstDirty(at, end) < end) {
    yield* writeback.resumed(task);
    yield* room(task, inode, urgency);
    at = mapping.firstDirty(at, end);
    if (at >= end) return;
    const busy = mapping.writebackOf(at, at + 1);
    if (busy === null) at = send(inode, writeback, at, Math.min(pagesOfWrite(inode), end - at)).end;
    else if (urgency === 'all') yield* finished(task, busy);
    else at = busy.end;
  }
}

/** Waits until nothing of these pages is being written any more. Linux's filemap_fdatawait_range(). */
export function* pagesWritten(task: Task, inode: FuseInode, { first, end }: Pages = ALL_PAGES): Blocking<void> {
  if (inode.writeback === null) return;
  const { mapping } = inode;
  for (let run = mapping.writebackOf(first, end); run !== null; run = mapping.writebackOf(first, end)) {
    yield* finished(task, run);
  }
}

/**
 * Waits for what is under way to the server, if any of these pages is dirty or on its way.
 *
 * @see Linux fs/fuse/file.c, fuse_sync_writes()
 */
export function* pagesSettled(task: Task, inode: FuseInode, { first, end }: Pages): Blocking<void> {
  const { writeback } = inode;
  if (writeback === null) return;
  const { mapping } = inode;
  if (mapping.firstDirty(first, end) >= end && mapping.writebackOf(first, end) === null) return;
  yield* writeback.hold(task);
  writeback.resume();
}

/**
 * Writes pages back and waits. FUSE: see {@link sendPages}.
 *
 * @throws EIO for a bad inode; ENOSPC or EIO when anything could not be written since somebody was told
 * @see Linux mm/filemap.c, filemap_write_and_wait_range()
 */
export function* writePages(task: Task, inode: FuseInode, pages: Pages = ALL_PAGES): Blocking<void> {
  if (inode.writeback === null) return;
  yield* sendPages(task, inode, 'all', pages);
  yield* pagesWritten(task, inode, pages);
  const failure = inode.writeback.takeUntold();
  if (failure !== null) throw failure;
}

/**
 * Drops pages, and writes those first that are dirty: one after the other, as Linux does where it drops pages.
 *
 * FUSE: a WRITE for each dirty page.
 *
 * @see Linux mm/truncate.c, invalidate_inode_pages2_range(), and fs/fuse/file.c, fuse_launder_folio()
 */
export function* invalidatePages(task: Task, inode: FuseInode, { first, end }: Pages = ALL_PAGES): Blocking<void> {
  const { writeback } = inode;
  if (writeback === null && !inode.hasPages) return;
  const { mapping } = inode;
  while (writeback !== null && !inode.isBad) {
    yield* pagesWritten(task, inode, { first, end });
    const page = mapping.firstDirty(first, end);
    if (page >= end) break;
    yield* writeback.resumed(task);
    if (mapping.firstDirty(page, page + 1) === page && mapping.writebackOf(page, page + 1) === null) {
      send(inode, writeback, page, 1);
    }
  }
  mapping.drop(first, end);
}

/** How many pages one WRITE may carry. */
function pagesOfWrite(inode: FuseInode): number {
  const { maxPages } = inode.superblock.connection.limits;
  return Math.max(1, Math.min(maxPages, Math.floor(writeLimit({ inode }) / PAGE_SIZE)));
}

/** Waits for a place among the requests in the background, if any of them is a WRITE whose end wakes this. */
function* room(task: Task, { superblock }: FuseInode, urgency: 'all' | 'idle'): Blocking<void> {
  const { dirtyInodes, connection } = superblock;
  const { background } = connection;
  const hasRoom = (): boolean =>
    dirtyInodes.sent === 0 || !(urgency === 'all' ? background.isFull : background.isCongested);
  yield* sleepUntil(task, dirtyInodes.settled, hasRoom, `WRITEs of ${connection.name}`, 'event');
}

function* finished(task: Task, run: WritebackRun): Blocking<void> {
  yield* sleepUntil(task, run.ended, () => run.hasEnded, `pages from ${run.first} on, which are written`, 'event');
}

/**
 * What is behind the end of the file meanwhile is not sent. Without a connection nothing is, and nobody hears of it here:
 * every request that follows fails. Nor without a file that is open for writing, which there is as long as pages are dirty.
 *
 * @see Linux fs/fuse/file.c, fuse_send_writepage() and fuse_writepage_end()
 */
function send(inode: FuseInode, writeback: Writeback, first: number, most: number): WritebackRun {
  const { mapping, superblock, size } = inode;
  const { dirtyInodes, connection } = superblock;
  const run = mapping.startWriteback(first, most, size);
  const [file] = writeback.files;
  const { parts: lent, length, offset } = run;
  if (length === 0 || file === undefined || connection.state !== 'connected') {
    if (file === undefined && length > 0) writeback.failed(EIO);
    run.finish();
    return run;
  }
  const { fh } = file.handle;
  const body = { fh, offset, size: length, write_flags: FUSE_WRITE_CACHE, lock_owner: 0n, flags: 0 };
  writeback.sent();
  dirtyInodes.sentOne();
  sendInBackground(file, WRITE, {
    call: { body, lent },
    onReply: (reply) => {
      if (reply instanceof Errno) writeback.failed(reply);
      run.finish();
      writeback.ended();
      dirtyInodes.endedOne();
    },
  });
  return run;
}
