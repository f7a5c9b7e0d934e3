import { type Dirent, readDirents, readDirentsPlus } from '../abi/dirent.ts';
import { EISDIR, ENOTTY } from '../abi/errno.ts';
import { FOPEN_NONSEEKABLE, FOPEN_STREAM, FUSE_FSYNC_FDATASYNC } from '../abi/fuse.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { FSYNCDIR, READDIR, READDIRPLUS, RELEASEDIR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type DirectoryEntry, File, type IoctlArgument } from '../vfs/file.ts';
import type { Path } from '../vfs/mount.ts';
import { type Handle, releaseHandle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { ioctl } from './ioctl.ts';
import { linkEntry, usesReaddirplus } from './readdirplus.ts';

/** The first minor of the protocol whose servers expect IOCTL for directories. */
const MINOR_WITH_IOCTL_DIR = 18;

/** An open directory of a FUSE server. */
export class FuseDirectoryFile extends File {
  declare readonly inode: FuseInode;
  readonly handle: Handle;

  constructor(path: Path, inode: FuseInode, flags: number, handle: Handle) {
    super(path, inode, flags);
    this.handle = handle;
  }

  get isSeekable(): boolean {
    return (this.handle.openFlags & (FOPEN_NONSEEKABLE | FOPEN_STREAM)) === 0;
  }

  /**
   * Reads on from `cookie`. Entries that `emit` refuses are forgotten: the next call asks for them again.
   * Entries before a faulty one have been emitted when this throws. Makes the access time stale.
   *
   * FUSE: one READDIR or READDIRPLUS, for as many bytes as the caller has room for, but at least a page and at most what a
   * request may carry. An empty reply is the end. All that a READDIRPLUS tells is cached, whatever `emit` takes.
   *
   * @throws EIO for a bad inode, or an entry without sense; what the server answers.
   * @see Linux fs/fuse/readdir.c, fuse_readdir_uncached()
   */
  *iterate(task: Task, size: number, emit: (entry: DirectoryEntry) => boolean): Blocking<void> {
    const { inode } = this;
    inode.check();
    try {
      if (usesReaddirplus(inode, this.cookie)) yield* this.#readPlus(task, size, emit);
      else yield* this.#readPlain(task, size, emit);
    } finally {
      inode.accessed();
    }
  }

  *#readPlain(task: Task, size: number, emit: (entry: DirectoryEntry) => boolean): Blocking<void> {
    const { entries, error } = readDirents(yield* this.#ask(task, READDIR, size));
    if (!entries.every((entry) => this.#emit(entry, emit))) return;
    if (error !== null) throw error;
  }

  *#readPlus(task: Task, size: number, emit: (entry: DirectoryEntry) => boolean): Blocking<void> {
    const asked = this.inode.superblock.versions.now();
    const { entries, error } = readDirentsPlus(yield* this.#ask(task, READDIRPLUS, size));
    let hasRoom = true;
    for (const entry of entries) {
      if (hasRoom) hasRoom = this.#emit(entry, emit);
      yield* linkEntry(task, this.path.dentry, entry, asked);
    }
    if (error !== null) throw error;
  }

  #emit({ ino, off, type, name }: Dirent, emit: (entry: DirectoryEntry) => boolean): boolean {
    if (!emit({ ino, next: off, type, name })) return false;
    this.cookie = off;
    return true;
  }

  *#ask(task: Task, opcode: typeof READDIR | typeof READDIRPLUS, size: number): Blocking<Uint8Array> {
    const { inode, handle } = this;
    const room = Math.min(Math.max(size, PAGE_SIZE), inode.superblock.connection.limits.maxPages * PAGE_SIZE);
    const rest = { read_flags: 0, lock_owner: 0n, flags: this.flags };
    const body = { fh: handle.fh, offset: this.cookie, size: room, ...rest };
    return (yield* inode.oneAtATime(task, () => inode.call(task, opcode, { body, room }))).data;
  }

  /** FUSE: FSYNCDIR. @throws EIO for a bad inode; what the server answers. */
  *fsync(task: Task, datasync: boolean): Blocking<void> {
    this.inode.check();
    const fsync_flags = datasync ? FUSE_FSYNC_FDATASYNC : 0;
    yield* this.inode.call(task, FSYNCDIR, { body: { fh: this.handle.fh, fsync_flags } });
  }

  /** Closing a directory tells the server nothing before the last reference has gone. */
  *flush(): Blocking<void> {}

  *endOfFile(): Blocking<number> {
    return this.inode.size;
  }

  *read(): Blocking<number> {
    throw EISDIR;
  }

  *write(): Blocking<never> {
    throw EISDIR;
  }

  /** FUSE: see ioctl(). @throws ENOTTY for a server that is too old; as ioctl() @see Linux fs/fuse/ioctl.c, fuse_dir_ioctl() */
  override *ioctl(task: Task, command: number, argument: IoctlArgument): Blocking<number> {
    const { minor } = this.inode.superblock.connection.limits;
    if (minor < MINOR_WITH_IOCTL_DIR) throw ENOTTY;
    return yield* ioctl(task, this.inode, this.handle, { command, argument, isDirectory: true });
  }

  /** FUSE: RELEASEDIR. */
  protected closed(): void {
    releaseHandle(this.inode, this.handle, RELEASEDIR, this.flags);
  }
}
