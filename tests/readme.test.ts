import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, exchangesOf, matches } from './readme-blocks.ts';

const root = path.resolve(import.meta.dirname, '..');
const limitMs = 60_000;
const documents = ['README.md', 'docs/low-level-server.md'];
const blocks = documents.flatMap((document) =>
  blocksOf(fs.readFileSync(path.join(root, document), 'utf8')).map((block) => ({ document, ...block })),
);
/** Inside the repository, so that `import ... from 'fusewire'` finds the package that it is in. */
const programs = path.join(root, 'build/readme');
let folder: string;

/** Where the blocks run: image.sqfs holds a folder docs/ and hello.txt, files/ the same unpacked; `fusewire` is on PATH. */
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-readme-'));
  fs.mkdirSync(`${folder}/files/docs`, { recursive: true });
  fs.writeFileSync(`${folder}/files/hello.txt`, 'Hello, world!\n');
  fs.writeFileSync(`${folder}/files/docs/guide.md`, '# Guide\n');
  fs.mkdirSync(`${folder}/bin`);
  const command = `#!/bin/sh\nexec '${process.execPath}' '${root}/dist/cli/main.js' "$@"\n`;
  fs.writeFileSync(`${folder}/bin/fusewire`, command, { mode: 0o755 });
  fs.rmSync(programs, { recursive: true, force: true });
  fs.mkdirSync(programs, { recursive: true });
  if (whyNot() !== null) return;
  const fixed = ['-quiet', '-no-progress', '-all-root', '-all-time', '1700000000'];
  execFileSync('mksquashfs', [`${folder}/files`, `${folder}/image.sqfs`, ...fixed]);
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Why blocks that use the SquashFS image cannot run here. */
function whyNot(): string | null {
  const found = (name: string): boolean =>
    (process.env.PATH ?? '').split(path.delimiter).some((place) => fs.existsSync(path.join(place, name)));
  const missing = ['squashfuse', 'mksquashfs'].filter((name) => !found(name));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
}

function run(command: string, args: readonly string[]): { status: number | null; output: string; all: string } {
  const env = {
    ...process.env,
    PATH: `${folder}/bin${path.delimiter}${process.env.PATH}`,
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
  };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: limitMs / 2,
  });
  return { status, output: stdout, all: stdout + stderr };
}

const shell = (script: string): ReturnType<typeof run> => run('bash', ['-euo', 'pipefail', '-c', script]);

function runProgram(code: string, document: string, line: number): void {
  const name = path.join(programs, `${path.basename(document, '.md')}-${line}.ts`);
  fs.writeFileSync(name, code);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    rootDir: programs,
    outDir: programs,
  };
  const program = ts.createProgram([name], options);
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(faults).toEqual([]);
  program.emit();
  const { status, all } = run(process.execPath, [name.replace(/\.ts$/, '.js')]);
  expect(status, all).toBe(0);
}

test('README.md has a program and a terminal session that are tested', () => {
  const kinds = new Set(blocks.filter(({ document }) => document === 'README.md').map(({ kind }) => kind));
  expect(kinds).toContain('ts');
  expect([...kinds].some((kind) => kind !== 'ts')).toBe(true);
});

describe('the block', () => {
  for (const { document, kind, line, code } of blocks) {
    test(`of ${document} at line ${line} (${kind}) does what it shows`, { timeout: limitMs }, (context) => {
      const reason = code.includes('image.sqfs') ? whyNot() : null;
      context.skip(reason !== null, reason ?? '');
      if (kind === 'ts') return runProgram(code, document, line);
      if (kind === 'sh') {
        const { status, all } = shell(code);
        expect(status, all).toBe(0);
        return;
      }
      for (const { command, shown } of exchangesOf(code)) {
        const { all } = shell(command);
        expect(matches(all, shown), `$ ${command}\n${all}\nwhere ${document} shows\n${shown}`).toBe(true);
      }
    });
  }
});
