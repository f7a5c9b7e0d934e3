import { ENOTDIR } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO, FOPEN_NOFLUSH, FOPEN_NONSEEKABLE, FOPEN_STREAM, FUSE_FSYNC_FDATASYNC } from '../abi/fuse.ts';
import { STATX_SIZE } from '../abi/linux.ts';
import { FLUSH, FSYNC, RELEASE } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type DirectoryEntry, File, type IoctlArgument } from '../vfs/file.ts';
import type { Path } from '../vfs/mount.ts';
import type { Poller, Pollers } from '../vfs/poll.ts';
import { readDirect, writeDirect } from './direct-io.ts';
import { readCached, writeCached } from './file-io.ts';
import { refresh } from './getattr.ts';
import { type Handle, releaseHandle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { ioctl } from './ioctl.ts';
import { poll } from './poll.ts';

/** What a write did: the bytes written and the offset behind them. */
export interface Written {
  readonly written: number;
  readonly end: number;
}

/** An open regular file of a FUSE server. */
export class FuseFile extends File {
  declare readonly inode: FuseInode;
  readonly handle: Handle;
  /** Who waits for it to become ready. */
  readonly pollers: Pollers = new Set();
  #kh: bigint | null = null;

  constructor(path: Path, inode: FuseInode, flags: number, handle: Handle) {
    super(path, inode, flags);
    this.handle = handle;
  }

  /** What the server knows it by in NOTIFY_POLL. */
  get kh(): bigint {
    this.#kh ??= this.inode.superblock.polledFiles.add(this.pollers);
    return this.#kh;
  }

  get isSeekable(): boolean {
    return !this.#has(FOPEN_NONSEEKABLE | FOPEN_STREAM);
  }

  /** FUSE: see readDirect() and readCached(). A stream has no offsets: the server is told 0. */
  read(task: Task, buffer: Uint8Array, offset: number): Blocking<number> {
    const at = this.#has(FOPEN_STREAM) ? 0 : offset;
    return this.#has(FOPEN_DIRECT_IO) ? readDirect(task, this, buffer, at) : readCached(task, this, buffer, at);
  }

  /** FUSE: see writeDirect() and writeCached(). */
  write(task: Task, data: Uint8Array, offset: number): Blocking<Written> {
    const at = this.#has(FOPEN_STREAM) ? 0 : offset;
    return this.#has(FOPEN_DIRECT_IO) ? writeDirect(task, this, data, at) : writeCached(task, this, data, at);
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

  /** FUSE: GETATTR with the handle when the size is stale. */
  *endOfFile(task: Task): Blocking<number> {
    yield* refresh(task, this.inode, STATX_SIZE, { handle: this.handle });
    return this.inode.size;
  }

  /** FUSE: see poll(). */
  override poll(task: Task, wanted: number, poller: Poller | null): Blocking<number> {
    return poll(task, this, wanted, poller);
  }

  /** FUSE: see ioctl(). */
  override ioctl(task: Task, command: number, argument: IoctlArgument): Blocking<number> {
    return ioctl(task, this.inode, this.handle, { command, argument, isDirectory: false });
  }

  *iterate(_task: Task, _size: number, _emit: (entry: DirectoryEntry) => boolean): Blocking<void> {
    throw ENOTDIR;
  }

  /** FUSE: RELEASE. */
  protected closed(): void {
    if (this.#kh !== null) this.inode.superblock.polledFiles.delete(this.#kh);
    releaseHandle(this.inode, this.handle, RELEASE, this.flags);
  }

  #has(openFlags: number): boolean {
    return (this.handle.openFlags & openFlags) !== 0;
  }
}
