import { Random } from '../chance/random.ts';
import { randomScript } from '../oracle/generator.ts';
import type { Step } from '../oracle/script.ts';
import { isPlain, type Variant, variants } from '../oracle/variants.ts';
import { CallMaker, type PlannedCall } from './calls.ts';

/**
 * 'orderly': the server is slow and answers in any order, but does what it says, and so does who notifies. 'failing': it
 * fails requests besides, and callers are killed. 'hostile': whatever can go wrong may go wrong.
 */
export type Mode = 'orderly' | 'failing' | 'hostile';

/** What one thread does, call after call. `id` is the call's number in the whole plan. */
export interface ThreadPlan {
  readonly process: number;
  readonly calls: readonly ({ readonly id: number } & ({ readonly judged: PlannedCall } | { readonly step: Step }))[];
}

/** Everything that a seed decides before anything runs. */
export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  readonly variant: Variant;
  readonly maxActiveRequests: number;
  readonly deviceFiles: number;
  /** The user id of each process, which is its group's too. */
  readonly uids: readonly number[];
  readonly threads: readonly ThreadPlan[];
  readonly setUp: readonly Step[];
  /** The most that may go wrong. */
  readonly faults: number;
  /** How much is cached: little means that anything may be gone at any time. */
  readonly budgets: { readonly pageCacheBytes: number; readonly dentryCacheEntries: number };
}

/** What is left out of a plan to make it shorter. */
export interface Cuts {
  /** The ids of calls that stay; all when left out. */
  readonly keep?: ReadonlySet<number>;
  readonly faults?: number;
}

/** What is cached runs out while calls are under way: that is where most can go wrong. */
const shortTimeouts: readonly Variant[] = [
  { name: 'short-timeouts', timeout: 0.5, readdirplus: true },
  { name: 'direct-short-timeouts', timeout: 0.5, directIo: true },
  { name: 'short-timeouts-no-atomic-trunc', timeout: 0.5, refused: ['ATOMIC_O_TRUNC'] },
];
const SHORT = 0.4;
/** Not those without OPEN: to a server that cuts files as it opens them, and does not, O_TRUNC is lost. */
const SAME_MEANING = /^without-(?:create|flush|statx)$/;
const judgedVariants = [...variants.filter((each) => isPlain(each) || SAME_MEANING.test(each.name))];
const MOST_FAULTS = { orderly: 6, failing: 6, hostile: 12 };

/** The plan of a seed. */
export function planOf(seed: number, cuts: Cuts = {}): Plan {
  const random = new Random(seed, 'plan');
  const mode = random.weighted<Mode>({ orderly: 5, failing: 3, hostile: 4 });
  const known = mode === 'hostile' ? variants : judgedVariants;
  const variant = random.pick(random.chance(SHORT) ? shortTimeouts : known);
  const common = {
    seed,
    mode,
    variant,
    maxActiveRequests: random.pick([1, 2, 3, 10_000, 10_000]),
    deviceFiles: random.pick([1, 1, 2, 3]),
    faults: Math.min(cuts.faults ?? Number.POSITIVE_INFINITY, random.below(MOST_FAULTS[mode] + 1)),
  };
  const budget = new Random(seed, 'budgets');
  const budgets = {
    pageCacheBytes: budget.pick([0, 10_000, 100_000_000]),
    dentryCacheEntries: budget.pick([0, 1, 3, 1000]),
  };
  const rest = mode === 'hostile' ? hostileThreads(seed) : judgedThreads(random);
  const threads = rest.threads.map(({ process, calls }) => ({
    process,
    calls: calls.filter(({ id }) => cuts.keep?.has(id) ?? true),
  }));
  return { ...common, budgets, ...rest, threads };
}

type Threads = Pick<Plan, 'uids' | 'threads' | 'setUp'>;

const JUDGED_CALLS = 9; // of each thread

/** Three or four threads of two or three processes, which is as many as a judge can follow. */
function judgedThreads(random: Random): Threads {
  const processes = random.pick([
    [0, 0, 1],
    [0, 1, 2],
    [0, 0, 1, 1],
    [0, 1],
  ]);
  const maker = new CallMaker(random);
  let id = 0;
  const threads = processes.map((process) => ({
    process,
    calls: Array.from({ length: JUDGED_CALLS }, () => ({ id: id++, judged: maker.next() })),
  }));
  return {
    uids: random.pick([
      [0, 1000, 1001],
      [1000, 0, 1000],
      [0, 0, 0],
    ]),
    threads,
    setUp: [],
  };
}

const HOSTILE_STEPS = 36;
const HOSTILE_THREADS = 4;

/** Calls of all kinds, from the generator of the oracle's scripts; two threads are of one process. */
function hostileThreads(seed: number): Threads {
  const { setUp, steps } = randomScript(seed, HOSTILE_STEPS);
  const threads = Array.from({ length: HOSTILE_THREADS }, (_, at) => ({
    process: at % 3,
    calls: steps.flatMap((step, id) => (id % HOSTILE_THREADS === at ? [{ id, step }] : [])),
  }));
  return { uids: [0, 1000, 1001], threads, setUp };
}
