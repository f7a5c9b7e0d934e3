import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/cli/run.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fusewire-cli-'));
const tree = join(scratch, 'tree');
const oddName = Buffer.from([0x6f, 0x64, 0x64, 0xff, 0x0a]);
const image = join(scratch, 'image.sqfs');
const hasSquash =
  spawnSync('mksquashfs', ['-version']).status === 0 && spawnSync('squashfuse', ['-h']).error === undefined;

/** A program that answers whatever comes with bytes that are no reply. */
const rubbish = 'dd bs=65536 count=1 <&3 >/dev/null 2>&1; printf "what is this? a reply? surely not" >&3; sleep 5';

class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

async function fusewire(...args: string[]) {
  const out = new Sink();
  const error = new Sink();
  const code = await main(args, { out, error }, new AbortController().signal);
  return { code, out: out.bytes.toString('latin1'), error: error.bytes.toString() };
}

/** The same command over the host's own tools. */
const host = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: tree, env: { ...process.env, LC_ALL: 'C' } }).toString('latin1');

beforeAll(() => {
  mkdirSync(join(tree, 'dir/deep'), { recursive: true });
  writeFileSync(join(tree, 'hello.txt'), 'hello, world\n');
  writeFileSync(join(tree, 'dir/deep/data'), Buffer.alloc(200_000, 'data'));
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/dir/`), oddName]), 'odd');
  symlinkSync('dir/deep', join(tree, 'link'));
  writeFileSync(join(tree, '.hidden'), '');
  // Quarters of a second are exact in the doubles that Node takes times in.
  execFileSync('find', [tree, '-exec', 'touch', '-hd', '@1700000000.25', '{}', '+']);
  if (hasSquash) execFileSync('mksquashfs', [tree, image, '-quiet', '-no-progress']);
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('over the passthrough server', () => {
  const server = ['--server', `dir:${tree}`];

  test('ls lists names as ls does, odd bytes included', async () => {
    expect(await fusewire('ls', '/', '/dir', ...server)).toEqual({
      code: 0,
      error: '',
      out: host('ls', '.', 'dir').replace('.:', '/:').replace('dir:', '/dir:'),
    });
  });

  test('ls -la prints what ls -la prints, but for the directory above the root', async () => {
    const ours = (await fusewire('ls', '-la', '/dir', ...server)).out;
    expect(ours).toBe(host('ls', '-la', 'dir'));
  });

  test('ls --json gives one object a line with every field', async () => {
    const { out } = await fusewire('ls', '--json', '/', ...server);
    const objects = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(objects.map(({ name }) => name)).toEqual(['dir', 'hello.txt', 'link']);
    expect(objects[1]).toMatchObject({ type: '-', mode: '-rw-r--r--', size: '13', nlink: '1' });
    expect(objects[2]).toMatchObject({ type: 'l', target: 'dir/deep' });
  });

  test('tree draws the tree', async () => {
    const { out } = await fusewire('tree', '/dir', ...server);
    expect(out.split('\n').length).toBe(host('find', 'dir').split('\n').length + 2);
    expect(out).toContain(Buffer.from('└── ').toString('latin1'));
    expect(out).toMatch(/1 directory, 2 files\n$/);
  });

  test('stat prints what stat prints, device and inode of the mount', async () => {
    const lines = (text: string): string[] => text.split('\n').filter((line) => !/Device|Birth|File/.test(line));
    const ours = await fusewire('stat', '/hello.txt', ...server);
    expect(lines(ours.out)).toEqual(lines(host('stat', 'hello.txt')));
  });

  test('cat prints bytes as they are', async () => {
    expect((await fusewire('cat', '/hello.txt', '/dir/deep/data', ...server)).out).toBe(
      host('cat', 'hello.txt', 'dir/deep/data'),
    );
  });

  test('cp -r takes a tree out, with odd names and symlinks', async () => {
    const target = join(scratch, 'out');
    expect(await fusewire('cp', '-r', ':/', target, ...server)).toEqual({ code: 0, out: '', error: '' });
    expect(host('diff', '-r', '--no-dereference', tree, target)).toBe('');
    rmSync(target, { recursive: true });
  });

  test('cp -p keeps modes and times on the way in', async () => {
    const inner = join(scratch, 'inner');
    mkdirSync(inner);
    await fusewire('cp', '-rp', join(tree, 'dir'), ':/', '--server', `dir:${inner}`);
    expect(host('diff', '-r', join(tree, 'dir'), join(inner, 'dir'))).toBe('');
    const listed = (folder: string): string => host('find', folder, '-printf', '%P %m %T@\n');
    expect(listed(join(inner, 'dir'))).toBe(listed(join(tree, 'dir')));
    rmSync(inner, { recursive: true });
  });

  test('a path that is not there is one line on stderr and exit code 1, and the rest goes on', async () => {
    const { code, out, error } = await fusewire('cat', '/nothing', '/hello.txt', ...server);
    expect({ code, out, error }).toEqual({
      code: 1,
      out: 'hello, world\n',
      error: 'fusewire cat: /nothing: no such file or directory\n',
    });
  });

  test('--trace prints the life of each request, --summary a table of them', async () => {
    const { error } = await fusewire('cat', '/hello.txt', '--trace', '--summary', ...server);
    for (const name of ['INIT', 'LOOKUP', 'OPEN', 'READ', 'RELEASE']) expect(error).toContain(name);
    expect(error).toMatch(/LOOKUP node 1 "hello.txt" .*queue .*server .*144 bytes/);
    expect(error).toMatch(/request +count +errors +queue wait +server +whole life +sent +received/);
  });

  test('--trace=FILE writes a trace that Perfetto opens', async () => {
    const file = join(scratch, 'trace.json');
    await fusewire('ls', '/', `--trace=${file}`, ...server);
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: { name: string; ph: string }[] };
    const begun = traceEvents.filter(({ ph }) => ph === 'b').map(({ name }) => name);
    expect(begun).toEqual(expect.arrayContaining(['INIT', 'OPENDIR', 'READDIR', 'server', 'queued']));
    expect(traceEvents.filter(({ ph }) => ph === 'e')).toHaveLength(begun.length);
  });
});

describe('over an unmodified daemon', () => {
  test('ls, cat and probe work on an image that squashfuse serves', async (context) => {
    context.skip(!hasSquash, 'squashfuse or mksquashfs is not installed');
    const daemon = ['--', 'squashfuse', image, '{}'];
    expect((await fusewire('ls', '/dir', ...daemon)).out).toBe(host('ls', 'dir'));
    expect((await fusewire('cat', '/dir/deep/data', ...daemon)).out).toBe(host('cat', 'dir/deep/data'));
    const probed = await fusewire('probe', ...daemon);
    expect(probed.out).toMatch(/server +squashfuse\nattached by +interception of its system calls\n/);
    expect(probed.out).toMatch(/protocol +7\.\d+/);
  });

  test.each([
    [
      'an image that does not exist',
      ['squashfuse', '/no/such/image', '{}'],
      /squashfuse ended with exit code \d+: Can't open squashfs image: No such file/,
    ],
    ['a program that is not installed', ['no-such-daemon', '{}'], /no-such-daemon: command not found/],
    ['a program that is no FUSE server', ['true', '{}'], /true ended with exit code 0/],
    ['rubbish instead of replies', ['sh', '-c', rubbish, '{}'], /sent rubbish/],
  ])('%s is one clear error and exit code 1', async (_, command, message) => {
    const before = readdirSync('/proc/self/fd').length;
    const { code, out, error } = await fusewire('ls', '/', '--', ...command);
    expect(error).toMatch(message);
    expect(error.trim().split('\n')).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });
});

test.each(['dir', 'archive', 'module'])('%s: of what is not there is one line that names it', async (kind) => {
  const { code, out, error } = await fusewire('ls', '/', '--server', `${kind}:/no/such/place`);
  expect(error).toMatch(/^fusewire: \/no\/such\/place: .*no such file.*\n$/);
  expect({ code, out }).toEqual({ code: 1, out: '' });
});

describe('wrong usage is exit code 2 and one line', () => {
  test.each([
    ['an unknown command', ['list']],
    ['an unknown option', ['ls', '--nonsense', '--server', 'memory:']],
    ['no server', ['ls', '/']],
    ['two servers', ['ls', '/', '--server', 'memory:', '--', 'squashfuse', 'x', '{}']],
    ['a daemon without {}', ['ls', '/', '--', 'squashfuse', 'image.sqfs']],
    ['an unknown server', ['ls', '/', '--server', 'floppy:']],
    ['cat without a file', ['cat', '--server', 'memory:']],
    ['cp with nothing inside', ['cp', 'a', 'b', '--server', 'memory:']],
    ['an unknown way to attach', ['ls', '--attach', 'glue', '--', 'squashfuse', 'x', '{}']],
  ])('%s', async (_, args) => {
    const { code, out, error } = await fusewire(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^fusewire: .+\n$/);
    expect(error.trim().split('\n')).toHaveLength(1);
  });
});

test('help names every command', async () => {
  const { code, out } = await fusewire('--help');
  expect(code).toBe(0);
  for (const name of ['ls', 'tree', 'cat', 'stat', 'cp', 'probe']) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect((await fusewire('cp', '--help')).out).toContain('--recursive');
});

test('the built command runs, and dies quietly when nobody reads on', (context) => {
  const program = join(import.meta.dirname, '../dist/cli/main.js');
  context.skip(!existsSync(program), 'dist/ is not built');
  const run = spawnSync('sh', [
    '-c',
    `"${process.execPath}" "${program}" cat /dir/deep/data --server dir:${tree} | head -c 4`,
  ]);
  expect(run.stdout.toString()).toBe('data');
  expect(run.stderr.toString()).toBe('');
});
