import type { ByteString } from '../abi/bytes.ts';
import { ENOTTY } from '../abi/errno.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Credentials } from '../task/credentials.ts';
import { RwLock } from '../task/lock.ts';
import type { Task } from '../task/task.ts';
import type { Inode } from './inode.ts';
import type { Path } from './mount.ts';
import { DEFAULT_POLLMASK, type Poller } from './poll.ts';

/** One entry of a directory, as getdents(2) gives it. */
export interface DirectoryEntry {
  readonly ino: bigint;
  /** The opaque position behind this entry, to go on from. */
  readonly next: bigint;
  readonly type: number; // DT_*
  readonly name: ByteString;
}

/** What ioctl(2) gets besides its command: the caller's memory, which it may fill, or a number. */
export type IoctlArgument = Uint8Array | number;

/**
 * An open file description: what open(2) makes and dup(2) shares. Linux's struct file with its operations.
 * It holds a reference on its path. The last {@link release} lets the server's handle go.
 */
export abstract class File {
  readonly path: Path;
  readonly inode: Inode;
  /** Who opened it. Linux's f_cred, which is compared by identity there too. */
  openedBy: Credentials | null = null;
  /** The status flags and access mode, as F_GETFL shows them; creation flags are gone. */
  flags: number;
  /** Where the next read or write begins, in bytes; for directories an opaque cookie. */
  position = 0;
  /** A directory's position: the opaque `next` of the last entry given. */
  cookie = 0n;
  /** Held by a call that uses and moves {@link position} or {@link cookie}. Linux's f_pos_lock. */
  readonly positionLock = new RwLock();
  #references = 1;

  constructor(path: Path, inode: Inode, flags: number) {
    this.path = path;
    this.inode = inode.hold();
    path.hold();
    this.flags = flags;
  }

  hold(): this {
    this.#references++;
    return this;
  }

  /** Gives a reference back. Never sleeps: what the server must hear goes in the background. */
  release(): void {
    if (--this.#references > 0) return;
    this.closed();
    this.inode.release();
    this.path.release();
  }

  /** The last reference has gone. FUSE: RELEASE or RELEASEDIR, in the background. */
  protected abstract closed(): void;

  /** Whether lseek(2), pread(2) and pwrite(2) work: ESPIPE if not. */
  abstract readonly isSeekable: boolean;

  /** Fills `buffer` from `offset` on; fewer bytes only at the end of the file or before an error. @returns bytes read */
  abstract read(task: Task, buffer: Uint8Array, offset: number): Blocking<number>;

  /**
   * Writes all of `data` at `offset`, or with O_APPEND in `flags` at the end.
   * @returns the bytes written and the offset behind them.
   */
  abstract write(
    task: Task,
    data: Uint8Array,
    offset: number,
  ): Blocking<{ readonly written: number; readonly end: number }>;

  /**
   * Gives entries from `cookie` on to `emit`, until it returns false (that entry is not taken) or the directory ends.
   * `size` is the room of the caller's buffer in bytes. Moves `cookie` behind the last entry taken.
   */
  abstract iterate(task: Task, size: number, emit: (entry: DirectoryEntry) => boolean): Blocking<void>;

  /** Each close(2) of each descriptor. FUSE: FLUSH. @throws what close(2) is to return; the descriptor is gone anyway. */
  abstract flush(task: Task): Blocking<void>;

  abstract fsync(task: Task, datasync: boolean): Blocking<void>;

  /** The size for SEEK_END, in bytes, refreshed if the cache says so. */
  abstract endOfFile(task: Task): Blocking<number>;

  /**
   * What the file is ready for (POLL*), perhaps more than was `wanted`. A `poller` is told when to ask again.
   * Files that cannot tell are ready. FUSE: POLL, for regular files.
   */
  *poll(_task: Task, _wanted: number, _poller: Poller | null): Blocking<number> {
    return DEFAULT_POLLMASK;
  }

  /** A command of ioctl(2) that the VFS does not know. FUSE: IOCTL. @throws ENOTTY for files that know none either */
  *ioctl(_task: Task, _command: number, _argument: IoctlArgument): Blocking<number> {
    throw ENOTTY;
  }
}
