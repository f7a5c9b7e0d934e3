import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { type Chosen, cases, choose, inodeMemoryCase } from './cases.ts';
import { micro } from './micro.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { record } from './record.ts';
import type { Report } from './report.ts';
import { Interrupted } from './resources.ts';
import { run } from './run.ts';
import { align, targetColumns, targetRows } from './table.ts';
import { judge } from './targets.ts';

/*
 * Every case with every way to use files, in turns in one run: ratios hold whatever else the machine does.
 */

const root = path.resolve(import.meta.dirname, '..');

async function main(args: readonly string[]): Promise<void> {
  const command = understand(args);
  if (command === null) return;
  const { options, chosen } = command;
  if (options.task === 'help') {
    console.log(usage);
  } else if (options.task === 'list') {
    for (const { name, title } of [...cases, inodeMemoryCase]) console.log(`${name.padEnd(26)} ${title}`);
  } else if (options.task === 'micro') {
    await micro();
  } else if (options.from === null) {
    const report = await run(chosen, options);
    save(options.json ?? path.join(root, 'build/bench.json'), report);
    tell(report, options);
  } else {
    tell(earlier(options.from), options);
  }
}

/** What is asked for; null, and a message, when that is not to be understood. */
function understand(args: readonly string[]): { readonly options: Options; readonly chosen: Chosen } | null {
  try {
    const options = parseOptions(args);
    return { options, chosen: choose(options.cases) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return null;
  }
}

/** Results of an earlier run, held against today's targets. */
function earlier(file: string): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  return { ...report, targets: judge(report) };
}

function save(file: string, report: Report): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten: ${path.relative(root, file)}`);
}

/** Prints the targets, all of a whole run, else those that it measured; and writes the document where that is asked. */
function tell(report: Report, options: Options): void {
  const { targets } = report;
  const told = options.cases.length === 0 ? targets : targets.filter(({ spread }) => spread !== null);
  if (told.length > 0) console.log(`\n${align(targetColumns, targetRows(told))}`);
  if (options.record) record(report, path.join(root, 'docs/performance.md'));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Interrupted)) throw error;
}
