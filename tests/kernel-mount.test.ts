import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, type TestContext, test } from 'vitest';
import { parseMountOptions } from '../src/kernel-mount/options.ts';
import { unmountKernel } from '../src/kernel-mount.ts';
import { listMounts, mountAt } from '../src/linux/mounts.ts';
import { whyNoKernelMount } from './daemons/kernel-mount.ts';

const root = path.resolve(import.meta.dirname, '..');
const hook = pathToFileURL(path.join(root, 'scripts/run-typescript.mjs')).href;
const cli = path.join(root, 'src/cli/main.ts');
const library = pathToFileURL(path.join(root, 'src/index.ts')).href;

let scratch: string;
let at: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-kernel-mount-'));
  at = path.join(scratch, 'mnt');
  fs.mkdirSync(at);
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  while (mountAt(at) !== undefined) await unmountKernel(at, 'force');
  fs.rmSync(scratch, { recursive: true });
});

const needsKernel = (context: TestContext): void => {
  const why = whyNoKernelMount();
  context.skip(why !== null, why ?? '');
  context.skip(process.getuid?.() !== 0, 'not root');
};

/** A process that mounts, and what it says. */
interface Mounter {
  readonly child: ChildProcess;
  readonly said: Promise<string>;
  /** Exit code or signal. */
  readonly ended: Promise<number | string | null>;
}

