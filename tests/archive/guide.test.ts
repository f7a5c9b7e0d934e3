import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { makeTar } from '../../src/archive/testing/make-tar.ts';
import { blocksOf } from '../readme-blocks.ts';

const root = path.resolve(import.meta.dirname, '../..');
const urlOf = (file: string): string => pathToFileURL(path.join(root, file)).href;

test('the example of docs/archive.md lists and reads an archive', () => {
  const scratch = fs.mkdtempSync(path.join(tmpdir(), 'fusewire-guide-'));
  onTestFinished(() => fs.rmSync(scratch, { recursive: true }));
  const [block] = blocksOf(fs.readFileSync(path.join(root, 'docs/archive.md'), 'utf8'));
  const program = (block?.code ?? '').replace("'fusewire'", `'${urlOf('src/index.ts')}'`);
  fs.writeFileSync(path.join(scratch, 'example.ts'), program);
  fs.writeFileSync(path.join(scratch, 'files.tar'), makeTar({ path: 'hello.txt', body: 'Hello, world!' }));
  const args = ['--import', urlOf('scripts/run-typescript.mjs'), 'example.ts'];
  const said = execFileSync(process.execPath, args, { cwd: scratch, encoding: 'utf8' });
  expect(said).toBe("[ 'hello.txt' ]\nHello, world!\n");
});
