import type { Case } from './case.ts';
import type { Chosen } from './cases.ts';
import { inodeMemory } from './inode-memory.ts';
import { measure } from './measure.ts';
import type { InodeMemory } from './memory.ts';
import type { Options } from './options.ts';
import { machine, type Report } from './report.ts';
import { closeAtSignals, Interrupted, Resources } from './resources.ts';
import type { Result } from './results.ts';
import { type Subject, subjects } from './subjects.ts';
import { whyNotCounted } from './system-calls.ts';
import { align, caseColumns, caseRows, caseTitle, short } from './table.ts';
import { judge } from './targets.ts';

/**
 * Measures, and prints each case as it is done. What one case needs is gone before the next begins, and all of it when a
 * signal comes.
 *
 * @throws Interrupted after a signal
 */
export async function run(chosen: Chosen, options: Options): Promise<Report> {
  await using resources = new Resources();
  closeAtSignals(resources);
  const host = machine();
  const usable = usableSubjects(options);
  const systemCalls = options.systemCalls && canCount();
  const { rounds, turn, sizes } = options;
  const inodes = chosen.inodeMemory ? await runInodeMemory(sizes.inodes, resources) : null;
  const results: Result[] = [];
  for (const one of chosen.cases) {
    results.push(...(await runCase(one, usable, { ...options, systemCalls }, resources)));
  }
  return {
    machine: host,
    effort: { rounds, turn, sizes, systemCalls },
    subjects: Object.fromEntries(usable.map(({ letter, title }) => [letter, title])),
    results,
    inodes,
    targets: judge({ results, inodes }),
  };
}

function canCount(): boolean {
  const why = whyNotCounted();
  if (why !== null) console.log(`system calls are not counted: ${why}`);
  return why === null;
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

/** One case with all that it is for. */
function runCase(one: Case, usable: readonly Subject[], options: Options, all: Resources): Promise<Result[]> {
  const those = usable.filter(({ letter }) => one.subjects?.includes(letter) ?? true);
  return attempt(one.name, all, [], async (resources) => {
    const results = await measure(one, those, options, resources);
    if (results.length > 0) console.log(`\n${caseTitle(one)}\n${align(caseColumns, caseRows(results))}`);
    return results;
  });
}

function runInodeMemory(count: number, all: Resources): Promise<InodeMemory | null> {
  return attempt('inode-memory', all, null, async ({ signal }) => {
    const memory = await inodeMemory(count, signal);
    console.log(`\ninode-memory: ${short(memory.bytesPerInode)} bytes for each of ${short(count)} cached inodes`);
    return memory;
  });
}

/** Runs what may fail: that is told, and the rest is measured. */
async function attempt<T>(
  name: string,
  all: Resources,
  otherwise: T,
  action: (resources: Resources) => Promise<T>,
): Promise<T> {
  const resources = all.keep(new Resources());
  try {
    return await action(resources);
  } catch (error) {
    if (all.isClosed) throw new Interrupted();
    console.error(`\n${name} failed:`, error);
    process.exitCode = 1;
    return otherwise;
  } finally {
    await resources.close();
  }
}
