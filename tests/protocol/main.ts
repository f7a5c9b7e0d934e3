// `npm run protocol`: runs the oracle's scripts and writes the table of docs/protocol.md. With --no-run what was seen stays as it is there.
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { allScripts } from '../oracle/all-scripts.ts';
import { obstacle } from '../oracle/obstacle.ts';
import { Oracle, prepare, runsIn } from '../oracle/oracle.ts';
import { comparesRequests, variants } from '../oracle/variants.ts';
import { readRows, rowsOf, seenBy, tableOf } from './page.ts';
import { Tally } from './tally.ts';

const { values } = parseArgs({
  options: { filter: { type: 'string', default: '' }, run: { type: 'boolean', default: true } },
  allowNegative: true,
});
const PAGE = new URL('../../docs/protocol.md', import.meta.url);
const MARKS = ['<!-- protocol: begin -->', '<!-- protocol: end -->'] as const;

/** Puts the table into its page. */
function record(lines: readonly string[]): void {
  const [head, , tail] = partsOf(readFileSync(PAGE, 'utf8'));
  writeFileSync(PAGE, `${head}${MARKS[0]}\n\n${lines.join('\n\n')}\n\n${MARKS[1]}${tail}`);
}

/** What stands before the table, what was seen and the table, and what stands behind. */
function partsOf(page: string): [head: string, table: string, tail: string] {
  const [head = '', rest = ''] = page.split(MARKS[0]);
  const [table = '', tail] = rest.split(MARKS[1]);
  if (tail === undefined) throw new Error(`${PAGE.pathname} has no place for the table`);
  return [head, table, tail];
}

/** Runs the scripts in which requests are compared, in each set-up that has them in order and a server that can everything. */
async function watch(filter: string): Promise<{ tally: Tally; summary: string }> {
  const why = obstacle();
  if (why !== null) throw new Error(`the oracle cannot run here: ${why}`);
  const scripts = (await allScripts()).filter((each) => each.compare === 'requests' && each.name.includes(filter));
  const chosen = variants.filter((variant) => comparesRequests(variant) && variant.without === undefined);
  const tally = new Tally();
  let runs = 0;
  await using oracle = new Oracle();
  for (const script of scripts) {
    const prepared = prepare(script);
    for (const variant of chosen.filter((each) => runsIn(script, each))) {
      tally.add(await oracle.run(prepared, variant.name));
      runs++;
    }
  }
  const system = `Linux ${release().replace(/-.*/, '')}`;
  const summary = `${runs} runs of ${scripts.length} scripts in ${chosen.length} set-ups of the server, on ${system} and on Fusewire:`;
  return { tally, summary };
}

if (values.run) {
  const { tally, summary } = await watch(values.filter);
  const table = tableOf(rowsOf((opcode) => seenBy(tally, opcode)));
  console.log(`${summary}\n\n${table}`);
  if (values.filter === '') record([summary, table]);
} else {
  const [, recorded] = partsOf(readFileSync(PAGE, 'utf8'));
  const seen = new Map(readRows(recorded).map((row) => [row.opcode, row]));
  const [summary = ''] = recorded.trim().split('\n');
  record([summary, tableOf(rowsOf((opcode) => seen.get(opcode)))]);
}
