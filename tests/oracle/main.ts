// `npm run oracle`: every script on Linux and on Fusewire, and what of it is not the same. See README.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { knownDifferences } from './known-differences.ts';
import { obstacle } from './obstacle.ts';
import { Trial } from './trial.ts';
import { variants } from './variants.ts';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    variant: { type: 'string' },
    seed: { type: 'string', default: '1' },
    scripts: { type: 'string' },
    steps: { type: 'string', default: '200' },
    long: { type: 'boolean', default: false },
    'hand-written': { type: 'boolean', default: true },
    record: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

/** Random scripts of a plain run, and of a long one. */
const SCRIPTS = { plain: 100, long: 2_000 };
const RECORD = new URL('../../docs/oracle.md', import.meta.url);
const MARKS = ['<!-- oracle: begin -->', '<!-- oracle: end -->'] as const;

/** Puts the summary of a run, and what is known to differ, into the page that shows them. */
function record(summary: string): void {
  const text = readFileSync(RECORD, 'utf8');
  const [head, rest] = text.split(MARKS[0]);
  const tail = rest?.split(MARKS[1])[1];
  if (tail === undefined) throw new Error(`${RECORD.pathname} has no place for a summary`);
  const known = knownDifferences.map(({ name, reason }) => `- *${name}*: ${reason}`).join('\n');
  const page = `\`\`\`text\n${summary}\n\`\`\`\n\n## What is known to differ\n\n${known === '' ? 'Nothing.' : known}`;
  writeFileSync(RECORD, `${head}${MARKS[0]}\n\n${page}\n\n${MARKS[1]}${tail}`);
}

const why = obstacle();
if (why !== null) throw new Error(`the oracle cannot run here: ${why}`);
const chosen = variants.filter(({ name }) => values.variant === undefined || name === values.variant);
if (chosen.length === 0)
  throw new Error(`there is no variant ${values.variant}; there are ${variants.map(({ name }) => name).join(', ')}`);
const isWhole = values.filter === '' && values.variant === undefined && values['hand-written'];

await using trial = new Trial((explanation) => console.log(`${explanation}\n`));
if (values['hand-written']) await trial.runWritten(chosen, { filter: values.filter });
const scripts = Number(values.scripts ?? (values.filter !== '' ? 0 : SCRIPTS[values.long ? 'long' : 'plain']));
await trial.runRandom({ seed: Number(values.seed), scripts, steps: Number(values.steps), variants: chosen });

const failures = [
  ...(trial.unlisted > 0 ? [`${trial.unlisted} scripts differ`] : []),
  ...(isWhole ? trial.gaps() : []),
];
const { written, random } = trial;
const summary = [
  `Linux ${release().replace(/-.*/, '')}, ${chosen.length} variants`,
  ...(written.scripts === 0 ? [] : [`Hand-written: ${written.summary()}`, written.table()]),
  ...(random.scripts === 0 ? [] : [`Random, seeds from ${values.seed}: ${random.summary()}`, random.table()]),
  failures.length === 0 ? 'No unlisted difference.' : `FAILED: ${failures.join('; ')}`,
].join('\n\n');
console.log(summary);
if (values.record) record(summary);
process.exitCode = failures.length === 0 ? 0 : 1;
