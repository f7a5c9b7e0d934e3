import { EBADF, EINVAL, Errno } from '../abi/errno.ts';
import { CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE, O_CLOEXEC, O_PATH } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';

/**
 * close(2). The descriptor is gone even when this fails. FUSE: FLUSH, and RELEASE in the background with the last one.
 *
 * @throws EBADF; what the file system's flush has to tell
 * @see Linux fs/open.c, close() and filp_flush()
 */
export function* close(task: Thread, fd: number): Blocking<void> {
  yield* closeFile(task, task.process.fds.remove(fd));
}

/** dup(2): the lowest free descriptor for the same open file. @throws EBADF; EMFILE */
export function* dup(task: Thread, fd: number): Blocking<number> {
  return task.process.fds.duplicate(fd, { from: 0, closeOnExec: false });
}

/** dup2(2): as {@link dup3} without flags; the same descriptor twice is returned if it is open. @throws as {@link dup3} */
export function* dup2(task: Thread, oldfd: number, newfd: number): Blocking<number> {
  if (oldfd !== newfd) return yield* dup3(task, oldfd, newfd, 0);
  task.process.fds.anyFile(oldfd);
  return newfd;
}

/**
 * dup3(2): makes `newfd` the same open file as `oldfd`. What it was before is closed; nobody hears of an error there.
 *
 * @throws EINVAL for an unknown flag or the same descriptor twice; EBADF; EBUSY while an open(2) is about to use `newfd`
 * @see Linux fs/file.c, ksys_dup3()
 */
export function* dup3(task: Thread, oldfd: number, newfd: number, flags: number): Blocking<number> {
  if ((flags & ~O_CLOEXEC) !== 0 || oldfd === newfd) throw EINVAL;
  const { fds } = task.process;
  if (!(newfd >= 0 && newfd < fds.limit)) throw EBADF;
  const file = fds.anyFile(oldfd);
  const before = fds.replace(newfd, file, (flags & O_CLOEXEC) !== 0);
  file.hold();
  if (before !== undefined) yield* closeQuietly(task, before);
  return newfd;
}

/**
 * close_range(2): closes all descriptors from `first` to `last`; with CLOSE_RANGE_CLOEXEC they are to be closed by execve(2).
 * No process shares its descriptors here, so that CLOSE_RANGE_UNSHARE has nothing to do. Nobody hears of errors.
 *
 * @throws EINVAL for an unknown flag, or a `last` below `first`
 * @see Linux fs/file.c, close_range()
 */
export function* closeRange(task: Thread, first: number, last: number, flags: number): Blocking<void> {
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0) throw EINVAL;
  const [from, to] = [first >>> 0, last >>> 0];
  if (from > to) throw EINVAL;
  const { fds } = task.process;
  for (const fd of fds.open.filter((each) => each >= from && each <= to)) {
    if ((flags & CLOSE_RANGE_CLOEXEC) !== 0) fds.setCloseOnExec(fd, true);
    else yield* closeQuietly(task, fds.remove(fd));
  }
}

/** What exit(2) does with a process's files: closes them all, lowest first, and lets its directories go. */
export function* exit(task: Thread): Blocking<void> {
  const { process } = task;
  for (const fd of process.fds.open) yield* closeQuietly(task, process.fds.remove(fd));
  process.release();
}

function* closeFile(task: Thread, file: File): Blocking<void> {
  try {
    yield* file.flush(task);
  } finally {
    if ((file.flags & O_PATH) === 0) file.inode.locks?.release(task.process.fds);
    file.release();
  }
}

/** Closes where nobody can be told of an error. */
function* closeQuietly(task: Thread, file: File): Blocking<void> {
  try {
    yield* closeFile(task, file);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}