function start(args: readonly string[], options: { uid?: number; gid?: number } = {}): Mounter {
  const child = spawn(process.execPath, ['--import', hook, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  children.push(child);
  const said = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(''));
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { child, said, ended };
}

/** A started one, once its mount can be seen. @throws Error with what it said when it ends before */
async function mounted(mounter: Mounter): Promise<Mounter> {
  let isOver = false;
  void mounter.ended.then(() => {
    isOver = true;
  });
  while (mountAt(at) === undefined) {
    if (isOver) throw new Error(await mounter.said);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return mounter;
}

/** A program over the library; `mount` and `at` are there. */
function program(lines: string): string[] {
  const file = path.join(scratch, 'program.mjs');
  fs.writeFileSync(
    file,
    `import { memory, mountKernel } from ${JSON.stringify(library)};\nconst at = ${JSON.stringify(at)};\n${lines}\n`,
  );
  return [file];
}

test('fusewire mount serves memory to every program, and umount ends it with exit code 0', async (context) => {
  needsKernel(context);
  const { said, ended } = await mounted(start([cli, 'mount', 'memory:', at]));
  fs.writeFileSync(path.join(at, 'file'), 'content');
  fs.renameSync(path.join(at, 'file'), path.join(at, 'renamed'));
  expect(fs.readFileSync(path.join(at, 'renamed'), 'utf8')).toBe('content');
  execFileSync('umount', [at]);
  expect(await ended).toBe(0);
  expect(await said).toBe(`memory: is mounted at ${at}\n`);
});

test.for([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s unmounts before it ends fusewire mount', async ([signal, code], context) => {
  needsKernel(context);
  const { child, ended } = await mounted(start([cli, 'mount', 'memory:', at]));
  child.kill(signal);
  expect(await ended).toBe(code);
  expect(mountAt(at)).toBeUndefined();
});

test('a mount in use is out of the tree at once, and its connection is broken when nobody leaves', async (context) => {
  needsKernel(context);
  const { child, ended } = await mounted(start([cli, 'mount', 'memory:', at]));
  const fd = fs.openSync(path.join(at, 'held'), 'w');
  try {
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(mountAt(at)).toBeUndefined();
    expect(() => fs.fstatSync(fd)).toThrow(/ENOTCONN|ECONNABORTED/);
  } finally {
    expect(() => fs.closeSync(fd)).toThrow(/ENOTCONN/);
  }
});

test('the list of mounts shows what was asked for', async (context) => {
  needsKernel(context);
  const options = 'ro,noexec,noatime,max_read=65536,fsname=my source,subtype=mine,allow_other';
  await mounted(start([cli, 'mount', 'memory:', at, '-o', options]));
  const entry = mountAt(at);
  expect(entry).toMatchObject({ type: 'fuse.mine', source: 'my source' });
  expect(entry?.options).toEqual(
    expect.arrayContaining(['ro', 'user_id=0', 'group_id=0', 'allow_other', 'max_read=65536']),
  );
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toMatch(/ ro,nosuid,nodev,noexec,noatime - fuse\.mine /);
  expect(() => fs.writeFileSync(path.join(at, 'new'), '')).toThrow(/EROFS/);
});

test('several readers of the device answer side by side', async (context) => {
  needsKernel(context);
  const { child } = await mounted(start([cli, 'mount', 'memory:', at, '--readers', '3']));
  fs.writeFileSync(path.join(at, 'file'), 'content');
  const all = await Promise.all(Array.from({ length: 200 }, () => fs.promises.readFile(path.join(at, 'file'), 'utf8')));
  expect(new Set(all)).toEqual(new Set(['content']));
  const links = fs.readdirSync(`/proc/${child.pid}/fd`).map((fd) => {
    try {
      return fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  expect(links.filter((link) => link === '/dev/fuse')).toHaveLength(3);
});

test('a server that refuses INIT is named, and leaves nothing mounted', async (context) => {
  needsKernel(context);
  const lines = `
    const server = { init() { throw new Error('not today'); } };
    await mountKernel(server, at, { log() {} }).catch((error) => console.log(error.message));`;
  const { said, ended } = start(program(lines));
  expect(await ended).toBe(0);
  expect(await said).toMatch(`${at}: the server refused the kernel's INIT: init failed: Error: not today`);
  expect(mountAt(at)).toBeUndefined();
});

test.for([
  ['process.exit', 'process.exit(3);', 3],
  ['an exception that nobody catches', "setTimeout(() => { throw new Error('oops'); });", 1],
] as const)('a program that ends by %s leaves no mount behind', async ([, lines, code], context) => {
  needsKernel(context);
  const { ended } = start(program(`await mountKernel(memory(), at);\n${lines}`));
  expect(await ended).toBe(code);
  expect(mountAt(at)).toBeUndefined();
});

test('a program may use its own mount by promises, and await using unmounts', async (context) => {
  needsKernel(context);
  const lines = `
    import * as fs from 'node:fs';
    {
      const mounted = await mountKernel(memory(), at);
      await fs.promises.writeFile(at + '/file', 'content');
      console.log(await fs.promises.readFile(at + '/file', 'utf8'), Number.isInteger(mounted.connection));
      await mounted[Symbol.asyncDispose]();
    }
    console.log((await fs.promises.readdir(at)).length);`;
  const { said, ended } = start(program(lines));
  expect([await ended, await said]).toEqual([0, 'content true\n0\n']);
});

test('a process that is not root mounts through fusermount3', async (context) => {
  needsKernel(context);
  context.skip(!fs.existsSync('/usr/bin/fusermount3'), 'fusermount3 is not installed');
  for (const directory of [scratch, at]) fs.chownSync(directory, 65534, 65534);
  // A namespace of its own, with the device as distributions set it up: usable by everybody.
  const script = `
    mknod fuse c 10 229 && chmod 666 fuse && mount --bind fuse /dev/fuse || exit 1
    nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
    $nobody ${[process.execPath, '--import', hook, cli, 'mount'].join(' ')} memory: ${at} -o 'fsname=a\\b' > said &
    until grep -q ${at} /proc/self/mountinfo; do kill -0 $! || exit 2; sleep 0.02; done
    grep -o ' - fuse.*' /proc/self/mountinfo | grep a.134b
    $nobody sh -c 'echo content > mnt/file; cat mnt/file'
    ls mnt || echo root is kept out
    kill -TERM $!; wait $!; echo $?
    cat said
    grep -c ${at} /proc/self/mountinfo`;
  const inside = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script], {
    cwd: scratch,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(inside);
  const [said, errors] = await Promise.all([text(inside.stdout), text(inside.stderr)]);
  expect(said.split('\n'), errors).toEqual([
    expect.stringMatching(/^ - fuse.fusewire a\\134b rw,user_id=65534,group_id=65534/),
    'content',
    'root is kept out',
    '143',
    `memory: is mounted at ${at}`,
    '0',
    '',
  ]);
});

test.each([
  [[], 'usage: fusewire mount SPEC DIR'],
  [['memory:', '/nonexistent'], '/nonexistent: nothing can be mounted there: ENOENT: no such file'],
  [['memory:', '/tmp', '-o', 'ro,nonsense'], "there is no mount option 'nonsense'; there are ro, rw,"],
  [['memory:', '/tmp', '-o', 'max_read=many'], 'max_read=many: no number of bytes'],
  [['nothing:', '/tmp'], 'nothing:'],
])('fusewire mount %j says what is wrong', async (args, sentence) => {
  const { said, ended } = start([cli, 'mount', ...args]);
  expect(await ended).not.toBe(0);
  expect(await said).toContain(sentence);
});

test('unmountKernel refuses what is no FUSE mount', async () => {
  await expect(unmountKernel(scratch)).rejects.toThrow(`${scratch}: nothing is mounted there`);
  await expect(unmountKernel('/proc')).rejects.toThrow('/proc: mounted is proc, which is not FUSE');
});

test('every mount of this machine is read off the list', () => {
  const names = listMounts().map(({ mountPoint }) => mountPoint);
  expect(names).toContain('/');
  expect(names).toContain('/proc');
});

test('of mount options that contradict each other the last counts', () => {
  expect(parseMountOptions('ro,rw,nosuid,suid,fsname=a=b')).toEqual({ readOnly: false, suid: true, name: 'a=b' });
  expect(() => parseMountOptions('constructor')).toThrow("no mount option 'constructor'");
});
