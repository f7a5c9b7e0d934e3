import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseMountOptions } from '../../src/kernel-mount/options.ts';
import { unmountKernel } from '../../src/kernel-mount.ts';
import { listMounts, mountAt } from '../../src/linux/mounts.ts';
import { cli, hook, needsFusermount, needsKernel, Place } from './place.ts';

let place: Place;
let at: string;

beforeEach(() => {
  place = new Place();
  at = place.at;
});
afterEach(() => place[Symbol.asyncDispose]());

test('fusewire mount serves memory to every program, and umount ends it with exit code 0', async (context) => {
  needsKernel(context);
  const { printed, ended } = await place.mounted(place.fusewire('mount', 'memory:', at));
  fs.writeFileSync(path.join(at, 'file'), 'content');
  fs.renameSync(path.join(at, 'file'), path.join(at, 'renamed'));
  expect(fs.readFileSync(path.join(at, 'renamed'), 'utf8')).toBe('content');
  execFileSync('umount', [at]);
  expect(await ended).toBe(0);
  expect(printed).toEqual([`memory: is mounted at ${at}`]);
});

test.for([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s unmounts before it ends fusewire mount', async ([signal, code], context) => {
  needsKernel(context);
  const { child, ended } = await place.mounted(place.fusewire('mount', 'memory:', at));
  child.kill(signal);
  expect(await ended).toBe(code);
  expect(mountAt(at)).toBeUndefined();
});

test('a mount in use is out of the tree at once, and its connection is broken when nobody leaves', async (context) => {
  needsKernel(context);
  const { child, ended } = await place.mounted(place.fusewire('mount', 'memory:', at));
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
  await place.mounted(place.fusewire('mount', 'memory:', at, '-o', options));
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
  const { child } = await place.mounted(place.fusewire('mount', 'memory:', at, '--readers', '3'));
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
  const { printed, ended } = place.script(lines);
  expect(await ended).toBe(0);
  expect(printed[0]).toMatch(`${at}: the server refused the kernel's INIT: init failed: Error: not today`);
  expect(mountAt(at)).toBeUndefined();
});

test.for([
  ['process.exit', 'process.exit(3);', 3],
  ['an exception that nobody catches', "setTimeout(() => { throw new Error('oops'); });", 1],
] as const)('a program that ends by %s leaves no mount behind', async ([, lines, code], context) => {
  needsKernel(context);
  const { ended } = place.script(`await mountKernel(memory(), at);\n${lines}`);
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
  const { printed, ended } = place.script(lines);
  expect([await ended, printed]).toEqual([0, ['content true', '0']]);
});

test('a process that is not root mounts through fusermount3', async (context) => {
  needsFusermount(context);
  const script = `
    $nobody ${[process.execPath, '--import', hook, cli, 'mount'].join(' ')} memory: ${at} -o 'fsname=a\\b' > said &
    until grep -q ${at} /proc/self/mountinfo; do kill -0 $! || exit 2; sleep 0.02; done
    grep -o ' - fuse.*' /proc/self/mountinfo | grep a.134b
    $nobody sh -c 'echo content > mnt/file; cat mnt/file'
    ls mnt || echo root is kept out
    kill -TERM $!; wait $!; echo $?
    cat said
    grep -c ${at} /proc/self/mountinfo`;
  expect((await place.inNamespace(script)).filter((line) => !line.startsWith('ls:'))).toEqual([
    expect.stringMatching(/^ - fuse.fusewire a\\134b rw,user_id=65534,group_id=65534/),
    'content',
    'root is kept out',
    '143',
    `memory: is mounted at ${at}`,
    '0',
  ]);
});

test.each([
  [[], 'usage: fusewire mount SPEC DIR'],
  [['memory:', '/nonexistent'], '/nonexistent: nothing can be mounted there: ENOENT: no such file'],
  [['memory:', '/tmp', '-o', 'ro,nonsense'], "there is no mount option 'nonsense'; there are ro, rw,"],
  [['memory:', '/tmp', '-o', 'max_read=many'], 'max_read=many: no number of bytes'],
  [['nothing:', '/tmp'], 'nothing:'],
])('fusewire mount %j says what is wrong', async (args, sentence) => {
  const { printed, ended } = place.fusewire('mount', ...args);
  expect(await ended).not.toBe(0);
  expect(printed.join('\n')).toContain(sentence);
});

test('unmountKernel refuses what is no FUSE mount', async () => {
  await expect(unmountKernel(place.scratch)).rejects.toThrow(`${place.scratch}: nothing is mounted there`);
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
