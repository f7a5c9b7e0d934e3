import type { Cuts } from './plan.ts';
import { type Outcome, simulate } from './run.ts';

/** A failing run, and what was left out of its plan. */
export interface Failure {
  readonly outcome: Outcome;
  readonly cuts: Cuts;
}

/** What kind of thing went wrong, without the names in it: leaving calls out must not end in another failure. */
const kindOf = ({ faults }: Outcome): string =>
  (faults[0] ?? '')
    .split('\n')[0]
    ?.replace(/[^a-z ]+/gi, '')
    .slice(0, 24) ?? '';

/**
 * The same failure with as few calls as it takes, and as few things that go wrong. Leaves out calls, larger parts first;
 * chance falls otherwise then, so what is left may be far from the shortest.
 */
export function shorten(outcome: Outcome): Failure {
  const { seed, threads } = outcome.plan;
  const kind = kindOf(outcome);
  let best: Failure = { outcome, cuts: { keep: new Set(threads.flatMap(({ calls }) => calls.map(({ id }) => id))) } };
  const tries = (cuts: Cuts): boolean => {
    const shorter = simulate(seed, cuts);
    if (shorter.faults.length === 0 || kindOf(shorter) !== kind) return false;
    best = { outcome: shorter, cuts };
    return true;
  };
  for (let faults = 0; faults < outcome.plan.faults; faults++) if (tries({ ...best.cuts, faults })) break;
  for (let size = Math.ceil(keptIn(best).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < keptIn(best).length; ) {
      const kept = keptIn(best);
      const keep = new Set([...kept.slice(0, at), ...kept.slice(at + size)]);
      if (!tries({ ...best.cuts, keep })) at += size;
    }
  }
  return best;
}

const keptIn = ({ cuts }: Failure): number[] => [...(cuts.keep ?? [])];

/** The command that plays a failure again. */
export function commandOf({ outcome, cuts }: Failure): string {
  const words = ['npm run simulate --', `--seed ${outcome.plan.seed}`];
  if (cuts.keep !== undefined) words.push(`--keep ${[...cuts.keep].join(',')}`);
  if (cuts.faults !== undefined) words.push(`--faults ${cuts.faults}`);
  return [...words, '--log'].join(' ');
}
