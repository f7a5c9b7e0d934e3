import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, exchangesOf, isQuoted, matches, quotesOf } from './readme-blocks.ts';

const root = path.resolve(import.meta.dirname, '..');
const limitMs = 60_000;
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
const pages = fs.readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
/** README.md and what stands in docs/. */
const documents = ['README.md', ...pages.map((name) => `docs/${name}`)].map((name) => {
  const text = read(name);
  return { name, blocks: blocksOf(text), quotes: quotesOf(text) };
});
/** Inside the repository, so that `import ... from 'fusewire'` finds the package that it is in. */
const programs = path.join(root, 'build/readme');
let folder: string;

/** Where the blocks run: image.sqfs and files.tar hold a folder docs/ and hello.txt, files/ the same unpacked; `fusewire` is on PATH. */
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-readme-'));
  fs.mkdirSync(`${folder}/files/docs`, { recursive: true });
  fs.writeFileSync(`${folder}/files/hello.txt`, 'Hello, world!\n');
  fs.writeFileSync(`${folder}/files/docs/guide.md`, '# Guide\n');
  execFileSync('tar', ['-C', `${folder}/files`, '-cf', `${folder}/files.tar`, '.']);
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

/** Why a block cannot run here: it may use the SquashFS image. */
function whyNot(code = 'image.sqfs'): string | null {
  if (!code.includes('image.sqfs')) return null;
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

const shell = (script: string): ReturnType<typeof run> => run('bash', ['--norc', '-euo', 'pipefail', '-c', script]);

function runProgram(code: string, place: string): void {
  const name = path.join(programs, `${place.replaceAll(/\W/g, '-')}.ts`);
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
  const kinds = new Set(documents[0]?.blocks.map(({ kind }) => kind));
  expect(kinds).toContain('ts');
  expect([...kinds].some((kind) => kind !== 'ts')).toBe(true);
});

describe.each(documents.filter(({ blocks, quotes }) => blocks.length + quotes.length > 0))(
  'the block of $name',
  ({ name, blocks, quotes }) => {
    for (const { kind, line, code } of blocks) {
      test(`at line ${line} (${kind}) does what it shows`, { timeout: limitMs }, (context) => {
        const reason = whyNot(code);
        context.skip(reason !== null, reason ?? '');
        if (kind === 'ts') return runProgram(code, `${name}-${line}`);
        if (kind === 'sh') {
          const { status, all } = shell(code);
          expect(status, all).toBe(0);
          return;
        }
        for (const { command, shown } of exchangesOf(code)) {
          const { all } = shell(command);
          expect(matches(all, shown), `$ ${command}\n${all}\nwhere ${name} shows\n${shown}`).toBe(true);
        }
      });
    }

    for (const { file, line, code } of quotes) {
      test(`at line ${line} is what stands in ${file}`, () => {
        expect(isQuoted(read(file), code), code).toBe(true);
      });
    }
  },
);
