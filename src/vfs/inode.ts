import type { ByteString } from '../abi/bytes.ts';
import { EINVAL, ENOTTY } from '../abi/errno.ts';
import { NO_ID } from '../abi/linux.ts';
import type { Acl, AclName } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';
import { RwLock } from '../task/lock.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from './dentry.ts';
import type { File } from './file.ts';
import type { FileAttributes, FileAttributesForm } from './file-attributes.ts';
import type { LockTable } from './lock-table.ts';
import type { Mount } from './mount.ts';
import type { AttributeChange, Stat } from './stat.ts';
import type { Superblock } from './superblock.ts';

/** What permission(…) is asked for; the bits of access(2), and two for the kind of question. */
export const MAY_EXEC = 1;
export const MAY_WRITE = 2;
export const MAY_READ = 4;
/** The question comes from access(2). */
export const MAY_ACCESS = 0x10;
/** The question comes from chdir(2) and its like. */
export const MAY_CHDIR = 0x40;

/** What an atomic open did. */
export interface Opened {
  readonly file: File;
  readonly created: boolean;
}

/**
 * A file of any type, whatever its names: what Linux calls struct inode with its operations.
 *
 * References are held by each cached positive dentry, each open file and each walk in progress. When the last one goes,
 * {@link evict} runs: FUSE gives the server its lookup counts back.
 *
 * `lock` is Linux's i_rwsem. The callers in `vfs/` and `syscalls/` take it, never an operation itself: exclusive for
 * create, mknod, mkdir, symlink, link, unlink, rmdir, rename (on the directory), setattr, setxattr, removexattr and
 * write; shared for lookup and readdir.
 *
 * Each operation throws the Errno that Linux's would. One that a file system has not: mutating ones EPERM, lookup
 * ENOTDIR, readlink EINVAL, xattr and tmpfile EOPNOTSUPP.
 */
export abstract class Inode {
  readonly superblock: Superblock;
  /** A directory that was removed: nothing can be looked up or made in it any more. Whoever removes it sets this. */
  isDead = false;
  /** It was made without a name and may still get its first. Linux's I_LINKABLE. */
  isLinkable = false;
  /** How long what is written is going to last: RWH_* of fcntl(2). Linux's i_write_hint. */
  writeHint = 0;
  /** The locks of flock(2) and fcntl(2) that are kept here; null while nobody has set one. */
  locks: LockTable | null = null;
  #references = 0;
  #alias: Dentry | null = null;
  #lock: RwLock | null = null;

  constructor(superblock: Superblock) {
    this.superblock = superblock;
  }

  /** The S_IFMT bits; they never change. */
  abstract readonly type: number;
  /** Cached mode (type and permission bits), owner, size and blocks: perhaps stale, never asked for here. */
  abstract readonly mode: number;
  abstract readonly uid: number;
  abstract readonly gid: number;
  abstract readonly size: number; // bytes
  abstract readonly blocks: number; // 512-byte units
  abstract readonly ino: bigint;
  /** Whether the kernel checks modes and sticky bits of this file system, or leaves that to the server. */
  abstract readonly enforcesModes: boolean;

  /** Made when first asked for: most files that are known are never locked. */
  get lock(): RwLock {
    this.#lock ??= new RwLock();
    return this.#lock;
  }

  /** Whether its owner or its group is nobody. Linux's HAS_UNMAPPED_ID(). */
  get hasNoOwner(): boolean {
    return this.uid === NO_ID || this.gid === NO_ID;
  }

  /** Takes a reference. */
  hold(): this {
    this.#references++;
    return this;
  }

