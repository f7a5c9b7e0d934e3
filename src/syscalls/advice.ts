import { EINVAL } from '../abi/errno.ts';
import {
  POSIX_FADV_NOREUSE,
  SYNC_FILE_RANGE_WAIT_AFTER,
  SYNC_FILE_RANGE_WAIT_BEFORE,
  SYNC_FILE_RANGE_WRITE,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { withFile } from './with-file.ts';

const SYNC_FLAGS = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

/**
 * posix_fadvise(2): how a range of a file will be used. FUSE: READ for POSIX_FADV_WILLNEED.
 *
 * @throws EBADF; EINVAL for a negative length or an unknown advice
 * @see Linux mm/fadvise.c, generic_fadvise()
 */
export const posixFadvise = (
  task: Thread,
  fd: number,
  offset: number,
  length: number,
  advice: number,
): Blocking<void> =>
  withFile(task, fd, function* (file) {
    if (!(length >= 0) || !(advice >= 0 && advice <= POSIX_FADV_NOREUSE)) throw EINVAL;
    yield* file.advise(task, advice, offset, length);
  });

/**
 * sync_file_range(2): starts or awaits the writing of dirty pages. FUSE: WRITEs, with WRITEBACK_CACHE.
 *
 * @throws EBADF; EINVAL for an unknown flag, or a range that cannot be; what kept data from being written back
 * @see Linux fs/sync.c, sync_file_range()
 */
export const syncFileRange = (
  task: Thread,
  fd: number,
  offset: number,
  length: number,
  flags: number,
): Blocking<void> =>
  withFile(task, fd, function* (file) {
    if ((flags & ~SYNC_FLAGS) !== 0) throw EINVAL;
    if (!(offset >= 0) || !(length >= 0)) throw EINVAL;
    yield* file.syncRange(task, offset, length, flags);
  });
