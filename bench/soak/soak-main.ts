import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { daemon, mount } from '../../src/index.ts';
import { replaceSections } from '../record.ts';
import { closeAtSignals, Resources } from '../resources.ts';
import { align, markdown } from '../table.ts';
import { curve } from './curve.ts';
import { MOST_HELD, runLoad } from './load.ts';
import { type Budgets, complaints, median, type Sample, sample } from './sample.ts';
import { makeTree, type TreeSize } from './tree.ts';

// `npm run soak [-- --minutes N] [--record]`: a mixed load on more files than the caches may keep; see docs/memory.md.

const MIB = 2 ** 20;
const SIZE: TreeSize = {
  directories: 100,
  filesEach: 500,
  smallBytes: 3_000,
  largeFiles: 4,
  largeBytes: 32 * MIB,
};
const BUDGETS: Budgets = { pageCacheBytes: 32 * MIB, dentryCacheEntries: 10_000 };
const SAMPLES = 240;
const document = fileOf('docs/memory.md');

function fileOf(name: string): string {
  return path.resolve(import.meta.dirname, '../..', name);
}

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, record: { type: 'boolean', default: false } },
});

async function main(minutes: number): Promise<void> {
  await using resources = new Resources();
  closeAtSignals(resources);
  const { samples, calls } = await run(resources, minutes * 60);
  const rows = rowsOf(samples);
  console.log(`\n${align(columns, rows)}\n\ncalls: ${JSON.stringify(calls)}`);
  const wrong = complaints(samples, BUDGETS, MOST_HELD);
  for (const complaint of wrong) console.error(`WRONG: ${complaint}`);
  if (wrong.length > 0) process.exitCode = 1;
  if (values.record) record(samples, calls);
}

/** Serves a tree from another process, uses it, and looks at memory meanwhile. */
async function run(
  resources: Resources,
  seconds: number,
): Promise<{ readonly samples: Sample[]; readonly calls: Record<string, number> }> {
  const scratch = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
  const source = fs.mkdtempSync(path.join(scratch, 'fusewire-soak-'));
  resources.defer(() => fs.rmSync(source, { recursive: true, force: true }));
  makeTree(source, SIZE);
  const program = [fileOf('dist/cli/main.js'), 'serve', `dir:${source}`, '{}'];
  const mounted = resources.keep(await mount(daemon(process.execPath, program, { attach: 'fd' }), BUDGETS));
  const start = performance.now();
  const passed = (): number => (performance.now() - start) / 1000;
  const isOver = (): boolean => passed() >= seconds || resources.isClosed;
  const load = runLoad(mounted.fs, SIZE, isOver);
  const samples: Sample[] = [];
  while (!isOver()) {
    await pause(Math.max(1000, (seconds * 1000) / SAMPLES), undefined, { signal: resources.signal });
    samples.push(sample(mounted, passed()));
    if (samples.length % 12 === 0) console.log(rowOf(samples.slice(-1)).join('  '));
  }
  return { samples, calls: await load };
}

const columns = ['minutes', 'heap', 'buffers', 'process', 'cached pages', 'cached names'];
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;

/** The middle of some samples, at the time of the last. */
function rowOf(samples: readonly Sample[]): string[] {
  const [heap, buffers, resident, pages] = (['heap', 'buffers', 'resident', 'pages'] as const).map((kind) =>
    mib(median(samples, kind)),
  );
  const minutes = ((samples.at(-1)?.seconds ?? 0) / 60).toFixed(1);
  return [minutes, heap, buffers, resident, pages, median(samples, 'names').toLocaleString('en')].map(String);
}

/** Twelve rows, of as many samples each. */
function rowsOf(samples: readonly Sample[]): string[][] {
  const each = Math.max(1, Math.ceil(samples.length / 12));
  return Array.from({ length: Math.ceil(samples.length / each) }, (_, at) =>
    rowOf(samples.slice(at * each, (at + 1) * each)),
  );
}

function record(samples: readonly Sample[], calls: Readonly<Record<string, number>>): void {
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const minutes = Math.round((samples.at(-1)?.seconds ?? 0) / 60);
  const title = `Memory over ${minutes} minutes of mixed load`;
  fs.mkdirSync(fileOf('docs/memory'), { recursive: true });
  fs.writeFileSync(fileOf('docs/memory/soak.svg'), curve(title, samples));
  const text = [
    `${minutes} minutes, ${total.toLocaleString('en')} calls, Node ${process.versions.node}. Each row is the median of its time.`,
    '',
    markdown(columns, rowsOf(samples)),
  ].join('\n');
  fs.writeFileSync(document, replaceSections(fs.readFileSync(document, 'utf8'), { soak: text }));
}

const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 600)) throw new Error(`${values.minutes}: minutes are between 0 and 600`);
await main(minutes);
