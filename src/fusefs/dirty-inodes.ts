import { Errno } from '../abi/errno.ts';
import type { Blocking } from '../task/blocking.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Task } from '../task/task.ts';
import type { Timer } from '../task/timer-queue.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { FuseInode } from './inode.ts';
import type { FuseSuperblock } from './superblock.ts';
import { tellTimes } from './write-inode.ts';
import { pagesWritten, sendPages } from './write-pages.ts';
import { isDirty } from './writeback.ts';

/** Milliseconds from one look for old data to the next. Linux's dirty_writeback_centisecs. */
const INTERVAL = 5_000;
/** Milliseconds after which data are old. Linux's dirty_expire_centisecs. */
const OLD = 30_000;

/**
 * The inodes of a file system of which the server lacks something, and who writes it without being asked: what is old, and
 * everything while the page cache has too much of it. While nothing is dirty, nothing happens here.
 *
 * @see Linux fs/fs-writeback.c, wb_do_writeback()
 */
export class DirtyInodes {
  /** Who waits for the end of a WRITE. */
  readonly settled = new WaitQueue();
  readonly #superblock: FuseSuperblock;
  /** Since when, in monotonic milliseconds; the oldest first. */
  readonly #since = new Map<FuseInode, number>();
  readonly #pressed = (): void => this.#begin('pressed');
  #timer: Timer | null = null;
  #isWriting = false;
  #sent = 0;

  constructor(superblock: FuseSuperblock) {
    this.#superblock = superblock;
  }

  /** WRITEs of this file system that are under way. */
  get sent(): number {
    return this.#sent;
  }

  /** All of them, the oldest first. */
  get all(): FuseInode[] {
    return [...this.#since.keys()];
  }

  /** A WRITE is under way. */
  sentOne(): void {
    this.#sent++;
  }

  /** A WRITE has ended. */
  endedOne(): void {
    this.#sent--;
    this.settled.wake();
  }

  /** The server lacks something of an inode from now on. */
  add(inode: FuseInode): void {
    if (this.#since.has(inode)) return;
    if (this.#since.size === 0) this.#superblock.pageCache.pressed.add(this.#pressed);
    this.#since.set(inode, this.#superblock.now);
    this.#timer ??= this.#nextLook();
    if (this.#superblock.pageCache.wantsWriting) this.#begin('pressed');
  }

  /** Something of an inode was written, or the inode goes: perhaps the server lacks nothing any more. */
  look(inode: FuseInode): void {
    if (isDirty(inode) || !this.#since.delete(inode) || this.#since.size > 0) return;
    this.#superblock.pageCache.pressed.delete(this.#pressed);
    this.#timer?.cancel();
    this.#timer = null;
  }

  #nextLook(): Timer {
    const { scheduler } = this.#superblock.connection;
    return scheduler.at(this.#superblock.now + INTERVAL, () => {
      this.#timer = null;
      this.#begin('old');
    });
  }

  #begin(why: 'old' | 'pressed'): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    inBackground(
      this.#superblock,
      (task) => this.#write(task, why),
      () => {
        this.#isWriting = false;
        if (this.#since.size > 0) this.#timer ??= this.#nextLook();
      },
    );
  }

  *#write(task: Task, why: 'old' | 'pressed'): Blocking<void> {
    const before = why === 'old' ? this.#superblock.now - OLD : Number.POSITIVE_INFINITY;
    for (const [inode, since] of [...this.#since]) {
      const { wantsWriting } = this.#superblock.pageCache;
      if (wantsWriting || since <= before) yield* this.#writeOne(task, inode);
    }
  }

  /** What is dirty of a bad inode can never be written: whoever has it open gets nothing but EIO. */
  #giveUp({ mapping, writeback }: FuseInode): void {
    mapping.drop(0);
    if (writeback !== null) writeback.areTimesDirty = false;
  }

  *#writeOne(task: Task, inode: FuseInode): Blocking<void> {
    if (!this.#since.has(inode)) return;
    inode.hold();
    try {
      yield* sendPages(task, inode, 'idle');
      yield* tellTimes(task, inode);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (inode.isBad) this.#giveUp(inode);
    } finally {
      this.look(inode);
      inode.release();
    }
  }
}

/** Does something that no program waits for. Linux's kworkers. */
export function inBackground(
  { connection: { scheduler } }: FuseSuperblock,
  code: (task: Task) => Blocking<void>,
  end: () => void,
): void {
  const task = new Task(scheduler, 0, credentialsOf(0, 0));
  scheduler.start(task, code(task), (result) => {
    end();
    result();
  });
}

/**
 * Writes back all that a server lacks, and waits.
 *
 * @see Linux fs/fs-writeback.c, sync_inodes_sb()
 */
export function* writeAll(task: Task, { dirtyInodes }: FuseSuperblock): Blocking<void> {
  const inodes = dirtyInodes.all;
  for (const inode of inodes) inode.hold();
  try {
    for (const inode of inodes) {
      try {
        yield* sendPages(task, inode, 'all');
        yield* tellTimes(task, inode);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
      }
    }
    for (const inode of inodes) yield* pagesWritten(task, inode);
  } finally {
    for (const inode of inodes) {
      dirtyInodes.look(inode);
      inode.release();
    }
  }
}
