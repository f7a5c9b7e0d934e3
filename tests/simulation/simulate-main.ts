import { parseArgs } from 'node:util';
import type { Cuts } from './plan.ts';
import { type Outcome, simulate } from './run.ts';
import { commandOf, shorten } from './shorten.ts';

// `npm run simulate`: see README.md.

const MOST_FAILURES = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    log: { type: 'boolean', default: false },
    keep: { type: 'string' },
    faults: { type: 'string' },
  },
});

/** @throws Error for what is no number */
function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${text} is no number`);
  return number;
}

function playOne(seed: number): number {
  const cuts: Cuts = {
    ...(values.keep === undefined ? {} : { keep: new Set(values.keep.split(',').filter(Boolean).map(numberOf)) }),
    ...(values.faults === undefined ? {} : { faults: numberOf(values.faults) }),
  };
  const outcome = simulate(seed, cuts);
  if (values.log) console.log(outcome.log.join('\n'));
  for (const fault of outcome.faults) console.log(fault);
  if (outcome.faults.length === 0) console.log(`seed ${seed}: nothing is wrong`);
  return outcome.faults.length;
}

function tell(outcome: Outcome): void {
  const { seed, mode, variant } = outcome.plan;
  console.log(`\nseed ${seed} (${mode}, ${variant.name}):\n${outcome.faults.join('\n')}`);
  const failure = shorten(outcome);
  console.log(`with ${failure.cuts.keep?.size} calls: ${failure.outcome.faults[0]}\n${commandOf(failure)}`);
}

function playMany(from: number, count: number): number {
  const started = performance.now();
  const done = { calls: 0, undecided: 0, failed: 0 };
  let seed = from;
  for (; seed < from + count && done.failed < MOST_FAILURES; seed++) {
    const outcome = simulate(seed);
    done.calls += outcome.calls;
    if (outcome.isUndecided) done.undecided++;
    if (outcome.faults.length > 0) {
      done.failed++;
      tell(outcome);
    }
    if ((seed - from + 1) % 1000 === 0) console.log(`${seed - from + 1} seeds`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${seed - from} seeds from ${from}: ${done.calls} calls, ${done.failed} failed, ${done.undecided} undecided, ${seconds} s`,
  );
  return done.failed;
}

const failures =
  values.seed === undefined ? playMany(numberOf(values.from), numberOf(values.seeds)) : playOne(numberOf(values.seed));
process.exitCode = failures > 0 ? 1 : 0;
