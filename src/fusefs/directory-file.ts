import { type Dirent, readDirents, readDirentsPlus } from '../abi/dirent.ts';
import { EISDIR, ENOTTY } from '../abi/errno.ts';
import { FOPEN_CACHE_DIR, FOPEN_NONSEEKABLE, FOPEN_STREAM, FUSE_FSYNC_FDATASYNC } from '../abi/fuse.ts';
import { PAGE_SIZE, STATX_MTIME } from '../abi/linux.ts';
import { FSYNCDIR, READDIR, READDIRPLUS, RELEASEDIR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type DirectoryReader, File, type IoctlArgument } from '../vfs/file.ts';
import type { Path } from '../vfs/mount.ts';
import { dropAdvised } from './advise.ts';
import { CachedListing, ListingPlace } from './cached-listing.ts';
import { refresh } from './getattr.ts';
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
  readonly #place = new ListingPlace();
  /** The listing that it is read from and adds to, with FOPEN_CACHE_DIR. */
  readonly #listing: CachedListing | null;

  constructor(path: Path, inode: FuseInode, flags: number, handle: Handle) {
    super(path, inode, flags);
    this.handle = handle;
    if ((handle.openFlags & FOPEN_CACHE_DIR) !== 0) inode.listing ??= new CachedListing(inode);
    this.#listing = (handle.openFlags & FOPEN_CACHE_DIR) === 0 ? null : inode.listing;
  }

  get isSeekable(): boolean {
    return (this.handle.openFlags & (FOPEN_NONSEEKABLE | FOPEN_STREAM)) === 0;
  }

  /**
   * Reads on from `cookie`. Entries that are not taken are forgotten: the next call asks for them again.
   * Entries before a faulty one have been given when this throws. What the server tells makes the access time stale.
   *
   * FUSE: nothing while the listing is cached. Else one READDIR or READDIRPLUS, for as many bytes as the caller has room
   * for, but at least a page and at most what a request may carry. An empty reply is the end. All that a READDIRPLUS tells
   * is cached, whatever is taken. Before, with FOPEN_CACHE_DIR and AUTO_INVAL_DATA: GETATTR at the beginning when the
   * time of change is stale.
   *
   * @throws EIO for a bad inode, or an entry without sense; what the server answers.
   * @see Linux fs/fuse/readdir.c, fuse_readdir()
   */
  *iterate(task: Task, reader: DirectoryReader): Blocking<void> {
    this.inode.check();
    if (this.#listing !== null) {
      yield* this.#learnTime(task);
      if (this.#listing.tryRead(this.#place, this.cookie, (dirent) => this.#give(dirent, reader))) return;
    }
    yield* this.#askOn(task, reader);
  }

  /** A listing that is begun, or read from its beginning, is told from an older one by the time of change. */
  *#learnTime(task: Task): Blocking<void> {
    if (this.cookie !== 0n || !this.inode.superblock.connection.features.AUTO_INVAL_DATA) return;
    yield* refresh(task, this.inode, STATX_MTIME);
  }

  /** @see Linux fs/fuse/readdir.c, fuse_readdir_uncached() */
  *#askOn(task: Task, reader: DirectoryReader): Blocking<void> {
    const { inode } = this;
    try {
      if (usesReaddirplus(inode, this.cookie)) yield* this.#readPlus(task, reader);
      else yield* this.#readPlain(task, reader);
    } finally {
      inode.accessed();
    }
  }

  *#readPlain(task: Task, reader: DirectoryReader): Blocking<void> {
    const { entries, error } = readDirents(yield* this.#ask(task, READDIR, reader.room));
    if (!entries.every((entry) => this.#told(entry, reader))) return;
    if (error !== null) throw error;
  }

  *#readPlus(task: Task, reader: DirectoryReader): Blocking<void> {
    const asked = this.inode.superblock.versions.now();
    const { entries, error } = readDirentsPlus(yield* this.#ask(task, READDIRPLUS, reader.room));
    let hasRoom = true;
    for (const entry of entries) {
      if (hasRoom) hasRoom = this.#told(entry, reader);
      yield* linkEntry(task, this.path.dentry, entry, asked);
    }
    if (error !== null) throw error;
  }

  #told(entry: Dirent, reader: DirectoryReader): boolean {
    this.#listing?.append(this.cookie, entry);
    return this.#give(entry, reader);
  }

  #give(entry: Dirent, reader: DirectoryReader): boolean {
    if (!reader.take(entry)) return false;
    this.cookie = entry.off;
    return true;
  }

  *#ask(task: Task, opcode: typeof READDIR | typeof READDIRPLUS, size: number): Blocking<Uint8Array> {
    const { inode, handle } = this;
    const room = Math.min(Math.max(size, PAGE_SIZE), inode.superblock.connection.limits.maxPages * PAGE_SIZE);
    const rest = { read_flags: 0, lock_owner: 0n, flags: this.flags };
    const body = { fh: handle.fh, offset: this.cookie, size: room, ...rest };
    const { data } = yield* inode.oneAtATime(task, () => inode.call(task, opcode, { body, room }));
    if (data.length === 0) this.#listing?.endsAt(this.cookie);
    return data;
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

  /** Only pages of the listing can be given up. @see Linux mm/fadvise.c, generic_fadvise() */
  override *advise(_task: Task, advice: number, offset: number, length: number): Blocking<void> {
    dropAdvised(this.inode, advice, { offset, length });
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
