import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daemon, memory, mount, passthrough } from '../src/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fusewire-mount-'));
const image = join(scratch, 'image.sqfs');
const dist = join(import.meta.dirname, '../dist/index.js');
const hasSquash =
  spawnSync('mksquashfs', ['-version']).status === 0 && spawnSync('squashfuse', ['-h']).error === undefined;

beforeAll(() => {
  writeFileSync(join(scratch, 'file'), 'content');
  if (hasSquash) execFileSync('mksquashfs', [join(scratch, 'file'), image, '-quiet', '-no-progress']);
});
afterAll(() => rmSync(scratch, { recursive: true }));

test('promises, callbacks and synchronous calls see one file system', async () => {
  await using mounted = await mount(memory());
  const { fs } = mounted;
  await fs.promises.mkdir('/a');
  fs.writeFileSync('/a/b', 'written');
  const read = await new Promise((resolve, reject) => {
    fs.readFile('/a/b', 'utf8', (error, text) => (error === null ? resolve(text) : reject(error)));
  });
  expect(read).toBe('written');
  expect(fs.statSync('/a').nlink).toBe(2);
});

test('caches have budgets, shrink to a size, and can be dropped; what is open stays', async () => {
  await using mounted = await mount(memory(), { dentryCacheEntries: 10, pageCacheBytes: 1 << 20 });
  const { fs, kernel } = mounted;
  const { dentryCache, pageCache } = kernel;
  for (let i = 0; i < 50; i++) fs.writeFileSync(`/${i}`, new Uint8Array(100_000));
  expect(dentryCache.count).toBe(10);
  for (let i = 0; i < 50; i++) fs.readFileSync(`/${i}`);
  expect(pageCache.used).toBeGreaterThan(500_000);
  const fd = fs.openSync('/0', 'r');
  mounted.trim({ pageCacheBytes: 300_000 });
  expect(pageCache.used).toBeLessThanOrEqual(300_000);
  expect(dentryCache.count).toBe(10);
  mounted.trim({ dentryCacheEntries: 4 });
  expect(dentryCache.count).toBe(4);
  mounted.dropCaches();
  expect([dentryCache.count, pageCache.used]).toEqual([1, 0]);
  expect(fs.fstatSync(fd).size).toBe(100_000);
  expect(fs.readFileSync('/49').length).toBe(100_000);
  fs.closeSync(fd);
});

test('a synchronous call on a server that answers later is reported as a deadlock, by name', async () => {
  const inner = memory();
  await using mounted = await mount({ ...inner, ...bound(inner), getattr: async () => new Promise<never>(() => {}) });
  expect(() => mounted.fs.statSync('/')).toThrow(/deadlock: task \d+ sleeps on GETATTR \d+ on server/);
});

/** A server's methods as functions, so that one of them can be replaced. */
function bound<T extends object>(server: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(server)).filter((name) => name !== 'constructor');
  const methods = names.map((name) => [name, (server[name as keyof T] as () => unknown).bind(server)]);
  return Object.fromEntries(methods) as T;
}

test('an idle mount waits for nothing but its server: no timer, no runnable task', async (context) => {
  context.skip(!hasSquash, 'squashfuse or mksquashfs is not installed');
  await using mounted = await mount(daemon('squashfuse', ['-f', image, '{}']));
  await mounted.fs.promises.readFile('/file');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { scheduler } = mounted.kernel;
  expect({ timer: scheduler.nextTimer, runnable: scheduler.hasRunnable }).toEqual({ timer: null, runnable: false });
  expect([...scheduler.tasks].map((task) => task.sleep?.why)).toEqual(['requests for squashfuse']);
});

test('a program that forgets to unmount ends by itself, and its daemon with it', (context) => {
  context.skip(!hasSquash || !existsSync(dist), 'squashfuse, mksquashfs or dist/ is missing');
  const program = `
    import { daemon, mount } from ${JSON.stringify(pathToFileURL(dist).href)};
    const mounted = await mount(daemon('squashfuse', ['-f', ${JSON.stringify(image)}, '{}']));
    console.log(mounted.fs.readFileSync('/file', 'utf8'), mounted.daemon.pids.join());`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(run.status).toBe(0);
  const [content, pid] = run.stdout.trim().split(' ');
  expect(content).toBe('content');
  expect(isRunning(Number(pid))).toBe(false);
});

/** Whether a process is there and has not ended; one that nobody has waited for yet has. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a command that is not there is an error that names it', async () => {
  await expect(mount(daemon('no-such-command', ['{}']))).rejects.toThrow(/no-such-command: command not found/);
});

test('a daemon that never mounts is given up at its deadline, and ended', async () => {
  const before = readdirSync('/proc/self/fd').length;
  const silent = daemon('sh', ['-c', 'echo still looking; sleep 60', '{}'], {
    name: 'silent',
    initTimeout: 300,
    grace: 200,
  });
  await expect(mount(silent)).rejects.toThrow(
    'silent cannot be used: it did not open /dev/fuse within 0.3 s; it printed: still looking',
  );
  await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
});

test('a daemon without {} in its arguments is a mistake that is told at once', () => {
  expect(() => daemon('squashfuse', ['image.sqfs'])).toThrow(/none of its arguments has \{\}/);
});

test('passthrough shows a folder, and what is written arrives there', async () => {
  await using mounted = await mount(passthrough(scratch));
  await mounted.fs.promises.writeFile('/written', 'through');
  expect(readFileSync(join(scratch, 'written'), 'utf8')).toBe('through');
});

test('after unmount every call fails with ENOTCONN and says that it is unmounted', async () => {
  const mounted = await mount(memory(), { name: 'mine' });
  await mounted.unmount();
  const error = await mounted.fs.promises.stat('/').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ENOTCONN', cause: { message: expect.stringContaining('mine') } });
});

test('unmount waits until the server has let go of files, and only then says DESTROY', async () => {
  const inner = memory();
  const log: string[] = [];
  const server = {
    ...bound(inner),
    release: async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      log.push('released');
    },
    destroy: () => log.push('destroyed'),
  };
  const mounted = await mount(server);
  await mounted.fs.promises.open('/left-open', 'w');
  await mounted.unmount();
  expect(log).toEqual(['released', 'destroyed']);
});

test('a mount that waits for INIT is given up when its signal says so, and its daemon ends', async () => {
  const before = readdirSync('/proc/self/fd').length;
  const silent = daemon('sh', ['-c', 'sleep 60', '{}'], { name: 'silent', grace: 200 });
  const mounting = mount(silent, { signal: AbortSignal.timeout(100) });
  await expect(mounting).rejects.toThrow(/silent cannot be used: .*timeout/);
  await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
});
