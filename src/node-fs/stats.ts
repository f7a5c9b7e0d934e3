import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../abi/linux.ts';
import type { Timespec } from '../task/clock.ts';
import type { StatFs as KernelStatFs, Stat } from '../vfs/stat.ts';

/**
 * What both kinds of fs.Stats share. A Date is made when it is asked for, as Node does since version 22: few look at one.
 */
abstract class StatsBase<T extends number | bigint> {
  abstract readonly mode: T;
  abstract readonly atimeMs: T;
  abstract readonly mtimeMs: T;
  abstract readonly ctimeMs: T;
  abstract readonly birthtimeMs: T;

  get atime(): Date {
    return keep(this, 'atime', dateOf(this.atimeMs));
  }

  set atime(time: Date) {
    keep(this, 'atime', time);
  }

  get mtime(): Date {
    return keep(this, 'mtime', dateOf(this.mtimeMs));
  }

  set mtime(time: Date) {
    keep(this, 'mtime', time);
  }

  get ctime(): Date {
    return keep(this, 'ctime', dateOf(this.ctimeMs));
  }

  set ctime(time: Date) {
    keep(this, 'ctime', time);
  }

  get birthtime(): Date {
    return keep(this, 'birthtime', dateOf(this.birthtimeMs));
  }

  set birthtime(time: Date) {
    keep(this, 'birthtime', time);
  }

  isDirectory(): boolean {
    return this.#is(S_IFDIR);
  }

  isFile(): boolean {
    return this.#is(S_IFREG);
  }

  isBlockDevice(): boolean {
    return this.#is(S_IFBLK);
  }

  isCharacterDevice(): boolean {
    return this.#is(S_IFCHR);
  }

  isSymbolicLink(): boolean {
    return this.#is(S_IFLNK);
  }

  isFIFO(): boolean {
    return this.#is(S_IFIFO);
  }

  isSocket(): boolean {
    return this.#is(S_IFSOCK);
  }

  #is(type: number): boolean {
    return (Number(this.mode) & S_IFMT) === type;
  }
}

/** fs.Stats: numbers, an `ino` above 2^53 inexact. Without a birth time that is the epoch, as in Node. */
export class Stats extends StatsBase<number> {
  readonly dev: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly blksize: number; // bytes
  readonly ino: number;
  readonly size: number; // bytes
  readonly blocks: number; // 512-byte units
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;

  constructor(stat: Stat) {
    super();
    this.dev = stat.dev;
    this.mode = stat.mode;
    this.nlink = stat.nlink;
    this.uid = stat.uid;
    this.gid = stat.gid;
    this.rdev = stat.rdev;
    this.blksize = stat.blksize;
    this.ino = Number(stat.ino);
    this.size = stat.size;
    this.blocks = stat.blocks;
    this.atimeMs = milliseconds(stat.atime);
    this.mtimeMs = milliseconds(stat.mtime);
    this.ctimeMs = milliseconds(stat.ctime);
    this.birthtimeMs = milliseconds(stat.btime ?? epoch);
  }
}

/** fs.BigIntStats: everything exact, times to the nanosecond. */
export class BigIntStats extends StatsBase<bigint> {
  readonly dev: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly rdev: bigint;
  readonly blksize: bigint; // bytes
  readonly ino: bigint;
  readonly size: bigint; // bytes
  readonly blocks: bigint; // 512-byte units
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;

  constructor(stat: Stat) {
    super();
    this.dev = BigInt(stat.dev);
    this.mode = BigInt(stat.mode);
    this.nlink = BigInt(stat.nlink);
    this.uid = BigInt(stat.uid);
    this.gid = BigInt(stat.gid);
    this.rdev = BigInt(stat.rdev);
    this.blksize = BigInt(stat.blksize);
    this.ino = stat.ino;
    this.size = BigInt(stat.size);
    this.blocks = BigInt(stat.blocks);
    const atime = nanoseconds(stat.atime);
    const mtime = nanoseconds(stat.mtime);
    const ctime = nanoseconds(stat.ctime);
    const birthtime = nanoseconds(stat.btime ?? epoch);
    this.atimeMs = atime / 1_000_000n;
    this.mtimeMs = mtime / 1_000_000n;
    this.ctimeMs = ctime / 1_000_000n;
    this.birthtimeMs = birthtime / 1_000_000n;
    this.atimeNs = atime;
    this.mtimeNs = mtime;
    this.ctimeNs = ctime;
    this.birthtimeNs = birthtime;
  }
}

/** fs.StatFs, in numbers or in bigints. */
export class StatFs<T extends number | bigint = number> {
  readonly type: T; // magic number
  readonly bsize: T; // bytes
  readonly blocks: T;
  readonly bfree: T;
  readonly bavail: T;
  readonly files: T;
  readonly ffree: T;

  constructor(found: KernelStatFs, as: (value: number) => T) {
    this.type = as(found.type);
    this.bsize = as(found.bsize);
    this.blocks = as(found.blocks);
    this.bfree = as(found.bfree);
    this.bavail = as(found.bavail);
    this.files = as(found.files);
    this.ffree = as(found.ffree);
  }
}

const epoch: Timespec = { seconds: 0, nanoseconds: 0 };
const milliseconds = (time: Timespec): number => time.seconds * 1000 + time.nanoseconds / 1e6;
const nanoseconds = (time: Timespec): bigint => BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds);
const dateOf = (ms: number | bigint): Date => new Date(Math.round(Number(ms)));

/** From now on it has that time as a property of its own. */
function keep(stats: object, name: string, value: Date): Date {
  Object.defineProperty(stats, name, { value, writable: true, enumerable: true, configurable: true });
  return value;
}
