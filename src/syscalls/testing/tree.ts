import type { ByteString } from '../../abi/bytes.ts';
import { EEXIST, EINVAL, ENODATA, ENOENT, ENOTDIR, ENOTEMPTY, EOPNOTSUPP, EPERM, ERANGE } from '../../abi/errno.ts';
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  makedev,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_TRUNC,
  RENAME_EXCHANGE,
  RENAME_WHITEOUT,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
  STATX_BASIC_STATS,
  typeOfMode,
  XATTR_CREATE,
  XATTR_REPLACE,
} from '../../abi/linux.ts';
import { type Acl, type AclName, decodeAcl, encodeAcl } from '../../abi/posix-acl.ts';
import type { Blocking } from '../../task/blocking.ts';
import type { Timespec } from '../../task/clock.ts';
import { inGroup } from '../../task/credentials.ts';
import type { Task } from '../../task/task.ts';
import { Dentry } from '../../vfs/dentry.ts';
import { ErrorSequence } from '../../vfs/error-sequence.ts';
import { type DirectoryReader, File } from '../../vfs/file.ts';
import { Inode, type Opened } from '../../vfs/inode.ts';
import { type Mount, Path } from '../../vfs/mount.ts';
import { isOwner, modeAllows, permission } from '../../vfs/permission.ts';
import type { AttributeChange, Stat, StatFs } from '../../vfs/stat.ts';
import type { Superblock } from '../../vfs/superblock.ts';

const CREATION = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC;

/** Called before each operation of a tree; it may sleep or throw what the operation is to throw. */
export type Before = (task: Task, operation: string) => Blocking<void>;

/** A file system in memory that does what its callers ask and checks modes: what system calls are tested on. */
export class Tree implements Superblock {
  readonly dev = makedev(0, 42);
  readonly nameMax = 255;
  isReadOnly = false;
  readonly writebackErrors = new ErrorSequence();
  readonly root: Dentry;
  /** Operations in the order they came: "lookup f", "open f", "flush". */
  readonly log: string[] = [];
  /** Who decides about the next operations. */
  before: Before = function* () {};
  readonly truncatesOnOpen: boolean;
  /** Every inode that somebody refers to. */
  readonly inUse = new Set<TreeInode>();
  #lastIno = 0n;

  constructor(options: { readonly truncatesOnOpen?: boolean } = {}) {
    this.truncatesOnOpen = options.truncatesOnOpen ?? false;
    this.root = new Dentry(null, '').hold();
    this.root.attach(new TreeInode(this, S_IFDIR | 0o755, { uid: 0, gid: 0 }));
  }

  *enter(task: Task, operation: string): Blocking<void> {
    this.log.push(operation);
    yield* this.before(task, operation);
  }

  newIno(): bigint {
    return ++this.#lastIno;
  }

  tryRevalidate(_dentry: Dentry, force: boolean): boolean {
    return !force;
  }

  *revalidate(task: Task, dentry: Dentry): Blocking<boolean> {
    yield* this.enter(task, `revalidate ${dentry.name}`);
    const parent = dentry.parent?.inode as TreeInode | null;
    return parent?.children.get(dentry.name) === dentry.inode;
  }

  *statfs(): Blocking<StatFs> {
    const none = { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
    return { type: 0x7472_6565, bsize: 4096, frsize: 4096, namelen: this.nameMax, ...none };
  }

  *syncfs(task: Task): Blocking<void> {
    yield* this.enter(task, 'syncfs');
  }

  kill(): void {}
}

/** A file, directory, symlink or node of a {@link Tree}. */
export class TreeInode extends Inode {
  declare readonly superblock: Tree;
  readonly enforcesModes = true;
  readonly ino: bigint;
  readonly type: number;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  rdev = 0;
  target: ByteString = '';
  content = new Uint8Array(0);
  atime: Timespec = { seconds: 0, nanoseconds: 0 };
  mtime: Timespec = { seconds: 0, nanoseconds: 0 };
  readonly children = new Map<ByteString, TreeInode>();
  readonly xattrs = new Map<ByteString, Uint8Array>();

