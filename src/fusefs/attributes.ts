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
import { type AttributeBlock, type AttributeTable, COLUMN, NO_ROWS } from './attribute-table.ts';
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
  #block: AttributeBlock;
  #at: number;
  #btime: Timespec | null = null;
  /** A request under way changes the size: no reply may set it meanwhile. Linux's FUSE_I_SIZE_UNSTABLE. */
  isSizeChanging = false;
  /** The file is known to have neither capabilities nor set-id bits, so writing takes none away. Linux's S_NOSEC. */
  hasNoPrivileges = false;

  /** Takes the type and device number of `attr` for good; nothing in it holds until it is applied. */
  constructor(table: AttributeTable, versions: Versions, attr: fuse_attr) {
    this.#versions = versions;
    this.type = attr.mode & S_IFMT;
    this.#block = table.block();
    this.#at = this.#block.take();
    this.#fill(attr);
    if (this.type === S_IFCHR || this.type === S_IFBLK) this.#setWord(COLUMN.rdev, attr.rdev);
    this.#setWord(COLUMN.stale, ~0);
  }

  /** Gives their memory back: nobody may look at them any more. */
  free(): void {
    this.#block.give(this.#at);
    this.#block = NO_ROWS;
    this.#at = 0;
  }

  /** With the sticky bit; of the type given at first, whatever later replies say. */
  get mode(): number {
    return this.#word(COLUMN.mode);
  }

  get uid(): number {
    return this.#word(COLUMN.uid);
  }

  get gid(): number {
    return this.#word(COLUMN.gid);
  }

  get size(): number {
    return this.#number(COLUMN.size);
  }

  get blocks(): number {
    return this.#number(COLUMN.blocks);
  }

  get ino(): bigint {
    return this.#block.ids[this.#at + COLUMN.ino] as bigint;
  }

  get nlink(): number {
    return this.#word(COLUMN.nlink);
  }

  /** Whether a mode has this inode's type. */
  isOfType(mode: number): boolean {
    return (mode & S_IFMT) === this.type;
  }

  /** Whether the fields of `mask` (STATX_*) can be told without asking. */
  holds(mask: number, now: number): boolean {
    return (this.#word(COLUMN.stale) & mask) === 0 && isValid(this.#number(COLUMN.expires), now);
  }

  get mtime(): Timespec {
    return time(this.#number(COLUMN.mtime), this.#word(COLUMN.mtimensec));
  }

  get ctime(): Timespec {
    return time(this.#number(COLUMN.ctime), this.#word(COLUMN.ctimensec));
  }

  /** Puts what this kernel answers for with WRITEBACK_CACHE into a reply's attributes: times of change, and the size. */
  overrule(attr: fuse_attr, what: 'times' | 'size and times'): void {
    const { mtime, mtimensec, ctime, ctimensec, size } = this.#values();
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
    this.#setNumber(COLUMN.mtime, mtime.seconds);
    this.#setWord(COLUMN.mtimensec, mtime.nanoseconds);
    this.#setNumber(COLUMN.ctime, ctime.seconds);
    this.#setWord(COLUMN.ctimensec, ctime.nanoseconds);
    return isNew;
  }

  /** The file reaches to here at least, and the server does not know it yet. */
  growTo(size: number): void {
    if (size > this.size) this.#setNumber(COLUMN.size, size);
  }

  /** Takes over a reply's attributes, unless something newer is known. @returns whether it did */
  apply(attr: fuse_attr, terms: Terms): boolean {
    const { asked } = terms;
    const version = this.#number(COLUMN.version);
    if (this.isSizeChanging || (asked !== null && version > asked.attributes)) return false;
    const doubtful = version === 0 && asked !== null && this.#versions.hasEvictedSince(asked);
    this.#set(attr, terms);
    if (!doubtful) this.#validate(STATX_BASIC_STATS);
    return true;
  }

  /** Takes over the attributes that a SETATTR made: always, but not for long if something else changed meanwhile. */
  applyChanged(attr: fuse_attr, terms: Terms & { readonly asked: Moment }): void {
    const overtaken = this.#isNewerThan(terms.asked);
    this.#set(attr, overtaken ? { ...terms, expires: 0 } : terms);
    this.#validate(STATX_BASIC_STATS);
  }

  /** These fields (STATX_*) must be asked for before they are told again, whatever the time. */
  invalidate(mask: number): void {
    this.#setWord(COLUMN.stale, this.#word(COLUMN.stale) | mask);
  }

  /** A write came to an end at `end`, having written something or not. */
  wrote(end: number, written: number): void {
    this.#changed();
    if (written > 0 && end > this.size) this.#setNumber(COLUMN.size, end);
    this.invalidate(CHANGED_BY_WRITE);
  }

  /** Something was done to the data that left the size as it was. */
  modified(): void {
    this.invalidate(CHANGED_BY_WRITE);
  }

  /** The file is taken to be empty, whatever was answered since it was opened. */
  cut(): void {
    this.#setNumber(COLUMN.size, 0);
  }

  /** The server cut the file as it opened it. */
  truncated(): void {
    this.#changed();
    this.cut();
    this.invalidate(CHANGED_BY_WRITE);
  }

  /** A read asked for at that moment met the end of the file here. */
  endsAt(size: number, asked: Moment): void {
    if (this.isSizeChanging || this.#isNewerThan(asked) || size >= this.size) return;
    this.#changed();
    this.#setNumber(COLUMN.size, size);
  }

  /** One name is gone; a directory has only one. */
  unlinked(): void {
    this.#changed();
    this.#setWord(COLUMN.nlink, this.type === S_IFDIR ? 0 : Math.max(0, this.nlink - 1));
    this.invalidate(STATX_CTIME);
  }

  /** All names are gone. */
  removed(): void {
    this.#setWord(COLUMN.nlink, 0);
  }

  /** The server says that they are stale, those in replies under way too. */
  invalidatedByServer(): void {
    this.#changed();
    this.invalidate(STATX_BASIC_STATS);
  }

  /** As {@link statOf} of the values, but made without another object: it is most of a cached stat(2). */
  stat({ dev, blockSize }: Place): Stat {
    return {
      dev,
      ino: this.ino,
      mode: this.type | (this.mode & S_IALLUGO),
      nlink: this.nlink,
      uid: shownId(this.uid),
      gid: shownId(this.gid),
      rdev: this.#word(COLUMN.rdev),
      size: this.size,
      blksize: shownBlockSize(this.#word(COLUMN.blksize), blockSize),
      blocks: this.blocks,
      atime: time(this.#number(COLUMN.atime), this.#word(COLUMN.atimensec)),
      mtime: this.mtime,
      ctime: this.ctime,
      btime: this.#btime,
      mask: this.#btime === null ? STATX_BASIC_STATS : STATX_BASIC_STATS | STATX_BTIME,
    };
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
      rdev: this.#word(COLUMN.rdev),
      size: attr.size,
      blksize: shownBlockSize(attr.blksize, blockSize),
      blocks: attr.blocks,
      atime: time(attr.atime, attr.atimensec),
      mtime: time(attr.mtime, attr.mtimensec),
      ctime: time(attr.ctime, attr.ctimensec),
      btime,
      mask,
    };
  }

  #set(attr: fuse_attr, { expires, btime }: Terms): void {
    this.#changed();
    this.#setNumber(COLUMN.expires, expires);
    this.#fill(attr);
    this.hasNoPrivileges = false;
    if (btime === undefined) return;
    this.#validate(STATX_BTIME);
    if (btime !== null) this.#btime = btime;
  }

  #fill(attr: fuse_attr): void {
    this.#block.ids[this.#at + COLUMN.ino] = attr.ino;
    this.#setNumber(COLUMN.size, attr.size);
    this.#setNumber(COLUMN.blocks, attr.blocks);
    this.#setNumber(COLUMN.atime, attr.atime);
    this.#setNumber(COLUMN.mtime, attr.mtime);
    this.#setNumber(COLUMN.ctime, attr.ctime);
    this.#setWord(COLUMN.mode, this.type | (attr.mode & S_IALLUGO));
    this.#setWord(COLUMN.nlink, attr.nlink);
    this.#setWord(COLUMN.uid, attr.uid);
    this.#setWord(COLUMN.gid, attr.gid);
    this.#setWord(COLUMN.blksize, attr.blksize);
    this.#setWord(COLUMN.atimensec, attr.atimensec);
    this.#setWord(COLUMN.mtimensec, attr.mtimensec);
    this.#setWord(COLUMN.ctimensec, attr.ctimensec);
  }

  #values(): fuse_attr {
    return {
      ino: this.ino,
      size: this.size,
      blocks: this.blocks,
      atime: this.#number(COLUMN.atime),
      mtime: this.#number(COLUMN.mtime),
      ctime: this.#number(COLUMN.ctime),
      atimensec: this.#word(COLUMN.atimensec),
      mtimensec: this.#word(COLUMN.mtimensec),
      ctimensec: this.#word(COLUMN.ctimensec),
      mode: this.mode,
      nlink: this.nlink,
      uid: this.uid,
      gid: this.gid,
      rdev: 0,
      blksize: this.#word(COLUMN.blksize),
      flags: 0,
    };
  }

  /** Something is known of it that no reply to an older request can know. */
  #changed(): void {
    this.#setNumber(COLUMN.version, this.#versions.next());
  }

  #isNewerThan({ attributes }: Moment): boolean {
    return this.#number(COLUMN.version) > attributes;
  }

  #validate(mask: number): void {
    this.#setWord(COLUMN.stale, this.#word(COLUMN.stale) & ~mask);
  }

  #number(column: number): number {
    return this.#block.numbers[this.#at + column] as number;
  }

  #setNumber(column: number, value: number): void {
    this.#block.numbers[this.#at + column] = value;
  }

  #word(column: number): number {
    return this.#block.words[2 * this.#at + column] as number;
  }

  #setWord(column: number, value: number): void {
    this.#block.words[2 * this.#at + column] = value;
  }
}

/** A power of two; the file system's where the server tells none. */
const shownBlockSize = (blksize: number, usual: number): number =>
  blksize === 0 ? usual : (1 << (31 - Math.clz32(blksize))) >>> 0;

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
