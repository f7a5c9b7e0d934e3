import type { ByteString } from '../abi/bytes.ts';
import { EIO, type Errno } from '../abi/errno.ts';
import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { S_IFREG, S_ISVTX, STATX_ATIME, STATX_CTIME, STATX_MTIME, STATX_SIZE } from '../abi/linux.ts';
import type { Opcode } from '../abi/opcodes.ts';
import type { Acl, AclName } from '../abi/posix-acl.ts';
import type { fuse_attr, fuse_entry_out } from '../abi/structs.ts';
import type { Call, Reply } from '../fuse/connection.ts';
import type { Blocking } from '../task/blocking.ts';
import { RwLock } from '../task/lock.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { File } from '../vfs/file.ts';
import type { FileAttributes, FileAttributesForm } from '../vfs/file-attributes.ts';
import { Inode, type Opened } from '../vfs/inode.ts';
import { Mapping } from '../vfs/mapping.ts';
import { type Mount, Path } from '../vfs/mount.ts';
import type { AttributeChange, Stat } from '../vfs/stat.ts';
import { getAcl, setAcl } from './acl.ts';
import { AclCache } from './acl-cache.ts';
import { Attributes } from './attributes.ts';
import { bmap } from './bmap.ts';
import type { CachedListing } from './cached-listing.ts';
import { link, mkdir, mknod, symlink } from './create.ts';
import { getFileAttributes, setFileAttributes } from './file-attributes.ts';
import { getattr, tryGetattr } from './getattr.ts';
import { lookup } from './lookup.ts';
import { atomicOpen, open, tmpfile } from './open.ts';
import { permission, tryPermission } from './permission.ts';
import { readlink, tryReadlink } from './readlink.ts';
import { rename, rmdir, unlink } from './remove.ts';
import { setattr } from './setattr.ts';
import type { FuseSuperblock } from './superblock.ts';
import { Writeback } from './writeback.ts';
import { getxattr, listxattr, removexattr, setxattr } from './xattr.ts';

/** What this kernel knows better than the server, with WRITEBACK_CACHE. Linux's fuse_get_cache_mask(). */
const OWNED = STATX_SIZE | STATX_MTIME | STATX_CTIME;

/** A file of a FUSE server, known to it by nodeid. Analogous to Linux's struct fuse_inode. */
export class FuseInode extends Inode {
  declare readonly superblock: FuseSuperblock;
  readonly nodeid: bigint;
  readonly generation: bigint;
  readonly attributes: Attributes;
  /** With WRITEBACK_CACHE: what the server does not have yet; null while it was never open for writing. */
  writeback: Writeback | null = null;
  /** How many files of it are open whose reads and writes go through the page cache. Linux's iocachectr. */
  cachingFiles = 0;
  /** References that the server must be told to forget. */
  nlookup = 0;
  /** The server contradicted itself about this file: everything fails with EIO from now on. */
  isBad = false;
  /** Of a directory: what it lists, once it was open with FOPEN_CACHE_DIR. Linux's rdc. */
  listing: CachedListing | null = null;
  /** Of a directory: names in it are used, so READDIRPLUS is worth its cost. Linux's FUSE_I_ADVISE_RDPLUS. */
  isReaddirplusAdvised = false;
  /** A READDIRPLUS told of it, and no walk has made use of that yet. Linux's FUSE_I_INIT_RDPLUS. */
  isFromReaddirplus = false;
  // Of the files that are known few are used otherwise: what that takes is made when first needed.
  #acls: AclCache | null = null;
  #mapping: Mapping | null = null;
  #serial: RwLock | null = null;

  /** Of `attr` only the type and device number are taken: the caller applies it. */
  constructor(superblock: FuseSuperblock, nodeid: bigint, generation: bigint, attr: fuse_attr) {
    super(superblock);
    this.nodeid = nodeid;
    this.generation = generation === 0n ? 0n : generation; // The constant, in place of one more object.
    this.attributes = new Attributes(superblock.attributeTable, superblock.versions, attr);
  }

