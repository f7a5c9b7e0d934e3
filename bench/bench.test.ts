import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { whyNoKernelMount } from '../tests/daemons/kernel-mount.ts';
import type { Report } from './report.ts';

const root = path.resolve(import.meta.dirname, '..');

interface Run {
  readonly child: ChildProcess;
  readonly directory: string;
  output: string;
}

/** Starts the command, with directories of its own for all that it makes. */
function start(...args: string[]): Run {
  const directory = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-bench-test-'));
  const command = ['--expose-gc', '--import', './scripts/run-typescript.mjs', 'bench/main.ts'];
  const child = spawn(process.execPath, [...command, ...args, '--json', path.join(directory, 'bench.json')], {
    cwd: root,
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run: Run = { child, directory, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  onTestFinished(() => {
    child.kill('SIGKILL');
    fs.rmSync(directory, { recursive: true });
  });
  return run;
}

/** What a run has left behind: mounts, directories, processes that use them. */
function remains({ child, directory }: Run): string[] {
  const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const scratch = fs.existsSync('/dev/shm') ? fs.readdirSync('/dev/shm') : [];
  return [
    ...mounts.filter((line) => line.includes(directory)),
    ...scratch.filter((name) => name.startsWith(`fusewire-bench-${child.pid}-`)),
    ...fs.readdirSync(directory).filter((name) => name !== 'bench.json'),
  ];
}

/** Processes are started, and other tests may run beside them. */
const LONG = { timeout: 120_000 };
const TINY = ['--rounds', '1', '--turn', '2', '--size', '1', '--quick'];

test('a run measures each way of each subject, and leaves nothing behind', LONG, async () => {
  const run = start(...TINY, '--case', 'stat-cached', '--case', 'write', '--subjects', 'a,b,f,g');
  const [code] = await once(run.child, 'close');
  expect(run.output).toContain('stat of a file, cached');
  expect(code).toBe(0);
  const report = JSON.parse(fs.readFileSync(path.join(run.directory, 'bench.json'), 'utf8')) as Report;
  const measured = report.results.map(({ case: name, way, subject }) => `${name}, ${way}: ${subject}`);
  const ways = ['stat-cached, sync', 'stat-cached, promise', 'stat-cached, 64 promises'];
  const writes = ['write, sync', 'write, promise', 'write-back, sync', 'write-back, promise'];
  const expected = [...ways, ...writes].flatMap((way) => ['a', 'b', 'f', 'g'].map((letter) => `${way}: ${letter}`));
  expect(measured.toSorted()).toEqual(expected.toSorted());
  expect(report.results.every(({ rates }) => rates.length === 1 && Number(rates[0]) > 0)).toBe(true);
  expect(remains(run)).toEqual([]);
});

test('a run that is interrupted unmounts and ends its servers', LONG, async (context) => {
  const why = whyNoKernelMount();
  context.skip(why !== null, why ?? '');
  const run = start('--case', 'stat-uncached', '--subjects', 'a,e');
  const mounted = (): boolean => remains(run).some((line) => line.includes(' fuse.'));
  while (!mounted() && run.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  run.child.kill('SIGINT');
  const [code] = await once(run.child, 'close');
  expect(run.output).toContain('SIGINT: cleaning up');
  expect(code).toBe(130);
  expect(remains(run)).toEqual([]);
});
