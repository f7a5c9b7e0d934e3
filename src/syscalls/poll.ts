import { EBADF, EINTR, EINVAL } from '../abi/errno.ts';
import { POLLERR, POLLHUP, POLLNVAL } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Timespec } from '../task/clock.ts';
import { Poller } from '../vfs/poll.ts';
import { withFile } from './with-file.ts';

/** What poll(2) is asked about one descriptor. */
export interface PollFd {
  /** One below 0 is left out. */
  readonly fd: number;
  readonly events: number; // POLL*
  /** The call's answer: those of `events` that are there, and POLLERR, POLLHUP and POLLNVAL unasked. */
  revents: number; // POLL*
}

/** The events that there are; other bits are nobody's. */
const EVENTS = 0x27ff;

/**
 * poll(2). Returns how many descriptors have something to tell, in their `revents`; 0 when the time is over.
 * `timeout` is in milliseconds; below 0 there is no end, with 0 nobody waits. What is not open, or opened with O_PATH, is
 * POLLNVAL; directories are always ready.
 *
 * FUSE: POLL for each file, until the server has answered with ENOSYS; again when something may have happened, and at the end.
 *
 * @throws EINVAL for more descriptors than a process may have; EINTR
 * @see Linux fs/select.c, do_sys_poll()
 */
export function* poll(task: Thread, fds: readonly PollFd[], timeout: number): Blocking<number> {
  if (fds.length > task.process.fds.limit) throw EINVAL;
  const deadline = timeout < 0 ? null : task.scheduler.clock.now() + timeout;
  const poller = timeout === 0 ? null : new Poller();
  try {
    let count = yield* askAll(task, fds, poller);
    let isOver = poller === null;
    while (count === 0) {
      if (task.wakesFor('signal')) throw EINTR;
      if (isOver || poller === null) return 0;
      isOver = (yield* poller.sleep(task, deadline)) === 'timed out';
      count = yield* askAll(task, fds, null);
    }
    return count;
  } finally {
    poller?.leave();
  }
}

/**
 * ppoll(2) without a signal mask: {@link poll} with a timeout as a time span; null for no end.
 *
 * @throws EINVAL for a time span that is none; as {@link poll}
 * @see Linux fs/select.c, do_pselect()
 */
export function* ppoll(task: Thread, fds: readonly PollFd[], timeout: Timespec | null): Blocking<number> {
  if (timeout === null) return yield* poll(task, fds, -1);
  const { seconds, nanoseconds } = timeout;
  if (seconds < 0 || nanoseconds < 0 || nanoseconds >= 1e9) throw EINVAL;
  return yield* poll(task, fds, seconds * 1000 + nanoseconds / 1e6);
}

/** Asks each file once. `poller` is who is going to sleep if none is ready: after the first that is, nobody. Linux's do_poll() */
function* askAll(task: Thread, fds: readonly PollFd[], poller: Poller | null): Blocking<number> {
  let count = 0;
  for (const pollfd of fds) {
    pollfd.revents = pollfd.fd < 0 ? 0 : yield* ask(task, pollfd, count === 0 ? poller : null);
    if (pollfd.revents !== 0) count++;
  }
  return count;
}

/** @see Linux fs/select.c, do_pollfd() */
function* ask(task: Thread, { fd, events }: PollFd, poller: Poller | null): Blocking<number> {
  const wanted = (events & EVENTS) | POLLERR | POLLHUP;
  try {
    return (yield* withFile(task, fd, (file) => file.poll(task, wanted, poller))) & wanted;
  } catch (error) {
    if (error !== EBADF) throw error;
    return POLLNVAL;
  }
}
