import { EBADF, EINVAL, EPERM, Errno } from '../abi/errno.ts';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_APPEND,
  O_CLOEXEC,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
} from '../abi/linux.ts';
import type { DescriptorTable } from '../process/descriptor-table.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';
import { isOwner } from '../vfs/permission.ts';

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
  return duplicate(task.process.fds, fd, { from: 0, closeOnExec: false });
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
 * fcntl(2) with F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL and F_SETFL.
 *
 * @throws EBADF, also for F_SETFL of an O_PATH descriptor; EINVAL for another command, or F_DUPFD from the limit on; EMFILE;
 *   EPERM to set O_NOATIME on another's file
 * @see Linux fs/fcntl.c, do_fcntl()
 */
export function* fcntl(task: Thread, fd: number, command: number, argument = 0): Blocking<number> {
  const { fds } = task.process;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      fds.anyFile(fd);
      if (!(argument >= 0 && argument < fds.limit)) throw EINVAL;
      return duplicate(fds, fd, { from: argument, closeOnExec: command === F_DUPFD_CLOEXEC });
    case F_GETFD:
      return fds.closesOnExec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      fds.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
      return 0;
    case F_GETFL:
      return fds.anyFile(fd).flags;
    case F_SETFL:
      setFlags(task, fds.file(fd), argument);
      return 0;
    default:
      fds.file(fd);
      throw EINVAL;
  }
}

/** What exit(2) does with a process's files: closes them all, lowest first, and lets its directories go. */
export function* exit(task: Thread): Blocking<void> {
  const { process } = task;
  for (const fd of process.fds.open) yield* closeQuietly(task, process.fds.remove(fd));
  process.release();
}

/** The flags that F_SETFL changes; it leaves the others as they are. */
const CHANGEABLE = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;

function setFlags(task: Thread, file: File, flags: number): void {
  const added = flags & ~file.flags;
  if ((added & O_NOATIME) !== 0 && !isOwner(task.credentials, file.inode)) throw EPERM;
  file.flags = (file.flags & ~CHANGEABLE) | (flags & CHANGEABLE);
}

function duplicate(
  fds: DescriptorTable,
  fd: number,
  { from, closeOnExec }: { readonly from: number; readonly closeOnExec: boolean },
): number {
  const file = fds.anyFile(fd);
  const made = fds.reserve(from);
  fds.fill(made, file.hold(), closeOnExec);
  return made;
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
