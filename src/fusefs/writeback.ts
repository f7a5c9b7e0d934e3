import { EIO, ENOSPC, type Errno } from '../abi/errno.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { ErrorSequence } from '../vfs/error-sequence.ts';
import type { FuseFile } from './file.ts';
import type { FuseInode } from './inode.ts';

/**
 * What an inode has that its server does not have yet, with WRITEBACK_CACHE, besides dirty pages: times of change, and
 * errors of writing back that nobody was told of. Only inodes that were opened for writing have one.
 */
export class Writeback {
  /** Files that are open for writing, the one opened last first: WRITEs go through the first. Linux's write_files. */
  readonly files: FuseFile[] = [];
  /** The times of change are to be told to the server. Linux's I_DIRTY_SYNC. */
  areTimesDirty = false;
  /** What every open file is told once. */
  readonly errors = new ErrorSequence();
  readonly #all: ErrorSequence;
  readonly #resumed = new WaitQueue();
  readonly #settled = new WaitQueue();
  #untold: Errno | null = null;
  #holds = 0;
  #sent = 0;

  /** `all` is the whole file system's. */
  constructor(all: ErrorSequence) {
    this.#all = all;
  }

  /** Something could not be written. Linux's mapping_set_error(). */
  failed(errno: Errno): void {
    this.errors.set(errno);
    this.#all.set(errno);
    if (this.#untold !== EIO) this.#untold = errno === ENOSPC ? ENOSPC : EIO;
  }

  /** What has failed since this was asked last, whoever asked: ENOSPC, or else EIO. Linux's filemap_check_errors(). */
  takeUntold(): Errno | null {
    const errno = this.#untold;
    this.#untold = null;
    return errno;
  }

  /** A WRITE is under way. */
  sent(): void {
    this.#sent++;
  }

  /** A WRITE has ended. */
  ended(): void {
    this.#sent--;
    if (this.#sent === 0) this.#settled.wake();
  }

  /** Sends no WRITE from now on until {@link resume}, and waits for those under way. @see Linux fs/fuse/dir.c, fuse_set_nowrite() */
  *hold(task: Task): Blocking<void> {
    this.#holds++;
    yield* sleepUntil(task, this.#settled, () => this.#sent === 0, 'WRITEs under way', 'event');
  }

  /** @see Linux fs/fuse/dir.c, fuse_release_nowrite() */
  resume(): void {
    this.#holds--;
    if (this.#holds === 0) this.#resumed.wake();
  }

  /** Waits until WRITEs may be sent. */
  *resumed(task: Task): Blocking<void> {
    yield* sleepUntil(task, this.#resumed, () => this.#holds === 0, 'a change of the size', 'event');
  }
}

/** Whether the server lacks anything of an inode, what is under way to it not counted. */
export const isDirty = (inode: FuseInode): boolean =>
  inode.writeback !== null && (inode.writeback.areTimesDirty || inode.mapping.isDirty);

/**
 * Runs `code`, which changes the size of a file at its server, while no data are written back.
 *
 * @see Linux fs/fuse/dir.c, fuse_set_nowrite()
 */
export function* whileHeld<T>(task: Task, { writeback }: FuseInode, code: () => Blocking<T>): Blocking<T> {
  if (writeback === null) return yield* code();
  yield* writeback.hold(task);
  try {
    return yield* code();
  } finally {
    writeback.resume();
  }
}
