import { type ChildProcess, execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, type TestContext, test } from 'vitest';
import { unmountKernel } from '../src/kernel-mount.ts';
import { mountAt } from '../src/linux/mounts.ts';
import { whyNoKernelMount } from './daemons/kernel-mount.ts';

const root = path.resolve(import.meta.dirname, '..');
const hook = pathToFileURL(path.join(root, 'scripts/run-typescript.mjs')).href;
const library = pathToFileURL(path.join(root, 'src/index.ts')).href;
const run = promisify(execFile);

let scratch: string;
let behind: string;
let at: string;
let child: ChildProcess | null = null;

beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-path-kernel-'));
  behind = path.join(scratch, 'behind');
  at = path.join(scratch, 'mnt');
  for (const directory of [behind, at]) fs.mkdirSync(directory);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  child = null;
  while (mountAt(at) !== undefined) await unmountKernel(at, 'force');
  fs.rmSync(scratch, { recursive: true });
});

/** Lets Linux mount a path server, in a process of its own. */
async function mounted(context: TestContext, server: string, imports = ''): Promise<void> {
  const why = whyNoKernelMount();
  context.skip(why !== null, why ?? '');
  context.skip(process.getuid?.() !== 0, 'not root');
  const file = path.join(root, `build/path-server-${path.basename(scratch)}.mjs`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const lines = [
    `import { mountKernel, pathServer } from ${JSON.stringify(library)};`,
    imports,
    `await mountKernel(${server}, ${JSON.stringify(at)}, { allowOther: true });`,
  ];
  fs.writeFileSync(file, lines.join('\n'));
  child = spawn(process.execPath, ['--import', hook, file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout, stderr } = child as ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };
  const said = Promise.all([text(stdout), text(stderr)]);
  while (mountAt(at) === undefined) {
    if (child.exitCode !== null) throw new Error((await said).join(''));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  fs.rmSync(file);
}

/** Runs a script of other programs in the mount; what it prints. */
async function script(lines: string): Promise<string> {
  const { stdout } = await run('sh', ['-euc', lines], {
    cwd: at,
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 25_000,
  });
  return stdout;
}

/** Nothing is believed for any time, so that there is nothing to wait for. */
const nodeServer = (): string =>
  `pathServer(fs.promises, { root: ${JSON.stringify(behind)}, entryTimeout: 0, attrTimeout: 0 })`;
const IMPORT_FS = "import * as fs from 'node:fs';";

test('programs copy a tree into a mount of node:fs and back, and find it the same', async (context) => {
  await mounted(context, nodeServer(), IMPORT_FS);
  const said = await script(`
    cp -a ${root}/src/server copy
    ln copy/memory.ts copy/hard; ln -s memory.ts copy/soft; printf x > "copy/$(printf 'caf\\351')"
    mkdir moved; mv copy moved/here; cp -a moved/here ../out
    diff -r --no-dereference moved/here ../out && diff -r --no-dereference moved/here ../behind/moved/here && echo same
    stat -c %h moved/here/hard ../out/hard; test moved/here/hard -ef moved/here/memory.ts && echo one file
    (cd moved/here && find . | LC_ALL=C sort | md5sum) > one; (cd ../behind/moved/here && find . | LC_ALL=C sort | md5sum) > two
    cmp one two && echo same names
    ls -i moved/here | sort | md5sum > one; ls -i ../behind/moved/here | sort | md5sum > two
    cmp one two && echo same inode numbers
    rm -r moved one two; ls -A . ../behind | wc -w`);
  expect(said.split('\n')).toEqual(['same', '2', '2', 'one file', 'same names', 'same inode numbers', '2', '']);
});

test('programs go on with open files whose names are gone', async (context) => {
  await mounted(context, nodeServer(), IMPORT_FS);
  const said = await script(`
    echo old > file; exec 3<> file 4< file; rm file; echo new > file
    cat <&4; echo more >&3; stat -L -c '%h %s' /dev/fd/3; cat file
    echo over > next; exec 5< file; mv next file; cat <&5; cat file
    exec 3<&- 4<&- 5<&-; ls -A`);
  expect(said.split('\n')).toEqual(['old', '0 5', 'new', 'new', 'over', 'file', '']);
});

test("what others do behind a mount is seen, and new files are the caller's", async (context) => {
  await mounted(context, nodeServer(), IMPORT_FS);
  fs.chmodSync(behind, 0o1777);
  const said = await script(`
    echo first > ../behind/file; cat file; mkdir ../behind/moved; mv ../behind/file ../behind/moved/
    cat moved/file; test -e file || echo gone
    setpriv --reuid 1234 --regid 1235 --clear-groups sh -c 'umask 027; mkdir theirs; echo > theirs/file; ln -s x theirs/link'
    stat -c '%u %g %a' theirs theirs/file; stat -c '%u %g' theirs/link
    mkfifo fifo 2>&1 || true; mv -n moved/file moved/other; ls moved
    mkdir -m 2777 group; chgrp 77 group; touch group/file; stat -c %g group/file`);
  expect(said.split('\n')).toEqual([
    'first',
    'first',
    'gone',
    '1234 1235 750',
    '1234 1235 640',
    '1234 1235',
    "mkfifo: cannot create fifo 'fifo': Operation not permitted",
    'other',
    '77',
    '',
  ]);
});

test('programs use a mount of memfs', async (context) => {
  await mounted(
    context,
    'pathServer(memfs().fs.promises, { entryTimeout: Infinity })',
    "import { memfs } from 'memfs';",
  );
  const said = await script(`
    cp -r ${root}/src/server copy; diff -r copy ${root}/src/server && echo same
    mkdir a; mv copy a/b; ln a/b/memory.ts hard; stat -c %h hard; exec 3< hard; rm hard a/b/memory.ts; wc -l <&3 | grep -vx 0 > lines
    test -s lines && echo read on; rm -r a lines; ls -A | wc -l`);
  expect(said.split('\n')).toEqual(['same', '2', 'read on', '0', '']);
});
