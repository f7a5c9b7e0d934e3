import {
  PAGE_SIZE,
  POSIX_FADV_DONTNEED,
  POSIX_FADV_NORMAL,
  POSIX_FADV_RANDOM,
  POSIX_FADV_SEQUENTIAL,
  POSIX_FADV_WILLNEED,
} from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { readAhead } from './cached-read.ts';
import type { FuseFile } from './file.ts';
import type { FuseInode } from './inode.ts';

/**
 * Takes a program's word for how it will use a range, a `length` of 0 meaning the rest of the file: how far to read ahead
 * from now on, or which pages to read now, or to drop.
 *
 * FUSE: READ for POSIX_FADV_WILLNEED, of no more than readahead takes at a time.
 *
 * @see Linux mm/fadvise.c, generic_fadvise()
 */
export function* advise(
  task: Task,
  file: FuseFile,
  advice: number,
  { offset, length }: { readonly offset: number; readonly length: number },
): Blocking<void> {
  const { readahead, inode } = file;
  const usual = inode.superblock.connection.limits.maxReadahead / PAGE_SIZE;
  const end = length === 0 ? Number.POSITIVE_INFINITY : offset + length;
  if (advice === POSIX_FADV_NORMAL) readahead.expect(usual);
  else if (advice === POSIX_FADV_SEQUENTIAL) readahead.expect(2 * usual);
  else if (advice === POSIX_FADV_RANDOM) readahead.isRandom = true;
  else if (offset < 0) return;
  else if (advice === POSIX_FADV_WILLNEED) {
    const first = Math.floor(offset / PAGE_SIZE);
    yield* readAhead(task, file, readahead.forced(first, Math.ceil(end / PAGE_SIZE) - first));
  } else dropAdvised(inode, advice, { offset, length });
}

/** Drops a range's pages for POSIX_FADV_DONTNEED. One that it covers in part stays, unless the file ends in it. */
export function dropAdvised(
  { mapping, size }: FuseInode,
  advice: number,
  { offset, length }: { readonly offset: number; readonly length: number },
): void {
  if (advice !== POSIX_FADV_DONTNEED || offset < 0) return;
  const end = length === 0 ? Number.POSITIVE_INFINITY : offset + length;
  const isAll = end === size || end === Number.POSITIVE_INFINITY;
  mapping.dropUnused(Math.ceil(offset / PAGE_SIZE), isAll ? Math.ceil(end / PAGE_SIZE) : Math.floor(end / PAGE_SIZE));
}
