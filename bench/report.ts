import * as os from 'node:os';
import type { Effort } from './measure.ts';
import type { Measured } from './results.ts';
import type { Letter } from './subjects.ts';
import type { Verdict } from './targets.ts';

/** Everything that a run found out; what build/bench.json has. */
export interface Report extends Measured {
  readonly machine: Machine;
  readonly effort: Effort;
  /** Who was measured, by letter. */
  readonly subjects: Readonly<Partial<Record<Letter, string>>>;
  readonly targets: readonly Verdict[];
}

/** Where it ran. */
export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly memory: number; // GiB
  readonly kernel: string;
  readonly node: string;
  /** How busy it was before: tasks that wanted to run, of the last minute. */
  readonly load: number;
}

/** This machine. */
export function machine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model ?? 'unknown',
    cpus: cpus.length,
    memory: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release().split('-')[0]}`,
    node: process.version,
    load: os.loadavg()[0] ?? 0,
  };
}
