import { Errno } from '../abi/errno.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { READ } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { PageLock } from '../vfs/page-lock.ts';
import type { FuseFile } from './file.ts';
import { callInBackground } from './handle.ts';
import { pagesOfRead, readCall } from './transfer.ts';
import type { Moment } from './versions.ts';

/**
 * Reads one page into the cache, which nobody holds. A short reply is the end of the file.
 *
 * FUSE: READ of the page.
 *
 * @throws EIO for a bad inode; what the server answers
 * @see Linux fs/fuse/file.c, fuse_read_folio()
 */
export function* readPage(task: Task, file: FuseFile, page: number): Blocking<void> {
  file.inode.check();
  try {
    yield* fetchPage(task, file, page);
  } finally {
    file.inode.accessed();
  }
}

/** As {@link readPage}, for who writes into the page: the file does not count as read. @see fuse_do_readfolio() */
export const fetchPage = (task: Task, file: FuseFile, page: number): Blocking<void> =>
  ask(task, file, file.inode.mapping.lock(page, 1));

/**
 * Reads neighbouring pages into the cache, none of which is there; the page at `mark` gets a mark. Nobody hears of an
 * error: the pages stay without data, and a reader who wants one asks again.
 *
 * FUSE: READs, in the background with ASYNC_READ, else one after the other. Too many in the background and only pages
 * left that nobody has asked for: they are not read.
 *
 * @see Linux fs/fuse/file.c, fuse_readahead()
 */
export function* readRun(
  task: Task,
  file: FuseFile,
  { first, end, mark }: { readonly first: number; readonly end: number; readonly mark: number },
): Blocking<void> {
  const { inode, readahead } = file;
  const { mapping, superblock } = inode;
  if (inode.isBad) return;
  const limit = pagesOfRead(file);
  const locks: PageLock[] = [];
  for (let page = first; page < end; page += limit) locks.push(mapping.lock(page, Math.min(limit, end - page)));
  if (mark >= first && mark < end) mapping.mark(mark);
  for (const [at, lock] of locks.entries()) {
    // Linux counts the last page that it has taken as still to be read, unless it has taken none.
    const left = end - lock.first + (at === 0 ? 0 : 1);
    if (superblock.connection.background.isCongested && readahead.asyncSize >= left) {
      for (const unread of locks.slice(at)) unread.discard();
      return;
    }
    yield* fetch(task, file, lock);
  }
}

/** Fills pages or leaves them without data. */
function* fetch(task: Task, file: FuseFile, lock: PageLock): Blocking<void> {
  const isInBackground = file.inode.superblock.connection.features.ASYNC_READ;
  try {
    yield* isInBackground ? send(task, file, lock) : ask(task, file, lock);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  } finally {
    if (!isInBackground) file.inode.accessed();
  }
}

function* ask(task: Task, file: FuseFile, lock: PageLock): Blocking<void> {
  const { inode } = file;
  const asked = inode.superblock.versions.now();
  try {
    const { data } = yield* inode.call(task, READ, callFor(task, file, lock));
    arrived(file, lock, data, asked);
  } finally {
    lock.release();
  }
}

function* send(task: Task, file: FuseFile, lock: PageLock): Blocking<void> {
  const { inode } = file;
  const asked = inode.superblock.versions.now();
  const end = (): void => {
    lock.release();
    inode.accessed();
  };
  try {
    yield* callInBackground(task, file, READ, {
      call: callFor(task, file, lock),
      onReply: (reply) => {
        if (!(reply instanceof Errno)) arrived(file, lock, reply.data, asked);
        end();
      },
    });
  } catch (error) {
    end();
    throw error;
  }
}

const callFor = (task: Task, file: FuseFile, { first, end }: PageLock) =>
  readCall(task, file, { offset: first * PAGE_SIZE, size: (end - first) * PAGE_SIZE, manner: 'cached' });

/** @see Linux fs/fuse/file.c, fuse_short_read() */
function arrived({ inode }: FuseFile, lock: PageLock, data: Uint8Array, asked: Moment): void {
  const end = lock.first * PAGE_SIZE + data.length;
  const isShort = data.length < (lock.end - lock.first) * PAGE_SIZE;
  if (isShort && inode.ownedFields === 0) inode.attributes.endsAt(end, asked);
  lock.fill(data);
}
