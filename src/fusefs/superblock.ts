import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { FUSE_SUPER_MAGIC, PAGE_SIZE } from '../abi/linux.ts';
import { DESTROY, STATFS, SYNCFS } from '../abi/opcodes.ts';
import type { fuse_attr, fuse_entry_out } from '../abi/structs.ts';
import type { Connection } from '../fuse/connection.ts';
import { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { Dentry } from '../vfs/dentry.ts';
import { DentryCache } from '../vfs/dentry-cache.ts';
import { ErrorSequence } from '../vfs/error-sequence.ts';
import type { Inode } from '../vfs/inode.ts';
import { PageCache } from '../vfs/page-cache.ts';
import type { StatFs } from '../vfs/stat.ts';
import type { Superblock } from '../vfs/superblock.ts';
import { AttributeTable } from './attribute-table.ts';
import { DirtyInodes, writeAll } from './dirty-inodes.ts';
import { FuseFileHandles } from './file-handles.ts';
import { FuseInode } from './inode.ts';
import { learnAttributes } from './learn-attributes.ts';
import { LockOwners } from './lock-owner.ts';
import { isCurrent, revalidate } from './lookup.ts';
import { takeNotifications } from './notifications.ts';
import { completeOptions, type FuseMountOptions } from './options.ts';
import { admits } from './permission.ts';
import { PolledFiles } from './poll.ts';
import { usedByWalk } from './readdirplus.ts';
import { expiry } from './validity.ts';
import { type Moment, Versions } from './versions.ts';

/** The caches that all file systems of a kernel share. */
interface Caches {
  readonly pageCache: PageCache;
  readonly dentryCache: DentryCache;
}

/**
 * A mounted FUSE server: its inodes by nodeid, and what all of them share.
 *
 * An inode is in the table while the server counts lookups of it that were not given back: from the reply that named it
 * to its eviction. One whose nodeid was reused is out of the table, and bad, but still counted.
 */
export class FuseSuperblock implements Superblock {
  readonly connection: Connection;
  readonly options: FuseMountOptions;
  readonly dev: number;
  isReadOnly: boolean;
  readonly root: Dentry;
  readonly versions = new Versions();
  readonly attributeTable = new AttributeTable();
  /** Where the pages of its files are kept, with those of other file systems. */
  readonly pageCache: PageCache;
  /** And its names. */
  readonly dentryCache: DentryCache;
  readonly writebackErrors = new ErrorSequence();
  readonly polledFiles = new PolledFiles();
  readonly dirtyInodes: DirtyInodes = new DirtyInodes(this);
  readonly handles = new FuseFileHandles(this);
  readonly #lockOwners = new LockOwners();
  readonly #inodes = new Map<bigint, FuseInode>();
  #isActive = true;

  /** `dev` is the device number that stat shows, as makedev() packs it. Sends nothing: the first use asks for the root. */
  constructor(
    connection: Connection,
    dev: number,
    options: Partial<FuseMountOptions> = {},
    { pageCache = new PageCache(), dentryCache = new DentryCache() }: Partial<Caches> = {},
  ) {
    this.pageCache = pageCache;
    this.dentryCache = dentryCache;
    this.connection = connection;
    this.dev = dev;
    this.options = completeOptions(options);
    this.isReadOnly = this.options.readOnly;
    this.root = new Dentry(null, '', dentryCache);
    const inode = this.inodeOf(rootEntry(this.options.rootMode), null);
    this.root.attach(inode);
    inode.release();
    takeNotifications(this);
    connection.abortListeners.add(() => this.polledFiles.wakeAll());
  }

  get nameMax(): number {
    return this.connection.limits.nameMax;
  }

  /** Monotonic milliseconds. */
  get now(): number {
    return this.connection.scheduler.clock.now();
  }

  /** Whether the server keeps its files on a block device: what Linux calls fuseblk. */
  get isOnBlockDevice(): boolean {
    return this.options.blockSize !== null;
  }

  /** What stat shows of a file that does not tell, in bytes. */
  get blockSize(): number {
    return this.options.blockSize ?? PAGE_SIZE;
  }

  /** Whether it is mounted: requests may be sent. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether modes, owners and access control lists are checked here: as mounted, or because the server took POSIX_ACL. */
  get enforcesModes(): boolean {
    return this.options.defaultPermissions || this.connection.features.POSIX_ACL;
  }

  /** Whether the task may enter this file system. */
  admits(task: Task): boolean {
    return admits(this.options, task.credentials);
  }

  /** What the server takes for the owner of locks: one for all threads of a process. */
  lockOwner(task: Task): bigint {
    return this.lockOwnerId(task instanceof Thread ? task.process.fds : task);
  }

  /** What the server knows an owner of locks by: a process's descriptor table, or an open file. */
  lockOwnerId(owner: object): bigint {
    return this.#lockOwners.idOf(owner);
  }

  /**
   * The inode that a reply names, held; made if there is none. Counts the lookup and takes over the attributes.
   * A nodeid that now names another file makes the old inode bad; the new one takes its place, except as the root.
   * `asked` is when the request was made, null for a request that created the name.
   *
   * @see Linux fs/fuse/inode.c, fuse_iget()
   */
  inodeOf(entry: fuse_entry_out, asked: Moment | null): FuseInode {
    const { nodeid, generation, attr, attr_valid, attr_valid_nsec } = entry;
    let inode = this.#inodes.get(nodeid);
    if (inode !== undefined && !inode.isNamedBy(entry)) {
      inode.isBad = true;
      if (nodeid !== FUSE_ROOT_ID) inode = undefined;
    }
    if (inode === undefined) {
      inode = new FuseInode(this, nodeid, generation, attr);
      this.#inodes.set(nodeid, inode);
    }
    inode.nlookup++;
    learnAttributes(inode, attr, { expires: expiry(this.now, attr_valid, attr_valid_nsec), asked });
    return inode.hold();
  }

  /** The inode that the server knows by this nodeid, for notifications. Not held. */
  inodeWith(nodeid: bigint): FuseInode | undefined {
    return this.#inodes.get(nodeid);
  }

  /**
   * Gives the lookups of an inode without references back.
   *
   * FUSE: FORGET, unless the file system is unmounted.
   *
   * @see Linux fs/fuse/inode.c, fuse_evict_inode()
   */
  evict(inode: FuseInode): void {
    inode.dropPages();
    if (inode.writeback !== null) inode.writeback.areTimesDirty = false;
    this.dirtyInodes.look(inode);
    if (this.#inodes.get(inode.nodeid) === inode) this.#inodes.delete(inode.nodeid);
    if (inode.attributes.nlink > 0) this.versions.countEviction();
    if (this.#isActive) this.connection.forget(inode.nodeid, inode.nlookup);
    inode.attributes.free();
  }

  tryRevalidate(dentry: Dentry, force: boolean): boolean {
    if (force || !isCurrent(dentry, this)) return false;
    usedByWalk(dentry);
    return true;
  }

  *revalidate(task: Task, dentry: Dentry): Blocking<boolean> {
    return yield* revalidate(task, dentry, this);
  }

  /**
   * statfs(2). A caller who may not enter gets zeros. Without an frsize, which old protocols lack, blocks are of bsize.
   *
   * FUSE: STATFS.
   *
   * @see Linux fs/fuse/inode.c, fuse_statfs(), and fs/statfs.c, statfs_by_dentry()
   */
  *statfs(task: Task, inode: Inode): Blocking<StatFs> {
    if (!this.admits(task)) return NOTHING;
    const { body } = yield* (inode as FuseInode).call(task, STATFS);
    const { bsize, blocks, bfree, bavail, files, ffree, namelen, frsize } = body.st;
    const unit = frsize === 0 ? bsize : frsize;
    return { type: FUSE_SUPER_MAGIC, bsize, blocks, bfree, bavail, files, ffree, namelen, frsize: unit };
  }

  /**
   * Only the server of a block device is asked to do the same.
   *
   * FUSE: what is to be written back, with WRITEBACK_CACHE; SYNCFS, to the server of a block device, unless the file system is read-only.
   *
   * @see Linux fs/fuse/inode.c, fuse_sync_fs(), and fs/sync.c, sync_filesystem()
   */
  *syncfs(task: Task): Blocking<void> {
    if (this.options.readOnly) return;
    yield* writeAll(task, this);
    if (!this.isOnBlockDevice) return;
    yield* (this.root.inode as FuseInode).call(task, SYNCFS, { body: {} });
  }

  /**
   * What umount(2) of the last mount does: what is not written yet is, the server of a block device may finish, all others find their device dead.
   *
   * FUSE: DESTROY, to the server of a block device once it has answered INIT.
   *
   * @see Linux fs/fuse/inode.c, fuse_conn_destroy()
   */
  *umount(task: Task): Blocking<void> {
    const { connection } = this;
    yield* writeAll(task, this);
    if (this.isOnBlockDevice && connection.state === 'connected') yield* connection.ask(task, DESTROY, 0n);
    this.kill();
    connection.abort('unmount');
  }

  kill(): void {
    this.#isActive = false;
    this.root.drop();
  }
}

const NOTHING: StatFs = {
  type: FUSE_SUPER_MAGIC,
  bsize: 0,
  blocks: 0,
  bfree: 0,
  bavail: 0,
  files: 0,
  ffree: 0,
  namelen: 0,
  frsize: 0,
};

/** The root, of which nothing but the type is known. Its attributes have expired. */
function rootEntry(mode: number): fuse_entry_out {
  const times = { atime: 0, mtime: 0, ctime: 0, atimensec: 0, mtimensec: 0, ctimensec: 0 };
  const owner = { uid: 0, gid: 0, nlink: 1, rdev: 0 };
  const attr: fuse_attr = { ino: FUSE_ROOT_ID, mode, size: 0, blocks: 0, blksize: 0, flags: 0, ...owner, ...times };
  const validity = { entry_valid: 0, entry_valid_nsec: 0, attr_valid: 0, attr_valid_nsec: 0 };
  return { nodeid: FUSE_ROOT_ID, generation: 0n, attr, ...validity };
}
