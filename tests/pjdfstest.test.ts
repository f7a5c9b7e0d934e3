import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { needsKernel } from './kernel-mount/place.ts';

const root = path.resolve(import.meta.dirname, '..');
let suite: string;

beforeEach(() => {
  suite = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-fake-suite-'));
  fs.writeFileSync(path.join(suite, 'pjdfstest'), '');
  fakeTest('mkdir/00.t', 'echo 1..2; mkdir there && echo ok 1; test -d there && echo ok 2; rmdir there');
  fakeTest('chmod/00.t', "echo 1..3; echo ok 1; echo 'not ok 2 - tried this'; echo 'not ok 3 # TODO not on Linux'");
});

afterEach(() => {
  fs.rmSync(suite, { recursive: true });
});

/** A test file of the fake suite. */
function fakeTest(name: string, script: string): void {
  fs.mkdirSync(path.join(suite, 'tests', path.dirname(name)), { recursive: true });
  fs.writeFileSync(path.join(suite, 'tests', name), `#!/bin/sh\n${script}\n`);
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/pjdfstest.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, said: stdout + stderr };
}

test('without a checkout of pjdfstest one line says how to get it', () => {
  const { status, said } = run([], { PJDFSTEST: '' });
  expect(status).toBe(2);
  expect(said).toMatch(/^pjdfstest: no checkout of the suite is named; git clone .*\n$/);
});

test('a failure that is not explained is named, and the exit code is 1', (context) => {
  needsKernel(context);
  const { status, said } = run([], { PJDFSTEST: suite });
  expect(status, said).toBe(1);
  expect(said).toContain('| mkdir | 1 | 0 | 2 | 0 | 0 |');
  expect(said).toContain('| chmod | 1 | 0 | 1 | 1 | 1 |');
  expect(said).toContain('FAILED: chmod/00.t 2 tried this');
});

test('an explained failure is none, and an explained one that passes is', (context) => {
  needsKernel(context);
  const explained = path.join(suite, 'explained');
  fs.writeFileSync(explained, 'chmod/00.t 2 because\n');
  expect(run(['--explained', explained], { PJDFSTEST: suite })).toMatchObject({ status: 0 });
  fs.appendFileSync(explained, 'mkdir/00.t 1 because\n');
  expect(run(['--explained', explained], { PJDFSTEST: suite })).toEqual({
    status: 1,
    said: expect.stringContaining('FAILED: mkdir/00.t 1 passes, and is explained'),
  });
});

test('a test file for other systems counts as such, and not as passed', (context) => {
  needsKernel(context);
  fakeTest('chflags/00.t', 'echo 1..1; echo ok 1');
  const { status, said } = run(['chflags'], { PJDFSTEST: suite });
  expect(status, said).toBe(0);
  expect(said).toContain('| chflags | 1 | 1 | 0 | 0 | 0 |');
});

test('a test file that ends before its plan does fails for each result it lacks', (context) => {
  needsKernel(context);
  fakeTest('open/00.t', 'echo 1..2; echo ok 1');
  const { status, said } = run(['open'], { PJDFSTEST: suite });
  expect(status, said).toBe(1);
  expect(said).toContain('FAILED: open/00.t 2 never ran');
});