  /** Gives a reference back; the last one evicts. */
  release(): void {
    if (--this.#references === 0) this.evict();
  }

  /** The dentries that name it, newest first. Linux's i_dentry. */
  get aliases(): Dentry[] {
    const aliases: Dentry[] = [];
    for (let at = this.#alias; at !== null; at = at.nextAlias) aliases.push(at);
    return aliases;
  }

  /** The newest dentry that names it; null when there is none. Linux's d_find_any_alias(). */
  get alias(): Dentry | null {
    return this.#alias;
  }

  /** For {@link Dentry}: it names this inode from now on. */
  addAlias(dentry: Dentry): void {
    dentry.nextAlias = this.#alias;
    if (this.#alias !== null) this.#alias.previousAlias = dentry;
    this.#alias = dentry;
  }

  /** For {@link Dentry}: it names this inode no more. */
  removeAlias(dentry: Dentry): void {
    const { nextAlias: next, previousAlias: previous } = dentry;
    if (this.#alias === dentry) this.#alias = next;
    if (next !== null) next.previousAlias = previous;
    if (previous !== null) previous.nextAlias = next;
    dentry.nextAlias = null;
    dentry.previousAlias = null;
  }

  /** Nobody refers to this inode any more. Never sleeps. */
  protected abstract evict(): void;

  /**
   * Answers from caches whether the task may do `mask`, or undefined when that takes a request.
   * The walk asks this for MAY_EXEC on every directory.
   */
  abstract tryPermission(task: Task, mask: number): boolean | undefined;

  /** @throws EACCES, or what the server answers. */
  abstract permission(task: Task, mask: number): Blocking<void>;

  /** Attributes from the cache when they still hold for the fields of `mask` (STATX_*), else undefined. `flags`: AT_STATX_*. */
  abstract tryGetattr(task: Task, mask: number, flags: number): Stat | undefined;
  abstract getattr(task: Task, mask: number, flags: number): Blocking<Stat>;

  /** Changes attributes, after the checks Linux's setattr_prepare makes where the file system wants them. */
  abstract setattr(task: Task, dentry: Dentry, change: AttributeChange): Blocking<void>;

  /**
   * Asks for a name in this directory and ties the result to `dentry`, which is new: an inode, or none (negative),
   * and its expiry. A directory that another dentry names already is an alias: that dentry is moved and returned
   * instead (Linux's d_splice_alias). Returns the dentry to go on with.
   */
  abstract lookup(task: Task, dentry: Dentry): Blocking<Dentry>;

  /**
   * open(2) with O_CREAT of a name that does not exist, in one step. `dentry` was looked up and is negative.
   * `flags` as open(2) gives them, `mode` with S_IFREG and before the umask; `umask` is the task's.
   * Undefined when the file system found (or made) an inode without opening it: `dentry` is filled, the caller opens it.
   * O_EXCL holds.
   */
  abstract atomicOpen(
    task: Task,
    mount: Mount,
    dentry: Dentry,
    flags: number,
    mode: number,
    umask: number,
  ): Blocking<Opened | undefined>;

  /**
   * open(2) with O_TMPFILE: makes a regular file in no directory, on this one's file system, and opens it. `dentry` is
   * for this file alone and is no name; the rest as for atomicOpen. The directory is not locked.
   */
  abstract tmpfile(
    task: Task,
    mount: Mount,
    dentry: Dentry,
    flags: number,
    mode: number,
    umask: number,
  ): Blocking<File>;

  /** Creations fill `dentry`, which was looked up and is negative. `mode` has the type bits and no umask taken off. */
  abstract mknod(task: Task, dentry: Dentry, mode: number, rdev: number, umask: number): Blocking<void>;
  abstract mkdir(task: Task, dentry: Dentry, mode: number, umask: number): Blocking<void>;
  abstract symlink(task: Task, dentry: Dentry, target: ByteString): Blocking<void>;
  abstract link(task: Task, source: Inode, dentry: Dentry): Blocking<void>;
  abstract unlink(task: Task, dentry: Dentry): Blocking<void>;
  abstract rmdir(task: Task, dentry: Dentry): Blocking<void>;

  /**
   * Renames `source` of this directory to `target`, a (perhaps negative) dentry of `targetDir`.
   * The operation tells the server and updates its caches; the caller moves the dentry afterwards.
   */
  abstract rename(task: Task, source: Dentry, targetDir: Inode, target: Dentry, flags: number): Blocking<void>;

  /** {@link readlink} from the cache; undefined when that may have to sleep. */
  tryReadlink(): ByteString | undefined {
    return undefined;
  }

  abstract readlink(task: Task): Blocking<ByteString>;

  /** Opens a regular file or directory; `flags` without O_CREAT, O_EXCL, O_NOCTTY. Truncation is the caller's unless the file system did it. */
  abstract open(task: Task, mount: Mount, dentry: Dentry, flags: number): Blocking<File>;

  /** Whether open() itself honours O_TRUNC, so that no setattr follows. */
  abstract readonly truncatesOnOpen: boolean;

  /** `size` 0 asks for the length alone: the result then is a number of bytes. */
  abstract getxattr(task: Task, name: ByteString, size: number): Blocking<Uint8Array | number>;
  abstract setxattr(task: Task, name: ByteString, value: Uint8Array, flags: number): Blocking<void>;
  /** As getxattr; the value is NUL-terminated names. */
  abstract listxattr(task: Task, size: number): Blocking<Uint8Array | number>;
  abstract removexattr(task: Task, name: ByteString): Blocking<void>;

  /** An access control list, null when there is none; not asked of symlinks. Linux's get_acl. */
  abstract getAcl(task: Task, name: AclName): Blocking<Acl | null>;
  /** Sets a list, or takes it away; ENODATA when there is none. Linux's set_acl. */
  abstract setAcl(task: Task, name: AclName, acl: Acl | null): Blocking<void>;

  /** The block of the device that a block of the file lies in; 0 for none. FUSE: BMAP. @throws EINVAL where there are none */
  *bmap(_task: Task, _block: number): Blocking<number> {
    throw EINVAL;
  }

  /** What chattr(1) shows; the other form's part is filled as far as it follows. FUSE: OPEN, IOCTL, RELEASE. @throws ENOTTY */
  *getFileAttributes(_task: Task, _form: FileAttributesForm): Blocking<FileAttributes> {
    throw ENOTTY;
  }

  /** Sets them in the form that `change` names. FUSE: OPEN, IOCTL, RELEASE. @throws ENOTTY */
  *setFileAttributes(_task: Task, _change: FileAttributes): Blocking<void> {
    throw ENOTTY;
  }
}
