import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Case } from './case.ts';
import { casesNamed } from './cases.ts';
import { measure } from './measure.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { record } from './record.ts';
import { machine, type Report } from './report.ts';
import { closeAtSignals, Interrupted, Resources } from './resources.ts';
import type { Result } from './results.ts';
import { type Subject, subjects } from './subjects.ts';
import { whyNotCounted } from './system-calls.ts';
import { align, caseColumns, caseRows, caseTitle, targetColumns, targetRows } from './table.ts';
import { judge } from './targets.ts';

/*
 * Every case with every way to use files, in turns in one run: ratios hold whatever else the machine does.
 */

const root = path.resolve(import.meta.dirname, '..');

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const chosen = casesNamed(options.cases);
  if (options.list) {
    for (const { name, title } of chosen) console.log(`${name.padEnd(26)} ${title}`);
    return;
  }
  const report = options.from === null ? await run(chosen, withoutCounting(options)) : earlier(options.from);
  tellTargets(report, options);
  if (options.from === null) save(options.json ?? path.join(root, 'build/bench.json'), report);
  if (options.record) record(report, path.join(root, 'docs/performance.md'));
}

/** Measures. What one case needs is gone before the next begins, and all of it when a signal comes. */
async function run(chosen: readonly Case[], options: Options): Promise<Report> {
  await using resources = new Resources();
  closeAtSignals(resources);
  const host = machine();
  const usable = usableSubjects(options);
  const results: Result[] = [];
  for (const one of chosen) results.push(...(await runCase(one, usable, options, resources)));
  const { rounds, turn, sizes, systemCalls } = options;
  return {
    machine: host,
    effort: { rounds, turn, sizes, systemCalls },
    subjects: Object.fromEntries(usable.map(({ letter, title }) => [letter, title])),
    results,
    targets: judge(results),
  };
}

/** Results of an earlier run, held against today's targets. */
function earlier(file: string): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  return { ...report, targets: judge(report.results) };
}

/** The same without counting system calls where that cannot be done, which is told. */
function withoutCounting(options: Options): Options {
  const why = options.systemCalls ? whyNotCounted() : null;
  if (why !== null) console.log(`system calls are not counted: ${why}`);
  return { ...options, systemCalls: options.systemCalls && why === null };
}

/** Those that were asked for, without those that this machine cannot run, which are named. */
function usableSubjects({ subjects: wanted }: Options): Subject[] {
  return subjects.filter(({ letter, title, whyNot }) => {
    if (wanted !== null && !wanted.includes(letter)) return false;
    const why = whyNot();
    console.log(`(${letter}) ${title}${why === null ? '' : `: not measured, ${why}`}`);
    return why === null;
  });
}

/** One case; when it fails that is told, and the others are measured. */
async function runCase(one: Case, usable: readonly Subject[], options: Options, all: Resources): Promise<Result[]> {
  const those = usable.filter(({ letter }) => one.subjects?.includes(letter) ?? true);
  const resources = all.keep(new Resources());
  try {
    const results = await measure(one, those, options, resources);
    if (results.length > 0) console.log(`\n${caseTitle(one)}\n${align(caseColumns, caseRows(results))}`);
    return results;
  } catch (error) {
    if (all.isClosed) throw new Interrupted();
    console.error(`\n${one.name} failed:`, error);
    process.exitCode = 1;
    return [];
  } finally {
    await resources.close();
  }
}

/** Prints the targets: all of a whole run, else those that it measured. */
function tellTargets({ targets }: Report, options: Options): void {
  const told = options.cases.length === 0 ? targets : targets.filter(({ spread }) => spread !== null);
  if (told.length > 0) console.log(`\n${align(targetColumns, targetRows(told))}`);
}

function save(file: string, report: Report): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten: ${path.relative(root, file)}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof TypeError) {
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  } else if (!(error instanceof Interrupted)) throw error;
}
