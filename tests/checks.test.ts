import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Makes a project of these files (path to text) in a temporary directory, with the compiler's and the layers' configuration. */
function plant(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-checks-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const compilerOptions = {
    target: 'ES2024',
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    types: [],
    allowImportingTsExtensions: true,
  };
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src', 'tests'] }));
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies: { koffi: '*' } }));
  fs.copyFileSync(path.join(root, '.dependency-cruiser.cjs'), path.join(folder, '.dependency-cruiser.cjs'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function run(cwd: string, program: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, program), ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** The lines of src/a.ts that a check complains about. */
const linesIn = (output: string): number[] =>
  [...output.matchAll(/^src\/a\.ts:(\d+):/gm)].map((match) => Number(match[1]));

/** The lines of a text that end in the comment `// fault`. */
const faultsOf = (text: string): number[] =>
  text.split('\n').flatMap((line, index) => (line.endsWith('// fault') ? [index + 1] : []));

test('the coroutine check finds each coroutine that nobody runs, and nothing else', () => {
  const source = `
interface Sleep { why: string }
type Blocking<T> = Generator<Sleep, T, void>;
declare function work(): Blocking<number>;
declare function maybe(): Blocking<number> | null;
declare function names(): Generator<string, void, void>;
declare function each(callback: () => void): void;
declare function start(code: () => Blocking<number>): void;
export function* good(on: boolean, kept: Blocking<number> | null): Blocking<number> {
  yield* work();
  if (kept) start(() => work());
  kept = work();
  start(work);
  each(() => { on = false; });
  for (const name of names()) on = name === '';
  const later = maybe();
  if (later !== null) yield* later;
  return on ? yield* work() : 0;
}
export async function* bad(on: boolean): AsyncGenerator<unknown> {
  work(); // fault
  (work()); // fault
  on && work(); // fault
  on ? work() : 0; // fault
  maybe(); // fault
  void work(); // fault
  await work(); // fault
  if (work()) on = true; // fault
  if (!work()) on = true; // fault
  each(() => work()); // fault
  each(work); // fault
  each(function* () {}); // fault
}
export function* worse(): Generator<unknown, void, void> {
  yield work(); // fault
  for (const step of work()) yield step; // fault
}
`;
  const folder = plant({ 'src/a.ts': source });
  const { status, output } = run(root, 'scripts/check-yield.mjs', folder);
  expect([...new Set(linesIn(output))], output).toEqual(faultsOf(source));
  expect(status).toBe(1);
});

test('the documentation check finds bare exports, long functions and long files', () => {
  const body = `let a = 0;\n${'a++;\n'.repeat(60)}`;
  const source = `
/** Documented. */
export const first = 1;
export const second = 2;

export const third = 3; // fault
export function bare(): void {} // fault
export class Bare {} // fault
export type Shape = string; // fault
/** A type and a value of one name share a comment. */
export interface both {}
export const both = 4;
function local(): void {}
/** Uses it. */
export const use = local;
/** Long. */
export function long(): void { // fault
${body}}
`;
  const folder = plant({
    'src/a.ts': source,
    'src/abi/table.ts': 'export const EPERM = 1;\n'.replace('EPERM', 'A') + '\n'.repeat(700),
    'src/abi/loose.ts': 'export const loose = 1;\n',
    'src/long.ts': '\n'.repeat(601),
    'src/a.test.ts': `export const quiet = 1;\nexport function long() {\n${body}}\n`,
  });
  const { status, output } = run(root, 'scripts/check-docs.mjs', folder);
  expect(
    linesIn(output).toSorted((a, b) => a - b),
    output,
  ).toEqual(faultsOf(source));
  expect(output).toMatch(/^src\/long\.ts: 601 lines/m);
  expect(output).toMatch(/^src\/abi\/loose\.ts:1:/m);
  expect(output).not.toMatch(/table|a\.test/);
  expect(status).toBe(1);
});

test('the layer check finds each import that goes up, sideways or out, and cycles at run time', () => {
  const uses = (...names: string[]): string =>
    names.map((name, index) => `import { a as a${index} } from '${name}';\nvoid a${index};\n`).join('') +
    'export const a = 1;\n';
  const types = (name: string): string => `import type { A as B } from '${name}';\nexport interface A { b: B }\n`;
  const folder = plant({
    'src/abi/a.ts': uses('../task/a.ts'),
    'src/task/a.ts': uses(),
    'src/vfs/a.ts': uses('../fuse/a.ts', '../task/a.ts'),
    'src/vfs/types.ts': `import type { B } from '../fuse/types.ts';\nexport type A = B;\n`,
    'src/fuse/types.ts': 'export interface B { b: 1 }\n',
    'src/fuse/a.ts': uses('node:fs'),
    'src/fuse/a.test.ts': uses('node:fs', '../vfs/a.ts'),
    'src/process/a.ts': uses('../vfs/a.ts'),
    'src/fusefs/a.ts': uses('../syscalls/a.ts', '../fuse/a.ts', '../vfs/a.ts'),
    'src/syscalls/a.ts': uses('koffi'),
    'src/server/a.ts': uses('../task/a.ts', '../abi/a.ts'),
    'src/linux/a.ts': uses('../vfs/a.ts', 'node:fs'),
    'src/kernel.ts': uses('./transport/a.ts', './syscalls/a.ts'),
    'src/transport/a.ts': uses('./b.ts', '../server/a.ts', '../linux/a.ts', 'node:net'),
    'src/transport/b.ts': uses('./a.ts'),
    'src/node-fs/a.ts': types('./b.ts'),
    'src/node-fs/b.ts': types('./a.ts'),
    'src/attach/a.ts': uses('../cli/a.ts', '../transport/a.ts'),
    'src/mount.ts': uses('./attach/a.ts', './missing.ts'),
    'src/cli/a.ts': uses('../mount.ts'),
    'src/other/a.ts': uses('../abi/a.ts'),
    'node_modules/koffi/package.json': '{ "main": "index.js" }',
    'node_modules/koffi/index.js': '',
  });
  const cruise = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
  const { output } = run(folder, cruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src');
  const found = (
    JSON.parse(output) as {
      summary: { violations: { rule: { name: string; severity: string }; from: string; to: string }[] };
    }
  ).summary.violations;
  expect(found.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).toSorted()).toEqual([
    'abi-imports-downward: src/abi/a.ts -> src/task/a.ts',
    'attach-imports-downward: src/attach/a.ts -> src/cli/a.ts',
    'fusefs-imports-downward: src/fusefs/a.ts -> src/syscalls/a.ts',
    'kernel-imports-downward: src/kernel.ts -> src/transport/a.ts',
    'linux-imports-downward: src/linux/a.ts -> src/vfs/a.ts',
    'no-cycles: src/attach/a.ts -> src/cli/a.ts',
    'no-cycles: src/transport/a.ts -> src/transport/b.ts',
    'no-unknown-layer: src/other/a.ts -> src/abi/a.ts',
    'no-unresolved: src/mount.ts -> ./missing.ts',
    'pure: src/fuse/a.ts -> fs',
    'pure: src/syscalls/a.ts -> node_modules/koffi/index.js',
    'server-imports-downward: src/server/a.ts -> src/task/a.ts',
    'vfs-imports-downward: src/vfs/a.ts -> src/fuse/a.ts',
    'vfs-imports-downward: src/vfs/types.ts -> src/fuse/types.ts',
  ]);
  expect(found.every(({ rule }) => rule.severity === 'error')).toBe(true);
});
