import type { ByteString } from '../abi/bytes.ts';
import { ENOTTY, ENXIO, EOPNOTSUPP } from '../abi/errno.ts';
import { SEEK_DATA } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Credentials } from '../task/credentials.ts';
import { RwLock } from '../task/lock.ts';
import type { Task } from '../task/task.ts';
import type { Failure } from './error-sequence.ts';
import type { FileLock, LockedRange } from './file-lock.ts';
import type { Inode } from './inode.ts';
import { LockTable } from './lock-table.ts';
import type { Path } from './mount.ts';
import { DEFAULT_POLLMASK, type Poller } from './poll.ts';

/** One entry of a directory, as getdents(2) gives it. */
export interface DirectoryEntry {
  readonly ino: bigint;
  /** The opaque position behind this entry, to go on from. */
  readonly off: bigint;
  readonly type: number; // DT_*
  readonly name: ByteString;
}

/** Who is given a directory's entries. Linux's struct dir_context. */
export interface DirectoryReader {
  /** The room that is left for entries, in bytes. */
  readonly room: number;
  /** Takes an entry; false when there is no room for it. */
  take(entry: DirectoryEntry): boolean;
}

/** What copy_file_range(2) is to copy, all in bytes. */
export interface CopyRange {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** How one call reads or writes. Linux's struct kiocb and struct iov_iter. */
export interface TransferHow {
  /** The open file's flags, or those that RWF_ flags of the call make of them. */
  readonly flags: number;
  /** Bytes of each part of the caller's vector; none when the memory is in one piece. */
  readonly parts: readonly number[];
}

/** What ioctl(2) gets besides its command: the caller's memory, which it may fill, or a number. */
export type IoctlArgument = Uint8Array | number;

const NO_PARTS: readonly number[] = [];

/** What F_SETOWN and F_SETSIG of fcntl(2) set. Linux's struct fown_struct. */
export interface Signalling {
  /** Whose number `pid` is: F_OWNER_*. */
  readonly type: number;
  /** 0 for nobody. */
  readonly pid: number;
  readonly signal: number;
}

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
  /** This open(2) made it. Linux's FMODE_CREATED. */
  isCreated = false;
  /** Whom and how a signal would tell that it is ready; no file here sends any. Linux's f_owner. */
  signalling: Signalling | null = null;
  /** Where the next read or write begins, in bytes; for directories an opaque cookie. */
  position = 0;
  /** A directory's position: the opaque `next` of the last entry given. */
  cookie = 0n;
  /** Held by a call that uses and moves {@link position} or {@link cookie}. Linux's f_pos_lock. */
  readonly positionLock = new RwLock();
  /** The last failure to write back in the whole file system that syncfs(2) told here. Linux's f_sb_err. */
  toldOfAll: Failure | null;
  #references = 1;

  constructor(path: Path, inode: Inode, flags: number) {
    this.path = path;
    this.inode = inode.hold();
    path.hold();
    this.flags = flags;
    this.toldOfAll = inode.superblock.writebackErrors.sample();
  }

  hold(): this {
    this.#references++;
    return this;
  }

