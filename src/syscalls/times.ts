import type { ByteString } from '../abi/bytes.ts';
import { EFAULT, EINVAL } from '../abi/errno.ts';
import { AT_FDCWD } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Timespec } from '../task/clock.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable } from '../vfs/permission.ts';
import { changeAt } from './attributes.ts';
import { setattr } from './setattr.ts';
import { withFile } from './with-file.ts';

/** A time to set: a point in time, the file system's own present (UTIME_NOW), or none (UTIME_OMIT). */
export type TimeChange = Timespec | 'now' | 'omit';

/** Access and modification time, in this order. */
export type Times = readonly [atime: TimeChange, mtime: TimeChange];

/**
 * utimensat(2). A null path means the descriptor itself. Two times 'now' need write permission, all else ownership.
 * FUSE: the walk, then SETATTR with the times.
 *
 * @throws nothing for two times 'omit', whatever else is given; EINVAL for an unknown flag, or any with a null path;
 *   EFAULT for a null path with AT_FDCWD; the walk's errors; EBADF; EINVAL for nanoseconds out of range; EROFS; EACCES; EPERM
 * @see Linux fs/utimes.c, do_utimes()
 */
export function* utimensat(
  task: Thread,
  dirfd: number,
  path: ByteString | null,
  times: Times,
  flags: number,
): Blocking<void> {
  if (times[0] === 'omit' && times[1] === 'omit') return;
  if (path !== null) {
    yield* changeAt(task, { dirfd, path }, flags, (found) => changeTimes(task, found, times));
    return;
  }
  if (dirfd === AT_FDCWD) throw EFAULT;
  if (flags !== 0) throw EINVAL;
  yield* withFile(task, dirfd, (file) => changeTimes(task, file.path, times));
}

/** futimens(3). @throws EBADF; as {@link utimensat} */
export const futimens = (task: Thread, fd: number, times: Times): Blocking<void> => utimensat(task, fd, null, times, 0);

function* changeTimes(task: Thread, path: Path, [atime, mtime]: Times): Blocking<void> {
  if (!isValid(atime) || !isValid(mtime)) throw EINVAL;
  checkWritable(path.mount);
  yield* setattr(task, path, {
    ...(atime === 'omit' ? {} : { atime }),
    ...(mtime === 'omit' ? {} : { mtime }),
  });
}

const isValid = (time: TimeChange): boolean =>
  typeof time === 'string' || (time.nanoseconds >= 0 && time.nanoseconds < 1_000_000_000);
