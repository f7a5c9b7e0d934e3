import { ENOSYS, ENOTDIR, EXDEV } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO, FOPEN_NOFLUSH, FOPEN_NONSEEKABLE, FOPEN_STREAM, FUSE_FSYNC_FDATASYNC } from '../abi/fuse.ts';
import { O_DIRECT, PAGE_SIZE, STATX_SIZE } from '../abi/linux.ts';
import { FLUSH, FSYNC, LSEEK, RELEASE } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type CopyRange, File, type IoctlArgument, type TransferHow } from '../vfs/file.ts';
import type { FileLock, LockedRange } from '../vfs/file-lock.ts';
import type { Path } from '../vfs/mount.ts';
import type { Poller, Pollers } from '../vfs/poll.ts';
import { Readahead } from '../vfs/readahead.ts';
import { advise } from './advise.ts';
import { readCached, readPages, tryReadCached, tryViewCached } from './cached-read.ts';
import { writeCached } from './cached-write.ts';
import { copyFrom } from './copy-range.ts';
import { readAround, readDirect, writeDirect, writesBesideOthers } from './direct-io.ts';
import { fallocate } from './fallocate.ts';
import { refresh } from './getattr.ts';
import { type Handle, releaseHandle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { ioctl } from './ioctl.ts';
import { getlk, keepsLocks, setlk } from './locks.ts';
import { poll } from './poll.ts';

/** What a write did: the bytes written and the offset behind them. */
export interface Written {
  readonly written: number;
  readonly end: number;
}

/** How far reads of an inode's files go ahead if nobody says otherwise. */
const readaheadPages = ({ superblock }: FuseInode): number => superblock.connection.limits.maxReadahead / PAGE_SIZE;

/** An open regular file of a FUSE server. */
export class FuseFile extends File {
  declare readonly inode: FuseInode;
  readonly handle: Handle;
  /** Who waits for it to become ready. */
  readonly pollers: Pollers = new Set();
  readonly readahead: Readahead;
  #kh: bigint | null = null;

  constructor(path: Path, inode: FuseInode, flags: number, handle: Handle) {
    super(path, inode, flags);
    this.handle = handle;
    if (this.#mayCache) inode.cachingFiles++;
    this.readahead = new Readahead(readaheadPages(inode));
  }

  /** What the server knows it by in NOTIFY_POLL. */
  get kh(): bigint {
    this.#kh ??= this.inode.superblock.polledFiles.add(this.pollers);
    return this.#kh;
  }

  get isSeekable(): boolean {
    return !this.#has(FOPEN_NONSEEKABLE | FOPEN_STREAM);
  }

  /** FUSE: see readDirect(), readAround() and readCached(). A stream has no offsets: the server is told 0. */
  read(task: Task, buffer: Uint8Array, offset: number, how: TransferHow = this.defaultHow): Blocking<number> {
    this.inode.check();
    const at = this.#has(FOPEN_STREAM) ? 0 : offset;
    if (this.#has(FOPEN_DIRECT_IO)) return readDirect(task, this, buffer, at, how);
    if ((how.flags & O_DIRECT) !== 0) return readAround(task, this, buffer, at, how);
    return readCached(task, this, buffer, at);
  }

  override tryRead(buffer: Uint8Array, offset: number): number | undefined {
    return tryReadCached(this, buffer, this.#has(FOPEN_STREAM) ? 0 : offset);
  }

  override tryView(offset: number, length: number): Uint8Array | undefined {
    return tryViewCached(this, this.#has(FOPEN_STREAM) ? 0 : offset, length);
  }

  /** FUSE: see writeDirect() and writeCached(). */
  write(task: Task, data: Uint8Array, offset: number, how: TransferHow = this.defaultHow): Blocking<Written> {
    const at = this.#has(FOPEN_STREAM) ? 0 : offset;
    return this.#has(FOPEN_DIRECT_IO) ? writeDirect(task, this, data, at, how) : writeCached(task, this, data, at, how);
  }

  /** FUSE: FLUSH, unless the server said with FOPEN_NOFLUSH that it has no need of it. @see Linux fuse_flush() */
  *flush(task: Task): Blocking<void> {
    this.inode.check();
    if (this.#has(FOPEN_NOFLUSH)) return;
    const lock_owner = this.inode.superblock.lockOwner(task);
    yield* this.inode.call(task, FLUSH, { body: { fh: this.handle.fh, lock_owner } });
  }

  /** FUSE: FSYNC. */
  *fsync(task: Task, datasync: boolean): Blocking<void> {
    this.inode.check();
    const fsync_flags = datasync ? FUSE_FSYNC_FDATASYNC : 0;
    yield* this.inode.call(task, FSYNC, { body: { fh: this.handle.fh, fsync_flags } });
  }

  /** FUSE: GETLK where the server keeps POSIX locks. @see Linux fs/fuse/file.c, fuse_file_lock() */
  override getlk(task: Task, lock: FileLock): Blocking<LockedRange | undefined> {
    return keepsLocks(this, lock) ? getlk(task, this, lock) : super.getlk(task, lock);
  }

  /** FUSE: SETLK or SETLKW where the server keeps locks of this kind. @see Linux fuse_file_lock(), fuse_file_flock() */
  override setlk(task: Task, lock: FileLock, wait: 'wait' | 'try'): Blocking<void> {
    return keepsLocks(this, lock) ? setlk(task, this, lock, wait) : super.setlk(task, lock, wait);
  }

  /** FUSE: GETATTR with the handle when the size is stale. */
  *endOfFile(task: Task): Blocking<number> {
    yield* refresh(task, this.inode, STATX_SIZE, { handle: this.handle });
    return this.inode.size;
  }

  /**
   * FUSE: LSEEK, whose answer is taken as it is; from a server that has none as {@link endOfFile}.
   *
   * @throws what the server answers; ENXIO outside of the file when it has no LSEEK
   * @see Linux fs/fuse/file.c, fuse_lseek()
   */
  override *seekExtent(task: Task, offset: number, whence: number): Blocking<number> {
    try {
      const { body } = yield* this.inode.call(task, LSEEK, { body: { fh: this.handle.fh, offset, whence } });
      return body.offset;
    } catch (error) {
      if (error !== ENOSYS) throw error;
    }
    return yield* super.seekExtent(task, offset, whence);
  }

  /** FUSE: see fallocate(). */
  override fallocate(task: Task, mode: number, offset: number, length: number): Blocking<void> {
    return fallocate(task, this, mode, { offset, length });
  }

  /** FUSE servers are told what file is meant by one connection alone; to others Linux copies itself. */
  override mayCopyAcross(source: File): boolean {
    return source instanceof FuseFile;
  }

  /** FUSE: see copyFrom(). */
  override copyFrom(task: Task, source: File, range: CopyRange): Blocking<number> {
    if (!(source instanceof FuseFile)) throw EXDEV;
    return copyFrom(task, this, source, range);
  }

  override lockForWriting(offset: number, length: number, flags: number): 'exclusive' | 'shared' {
    return writesBesideOthers(this, offset, length, flags) ? 'shared' : 'exclusive';
  }

  /** FUSE: see readPages(): through the page cache even of files with FOPEN_DIRECT_IO, but not with O_DIRECT. */
  override spliceRead(task: Task, buffer: Uint8Array, offset: number): Blocking<number> {
    return (this.flags & O_DIRECT) === 0 ? readPages(task, this, buffer, offset) : this.read(task, buffer, offset);
  }

  /** FUSE: see advise(). */
  override advise(task: Task, advice: number, offset: number, length: number): Blocking<void> {
    return advise(task, this, advice, { offset, length });
  }

  /** FUSE: see poll(). */
  override poll(task: Task, wanted: number, poller: Poller | null): Blocking<number> {
    return poll(task, this, wanted, poller);
  }

  /** FUSE: see ioctl(). */
  override ioctl(task: Task, command: number, argument: IoctlArgument): Blocking<number> {
    return ioctl(task, this.inode, this.handle, { command, argument, isDirectory: false });
  }

  *iterate(): Blocking<void> {
    throw ENOTDIR;
  }

  /** FUSE: RELEASE. */
  protected closed(): void {
    if (this.#mayCache) this.inode.cachingFiles--;
    if (this.#kh !== null) this.inode.superblock.polledFiles.delete(this.#kh);
    releaseHandle(this.inode, this.handle, RELEASE, this.flags);
  }

  /** Whether its reads and writes go through the page cache. A file that the server did not open counts for nothing. */
  get #mayCache(): boolean {
    return this.handle.isReal && !this.#has(FOPEN_DIRECT_IO);
  }

  #has(openFlags: number): boolean {
    return (this.handle.openFlags & openFlags) !== 0;
  }
}