  constructor(superblock: Tree, mode: number, owner: { readonly uid: number; readonly gid: number }) {
    super(superblock);
    this.ino = superblock.newIno();
    this.type = mode & S_IFMT;
    this.mode = mode;
    this.uid = owner.uid;
    this.gid = owner.gid;
    this.nlink = this.type === S_IFDIR ? 2 : 1;
  }

  get size(): number {
    return this.type === S_IFLNK ? this.target.length : this.content.length;
  }

  get blocks(): number {
    return Math.ceil(this.size / 512);
  }

  get truncatesOnOpen(): boolean {
    return this.superblock.truncatesOnOpen;
  }

  override hold(): this {
    this.superblock.inUse.add(this);
    return super.hold();
  }

  protected override evict(): void {
    this.superblock.inUse.delete(this);
  }

  override tryPermission(task: Task, mask: number): boolean {
    return modeAllows(task.credentials, this, mask);
  }

  override *permission(task: Task, mask: number): Blocking<void> {
    yield* permission(task, this, mask);
  }

  override tryGetattr(): Stat {
    const { superblock, ino, mode, nlink, uid, gid, rdev, size, blocks, atime, mtime } = this;
    return {
      dev: superblock.dev,
      ino,
      mode,
      nlink,
      uid,
      gid,
      rdev,
      size,
      blksize: 4096,
      blocks,
      atime,
      mtime,
      ctime: mtime,
      btime: null,
      mask: STATX_BASIC_STATS,
    };
  }

  override *getattr(): Blocking<Stat> {
    return this.tryGetattr();
  }

  override *setattr(task: Task, _dentry: Dentry, change: AttributeChange): Blocking<void> {
    yield* this.superblock.enter(task, `setattr ${Object.keys(change).join(' ')}`);
    this.#checkChange(task, change);
    const { mode, uid, gid, size, atime, mtime } = change;
    if (mode !== undefined) this.mode = this.type | mode;
    this.uid = uid ?? this.uid;
    this.gid = gid ?? this.gid;
    if (size !== undefined) this.resize(size);
    const now = task.scheduler.clock.wall();
    if (atime !== undefined) this.atime = atime === 'now' ? now : atime;
    if (mtime !== undefined) this.mtime = mtime === 'now' ? now : mtime;
  }

  /** Linux fs/attr.c, setattr_prepare() */
  #checkChange({ credentials }: Task, { mode, uid, gid, atime, mtime }: AttributeChange): void {
    const mayChown = credentials.capabilities.has('CAP_CHOWN');
    const owns = this.uid === credentials.fsuid;
    if (uid !== undefined && !mayChown && !(owns && uid === this.uid)) throw EPERM;
    if (gid !== undefined && !mayChown && !(owns && (gid === this.gid || inGroup(credentials, gid)))) throw EPERM;
    const isTouch = atime === 'now' && mtime === 'now';
    const needsOwner = mode !== undefined || (!isTouch && (atime !== undefined || mtime !== undefined));
    if (needsOwner && !isOwner(credentials, this)) throw EPERM;
  }

  resize(size: number): void {
    const content = new Uint8Array(size);
    content.set(this.content.subarray(0, size));
    this.content = content;
  }

  override *lookup(task: Task, dentry: Dentry): Blocking<Dentry> {
    yield* this.superblock.enter(task, `lookup ${dentry.name}`);
    if (this.type !== S_IFDIR) throw ENOTDIR;
    dentry.attach(this.children.get(dentry.name) ?? null);
    return dentry;
  }

  override *atomicOpen(
    task: Task,
    mount: Mount,
    dentry: Dentry,
    flags: number,
    mode: number,
    umask: number,
  ): Blocking<Opened | undefined> {
    yield* this.superblock.enter(task, `create ${dentry.name}`);
    const inode = this.#add(task, dentry, mode & ~umask);
    return { file: new TreeFile(new Path(mount, dentry), inode, flags & ~CREATION), created: true };
  }

  override *tmpfile(
    task: Task,
    mount: Mount,
    dentry: Dentry,
    flags: number,
    mode: number,
    umask: number,
  ): Blocking<File> {
    yield* this.superblock.enter(task, 'tmpfile');
    const inode = this.#make(task, mode & ~umask);
    inode.nlink = 0;
    dentry.attachUnnamed(inode);
    return new TreeFile(new Path(mount, dentry), inode, flags & ~CREATION);
  }

