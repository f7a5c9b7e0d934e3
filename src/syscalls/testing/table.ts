import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Errno } from '../../abi/errno.ts';
import type { Thread } from '../../process/thread.ts';
import type { Blocking } from '../../task/blocking.ts';
import { make } from './calls.ts';
import { Machine } from './machine.ts';
import { type Argument, parse, type Step } from './script.ts';

/** Scripts of system calls by the fact that they show; see {@link parse} for their form. */
export type Cases = Readonly<Record<string, string>>;

/** Runs each script on a machine, and on Linux itself where that can be done: both must give what the script says, and nothing may stay in use. */
export function table(cases: Cases): void {
  const scripts = Object.entries(cases).map(([name, script]) => ({ name, steps: parse(script) }));
  test.each(scripts.map(({ name, steps }) => [name, steps] as const))('%s', (_name, steps) => {
    expectLines(runOnMachine(steps), steps);
  });
  const refusal = refusalOfHost();
  describe.skipIf(refusal !== null)(`Linux itself${refusal === null ? '' : ` (skipped: ${refusal})`}`, () => {
    const results = refusal === null ? runOnHost(scripts.map(({ steps }) => steps)) : [];
    test.each(scripts.map(({ name, steps }, at) => [name, steps, at] as const))('%s', (_name, steps, at) => {
      expectLines(results[at] ?? [], steps);
    });
  });
}

/** {@link table} for what Linux cannot be asked on every machine, or where Fusewire has a limit of its own. */
export function machineTable(cases: Cases): void {
  test.each(Object.entries(cases))('%s', (_name, script) => {
    const steps = parse(script);
    expectLines(runOnMachine(steps), steps);
  });
}

/** Compares line by line, so that a difference shows the whole script. */
function expectLines(results: readonly string[], steps: readonly Step[]): void {
  const lines = steps.map(({ line, expected, bind }, at) => {
    const result = results[at] ?? 'nothing';
    const isError = /^E[A-Z0-9]+$/.test(result);
    const fits = expected === null ? !isError && (bind === null || /^\d+$/.test(result)) : result === expected;
    return fits ? line : `${line}   but it gave: ${result}`;
  });
  expect(lines).toEqual(steps.map(({ line }) => line));
}

function runOnMachine(steps: readonly Step[]): string[] {
  const machine = new Machine();
  const results = machine.run((task) => runSteps(machine, task, steps));
  expect(machine.leftovers()).toEqual([]);
  return results;
}

function* runSteps(machine: Machine, task: Thread, steps: readonly Step[]): Blocking<string[]> {
  const variables = new Map<string, number>();
  const results: string[] = [];
  for (const { call, args, bind } of steps) {
    const values = args.map((argument) => resolved(argument, variables));
    if (call === 'mount' || call === 'remount') {
      mount(machine, call, values.map(String));
      results.push('0');
      continue;
    }
    const result = yield* outcome(task, call, values);
    if (bind !== null) variables.set(bind, Number(result));
    results.push(result);
  }
  return results;
}

/** `mount path [ro] [noexec] [nodev]` and `remount path ro`, which are the test's own doing. */
function mount(machine: Machine, call: 'mount' | 'remount', [path = '', ...options]: readonly string[]): void {
  if (call === 'remount') machine.makeReadOnly(path);
  else {
    const has = (word: string): boolean => options.includes(word);
    machine.mount(path, { readOnly: has('ro'), noexec: has('noexec'), nodev: has('nodev') });
  }
}

function* outcome(task: Thread, call: string, values: readonly (number | string)[]): Blocking<string> {
  try {
    return yield* make(task, call, values);
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}

function resolved(argument: Argument, variables: ReadonlyMap<string, number>): number | string {
  return typeof argument === 'object' ? (variables.get(argument.variable) ?? -1) : argument;
}

const HOST_SCRIPT = fileURLToPath(new URL('./host.py', import.meta.url));

/** Why Linux cannot be asked on this machine; null when it can. */
function refusalOfHost(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'not Linux on x86-64';
  if (process.getuid?.() !== 0) return 'not root';
  if (spawnSync('python3', ['--version']).status !== 0) return 'no python3';
  const [answer] = runOnHost([[]]) as [unknown];
  return Array.isArray(answer) ? null : `no mount namespace: ${JSON.stringify(answer)}`;
}

function runOnHost(scripts: readonly (readonly Step[])[]): string[][] {
  const { stdout, stderr, status } = spawnSync('python3', [HOST_SCRIPT], {
    input: JSON.stringify(scripts),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}
