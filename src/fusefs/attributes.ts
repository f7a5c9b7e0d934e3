import {
  NO_ID,
  OVERFLOW_ID,
  S_IALLUGO,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  STATX_BASIC_STATS,
  STATX_BLOCKS,
  STATX_BTIME,
  STATX_CTIME,
  STATX_MTIME,
  STATX_SIZE,
} from '../abi/linux.ts';
import type { fuse_attr } from '../abi/structs.ts';
import type { Timespec } from '../task/clock.ts';
import type { Stat } from '../vfs/stat.ts';
import { isValid } from './validity.ts';
import type { Moment, Versions } from './versions.ts';

/** What a change of the data makes stale, the size apart, which is known. Linux's FUSE_STATX_MODIFY and _MODSIZE. */
const CHANGED_BY_WRITE = STATX_MTIME | STATX_CTIME | STATX_BLOCKS | STATX_SIZE;
const MAX_NANOSECONDS = 999_999_999;
const TOO_LARGE = 2 ** 63;
const types: ReadonlySet<number> = new Set([S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK]);

/** Whether a mode has the bits of a file type that exists. */
export const isFileType = (mode: number): boolean => types.has(mode & S_IFMT);

/**
 * Whether attributes in a reply make sense: a type that exists, a size below 2^63.
 *
 * @see Linux fs/fuse/dir.c, fuse_invalid_attr()
 */
export const isSane = (attr: fuse_attr): boolean => isFileType(attr.mode) && attr.size < TOO_LARGE;

/** When attributes were asked for and how long they hold. */
export interface Terms {
  /** Monotonic milliseconds; 0 for expired already. */
  readonly expires: number;
  /** When the request was made; null when the reply made the inode's name, so that it cannot be old. */
  readonly asked: Moment | null;
  /** The birth time; null when the server has none, left out when it was not asked. */
  readonly btime?: Timespec | null;
}

/** What a reply told besides the basic attributes. */
interface Told {
  readonly btime: Timespec | null;
  /** Which fields (STATX_*) it told at all. */
  readonly mask: number;
}

/** What stat shows of the file system, and of a file that tells no block size. */
interface Place {
  readonly dev: number; // as makedev() packs it
  readonly blockSize: number; // bytes
}

/**
 * What is known of an inode's attributes: the values, how long they hold, which of them are stale before that, and the
 * version that tells a reply from a newer change.
 *
 * @see Linux fs/fuse/inode.c, fuse_change_attributes_i()
 */
export class Attributes {
  readonly type: number;
  readonly #versions: Versions;
  readonly #rdev: number;
  #values: fuse_attr;
  #btime: Timespec | null = null;
  /** The STATX_* fields that must be asked for again whatever the time. */
  #stale = ~0;
  #expires = 0;
  #version = 0;
  /** A request under way changes the size: no reply may set it meanwhile. Linux's FUSE_I_SIZE_UNSTABLE. */
  isSizeChanging = false;

  /** The file is known to have neither capabilities nor set-id bits, so writing takes none away. Linux's S_NOSEC. */
  hasNoPrivileges = false;

  /** Takes the type and device number of `attr` for good; nothing in it holds until it is applied. */
  constructor(versions: Versions, attr: fuse_attr) {
    this.#versions = versions;
    this.type = attr.mode & S_IFMT;
    this.#rdev = this.type === S_IFCHR || this.type === S_IFBLK ? attr.rdev : 0;
    this.#values = attr;
  }

