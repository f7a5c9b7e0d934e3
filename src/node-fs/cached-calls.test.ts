import { expect, test, vi } from 'vitest';
import { type Mounted, type MountOptions, mount } from '../mount.ts';
import { memory } from '../server/memory.ts';
import type { NodeFs } from './types.ts';

/** A small tree whose names and attributes are known already, and an open file whose page is. */
async function warm(options: MountOptions = {}): Promise<{ mounted: Mounted; fs: NodeFs; fd: number }> {
  const mounted = await mount(memory(), options);
  const { fs } = mounted;
  fs.mkdirSync('/dir');
  fs.writeFileSync('/dir/file', 'content');
  fs.symlinkSync('/dir/file', '/link');
  const fd = fs.openSync('/dir/file', 'r');
  fs.readSync(fd, Buffer.alloc(10), 0, 10, 0);
  for (const path of ['/dir/file', '/link']) fs.lstatSync(path);
  fs.accessSync('/dir/file');
  fs.existsSync('/dir/absent');
  return { mounted, fs, fd };
}

type Call = (fs: NodeFs, fd: number) => unknown;

const calls: readonly (readonly [name: string, sync: Call, promise: Call | null])[] = [
  ['stat', (fs) => fs.statSync('/dir/file').size, async (fs) => (await fs.promises.stat('/dir/file')).size],
  ['lstat', (fs) => fs.lstatSync('/link').size, async (fs) => (await fs.promises.lstat('/link')).size],
  ['fstat', (fs, fd) => fs.fstatSync(fd, { bigint: true }).size, null],
  ['access', (fs) => fs.accessSync('/dir/file', fs.constants.R_OK), (fs) => fs.promises.access('/dir/file')],
  ['exists', (fs) => fs.existsSync('/dir/file'), null],
  ['exists of nothing', (fs) => fs.existsSync('/dir/absent'), null],
  ['read', (fs, fd) => fs.readSync(fd, Buffer.alloc(4), 1, 3, 2), null],
];

test.each(calls)('%s that the caches can answer starts no task', async (_name, sync, promise) => {
  const { mounted, fs, fd } = await warm();
  await using _end = mounted;
  const start = vi.spyOn(mounted.kernel.scheduler, 'start');
  const first = sync(fs, fd);
  expect(start).not.toHaveBeenCalled();
  if (promise === null) return;
  expect(await promise(fs, fd)).toEqual(first);
  expect(start).not.toHaveBeenCalled();
});

test('read at the position of a descriptor moves it, from the cache too', async () => {
  const { mounted, fs, fd } = await warm();
  await using _end = mounted;
  const buffer = Buffer.alloc(4);
  expect([fs.readSync(fd, buffer), `${buffer}`]).toEqual([4, 'cont']);
  expect([fs.readSync(fd, buffer), `${buffer}`]).toEqual([3, 'entt']);
  expect(fs.readSync(fd, buffer)).toBe(0);
});

test('an error that the caches know is the one that the server would bring', async () => {
  const { mounted, fs } = await warm();
  await using _end = mounted;
  const errorOf = async (path: string): Promise<unknown> => {
    const { code, errno, syscall, message } = (await fs.promises.stat(path).catch((error) => error)) as Error &
      Record<string, unknown>;
    return { code, errno, syscall, message: message.replace(/[a-z]*absent/, 'absent') };
  };
  const cold = await errorOf('/dir/unabsent');
  expect(await errorOf('/dir/absent')).toEqual(cold);
  expect(cold).toMatchObject({ code: 'ENOENT', syscall: 'stat' });
  expect(() => fs.statSync('/dir/absent')).toThrow("ENOENT: no such file or directory, stat '/dir/absent'");
  expect(fs.statSync('/dir/absent', { throwIfNoEntry: false })).toBeUndefined();
});

test('after the abort of its general signal no call is answered, from the caches neither', async () => {
  const { mounted } = await warm();
  await using _end = mounted;
  const controller = new AbortController();
  const limited = mounted.within({ signal: controller.signal });
  expect((await limited.promises.stat('/dir/file')).size).toBe(7);
  controller.abort();
  await expect(limited.promises.stat('/dir/file')).rejects.toMatchObject({ name: 'AbortError' });
  expect(() => limited.statSync('/dir/file')).toThrow(expect.objectContaining({ name: 'AbortError' }));
});

test('a wrong argument is told as ever: a promise rejects, a synchronous call throws', async () => {
  const { mounted, fs } = await warm();
  await using _end = mounted;
  await expect(fs.promises.stat(7 as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  expect(() => fs.statSync(7 as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
});

test('a date of Stats is made once, is there to be set, and then belongs to the object', async () => {
  const { mounted, fs } = await warm();
  await using _end = mounted;
  const stats = fs.statSync('/dir/file');
  expect(stats.mtime.getTime()).toBe(Math.round(stats.mtimeMs));
  expect(stats.mtime).toBe(stats.mtime);
  stats.atime = new Date(5);
  expect(stats.atime.getTime()).toBe(5);
  expect(Object.keys(stats)).toContain('mtime');
});
