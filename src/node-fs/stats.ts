import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../abi/linux.ts';
import type { Timespec } from '../task/clock.ts';
import type { StatFs as KernelStatFs, Stat } from '../vfs/stat.ts';

/** What both kinds of fs.Stats share. */
abstract class StatsBase<T extends number | bigint> {
  readonly dev: T;
  readonly mode: T;
  readonly nlink: T;
  readonly uid: T;
  readonly gid: T;
  readonly rdev: T;
  readonly blksize: T; // bytes
  readonly ino: T;
  readonly size: T; // bytes
  readonly blocks: T; // 512-byte units

  constructor(stat: Stat, as: (value: number | bigint) => T) {
    this.dev = as(stat.dev);
    this.mode = as(stat.mode);
    this.nlink = as(stat.nlink);
    this.uid = as(stat.uid);
    this.gid = as(stat.gid);
    this.rdev = as(stat.rdev);
    this.blksize = as(stat.blksize);
    this.ino = as(stat.ino);
    this.size = as(stat.size);
    this.blocks = as(stat.blocks);
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
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(stat: Stat) {
    super(stat, Number);
    this.atimeMs = milliseconds(stat.atime);
    this.mtimeMs = milliseconds(stat.mtime);
    this.ctimeMs = milliseconds(stat.ctime);
    this.birthtimeMs = milliseconds(stat.btime ?? epoch);
    this.atime = dateOf(this.atimeMs);
    this.mtime = dateOf(this.mtimeMs);
    this.ctime = dateOf(this.ctimeMs);
    this.birthtime = dateOf(this.birthtimeMs);
  }
}

/** fs.BigIntStats: everything exact, times to the nanosecond. */
export class BigIntStats extends StatsBase<bigint> {
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(stat: Stat) {
    super(stat, BigInt);
    this.atimeNs = nanoseconds(stat.atime);
    this.mtimeNs = nanoseconds(stat.mtime);
    this.ctimeNs = nanoseconds(stat.ctime);
    this.birthtimeNs = nanoseconds(stat.btime ?? epoch);
    this.atimeMs = this.atimeNs / 1_000_000n;
    this.mtimeMs = this.mtimeNs / 1_000_000n;
    this.ctimeMs = this.ctimeNs / 1_000_000n;
    this.birthtimeMs = this.birthtimeNs / 1_000_000n;
    this.atime = dateOf(Number(this.atimeMs));
    this.mtime = dateOf(Number(this.mtimeMs));
    this.ctime = dateOf(Number(this.ctimeMs));
    this.birthtime = dateOf(Number(this.birthtimeMs));
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
const dateOf = (ms: number): Date => new Date(Math.round(ms));
