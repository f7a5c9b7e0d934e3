import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { type MountOptions, mount } from '../mount.ts';
import { openDescriptors } from '../transport/testing/socket-rig.ts';
import { type AttachWay, attachWays, type Daemon, type DaemonOptions, daemon } from './daemon.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fusewire-attach-test-'));
const content = join(scratch, 'content');
const image = join(scratch, 'image.sqfs');
const distribution = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Where daemons get their stand-ins, instead of where other tests' daemons do. */
const temporary = join(scratch, 'tmp');

const has = (...commands: readonly string[]): boolean =>
  commands.every((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0);
const needs = (context: TestContext, ...commands: readonly string[]): void =>
  context.skip(!has(...commands), `not all of these are installed: ${commands.join(', ')}`);

let before: number;

beforeAll(() => {
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  mkdirSync(content);
  writeFileSync(join(content, 'file'), 'content of a file');
  if (has('mksquashfs')) execFileSync('mksquashfs', [content, image, '-quiet', '-no-progress']);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmdirSync(temporary);
  rmSync(scratch, { recursive: true });
});

beforeEach(() => {
  before = openDescriptors();
});

afterEach(async () => {
  await pause(10);
  expect(openDescriptors()).toBe(before);
  expect(readdirSync(temporary)).toEqual([]);
});

/** A shell script as a daemon; the socket is its descriptor 3. */
const fake = (script: string, options: DaemonOptions = {}): Daemon =>
  daemon('sh', ['-c', script, 'sh', '{}'], { name: 'fake', attach: 'fd', ...options });

/** The message of the error that a mount ends with, and how many milliseconds it took. */
async function failureOf(server: Daemon, options: MountOptions = {}): Promise<{ message: string; took: number }> {
  const began = performance.now();
  const message = await mount(server, options).then(
    (mounted) => mounted.unmount().then(() => 'it was mounted'),
    (error: Error) => error.message,
  );
  return { message, took: performance.now() - began };
}

test('a daemon that ends before it serves is told with its last words, whichever ways are tried', async () => {
  for (const attach of attachWays) {
    const { message } = await failureOf(fake('echo no such image >&2; exit 2', { attach }));
    expect(message).toBe('fake ended with exit code 2: no such image (before it answered INIT)');
  }
});

test('a daemon that ends with success and leaves nobody to serve is not waited for', async () => {
  const { message, took } = await failureOf(fake('echo usage; exit 0', { attach: 'auto' }));
  expect(message).toContain('fake ended with exit code 0: usage');
  expect(took).toBeLessThan(10_000);
});

test('a daemon that never answers INIT is given up at its time', async () => {
  const { message } = await failureOf(fake('exec sleep 60', { initTimeout: 100 }));
  expect(message).toContain('it did not answer INIT within 0.1 s');
});

test('a daemon that sends rubbish is given up at once', async () => {
  const { message } = await failureOf(fake("printf 'HTTP/1.1 400 Bad Request\\r\\n\\r\\n' >&3; exec sleep 60"));
  expect(message).toContain('fake cannot be used: fake sent rubbish: a reply says it has 1347703880 bytes');
});

test('a daemon that refuses what INIT offers is told with its error', async (context) => {
  needs(context, 'fuse-overlayfs');
  const overlay = daemon('fuse-overlayfs', ['-f', '-o', `lowerdir=${content}`, '{}']);
  expect((await failureOf(overlay, { offer: [] })).message).toContain('it answered INIT with EPROTO');
});

const isBuilt = existsSync(join(distribution, 'index.js'));
const rcloneOptions = ['--config', join(scratch, 'rclone.conf'), '--cache-dir', join(scratch, 'cache')];

for (const attach of ['intercept', 'fusermount'] satisfies AttachWay[]) {
  for (const verb of [['mount'], ['mount2'], ['mount', '--daemon']]) {
    test(`rclone ${verb.join(' ')} attaches by way ${attach}, and leaves when it is unmounted`, async (context) => {
      needs(context, 'rclone');
      context.skip(!isBuilt, 'dist/ is not built');
      const mounted = await mount(daemon('rclone', [...verb, ...rcloneOptions, content, '{}'], { attach }));
      expect(await mounted.fs.promises.readFile('/file', 'utf8')).toBe('content of a file');
      const pids = mounted.daemon?.pids ?? [];
      expect(pids.length).toBeGreaterThan(0);
      await mounted.unmount();
      expect(pids.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
    });
  }
}

for (const command of ['bindfs', 'mergerfs', 'unionfs', 'disorderfs']) {
  for (const args of [[], ['-f']]) {
    test(`${[command, ...args].join(' ')}, which no other way suits, attaches and leaves`, async (context) => {
      needs(context, command);
      context.skip(!isBuilt, 'dist/ is not built');
      const mounted = await mount(daemon(command, [...args, content, '{}']));
      expect(mounted.daemon?.way).toBe('intercept');
      expect(mounted.fs.readFileSync('/file', 'utf8')).toBe('content of a file');
      const pids = mounted.daemon?.pids ?? [];
      expect(pids.length).toBeGreaterThan(0);
      await mounted.unmount();
      expect(pids.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
    });
  }
}

test('a file system is used as its daemon asked for it to be mounted', async (context) => {
  needs(context, 'bindfs');
  context.skip(!isBuilt, 'dist/ is not built');
  const options = 'ro,max_read=8192,fsname=somewhere';
  await using mounted = await mount(daemon('bindfs', ['-f', '-o', options, content, '{}']));
  expect(mounted.superblock.options).toMatchObject({ readOnly: true, maxRead: 8192, defaultPermissions: true });
  await expect(mounted.fs.promises.writeFile('/file', 'x')).rejects.toMatchObject({ code: 'EROFS' });
});

test('nobody but its user enters a file system that is not for others', async (context) => {
  needs(context, 'squashfuse', 'mksquashfs');
  context.skip(!isBuilt, 'dist/ is not built');
  const stranger = { uid: (process.getuid?.() ?? 0) + 1, gid: 1, groups: [] };
  const closed = daemon('squashfuse', ['-f', image, '{}']);
  await using refused = await mount(closed, stranger);
  expect(() => refused.fs.readdirSync('/')).toThrow(/EACCES/);
  await using admitted = await mount(daemon('squashfuse', ['-f', '-o', 'allow_other', image, '{}']), stranger);
  expect(admitted.fs.readdirSync('/')).toEqual(['file']);
});

test('a server that knows sockets alone is started again with one', async (context) => {
  context.skip(!isBuilt, 'dist/ is not built');
  const serve = daemon(process.execPath, [join(distribution, 'cli/main.js'), 'serve', 'memory:', '{}']);
  await using mounted = await mount(serve);
  expect(mounted.daemon?.way).toBe('fd');
});

test('squashfuse in the background serves synchronous calls, and is ended by unmount', async (context) => {
  needs(context, 'squashfuse', 'mksquashfs');
  const mounted = await mount(daemon('squashfuse', [image, '{}']));
  expect(await mounted.daemon?.exited).toEqual({ code: 0, signal: null });
  expect(mounted.fs.readdirSync('/')).toEqual(['file']);
  expect(mounted.fs.readFileSync('/file', 'utf8')).toBe('content of a file');
  const [pid] = mounted.daemon?.pids ?? [];
  expect(existsSync(`/proc/${pid}/exe`)).toBe(true);
  await mounted.unmount();
  expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
});

test('a daemon that mounts itself through the kernel instead is found out, and its mount is undone', async (context) => {
  needs(context, 'squashfuse', 'mksquashfs');
  context.skip(process.getuid?.() !== 0 || !existsSync('/dev/fuse'), 'only root can mount without fusermount3');
  for (const args of [
    ['-f', image, '{}'],
    [image, '{}'],
  ]) {
    const { message, took } = await failureOf(daemon('squashfuse', args, { attach: 'fusermount' }));
    expect(message).toContain('squashfuse did not ask fusermount3 for its device but mounted itself by /dev/fuse');
    expect(took).toBeLessThan(10_000);
  }
});

test('a process with an idle mount ends when it has nothing else to do, and its daemon with it', (context) => {
  needs(context, 'squashfuse', 'mksquashfs');
  context.skip(!isBuilt, 'dist/ is not built');
  const program = `
    import { daemon, mount } from ${JSON.stringify(join(distribution, 'index.js'))};
    const mounted = await mount(daemon('squashfuse', ['-f', ${JSON.stringify(image)}, '{}']));
    const names = await mounted.fs.promises.readdir('/');
    console.log(JSON.stringify({ names, pids: mounted.daemon.pids }));`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(status).toBe(0);
  const { names, pids } = JSON.parse(stdout) as { names: string[]; pids: number[] };
  expect(names).toEqual(['file']);
  expect(pids).toHaveLength(1);
  expect(pids.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
});
