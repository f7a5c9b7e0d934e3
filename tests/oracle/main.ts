// `npm run oracle`: every script on Linux and on Fusewire, and what of it is not the same. See README.md.
import { parseArgs } from 'node:util';
import { allScripts } from './all-scripts.ts';
import { calls } from './calls.ts';
import { randomScript } from './generator.ts';
import type { Verdict } from './oracle.ts';
import { Oracle, prepare, runsIn } from './oracle.ts';
import type { Prepared } from './outcome.ts';
import { explain, Report } from './report.ts';
import { comparesRequests, variants } from './variants.ts';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    variant: { type: 'string' },
    seed: { type: 'string', default: '1' },
    scripts: { type: 'string' },
    steps: { type: 'string', default: '200' },
    long: { type: 'boolean', default: false },
    requests: { type: 'boolean', default: false },
    'hand-written': { type: 'boolean', default: true },
    'keep-going': { type: 'boolean', default: false },
  },
  allowNegative: true,
});

/** Random scripts of a plain run, and of a long one. */
const SCRIPTS = { plain: 100, long: 2_000 };
/** More differences than this are no news. */
const MOST_SHOWN = 40;

const chosen = variants.filter(({ name }) => values.variant === undefined || name === values.variant);
const count = Number(values.scripts ?? (values.filter !== '' ? 0 : SCRIPTS[values.long ? 'long' : 'plain']));
const isWhole = values.filter === '' && values.variant === undefined && values['hand-written'];

await using oracle = new Oracle();
const written = new Report();
const random = new Report();
let unlisted = 0;

async function judge(report: Report, verdict: Verdict): Promise<void> {
  const difference = report.add(verdict);
  if (difference === undefined) return;
  unlisted++;
  if (unlisted > MOST_SHOWN) return;
  const shortest = await oracle.shorten(verdict, difference);
  console.log(`${explain(shortest)}\n`);
}

async function runWritten(): Promise<void> {
  for (const script of await allScripts()) {
    if (!script.name.includes(values.filter)) continue;
    const prepared = prepare(script);
    for (const variant of chosen) {
      if (runsIn(script, variant)) await judge(written, await oracle.run(prepared, variant.name));
    }
  }
}

/** Requests can be compared too, where a variant has them in order. */
const randomOf = (seed: number): Prepared => ({
  ...randomScript(seed, Number(values.steps)),
  comparesRequests: values.requests,
});

async function runRandom(): Promise<void> {
  const usable = chosen.filter(
    (variant) =>
      values.variant !== undefined ||
      (variant.without === undefined && (!values.requests || comparesRequests(variant))),
  );
  for (let at = 0; at < count; at++) {
    const seed = Number(values.seed) + at;
    const variant = usable[at % usable.length];
    if (variant === undefined) break;
    await judge(random, await oracle.run(randomOf(seed), variant.name));
    if (unlisted > 0 && !values['keep-going']) {
      console.log(`Again: npm run oracle -- --no-hand-written --seed ${seed} --scripts 1 --variant ${variant.name}`);
      return;
    }
  }
}

if (values['hand-written']) await runWritten();
await runRandom();

const failures: string[] = [];
if (unlisted > 0) failures.push(`${unlisted} scripts differ`);
if (isWhole) {
  const unused = written.missing(Object.keys(calls));
  if (unused.length > 0) failures.push(`no script makes the calls ${unused.join(' ')}`);
  for (const { name } of written.gone) failures.push(`listed, but gone: ${name}`);
}
if (written.scripts > 0) {
  console.log(
    `Scripts: ${written.scripts} runs over ${chosen.length} variants, ${written.steps} steps\n${written.table()}\n`,
  );
}
if (random.scripts > 0) console.log(`Random: ${random.scripts} scripts, ${random.steps} steps\n${random.table()}\n`);
console.log(failures.length === 0 ? 'No unlisted difference.' : `FAILED: ${failures.join('; ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