  /** The root is older than what was agreed on. */
  get acls(): AclCache {
    const keeps = this.superblock.connection.features.POSIX_ACL && this.nodeid !== FUSE_ROOT_ID;
    this.#acls ??= new AclCache(keeps ? 'keep' : 'ask always');
    return this.#acls;
  }

  /** Its access control lists may have changed. */
  forgetAcls(): void {
    this.#acls?.forget();
  }

  /** The cached pages: a file's data, a directory's listing, a symlink's target. */
  get mapping(): Mapping {
    this.#mapping ??= new Mapping(this.superblock.pageCache);
    return this.#mapping;
  }

  get hasPages(): boolean {
    return this.#mapping?.isEmpty === false;
  }

  /** All its pages go, whatever is in them. */
  dropPages(): void {
    this.#mapping?.drop(0);
  }

  get type(): number {
    return this.attributes.type;
  }

  /** The sticky bit shows only where it is enforced here. */
  get mode(): number {
    const { mode } = this.attributes;
    return this.enforcesModes ? mode : mode & ~S_ISVTX;
  }

  get uid(): number {
    return this.attributes.uid;
  }

  get gid(): number {
    return this.attributes.gid;
  }

  get size(): number {
    return this.attributes.size;
  }

  get blocks(): number {
    return this.attributes.blocks;
  }

  get ino(): bigint {
    return this.attributes.ino;
  }

  /** The attributes (STATX_*) that this kernel answers for, and not the server: of regular files, with WRITEBACK_CACHE. */
  get ownedFields(): number {
    return this.superblock.connection.features.WRITEBACK_CACHE && this.type === S_IFREG ? OWNED : 0;
  }

  /** What there is to be written back of it, made when first needed. */
  needWriteback(): Writeback {
    this.writeback ??= new Writeback(this.superblock.writebackErrors);
    return this.writeback;
  }

  get enforcesModes(): boolean {
    return this.superblock.enforcesModes;
  }

  get truncatesOnOpen(): boolean {
    return this.superblock.connection.features.ATOMIC_O_TRUNC;
  }

  /** @throws EIO when the inode is bad. */
  check(): void {
    if (this.isBad) throw EIO;
  }

  /** Whether a reply that gives this nodeid means the same file. Generations count with 32 bits, as in Linux. */
  isNamedBy({ generation, attr }: fuse_entry_out): boolean {
    if (!this.attributes.isOfType(attr.mode)) return false;
    return generation === this.generation || BigInt.asUintN(32, generation ^ this.generation) === 0n;
  }

  /** It was read: the access time is stale, unless the file system is read-only. @see Linux, fuse_invalidate_atime() */
  accessed(): void {
    if (!this.superblock.isReadOnly) this.attributes.invalidate(STATX_ATIME);
  }

  /** A request about this inode. @throws the server's errno */
  call<In, Out>(task: Task, opcode: Opcode<In, Out>, call?: Call<In>): Blocking<Reply<Out>> {
    return this.superblock.connection.call(task, opcode, this.nodeid, call);
  }

  /** As {@link call}; the server's errno is a value. */
  ask<In, Out>(task: Task, opcode: Opcode<In, Out>, call?: Call<In>): Blocking<Reply<Out> | Errno> {
    return this.superblock.connection.ask(task, opcode, this.nodeid, call);
  }

  /** Runs `code` alone among all that go this way, for servers that did not say they can do with several at once. */
  *oneAtATime<T>(task: Task, code: () => Blocking<T>): Blocking<T> {
    if (this.superblock.connection.features.PARALLEL_DIROPS) return yield* code();
    this.#serial ??= new RwLock();
    const serial = this.#serial;
    yield* serial.lock(task, () => `directory ${this.nodeid}, which takes one request at a time`);
    try {
      return yield* code();
    } finally {
      serial.unlock();
    }
  }