  /** Gives a reference back. Never sleeps: what the server must hear goes in the background. */
  release(): void {
    if (--this.#references > 0) return;
    this.inode.locks?.release(this);
    this.closed();
    this.inode.release();
    this.path.release();
  }

  /** The last reference has gone. FUSE: RELEASE or RELEASEDIR, in the background. */
  protected abstract closed(): void;

  /** Whether lseek(2), pread(2) and pwrite(2) work: ESPIPE if not. */
  abstract readonly isSeekable: boolean;

  /** Fills `buffer` from `offset` on; fewer bytes only at the end of the file or before an error. @returns bytes read */
  abstract read(task: Task, buffer: Uint8Array, offset: number, how?: TransferHow): Blocking<number>;

  /** {@link read} from the cache; undefined when that may have to sleep, and then nothing has changed. */
  tryRead(_buffer: Uint8Array, _offset: number): number | undefined {
    return undefined;
  }

  /**
   * The cache's own memory with the bytes from `offset` on: at least one, at most `length`, none at the end of the file.
   * It is never written to. Undefined when the cache does not hold them, or has to ask.
   */
  tryView(_offset: number, _length: number): Uint8Array | undefined {
    return undefined;
  }

  /**
   * Writes all of `data` at `offset`, or with O_APPEND in the flags at the end.
   * @returns the bytes written and the offset behind them.
   */
  abstract write(
    task: Task,
    data: Uint8Array,
    offset: number,
    how?: TransferHow,
  ): Blocking<{ readonly written: number; readonly end: number }>;

  /** How the caller of {@link write} holds the inode's lock for a range. */
  lockForWriting(_offset: number, _length: number, _flags: number): 'exclusive' | 'shared' {
    return 'exclusive';
  }

  /** What {@link read} and {@link write} do when nobody says how. */
  get defaultHow(): TransferHow {
    return { flags: this.flags, parts: NO_PARTS };
  }

  /**
   * Gives entries from `cookie` on to a reader, until it takes one no more or the directory ends. Moves `cookie` behind
   * the last entry taken.
   */
  abstract iterate(task: Task, reader: DirectoryReader): Blocking<void>;

  /** Each close(2) of each descriptor. FUSE: FLUSH. @throws what close(2) is to return; the descriptor is gone anyway. */
  abstract flush(task: Task): Blocking<void>;

  abstract fsync(task: Task, datasync: boolean): Blocking<void>;

  /** Begins to write a range back, or waits, as SYNC_FILE_RANGE_ bits say; all from `offset` on if `length` is 0. */
  *syncRange(_task: Task, _offset: number, _length: number, _flags: number): Blocking<void> {}

  /** The size for SEEK_END, in bytes, refreshed if the cache says so. */
  abstract endOfFile(task: Task): Blocking<number>;

  /**
   * Where data or a hole begins from `offset` on: `whence` is SEEK_DATA or SEEK_HOLE. A file system that does not know
   * takes all of the file for data, with a hole behind its end.
   *
   * @throws ENXIO outside of the file
   * @see Linux fs/read_write.c, generic_file_llseek_size()
   */
  *seekExtent(task: Task, offset: number, whence: number): Blocking<number> {
    const end = yield* this.endOfFile(task);
    if (offset < 0 || offset >= end) throw ENXIO;
    return whence === SEEK_DATA ? offset : end;
  }

  /** Reserves, clears or frees a range, as FALLOC_FL_ bits of `mode` say. @throws EOPNOTSUPP for a mode that it has not */
  *fallocate(_task: Task, _mode: number, _offset: number, _length: number): Blocking<void> {
    throw EOPNOTSUPP;
  }

  /** Whether copy_file_range(2) may copy here from that file, though it is in another file system. */
  mayCopyAcross(_source: File): boolean {
    return false;
  }

  /**
   * Copies from another file within the file system, this kernel seeing nothing of the bytes. The range is within the
   * source, is not empty, and does not overlap itself. @returns bytes copied, perhaps fewer
   *
   * @throws EOPNOTSUPP, EXDEV when it must be done by reading and writing
   */
  *copyFrom(_task: Task, _source: File, _range: CopyRange): Blocking<number> {
    throw EOPNOTSUPP;
  }

  /** How a range will be used (POSIX_FADV_*), all from `offset` on if `length` is 0. */
  *advise(_task: Task, _advice: number, _offset: number, _length: number): Blocking<void> {}

  /** As {@link read}, for bytes that go on to another file and not to the caller. Linux's splice_read. */
  spliceRead(task: Task, buffer: Uint8Array, offset: number): Blocking<number> {
    return this.read(task, buffer, offset);
  }

  /**
   * What is in the way of a lock, for fcntl(2) with F_GETLK; undefined when nothing is.
   * FUSE: GETLK where the server keeps such locks.
   */
  *getlk(_task: Task, lock: FileLock): Blocking<LockedRange | undefined> {
    return this.inode.locks?.conflict(lock);
  }

  /**
   * Takes or gives back a lock, for fcntl(2) and flock(2). FUSE: SETLK or SETLKW where the server keeps such locks.
   *
   * @throws EAGAIN when another's is in the way and `wait` is 'try'; EDEADLK; ERESTARTSYS for a signal while waiting
   */
  *setlk(task: Task, lock: FileLock, wait: 'wait' | 'try'): Blocking<void> {
    this.inode.locks ??= new LockTable();
    yield* this.inode.locks.set(task, lock, wait);
  }

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
