import { S_IFDIR, S_IFLNK, S_IFMT } from '../../abi/linux.ts';
import type { fuse_attr } from '../../abi/structs.ts';
import type { Time } from '../time.ts';
import type { PathStats } from './shape.ts';

const BLOCK = 4096; // bytes
const SECOND = 1_000_000_000n; // nanoseconds

/** What is known of a file, all of it there. */
export interface Stat {
  readonly dev: bigint;
  /** 0 when there is none to be relied on. */
  readonly ino: bigint;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number; // bytes
  readonly blocks: number; // 512-byte units
  readonly blksize: number; // bytes
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
  readonly changed: bigint; // nanoseconds: ctime
  /** Nanoseconds; 0 when it is not told. */
  readonly born: bigint;
}

/**
 * Asks what there is to know of a file: in whole numbers, unless a file system cannot put a part of a millisecond that
 * it keeps into a bigint.
 */
export async function statBy(look: (options?: { bigint: boolean }) => Promise<PathStats>): Promise<Stat> {
  try {
    return statOf(await look({ bigint: true }), 'exact');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return statOf(await look(), 'milliseconds');
  }
}

function statOf(stats: PathStats, times: 'exact' | 'milliseconds'): Stat {
  const of = (name: 'atime' | 'mtime' | 'ctime' | 'birthtime'): bigint =>
    (times === 'exact' ? stats[`${name}Ns`] : undefined) ?? nanoseconds(stats[`${name}Ms`] ?? 0);
  const size = Number(stats.size);
  const changed = of('ctime');
  const mode = Number(stats.mode);
  return {
    dev: identifier(stats.dev),
    ino: identifier(stats.ino),
    // The permissions of a symlink mean nothing, and on Linux there are always all of them.
    mode: (mode & S_IFMT) === S_IFLNK ? mode | 0o777 : mode,
    nlink: Number(stats.nlink ?? 1),
    uid: Number(stats.uid ?? 0),
    gid: Number(stats.gid ?? 0),
    rdev: Number(BigInt(stats.rdev ?? 0) & 0xffff_ffffn),
    size,
    blocks: Number(stats.blocks ?? Math.ceil(size / 512)),
    blksize: Number(stats.blksize ?? BLOCK),
    atime: timeOf(of('atime')),
    mtime: timeOf(of('mtime')),
    ctime: timeOf(changed),
    changed,
    born: of('birthtime'),
  };
}

export const typeOf = ({ mode }: Pick<Stat, 'mode'>): number => mode & S_IFMT;

export const isDirectory = (stat: Pick<Stat, 'mode'>): boolean => typeOf(stat) === S_IFDIR;

/** Attributes as the protocol has them. `nlink` is not believed where it cannot be: no name left is 0, a name at least 1. */
export const attrOf = (stat: Stat, ino: bigint, names: 'none' | 'some'): fuse_attr => ({
  ino,
  size: stat.size,
  blocks: stat.blocks,
  atime: stat.atime.seconds,
  mtime: stat.mtime.seconds,
  ctime: stat.ctime.seconds,
  atimensec: stat.atime.nanoseconds,
  mtimensec: stat.mtime.nanoseconds,
  ctimensec: stat.ctime.nanoseconds,
  mode: stat.mode,
  nlink: names === 'none' ? 0 : Math.max(1, stat.nlink),
  uid: stat.uid,
  gid: stat.gid,
  rdev: stat.rdev,
  blksize: stat.blksize,
  flags: 0,
});

/** A number that tells files apart must be exact. */
function identifier(value: number | bigint | undefined): bigint {
  if (typeof value === 'bigint') return value > 0n ? value : 0n;
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? BigInt(value) : 0n;
}

function nanoseconds(milliseconds: number | bigint): bigint {
  if (typeof milliseconds === 'bigint') return milliseconds * 1_000_000n;
  const whole = Math.floor(milliseconds);
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((milliseconds - whole) * 1e6));
}

function timeOf(since: bigint): Time {
  const rest = ((since % SECOND) + SECOND) % SECOND;
  return { seconds: Number((since - rest) / SECOND), nanoseconds: Number(rest) };
}
