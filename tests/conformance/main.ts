// `npm run conformance`: what POSIX and Linux promise of each call, on Linux and on Fusewire. See docs/conformance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { obstacle } from '../oracle/obstacle.ts';
import { VARIANTS } from './assertion.ts';
import { coverage, knownFailures, Report } from './report.ts';
import { Trial } from './trial.ts';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    variant: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});

/** More failures than this are no news. */
const MOST_SHOWN = 40;
const PAGE = new URL('../../docs/conformance.md', import.meta.url);
const MARKS = ['<!-- conformance: begin -->', '<!-- conformance: end -->'] as const;

/** Puts what a run came to, and which files of the suite that is about, into the page that shows them. */
function record(parts: readonly string[]): void {
  const text = readFileSync(PAGE, 'utf8');
  const [head, rest] = text.split(MARKS[0]);
  const tail = rest?.split(MARKS[1])[1];
  if (tail === undefined) throw new Error(`${PAGE.pathname} has no place for a summary`);
  writeFileSync(PAGE, `${head}${MARKS[0]}\n\n${parts.join('\n\n')}\n\n${MARKS[1]}${tail}`);
}

const why = obstacle();
if (why !== null) console.log(`Linux is not asked: ${why}\n`);
const chosen = VARIANTS.filter((name) => values.variant === undefined || name === values.variant);
if (chosen.length === 0) throw new Error(`there is no variant ${values.variant}; there are ${VARIANTS.join(', ')}`);

const report = new Report();
await using trial = new Trial(why === null ? 'both' : 'Fusewire');
for (const variant of chosen) {
  for await (const tried of trial.run({ filter: values.filter, variant })) {
    const failure = report.add(tried);
    if (failure !== null && report.failures.length <= MOST_SHOWN) console.log(`${failure.text}\n`);
  }
}

const isWhole = values.filter === '' && values.variant === undefined && why === null;
const gone = isWhole ? report.gone : [];
const failures = [
  ...(report.failures.length > 0 ? [`${report.failures.length} cases`] : []),
  ...gone.map((name) => `listed as known to fail, but gone: ${name}`),
];
const summary = [
  `${why === null ? `Linux ${release().replace(/-.*/, '')}; s` : 'S'}et-ups of the server: ${chosen.join(', ')}.`,
  report.table(),
  failures.length === 0 ? 'No failure that is not listed.' : `FAILED: ${failures.join('; ')}`,
];
console.log(summary.join('\n\n'));
if (values.record) {
  if (!isWhole) throw new Error('only a run of everything, on Linux too, is recorded');
  record([
    ...summary,
    '### Where Linux differs from POSIX, and Fusewire does as Linux',
    report.deviations(),
    '### What Fusewire is known to fail',
    knownFailures(),
    '### The files of pjdfstest',
    coverage(),
  ]);
}
process.exitCode = failures.length === 0 ? 0 : 1;
