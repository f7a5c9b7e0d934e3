import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Case } from './case.ts';
import { cases } from './cases.ts';
import { measure } from './measure.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { closeAtSignals, Resources } from './resources.ts';
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
  const options = withoutCounting(parseOptions(args));
  const chosen = cases.filter(
    ({ name }) => options.cases.length === 0 || options.cases.some((one) => name.startsWith(one)),
  );
  if (options.list) {
    for (const one of chosen) console.log(`${one.name.padEnd(26)} ${one.title}`);
    return;
  }
  await using resources = new Resources();
  closeAtSignals(resources);
  const usable = usableSubjects(options);
  const results: Result[] = [];
  for (const one of chosen) results.push(...(await runCase(one, usable, options, resources)));
  const verdicts = judge(results);
  const told = options.cases.length === 0 ? verdicts : verdicts.filter(({ spread }) => spread !== null);
  if (told.length > 0) console.log(`\n${align(targetColumns, targetRows(told))}`);
  save(options.json ?? path.join(root, 'build/bench.json'), { results, targets: verdicts });
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

async function runCase(one: Case, usable: readonly Subject[], options: Options, all: Resources): Promise<Result[]> {
  const those = usable.filter(({ letter }) => one.subjects?.includes(letter) ?? true);
  const resources = all.keep(new Resources());
  try {
    const results = await measure(one, those, options, resources);
    if (results.length > 0) console.log(`\n${caseTitle(one)}\n${align(caseColumns, caseRows(results))}`);
    return results;
  } finally {
    await resources.close();
  }
}

function save(file: string, content: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`written: ${path.relative(root, file)}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
