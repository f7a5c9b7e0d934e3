import { ENOSYS, Errno } from '../abi/errno.ts';
import { FUSE_POLL_SCHEDULE_NOTIFY } from '../abi/fuse.ts';
import { POLLERR } from '../abi/linux.ts';
import { POLL } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { DEFAULT_POLLMASK, type Poller, type Pollers } from '../vfs/poll.ts';
import type { FuseFile } from './file.ts';

/**
 * The open files that somebody polls, by the `kh` that their server knows them by.
 * Linux's polled_files of struct fuse_conn; its numbers are given to all files, here to those that are polled.
 */
export class PolledFiles {
  readonly #byKh = new Map<bigint, Pollers>();
  #last = 0n;

  /** Gives a file's pollers a number. */
  add(pollers: Pollers): bigint {
    this.#byKh.set(++this.#last, pollers);
    return this.#last;
  }

  /** The file is closed: its number means nothing any more. */
  delete(kh: bigint): void {
    this.#byKh.delete(kh);
  }

  /** NOTIFY_POLL: all who poll the file look again. Nothing for an unknown number. @see Linux fuse_notify_poll_wakeup() */
  wake(kh: bigint): void {
    for (const poller of this.#byKh.get(kh) ?? []) poller.wake();
  }

  /** The server is gone: everybody shall learn it. @see Linux fs/fuse/dev.c, end_polls() */
  wakeAll(): void {
    for (const kh of this.#byKh.keys()) this.wake(kh);
  }
}

/**
 * What the server says that the file is ready for; POLLERR when it fails. It is asked to notify while anybody is going to sleep.
 *
 * FUSE: POLL, until the server has answered with ENOSYS: from then on all files are ready.
 *
 * @see Linux fs/fuse/file.c, fuse_file_poll()
 */
export function* poll(task: Task, file: FuseFile, events: number, poller: Poller | null): Blocking<number> {
  const { inode, handle, pollers, kh } = file;
  if (inode.superblock.connection.unsupported.has(POLL)) return DEFAULT_POLLMASK;
  poller?.enter(file, pollers);
  const flags = pollers.size > 0 ? FUSE_POLL_SCHEDULE_NOTIFY : 0;
  try {
    const { body } = yield* inode.call(task, POLL, { body: { fh: handle.fh, kh, flags, events } });
    return body.revents;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return error === ENOSYS ? DEFAULT_POLLMASK : POLLERR;
  }
}
