import type { Case, Sizes, Turn } from './case.ts';
import { cpuTime } from './cpu-time.ts';
import type { Place } from './place.ts';
import type { Resources } from './resources.ts';
import type { Result } from './results.ts';
import type { Subject } from './subjects.ts';
import { countSystemCalls } from './system-calls.ts';

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Milliseconds that a turn lasts at least. */
  readonly turn: number;
  readonly sizes: Sizes;
  /** Whether system calls are counted, after everything else. */
  readonly systemCalls: boolean;
}

/** The share of a turn that comes before it unmeasured: the processors' caches are the last turn's. */
const WARMING = 0.1;

interface Runner {
  readonly result: Result;
  readonly turn: Turn;
  readonly pids: readonly number[];
  /** Microseconds of CPU time, and units, over all rounds. */
  cpu: number;
  units: number;
}

/**
 * Measures one case with all subjects in turns: in each round every way of every subject has its time, so that what else
 * the machine does falls on all of them. The first round only warms up.
 */
export async function measure(
  one: Case,
  subjects: readonly Subject[],
  effort: Effort,
  resources: Resources,
): Promise<Result[]> {
  const runners: Runner[] = [];
  for (const subject of subjects) {
    const place = await resources.opened(subject.open(one.setup));
    runners.push(...(await runnersOf(one, subject, place, effort.sizes)));
  }
  // Subjects side by side within each way: what is compared with one another is measured right after one another.
  runners.sort((a, b) => order(runners, a) - order(runners, b));
  for (let round = 0; round <= effort.rounds; round++) {
    // Not before each turn: code that is not run between several collections is thrown away, and compiled anew.
    globalThis.gc?.();
    for (const runner of runners) await runTurn(runner, round === 0 ? 'warm up' : 'measure', effort.turn);
  }
  for (const { result, cpu, units } of runners) result.cpu = cpu / units;
  if (effort.systemCalls) for (const runner of runners) await count(runner);
  return runners.map(({ result }) => result);
}

const order = (runners: readonly Runner[], { result }: Runner): number =>
  runners.findIndex((other) => other.result.way === result.way);

async function runnersOf(one: Case, subject: Subject, place: Place, sizes: Sizes): Promise<Runner[]> {
  const turns = await one.prepare(place, sizes);
  return Object.entries(turns).map(([way, turn]) => ({
    result: { case: one.name, way, subject: subject.letter, unit: one.unit, rates: [], cpu: null, systemCalls: null },
    turn,
    pids: place.pids,
    cpu: 0,
    units: 0,
  }));
}

async function runTurn(runner: Runner, purpose: 'warm up' | 'measure', milliseconds: number): Promise<void> {
  const { turn, pids, result } = runner;
  await turn.before?.();
  if (turn.repeat !== 'once') await work(turn, milliseconds * WARMING);
  const cpu = cpuTime(pids);
  const start = performance.now();
  const units = await work(turn, milliseconds);
  const elapsed = performance.now() - start;
  if (purpose === 'warm up') return;
  result.rates.push((units / elapsed) * 1000);
  runner.cpu += cpuTime(pids) - cpu;
  runner.units += units;
}

/** Runs a turn until its time is over. Returns how many units were done. */
async function work({ run, repeat }: Turn, milliseconds: number): Promise<number> {
  const start = performance.now();
  let units = 0;
  do {
    const done = run();
    units += typeof done === 'number' ? done : await done;
  } while (repeat !== 'once' && performance.now() - start < milliseconds);
  return units;
}

async function count({ turn, pids, result }: Runner): Promise<void> {
  await turn.before?.();
  let units = 0;
  const calls = await countSystemCalls(pids, async () => {
    for (let runs = 0; runs < (turn.counted ?? 1); runs++) units += await turn.run();
  });
  result.systemCalls = calls / units;
}