  override *mknod(task: Task, dentry: Dentry, mode: number, rdev: number, umask: number): Blocking<void> {
    yield* this.superblock.enter(task, `mknod ${dentry.name}`);
    this.#add(task, dentry, mode & ~umask).rdev = rdev;
  }

  override *mkdir(task: Task, dentry: Dentry, mode: number, umask: number): Blocking<void> {
    yield* this.superblock.enter(task, `mkdir ${dentry.name}`);
    this.#add(task, dentry, (mode & ~umask) | (this.mode & S_ISGID));
    this.nlink++;
  }

  override *symlink(task: Task, dentry: Dentry, target: ByteString): Blocking<void> {
    yield* this.superblock.enter(task, `symlink ${dentry.name}`);
    this.#add(task, dentry, S_IFLNK | 0o777).target = target;
  }

  override *link(task: Task, source: Inode, dentry: Dentry): Blocking<void> {
    yield* this.superblock.enter(task, `link ${dentry.name}`);
    (source as TreeInode).nlink++;
    this.children.set(dentry.name, source as TreeInode);
    dentry.attach(source);
  }

  override *unlink(task: Task, dentry: Dentry): Blocking<void> {
    yield* this.superblock.enter(task, `unlink ${dentry.name}`);
    this.#take(dentry).nlink--;
  }

  override *rmdir(task: Task, dentry: Dentry): Blocking<void> {
    yield* this.superblock.enter(task, `rmdir ${dentry.name}`);
    if ((dentry.inode as TreeInode).children.size > 0) throw ENOTEMPTY;
    this.#take(dentry).nlink = 0;
  }

  override *rename(task: Task, source: Dentry, targetDir: Inode, target: Dentry, flags: number): Blocking<void> {
    yield* this.superblock.enter(task, `rename ${source.name} ${target.name}`);
    const replaced = target.inode as TreeInode | null;
    const isExchange = (flags & RENAME_EXCHANGE) !== 0;
    if (!isExchange && replaced !== null && replaced.children.size > 0) throw ENOTEMPTY;
    const to = targetDir as TreeInode;
    const moved = this.#take(source);
    if ((flags & RENAME_WHITEOUT) !== 0) this.#put(source.name, this.#make(task, S_IFCHR));
    if (replaced !== null) to.#take(target);
    if (replaced !== null && isExchange) this.#put(source.name, replaced);
    else if (replaced !== null) replaced.nlink = replaced.type === S_IFDIR ? 0 : replaced.nlink - 1;
    to.#put(target.name, moved);
  }

  override *readlink(task: Task): Blocking<ByteString> {
    yield* this.superblock.enter(task, 'readlink');
    if (this.type !== S_IFLNK) throw EINVAL;
    return this.target;
  }

  override *open(task: Task, mount: Mount, dentry: Dentry, flags: number): Blocking<File> {
    yield* this.superblock.enter(task, `open ${dentry.name}`);
    return new TreeFile(new Path(mount, dentry), this, flags);
  }

  override *getxattr(_task: Task, name: ByteString, size: number): Blocking<Uint8Array | number> {
    const value = this.xattrs.get(name);
    if (value === undefined) throw ENODATA;
    return within(value, size);
  }

  override *setxattr(task: Task, name: ByteString, value: Uint8Array, flags: number): Blocking<void> {
    yield* this.superblock.enter(task, `setxattr ${name}`);
    if (this.xattrs.has(name) && (flags & XATTR_CREATE) !== 0) throw EEXIST;
    if (!this.xattrs.has(name) && (flags & XATTR_REPLACE) !== 0) throw ENODATA;
    this.xattrs.set(name, value.slice());
  }

  override *listxattr(_task: Task, size: number): Blocking<Uint8Array | number> {
    const names = [...this.xattrs.keys()].map((name) => `${name}\0`).join('');
    return within(
      Uint8Array.from(names, (char) => char.charCodeAt(0)),
      size,
    );
  }

  override *removexattr(task: Task, name: ByteString): Blocking<void> {
    yield* this.superblock.enter(task, `removexattr ${name}`);
    if (!this.xattrs.delete(name)) throw ENODATA;
  }

