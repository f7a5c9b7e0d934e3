import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8');

describe('the packed package', () => {
  let files: string[];

  beforeAll(() => {
    const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const [packed] = JSON.parse(output) as { files: { path: string }[] }[];
    files = (packed?.files ?? []).map((file) => file.path);
  });

  test('contains the built library and command, the licence and the documents', () => {
    const documents = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'docs/decisions.md'];
    const built = ['dist/index.js', 'dist/index.d.ts', 'dist/server-library.d.ts', 'dist/cli/main.js'];
    expect(files).toEqual(expect.arrayContaining(['package.json', ...documents, ...built]));
  });

  test('contains a built file for each source and nothing that is left over from an older one', () => {
    const sources = fs.readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const modules = sources.filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(name));
    const expected = modules.map((name) => `dist/${name.replace(/\.ts$/, '.js')}`);
    expect(files.filter((name) => /^dist\/.*\.js$/.test(name)).toSorted()).toEqual(expected.toSorted());
  });

  test('contains no tests and no sources', () => {
    expect(files.filter((name) => /\.test\.|(^|\/)testing\/|^(src|tests|scripts|bench|build)\//.test(name))).toEqual(
      [],
    );
  });
});

test('every export and every command of package.json is a built file', () => {
  const { exports, bin } = JSON.parse(read('package.json')) as {
    exports: Record<string, Record<string, string>>;
    bin: Record<string, string>;
  };
  const targets = [...Object.values(exports).flatMap((conditions) => Object.values(conditions)), ...Object.values(bin)];
  expect(targets.filter((name) => !fs.existsSync(path.join(root, name)))).toEqual([]);
});

test('a program of its own imports the package by name', () => {
  const program = "import * as fusewire from 'fusewire'; console.log(Object.keys(fusewire).includes('mount'));";
  const args = ['--input-type=module', '--eval', program];
  expect(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })).toBe('true\n');
});

test('a server of its own imports what it needs as fusewire/server', () => {
  const program = `
    import { Condition, DirentWriter, ENOENT, FOPEN_DIRECT_IO, memory, S_IFDIR } from 'fusewire/server';
    console.log(typeof memory, new DirentWriter(8).bytes.length, ENOENT.number, S_IFDIR, FOPEN_DIRECT_IO, Condition.name);`;
  const args = ['--input-type=module', '--eval', program];
  expect(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })).toBe(
    'function 0 2 16384 1 Condition\n',
  );
});

test('package-lock.json names no registry', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
});

test('no tracked file names a path of one machine', (context) => {
  context.skip(!fs.existsSync(path.join(root, '.git')), 'not a git clone');
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const present = tracked.filter((name) => fs.existsSync(path.join(root, name)));
  const shared = new Set(['/', '/tmp/', `${os.tmpdir()}/`]);
  const places = [`${path.dirname(root)}/`, `${os.homedir()}/`].filter((place) => !shared.has(place));
  expect(present.filter((name) => places.some((place) => read(name).includes(place)))).toEqual([]);
});