  /** With the sticky bit; of the type given at first, whatever later replies say. */
  get mode(): number {
    return this.type | (this.#values.mode & S_IALLUGO);
  }

  get uid(): number {
    return this.#values.uid;
  }

  get gid(): number {
    return this.#values.gid;
  }

  get size(): number {
    return this.#values.size;
  }

  get blocks(): number {
    return this.#values.blocks;
  }

  get ino(): bigint {
    return this.#values.ino;
  }

  get nlink(): number {
    return this.#values.nlink;
  }

  /** Whether a mode has this inode's type. */
  isOfType(mode: number): boolean {
    return (mode & S_IFMT) === this.type;
  }

  /** Whether the fields of `mask` (STATX_*) can be told without asking. */
  holds(mask: number, now: number): boolean {
    return (this.#stale & mask) === 0 && isValid(this.#expires, now);
  }

  get mtime(): Timespec {
    return time(this.#values.mtime, this.#values.mtimensec);
  }

  get ctime(): Timespec {
    return time(this.#values.ctime, this.#values.ctimensec);
  }

  /** Puts what this kernel answers for with WRITEBACK_CACHE into a reply's attributes: times of change, and the size. */
  overrule(attr: fuse_attr, what: 'times' | 'size and times'): void {
    const { mtime, mtimensec, ctime, ctimensec, size } = this.#values;
    Object.assign(attr, { mtime, mtimensec, ctime, ctimensec });
    if (what === 'size and times') attr.size = size;
  }

  /** Sets times of change, which this kernel answers for. Returns whether they were others. */
  setTimes({
    mtime = this.mtime,
    ctime = this.ctime,
  }: {
    readonly mtime?: Timespec;
    readonly ctime?: Timespec;
  }): boolean {
    const isNew = !isSameTime(mtime, this.mtime) || !isSameTime(ctime, this.ctime);
    this.#values.mtime = mtime.seconds;
    this.#values.mtimensec = mtime.nanoseconds;
    this.#values.ctime = ctime.seconds;
    this.#values.ctimensec = ctime.nanoseconds;
    return isNew;
  }

  /** The file reaches to here at least, and the server does not know it yet. */
  growTo(size: number): void {
    if (size > this.size) this.#values.size = size;
  }

  /** Takes over a reply's attributes, which become this object's own, unless something newer is known. @returns whether it did */
  apply(attr: fuse_attr, terms: Terms): boolean {
    const { asked } = terms;
    if (this.isSizeChanging || (asked !== null && this.#version > asked.attributes)) return false;
    const doubtful = this.#version === 0 && asked !== null && this.#versions.hasEvictedSince(asked);
    this.#set(attr, terms);
    if (!doubtful) this.#stale &= ~STATX_BASIC_STATS;
    return true;
  }

  /** Takes over the attributes that a SETATTR made: always, but not for long if something else changed meanwhile. */
  applyChanged(attr: fuse_attr, terms: Terms & { readonly asked: Moment }): void {
    const overtaken = this.#version > terms.asked.attributes;
    this.#set(attr, overtaken ? { ...terms, expires: 0 } : terms);
    this.#stale &= ~STATX_BASIC_STATS;
  }

  /** These fields (STATX_*) must be asked for before they are told again. */
  invalidate(mask: number): void {
    this.#stale |= mask;
  }

  /** A write came to an end at `end`, having written something or not. */
  wrote(end: number, written: number): void {
    this.#version = this.#versions.next();
    if (written > 0 && end > this.size) this.#values.size = end;
    this.invalidate(CHANGED_BY_WRITE);
  }

  /** Something was done to the data that left the size as it was. */
  modified(): void {
    this.invalidate(CHANGED_BY_WRITE);
  }

  /** The file is taken to be empty, whatever was answered since it was opened. */
  cut(): void {
    this.#values.size = 0;
  }

  /** The server cut the file as it opened it. */
  truncated(): void {
    this.#version = this.#versions.next();
    this.cut();
    this.invalidate(CHANGED_BY_WRITE);
  }

  /** A read asked for at that moment met the end of the file here. */
  endsAt(size: number, asked: Moment): void {
    if (this.isSizeChanging || this.#version > asked.attributes || size >= this.size) return;
    this.#version = this.#versions.next();
    this.#values.size = size;
  }

  /** One name is gone; a directory has only one. */
  unlinked(): void {
    this.#version = this.#versions.next();
    this.#values.nlink = this.type === S_IFDIR ? 0 : Math.max(0, this.nlink - 1);
    this.invalidate(STATX_CTIME);
  }

  /** All names are gone. */
  removed(): void {
    this.#values.nlink = 0;
  }

  /** The server says that they are stale, those in replies under way too. */
  invalidatedByServer(): void {
    this.#version = this.#versions.next();
    this.invalidate(STATX_BASIC_STATS);
  }

  stat(place: Place): Stat {
    const mask = this.#btime === null ? STATX_BASIC_STATS : STATX_BASIC_STATS | STATX_BTIME;
    return this.statOf(this.#values, { btime: this.#btime, mask }, place);
  }

  /** What a reply tells its caller, whether it was taken over or not. @see Linux fs/fuse/dir.c, fuse_fillattr() */
  statOf(attr: fuse_attr, { btime, mask }: Told, { dev, blockSize }: Place): Stat {
    return {
      dev,
      ino: attr.ino,
      mode: this.type | (attr.mode & S_IALLUGO),
      nlink: attr.nlink,
      uid: shownId(attr.uid),
      gid: shownId(attr.gid),
      rdev: this.#rdev,
      size: attr.size,
      blksize: attr.blksize === 0 ? blockSize : 2 ** (31 - Math.clz32(attr.blksize)),
      blocks: attr.blocks,
      atime: time(attr.atime, attr.atimensec),
      mtime: time(attr.mtime, attr.mtimensec),
      ctime: time(attr.ctime, attr.ctimensec),
      btime,
      mask,
    };
  }

  #set(attr: fuse_attr, { expires, btime }: Terms): void {
    this.#version = this.#versions.next();
    this.#expires = expires;
    this.#values = attr;
    this.hasNoPrivileges = false;
    if (btime === undefined) return;
    this.#stale &= ~STATX_BTIME;
    if (btime !== null) this.#btime = btime;
  }
}

/** Whether two times are the same. */
export const isSameTime = (a: Timespec, b: Timespec): boolean =>
  a.seconds === b.seconds && a.nanoseconds === b.nanoseconds;

/** A time in a reply; nanoseconds that are none are cut. */
export const time = (seconds: number, nanoseconds: number): Timespec => ({
  seconds,
  nanoseconds: Math.min(nanoseconds, MAX_NANOSECONDS),
});

/** @see Linux kernel/user_namespace.c, from_kuid_munged() */
const shownId = (id: number): number => (id === NO_ID ? OVERFLOW_ID : id);
