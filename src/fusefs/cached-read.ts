import { EINTR, Errno } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO } from '../abi/fuse.ts';
import { O_DIRECT, PAGE_SIZE, STATX_SIZE } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Window } from '../vfs/readahead.ts';
import type { FuseFile } from './file.ts';
import { refresh } from './getattr.ts';
import { readPage, readRun } from './page-read.ts';

/** How often pages may go before they were used, by truncation or want of memory, until one is read for itself and used at once. */
const PATIENCE = 3;
const NOTHING = new Uint8Array(0);

/**
 * {@link readCached} when that asks nothing of the server; undefined when it may, and then nothing has changed.
 *
 * @see Linux fs/fuse/file.c, fuse_cache_read_iter()
 */
export function tryReadCached(file: FuseFile, buffer: Uint8Array, offset: number): number | undefined {
  const length = tryLength(file, buffer.length, offset);
  if (length === undefined || length === 0) return length;
  const { mapping } = file.inode;
  if (!mapping.tryRead(offset, length === buffer.length ? buffer : buffer.subarray(0, length))) return undefined;
  file.readahead.end = offset + length;
  return length;
}

/** As {@link tryReadCached}, without copying: the cache's own memory, of as much as lies together. */
export function tryViewCached(file: FuseFile, offset: number, wanted: number): Uint8Array | undefined {
  const length = tryLength(file, wanted, offset);
  if (length === undefined) return undefined;
  const view = length === 0 ? NOTHING : file.inode.mapping.tryView(offset, length);
  if (view !== undefined && length > 0) file.readahead.end = offset + view.length;
  return view;
}

/** How many bytes a cached read gives, if that can be told without asking. */
function tryLength(file: FuseFile, wanted: number, offset: number): number | undefined {
  const { inode, handle, flags } = file;
  const { superblock, attributes } = inode;
  if (inode.isBad || (flags & O_DIRECT) !== 0 || (handle.openFlags & FOPEN_DIRECT_IO) !== 0) return undefined;
  if (mustKnowSize(file, wanted, offset) && !attributes.holds(STATX_SIZE, superblock.now)) return undefined;
  return Math.max(0, Math.min(wanted, inode.size - offset));
}

/**
 * Reads through the page cache: never past the size last known, which is asked for again when the read reaches beyond it.
 *
 * FUSE: GETATTR with the handle when the size is stale; READs of whole pages, and ahead.
 *
 * @throws EIO for a bad inode; EINTR when killed; what the server answers, if nothing has been read.
 * @see Linux fs/fuse/file.c, fuse_cache_read_iter()
 */
export function* readCached(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  yield* learnSize(task, file, buffer, offset);
  return yield* readPages(task, file, buffer, offset);
}

/** Asks for the size where a read must know it. FUSE: GETATTR with the handle when it is stale. */
export function* learnSize(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<void> {
  const { inode, handle } = file;
  if (mustKnowSize(file, buffer.length, offset)) yield* refresh(task, inode, STATX_SIZE, { handle });
}

function mustKnowSize({ inode }: FuseFile, length: number, offset: number): boolean {
  return inode.superblock.connection.features.AUTO_INVAL_DATA || offset + length > inode.size;
}

/**
 * {@link readCached} up to the end of the file as far as it is known, which is not asked for.
 *
 * @throws as {@link readCached}
 * @see Linux mm/filemap.c, filemap_read()
 */
export function* readPages(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  const { inode, readahead } = file;
  const end = offset + buffer.length;
  let at = offset;
  let attempts = 0;
  try {
    while (at < end && at < inode.size) {
      const pages = { first: Math.floor(at / PAGE_SIZE), end: Math.ceil(end / PAGE_SIZE) };
      const ready = yield* pagesFor(task, file, pages, attempts++ < PATIENCE ? 'ahead' : 'alone');
      const until = Math.min(end, inode.size, ready * PAGE_SIZE);
      const count = until <= at ? 0 : inode.mapping.read(at, buffer.subarray(at - offset, until - offset));
      if (count > 0) attempts = 0;
      at += count;
    }
  } catch (error) {
    if (at === offset || !(error instanceof Errno)) throw error;
  }
  if (at > offset) readahead.end = at;
  return at - offset;
}

/**
 * Gets pages from `first` on, below `end`, into the cache. Returns the page behind those that are ready, unless some have
 * gone again meanwhile; of a page read 'alone' the reader can be sure.
 *
 * @see Linux mm/filemap.c, filemap_get_pages()
 */
function* pagesFor(
  task: Task,
  file: FuseFile,
  { first, end }: { readonly first: number; readonly end: number },
  way: 'ahead' | 'alone',
): Blocking<number> {
  const { mapping } = file.inode;
  for (let attempts = 0; ; attempts++) {
    if (task.wakesFor('killed')) throw EINTR;
    const isAhead = way === 'ahead' && attempts < PATIENCE;
    let ready = mapping.batchEnd(first, end);
    if (ready === first && isAhead) {
      yield* readAhead(task, file, file.readahead.missed(mapping, first, end - first));
      ready = mapping.batchEnd(first, end);
    }
    if (ready === first) {
      yield* readPage(task, file, first);
      return first + 1;
    }
    const last = ready - 1;
    if (isAhead) yield* goOnReading(task, file, last, end - last);
    if (mapping.isUptodate(last)) return ready;
    if (yield* complete(task, file, last, first)) return ready;
    if (last > first) return last;
  }
}

/** Comes to a page: readahead may go on. */
function* goOnReading(task: Task, file: FuseFile, page: number, wanted: number): Blocking<void> {
  const { mapping } = file.inode;
  if (!mapping.isMarked(page)) return;
  const window = file.readahead.advanced(mapping, page, wanted);
  if (window !== null) yield* readAhead(task, file, window);
}

/**
 * A page that is there has no data: they are on their way, or must be read. Returns whether they were read. An error
 * counts only where no page from `first` on came before.
 *
 * @see Linux mm/filemap.c, filemap_update_page()
 */
function* complete(task: Task, file: FuseFile, page: number, first: number): Blocking<boolean> {
  const { mapping } = file.inode;
  try {
    if (mapping.lockOf(page) !== null) yield* mapping.unlocked(task, page, 'killed');
    else if (mapping.isPresent(page)) {
      yield* readPage(task, file, page);
      return true;
    }
  } catch (error) {
    if (page === first || !(error instanceof Errno)) throw error;
  }
  return false;
}

/**
 * Reads pages that will be needed, those that are not there; none behind the one with the end of the file.
 *
 * @see Linux mm/readahead.c, do_page_cache_ra() and page_cache_ra_unbounded()
 */
export function* readAhead(task: Task, file: FuseFile, { first, count, lookahead }: Window): Blocking<void> {
  const { inode } = file;
  const { mapping } = inode;
  const end = Math.min(first + count, Math.ceil(inode.size / PAGE_SIZE));
  const mark = lookahead <= end - first ? end - lookahead : -1;
  let run = first;
  for (let page = first; page < end; page++) {
    if (!mapping.isPresent(page)) continue;
    if (run < page) yield* readRun(task, file, { first: run, end: page, mark });
    run = page + 1;
  }
  if (run < end) yield* readRun(task, file, { first: run, end, mark });
}
