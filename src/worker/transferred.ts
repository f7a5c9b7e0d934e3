import { Dirent } from '../node-fs/dirent.ts';
import { BigIntStats, StatFs, Stats } from '../node-fs/stats.ts';
import type { Timespec } from '../task/clock.ts';
import type { StatFs as KernelStatFs, Stat } from '../vfs/stat.ts';

/** How objects of one class go to the other thread, which has the same row at the same place. */
export interface Transferred<T extends object = never> {
  readonly kind: abstract new (...args: never[]) => T;
  partsOf(value: T): readonly unknown[];
  make(parts: readonly unknown[]): unknown;
}

const row = <T extends object>(transferred: Transferred<T>): Transferred => transferred as unknown as Transferred;

type AnyStats = Stats | BigIntStats;

const numbersOf = ({ dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks }: AnyStats): unknown[] => [
  dev,
  ...[mode, nlink, uid, gid, rdev, blksize, ino, size, blocks],
];

/** What results are made of that is not plain. Numbers and times are public, and make the same object again. */
const results: readonly Transferred[] = [
  row<Stats>({
    kind: Stats,
    partsOf: (stats) => {
      const { atimeMs, mtimeMs, ctimeMs, birthtimeMs } = stats;
      return [...numbersOf(stats), atimeMs, mtimeMs, ctimeMs, birthtimeMs];
    },
    make: (parts) => new Stats(statOf(parts, (ms) => timespecOf(ms as number))),
  }),
  row<BigIntStats>({
    kind: BigIntStats,
    partsOf: (stats) => {
      const { atimeNs, mtimeNs, ctimeNs, birthtimeNs } = stats;
      return [...numbersOf(stats), atimeNs, mtimeNs, ctimeNs, birthtimeNs];
    },
    make: (parts) => new BigIntStats(statOf(parts, (ns) => exactTimespecOf(ns as bigint))),
  }),
  row<StatFs<number | bigint>>({
    kind: StatFs,
    partsOf: ({ type, bsize, blocks, bfree, bavail, files, ffree }) => [
      type,
      ...[bsize, blocks, bfree, bavail, files, ffree],
    ],
    make: ([type, bsize, blocks, bfree, bavail, files, ffree]) => {
      const as = (typeof type === 'bigint' ? BigInt : Number) as (value: number) => number | bigint;
      return new StatFs({ type, bsize, blocks, bfree, bavail, files, ffree } as unknown as KernelStatFs, as);
    },
  }),
  row<Dirent<string | Buffer>>({
    kind: Dirent,
    partsOf: (entry) => [entry.name, entry.parentPath, Dirent.typeOf(entry)],
    make: ([name, parentPath, type]) => new Dirent(name as string, parentPath as string, type as number),
  }),
];

/** The classes that go to the other thread, and those whose objects have a counterpart there. */
export const transferredWith = <D extends object, E extends object>(
  directories: Transferred<D>,
  thrown: Transferred<E>,
): readonly Transferred[] => [...results, row(directories), row(thrown)];

function statOf(parts: readonly unknown[], time: (part: unknown) => Timespec): Stat {
  const [dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, atime, mtime, ctime, btime] = parts;
  const times = { atime: time(atime), mtime: time(mtime), ctime: time(ctime), btime: time(btime) };
  return { dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, ...times, mask: 0 } as Stat;
}

/** Exact enough for the same number of milliseconds to come of it. */
function timespecOf(ms: number): Timespec {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanoseconds: (ms - seconds * 1000) * 1e6 };
}

function exactTimespecOf(ns: bigint): Timespec {
  const nanoseconds = BigInt.asIntN(64, ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  return { seconds: Number((ns - nanoseconds) / 1_000_000_000n), nanoseconds: Number(nanoseconds) };
}