  protected evict(): void {
    this.superblock.evict(this);
  }

  tryPermission(task: Task, mask: number): boolean | undefined {
    return tryPermission(task, this, mask);
  }

  permission(task: Task, mask: number): Blocking<void> {
    return permission(task, this, mask);
  }

  tryGetattr(task: Task, mask: number, flags: number): Stat | undefined {
    return tryGetattr(task, this, mask, flags);
  }

  getattr(task: Task, mask: number, flags: number): Blocking<Stat> {
    return getattr(task, this, mask, flags);
  }

  setattr(task: Task, dentry: Dentry, change: AttributeChange): Blocking<void> {
    return setattr(task, this, dentry, change);
  }

  lookup(task: Task, dentry: Dentry): Blocking<Dentry> {
    return lookup(task, this, dentry);
  }

  atomicOpen(
    task: Task,
    mount: Mount,
    dentry: Dentry,
    flags: number,
    mode: number,
    umask: number,
  ): Blocking<Opened | undefined> {
    return atomicOpen(task, this, new Path(mount, dentry), { flags, mode, umask });
  }

  tmpfile(task: Task, mount: Mount, dentry: Dentry, flags: number, mode: number, umask: number): Blocking<File> {
    return tmpfile(task, this, new Path(mount, dentry), { flags, mode, umask });
  }

  mknod(task: Task, dentry: Dentry, mode: number, rdev: number, umask: number): Blocking<void> {
    return mknod(task, this, dentry, { mode, rdev, umask });
  }

  mkdir(task: Task, dentry: Dentry, mode: number, umask: number): Blocking<void> {
    return mkdir(task, this, dentry, { mode, umask });
  }

  symlink(task: Task, dentry: Dentry, target: ByteString): Blocking<void> {
    return symlink(task, this, dentry, target);
  }

  link(task: Task, source: Inode, dentry: Dentry): Blocking<void> {
    return link(task, this, source as FuseInode, dentry);
  }

  unlink(task: Task, dentry: Dentry): Blocking<void> {
    return unlink(task, this, dentry);
  }

  rmdir(task: Task, dentry: Dentry): Blocking<void> {
    return rmdir(task, this, dentry);
  }

  rename(task: Task, source: Dentry, targetDir: Inode, target: Dentry, flags: number): Blocking<void> {
    return rename(task, { dir: this, dentry: source }, { dir: targetDir as FuseInode, dentry: target }, flags);
  }

  override tryReadlink(): ByteString | undefined {
    return tryReadlink(this);
  }

  readlink(task: Task): Blocking<ByteString> {
    return readlink(task, this);
  }

  open(task: Task, mount: Mount, dentry: Dentry, flags: number): Blocking<File> {
    return open(task, this, new Path(mount, dentry), flags);
  }

  getxattr(task: Task, name: ByteString, size: number): Blocking<Uint8Array | number> {
    return getxattr(task, this, name, size);
  }

  setxattr(task: Task, name: ByteString, value: Uint8Array, flags: number): Blocking<void> {
    return setxattr(task, this, name, value, { flags });
  }

  listxattr(task: Task, size: number): Blocking<Uint8Array | number> {
    return listxattr(task, this, size);
  }

  removexattr(task: Task, name: ByteString): Blocking<void> {
    return removexattr(task, this, name);
  }

  getAcl(task: Task, name: AclName): Blocking<Acl | null> {
    return getAcl(task, this, name);
  }

  setAcl(task: Task, name: AclName, acl: Acl | null): Blocking<void> {
    return setAcl(task, this, name, acl);
  }

  override bmap(task: Task, block: number): Blocking<number> {
    return bmap(task, this, block);
  }

  override getFileAttributes(task: Task, form: FileAttributesForm): Blocking<FileAttributes> {
    return getFileAttributes(task, this, form);
  }

  override setFileAttributes(task: Task, change: FileAttributes): Blocking<void> {
    return setFileAttributes(task, this, change);
  }
}
