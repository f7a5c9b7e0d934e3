import { find, type Measured } from './results.ts';
import { pairedRatio, type Spread, spreadOf } from './statistics.ts';
import type { Letter } from './subjects.ts';

/** What must hold of one number. */
export interface Target {
  readonly title: string;
  /** What the number is: operations a second, how many times something else it is, bytes, a share. */
  readonly kind: 'rate' | 'times' | 'bytes' | 'percent';
  readonly bound: 'at least' | 'at most' | 'under';
  readonly limit: number;
  /** The number, or null when a run did not measure what it is made of. */
  measured(all: Measured): Spread | null;
}

/** What became of a target in one run. */
export interface Verdict {
  readonly target: Target;
  readonly spread: Spread | null;
  readonly isMet: boolean | null;
}

/** A way of a case, as the table has it. */
type Row = readonly [name: string, way: string];

const rate =
  ([name, way]: Row, letter: Letter): Target['measured'] =>
  ({ results }) => {
    const found = find(results, name, way, letter);
    return found === undefined ? null : spreadOf(found.rates);
  };

/** How many times as fast `ours` is as `theirs`. */
const speed =
  ([name, way]: Row, ours: Letter, theirs: Letter): Target['measured'] =>
  ({ results }) => {
    const [a, b] = [find(results, name, way, ours), find(results, name, way, theirs)];
    return a === undefined || b === undefined ? null : pairedRatio(a.rates, b.rates);
  };

/** How many times as long `ours` takes as `theirs`. */
const latency = (row: Row, ours: Letter, theirs: Letter): Target['measured'] => speed(row, theirs, ours);

/** How much of the time of `whole` is `part`, both of one subject, in percent. */
const share =
  (name: string, part: string, whole: string): Target['measured'] =>
  ({ results }) => {
    const [a, b] = [find(results, name, part, 'a'), find(results, name, whole, 'a')];
    return a === undefined || b === undefined ? null : inPercent(pairedRatio(b.rates, a.rates), 0);
  };

/** How much more time `more` takes than `less`, both of one subject, in percent. */
const surplus =
  (name: string, more: string, less: string): Target['measured'] =>
  ({ results }) => {
    const [a, b] = [find(results, name, more, 'a'), find(results, name, less, 'a')];
    return a === undefined || b === undefined ? null : inPercent(pairedRatio(b.rates, a.rates), 1);
  };

const inPercent = ({ median, least, most }: Spread, without: number): Spread => ({
  median: 100 * (median - without),
  least: 100 * (least - without),
  most: 100 * (most - without),
});

const bounded =
  (bound: Target['bound']) =>
  (title: string, kind: Target['kind'], limit: number, measured: Target['measured']): Target => ({
    title,
    kind,
    bound,
    limit,
    measured,
  });
const atLeast = bounded('at least');
const atMost = bounded('at most');
const under = bounded('under');

const inProcess = [
  atLeast('getattr, not cached, promise: (a)', 'rate', 400_000, rate(['getattr', 'promise'], 'a')),
  atLeast('getattr, not cached, promise: (a) to (e)', 'times', 15, speed(['getattr', 'promise'], 'a', 'e')),
  atLeast('stat cached, synchronous: (a)', 'rate', 1_500_000, rate(['stat-cached', 'sync'], 'a')),
  atLeast('stat cached, synchronous: (a) to (d)', 'times', 2, speed(['stat-cached', 'sync'], 'a', 'd')),
  atLeast('stat cached, promise: (a)', 'rate', 700_000, rate(['stat-cached', 'promise'], 'a')),
  atLeast('stat cached, promise: (a) to (d)', 'times', 20, speed(['stat-cached', 'promise'], 'a', 'd')),
];

const daemons = [
  ...['open-read-close', 'open-read-close-uncached'].map((name) =>
    atLeast(`${name}, promise: (c) to (d)`, 'times', 2, speed([name, 'promise'], 'c', 'd')),
  ),
  ...['sync', 'promise'].map((way) =>
    atMost(`time of stat-uncached, ${way}: (c) to (d)`, 'times', 1.1, latency(['stat-uncached', way], 'c', 'd')),
  ),
  atLeast('stat-uncached, 64 promises: (c) to (d)', 'times', 2, speed(['stat-uncached', '64 promises'], 'c', 'd')),
  ...['sync', 'promise'].map((way) =>
    atLeast(`sequential read cold, ${way}: (c) to (d)`, 'times', 0.8, speed(['read', `cold, ${way}`], 'c', 'd')),
  ),
  atLeast('sequential read warm, synchronous: (c) to (d)', 'times', 1, speed(['read', 'warm, sync'], 'c', 'd')),
  ...['sync', 'promise'].flatMap((way) => [
    atLeast(`sequential write, write-through, ${way}: (c) to (d)`, 'times', 0.8, speed(['write', way], 'c', 'd')),
    atLeast(`sequential write, writeback, ${way}: (c) to (d)`, 'times', 1, speed(['write-back', way], 'c', 'd')),
  ]),
];

const mountedByLinux = [
  ...['stat-uncached', 'open-close', 'create-write-unlink'].map((name) =>
    atMost(`time of ${name}, synchronous: (e) to (d)`, 'times', 1.5, latency([name, 'sync'], 'e', 'd')),
  ),
  atLeast('sequential read cold, synchronous: (e) to (d)', 'times', 0.8, speed(['read', 'cold, sync'], 'e', 'd')),
];

const tracing = [
  under('cost of tracing that is off: (a)', 'percent', 1, share('tracing', 'off, alone', 'off')),
  under('cost of tracing with one listener: (a)', 'percent', 15, surplus('tracing', 'one listener', 'off')),
];

const memory = [
  under('a cached inode', 'bytes', 700, ({ inodes }) => (inodes === null ? null : spreadOf([inodes.bytesPerInode]))),
];

/** What must hold, in the order of the table. */
export const targets: readonly Target[] = [...inProcess, ...daemons, ...mountedByLinux, ...memory, ...tracing];

/** Looks at what a run measured. */
export const judge = (all: Measured): Verdict[] =>
  targets.map((target) => {
    const spread = target.measured(all);
    return { target, spread, isMet: spread === null ? null : holds(target, spread) };
  });

function holds({ bound, limit }: Target, { median }: Spread): boolean {
  if (bound === 'at least') return median >= limit;
  return bound === 'at most' ? median <= limit : median < limit;
}
