import { EBADF, EFBIG, EINVAL, EOPNOTSUPP } from '../abi/errno.ts';
import {
  FALLOC_FL_COLLAPSE_RANGE,
  FALLOC_FL_INSERT_RANGE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_UNSHARE_RANGE,
  FALLOC_FL_WRITE_ZEROES,
  FALLOC_FL_ZERO_RANGE,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { mayWrite } from './access-mode.ts';
import { MAX_FILE_SIZE } from './limits.ts';
import { exclusively } from './locking.ts';
import { withFile } from './with-file.ts';

/**
 * fallocate(2): reserves, clears or frees a range of a file that is open for writing. Such a file is always a regular
 * one here. FUSE: FALLOCATE.
 *
 * @throws EBADF; EINVAL for a range that cannot be or is empty; EOPNOTSUPP for a mode that Linux has not; EBADF when not
 *   open for writing; EFBIG; EOPNOTSUPP for a mode that the file system has not; what the server answers
 * @see Linux fs/open.c, vfs_fallocate()
 */
export const fallocate = (task: Thread, fd: number, mode: number, offset: number, length: number): Blocking<void> =>
  withFile(task, fd, function* (file) {
    if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0 || length <= 0) throw EINVAL;
    if (!isMode(mode)) throw EOPNOTSUPP;
    if (!mayWrite(file)) throw EBADF;
    if (offset + length > MAX_FILE_SIZE) throw EFBIG;
    const { inode } = file;
    yield* exclusively(
      task,
      inode.lock,
      () => `inode ${inode.ino} to fallocate`,
      () => file.fallocate(task, mode, offset, length),
    );
  });

/** Whether a mode says one thing to do, which may be to reserve, and keeps the size where that makes sense. */
function isMode(mode: number): boolean {
  const keepsSize = (mode & FALLOC_FL_KEEP_SIZE) !== 0;
  switch (mode & ~FALLOC_FL_KEEP_SIZE) {
    case 0:
    case FALLOC_FL_UNSHARE_RANGE:
    case FALLOC_FL_ZERO_RANGE:
      return true;
    case FALLOC_FL_PUNCH_HOLE:
      return keepsSize;
    case FALLOC_FL_COLLAPSE_RANGE:
    case FALLOC_FL_INSERT_RANGE:
    case FALLOC_FL_WRITE_ZEROES:
      return !keepsSize;
    default:
      return false;
  }
}