  override *getAcl(task: Task, name: AclName): Blocking<Acl | null> {
    yield* this.superblock.enter(task, `getacl ${name}`);
    const value = this.xattrs.get(name);
    return value === undefined ? null : decodeAcl(value);
  }

  override *setAcl(task: Task, name: AclName, acl: Acl | null): Blocking<void> {
    yield* this.superblock.enter(task, `setacl ${name}`);
    if (acl === null && !this.xattrs.delete(name)) throw ENODATA;
    if (acl !== null) this.xattrs.set(name, encodeAcl(acl));
  }

  #make({ credentials }: Task, mode: number): TreeInode {
    const gid = (this.mode & S_ISGID) === 0 ? credentials.fsgid : this.gid;
    return new TreeInode(this.superblock, mode, { uid: credentials.fsuid, gid });
  }

  #add(task: Task, dentry: Dentry, mode: number): TreeInode {
    const inode = this.#make(task, mode);
    this.children.set(dentry.name, inode);
    dentry.attach(inode);
    return inode;
  }

  #put(name: ByteString, inode: TreeInode): void {
    this.children.set(name, inode);
    if (inode.type === S_IFDIR) this.nlink++;
  }

  #take(dentry: Dentry): TreeInode {
    const inode = this.children.get(dentry.name);
    if (inode === undefined) throw ENOENT;
    this.children.delete(dentry.name);
    if (inode.type === S_IFDIR) this.nlink--;
    return inode;
  }
}

/** An open file or directory of a {@link Tree}. */
export class TreeFile extends File {
  declare readonly inode: TreeInode;
  readonly isSeekable = true;
  #isClosed = false;

  protected override closed(): void {
    if (this.#isClosed) throw new Error('a file was released more often than held');
    this.#isClosed = true;
    this.inode.superblock.log.push('release');
  }

  override *read(task: Task, buffer: Uint8Array, offset: number): Blocking<number> {
    yield* this.inode.superblock.enter(task, `read ${offset} ${buffer.length}`);
    const part = this.inode.content.subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  }

  override *write(task: Task, data: Uint8Array, offset: number): Blocking<{ written: number; end: number }> {
    const at = (this.flags & O_APPEND) !== 0 ? this.inode.size : offset;
    yield* this.inode.superblock.enter(task, `write ${at} ${data.length}`);
    const end = at + data.length;
    if (data.length === 0) return { written: 0, end };
    if (end > this.inode.size) this.inode.resize(end);
    this.inode.content.set(data, at);
    return { written: data.length, end };
  }

  /** As tmpfs: reserving, and punching holes. */
  override *fallocate(task: Task, mode: number, offset: number, length: number): Blocking<void> {
    if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) !== 0) throw EOPNOTSUPP;
    yield* this.inode.superblock.enter(task, `fallocate ${mode} ${offset} ${length}`);
    if ((mode & FALLOC_FL_PUNCH_HOLE) !== 0) this.inode.content.fill(0, offset, offset + length);
    if ((mode & FALLOC_FL_KEEP_SIZE) === 0) this.inode.resize(Math.max(this.inode.size, offset + length));
  }

  override *iterate(task: Task, reader: DirectoryReader): Blocking<void> {
    yield* this.inode.superblock.enter(task, 'iterate');
    const names: [ByteString, TreeInode][] = [['.', this.inode], ['..', this.inode], ...this.inode.children];
    for (let at = Number(this.cookie); at < names.length; at++) {
      const [name, { ino, mode }] = names[at] as [ByteString, TreeInode];
      if (!reader.take({ name, ino, type: typeOfMode(mode), off: BigInt(at + 1) })) return;
      this.cookie = BigInt(at + 1);
    }
  }

  override *flush(task: Task): Blocking<void> {
    yield* this.inode.superblock.enter(task, 'flush');
  }

  override *fsync(task: Task, datasync: boolean): Blocking<void> {
    yield* this.inode.superblock.enter(task, datasync ? 'fdatasync' : 'fsync');
  }

  override *endOfFile(): Blocking<number> {
    return this.inode.type === S_IFREG ? this.inode.size : 0;
  }
}

function within(value: Uint8Array, size: number): Uint8Array | number {
  if (size === 0) return value.length;
  if (value.length > size) throw ERANGE;
  return value;
}
