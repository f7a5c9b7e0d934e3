import { describe, expect, test } from 'vitest';
import type { Errno } from '../abi/errno.ts';
import * as errno from '../abi/errno.ts';
import * as fuse from '../abi/fuse.ts';
import * as linux from '../abi/linux.ts';
import { type PathServerOptions, pathServer } from './path-server.ts';
import type { PathFs } from './paths/shape.ts';
import { AsyncFiles } from './testing/async-files.ts';
import { bytes } from './testing/client.ts';
import { bound, emptyFs, withStats } from './testing/path-fs.ts';

const ROOT = fuse.FUSE_ROOT_ID;

const serve = (fs: PathFs, options: PathServerOptions = {}): AsyncFiles => new AsyncFiles(pathServer(fs, options));

/** The errno that a call rejects with, or null. */
const errnoOf = (call: Promise<unknown>): Promise<Errno | null> =>
  call.then(
    () => null,
    (error: Errno) => error,
  );

async function put(fs: PathFs, path: string, content: string): Promise<void> {
  const file = await fs.open(path, linux.O_CREAT | linux.O_WRONLY | linux.O_TRUNC, 0o644);
  await file.write?.(bytes(content), 0, content.length, 0);
  await file.close();
}

async function get(files: AsyncFiles, nodeid: bigint): Promise<string> {
  const fh = await files.open(nodeid, linux.O_RDONLY);
  const data = await files.read(nodeid, fh);
  await files.release(nodeid, fh);
  return new TextDecoder().decode(data);
}

/** A file system that has no inode numbers, or always the same one. */
const numbered = (fs: PathFs, ino: unknown): PathFs => withStats(fs, (stats) => ({ ...stats, ino }));

describe('nodeids', () => {
  test('all names of a file are one nodeid, with the inode number of the file system', async () => {
    const fs = emptyFs();
    await put(fs, '/one', '');
    await fs.link?.('/one', '/two');
    const files = serve(fs);
    const [one, two] = [await files.lookup(ROOT, 'one'), await files.lookup(ROOT, 'two')];
    expect(two.nodeid).toBe(one.nodeid);
    expect(one.attr.ino).toBe(BigInt((await fs.lstat('/one', { bigint: true })).ino ?? 0));
  });

  test('a file stays known by a name of it that is left', async () => {
    const fs = emptyFs();
    await put(fs, '/one', 'content');
    await fs.link?.('/one', '/two');
    const files = serve(fs);
    const { nodeid } = await files.lookup(ROOT, 'one');
    await files.lookup(ROOT, 'two');
    await files.unlink(ROOT, 'two');
    expect(await get(files, nodeid)).toBe('content');
    await fs.unlink?.('/one');
    expect(await errnoOf(files.open(nodeid))).toBe(errno.ESTALE);
  });

  test('a hard link that was not looked up before its file lost the other name is the same nodeid', async () => {
    const fs = emptyFs();
    await put(fs, '/one', '');
    await fs.link?.('/one', '/two');
    const files = serve(fs);
    const { nodeid } = await files.lookup(ROOT, 'one');
    await files.unlink(ROOT, 'one');
    expect((await files.lookup(ROOT, 'two')).nodeid).toBe(nodeid);
  });

  test.each([
    ['0', 0n],
    ['always the same', 77n],
    ['missing', undefined],
    ['no exact number', 2 ** 60],
  ])('files whose inode number is %s are told apart by name, and renames keep that', async (_, ino) => {
    const fs = numbered(emptyFs(), ino);
    const files = serve(fs);
    const [a, b] = [await files.create(ROOT, 'a'), await files.create(ROOT, 'b')];
    const { nodeid: directory } = await files.mkdir(ROOT, 'directory');
    expect(new Set([ROOT, a.nodeid, b.nodeid, directory]).size).toBe(4);
    const before = await files.stat(a.nodeid);
    await files.rename(ROOT, 'a', directory, 'moved');
    await files.release(a.nodeid, a.fh);
    expect((await files.lookup(directory, 'moved')).nodeid).toBe(a.nodeid);
    expect((await files.stat(a.nodeid)).ino).toBe(before.ino);
    expect((await files.link(ROOT, 'hard', a.nodeid)).nodeid).toBe(a.nodeid);
  });

  test('an inode number that is used again is another nodeid, also when others removed the file', async () => {
    const fs = emptyFs();
    const files = serve(fs);
    await fs.mkdir?.('/older', { mode: 0o755 });
    const first = await files.create(ROOT, 'first');
    await files.release(first.nodeid, first.fh);
    await files.unlink(ROOT, 'first');
    const second = await files.create(ROOT, 'second');
    const ino = async (path: string) => (await fs.lstat(path)).ino;
    const number = await ino('/second');
    expect((await files.stat(second.nodeid)).ino).toBe(BigInt(number ?? 0));
    expect(second.nodeid).not.toBe(first.nodeid);
    expect(await errnoOf(files.stat(first.nodeid))).toBe(errno.ESTALE);
    await files.release(second.nodeid, second.fh);
    await fs.unlink?.('/second');
    await fs.mkdir?.('/third', { mode: 0o755 });
    expect(await ino('/third')).toBe(number);
    expect((await files.lookup(ROOT, 'third')).nodeid).not.toBe(second.nodeid);
    expect(await errnoOf(files.stat(second.nodeid))).toBe(errno.ESTALE);
  });

  test('of two files of one type with one inode number the time of birth tells', async () => {
    let born = 1000;
    const fs = withStats(emptyFs(), (stats) => ({
      ...stats,
      ino: 5n,
      dev: 3n,
      birthtimeNs: BigInt(born),
      ctimeNs: 5000n,
    }));
    const plain = withStats(fs, (stats) =>
      ((stats.mode as bigint) & 0o170000n) === 0o040000n ? { ...stats, ino: 1n } : stats,
    );
    await put(plain, '/file', '');
    const files = serve(plain);
    const { nodeid } = await files.lookup(ROOT, 'file');
    expect((await files.lookup(ROOT, 'file')).nodeid).toBe(nodeid);
    born = 2000;
    expect((await files.lookup(ROOT, 'file')).nodeid).not.toBe(nodeid);
    expect(await errnoOf(files.stat(nodeid))).toBe(errno.ESTALE);
  });

  test('a system that tells times of change for births does not make new files by changing them', async () => {
    let changed = 0n;
    const fs = withStats(emptyFs(), (stats) => {
      changed++;
      return { ...stats, birthtimeNs: changed, ctimeNs: changed };
    });
    const files = serve(fs);
    const { nodeid } = await files.create(ROOT, 'file');
    await files.setattr(nodeid, { valid: fuse.FATTR_MODE, mode: 0o600 });
    expect((await files.lookup(ROOT, 'file')).nodeid).toBe(nodeid);
  });

  test('the name of a directory that others moved is found again, and what was below it too', async () => {
    const fs = emptyFs();
    await fs.mkdir?.('/old', { mode: 0o755 });
    await put(fs, '/old/file', 'content');
    const files = serve(fs);
    const directory = await files.walk('old');
    const file = await files.walk('old/file');
    await fs.rename?.('/old', '/new');
    expect(await errnoOf(files.stat(file))).toBe(errno.ESTALE);
    expect(await errnoOf(files.lookup(directory, 'file'))).toBe(errno.ESTALE);
    expect((await files.lookup(ROOT, 'new')).nodeid).toBe(directory);
    expect(await get(files, file)).toBe('content');
  });

  test('a directory in whose place there is a symlink now is not used', async () => {
    const fs = emptyFs();
    for (const path of ['/root', '/root/directory', '/outside']) await fs.mkdir?.(path, { mode: 0o755 });
    const files = serve(fs, { root: '/root' });
    const { nodeid } = await files.lookup(ROOT, 'directory');
    await fs.rmdir?.('/root/directory');
    await fs.symlink?.('/outside', '/root/directory');
    expect(await errnoOf(files.create(nodeid, 'file'))).toBe(errno.ESTALE);
    expect(await errnoOf(files.mkdir(nodeid, 'sub'))).toBe(errno.ESTALE);
    expect(await errnoOf(files.opendir(nodeid))).toBe(errno.ESTALE);
    expect(await fs.readdir('/outside', { withFileTypes: true })).toEqual([]);
  });
});

describe('lookup counts', () => {
  test('what is forgotten as often as it was told is unknown', async () => {
    const fs = emptyFs();
    await put(fs, '/file', '');
    const files = serve(fs);
    const { nodeid } = await files.lookup(ROOT, 'file');
    await files.lookup(ROOT, 'file');
    files.forget(nodeid, 1);
    await files.stat(nodeid);
    files.forget(nodeid, 1);
    expect(await errnoOf(files.stat(nodeid))).toBe(errno.ESTALE);
  });

  test('every entry of READDIRPLUS that was sent counts once, and no other', async () => {
    const fs = emptyFs();
    for (const name of ['a', 'b', 'c']) await put(fs, `/${name}`, name);
    const files = serve(fs);
    const fh = await files.opendir(ROOT);
    const room = 4 * 160; // '.', '..' and two of the three
    const entries = await files.readdirplus(ROOT, fh, 0n, room);
    expect(entries.map(({ name }) => name)).toEqual(['.', '..', 'a', 'b']);
    for (const { entry } of entries.slice(2)) {
      files.forget(entry.nodeid, 1);
      expect(await errnoOf(files.stat(entry.nodeid))).toBe(errno.ESTALE);
    }
    const last = entries.at(-1)?.off;
    const rest = await files.readdirplus(ROOT, fh, last, room);
    // The third was seen the first time, and not kept.
    expect(rest.map(({ name, entry }) => [name, entry.nodeid])).toEqual([['c', (entries[3]?.entry.nodeid ?? 0n) + 2n]]);
  });

  test('a directory stays as long as something below it is known', async () => {
    const fs = emptyFs();
    await fs.mkdir?.('/directory', { mode: 0o755 });
    await put(fs, '/directory/file', 'content');
    const files = serve(fs);
    const directory = await files.walk('directory');
    const { nodeid } = await files.lookup(directory, 'file');
    files.forget(directory, 1);
    expect(await get(files, nodeid)).toBe('content');
    files.forget(nodeid, 1);
    expect(await errnoOf(files.stat(directory))).toBe(errno.ESTALE);
  });

  test('a file that is open stays when it is forgotten, until it is closed', async () => {
    const files = serve(emptyFs());
    const { nodeid, fh } = await files.create(ROOT, 'file');
    await files.unlink(ROOT, 'file');
    files.forget(nodeid, 1);
    await files.write(nodeid, fh, bytes('content'));
    expect(await files.stat(nodeid)).toMatchObject({ size: 7, nlink: 0 });
    await files.release(nodeid, fh);
    expect(await errnoOf(files.stat(nodeid))).toBe(errno.ESTALE);
    expect(await errnoOf(files.read(nodeid, fh))).toBe(errno.EBADF);
  });

  test('after DESTROY nothing is known but the root, and nothing is open', async () => {
    const fs = emptyFs();
    let open = 0;
    const counting: PathFs = {
      ...bound(fs),
      open: async (path, flags, mode) => {
        const file = await fs.open(path, flags, ...(mode === undefined ? [] : [mode]));
        open++;
        const close = async (): Promise<void> => {
          open--;
          await file.close();
        };
        return new Proxy(file, { get: (target, name) => (name === 'close' ? close : Reflect.get(target, name)) });
      },
    };
    const server = pathServer(counting);
    const files = new AsyncFiles(server);
    const { nodeid } = await files.create(ROOT, 'file');
    server.destroy?.();
    expect(await errnoOf(files.stat(nodeid))).toBe(errno.ESTALE);
    expect((await files.stat(ROOT)).mode & linux.S_IFMT).toBe(linux.S_IFDIR);
    expect(open).toBe(0);
  });
});

describe('directories', () => {
  test('places in a listing stay while names come and go, and rewinding reads it anew', async () => {
    const fs = emptyFs();
    for (const name of ['a', 'b', 'c']) await put(fs, `/${name}`, '');
    const files = serve(fs);
    const fh = await files.opendir(ROOT);
    const first = await files.readdir(ROOT, fh, 0n, 96); // three records of 32 bytes
    expect(first.map(({ name }) => name)).toEqual(['.', '..', 'a']);
    await files.unlink(ROOT, 'a');
    await files.unlink(ROOT, 'b');
    await put(fs, '/0', '');
    const rest = await files.readdir(ROOT, fh, first.at(-1)?.off);
    expect(rest.map(({ name }) => name)).toEqual(['c']);
    const again = await files.readdir(ROOT, fh);
    expect(again.map(({ name }) => name)).toEqual(['.', '..', '0', 'c']);
  });

  test('a listing has the inode numbers that lookups give', async () => {
    const fs = emptyFs();
    await put(fs, '/file', '');
    const files = serve(fs);
    const fh = await files.opendir(ROOT);
    const entries = await files.readdir(ROOT, fh);
    const { attr } = await files.lookup(ROOT, 'file');
    expect(entries.map(({ ino, type }) => [ino, type])).toEqual([
      [(await files.stat(ROOT)).ino, linux.DT_DIR],
      [(await files.stat(ROOT)).ino, linux.DT_DIR],
      [attr.ino, linux.DT_REG],
    ]);
  });

  test('a removed directory that is open lists nothing but itself, and nothing is made in it', async () => {
    const files = serve(emptyFs());
    const { nodeid } = await files.mkdir(ROOT, 'directory');
    const fh = await files.opendir(nodeid);
    await files.rmdir(ROOT, 'directory');
    await files.readdir(nodeid, fh);
    expect((await files.readdir(nodeid, fh)).map(({ name }) => name)).toEqual(['.', '..']);
    expect(await errnoOf(files.create(nodeid, 'file'))).toBe(errno.ENOENT);
    expect(await errnoOf(files.lookup(nodeid, 'file'))).toBe(errno.ENOENT);
  });

  test('FSYNCDIR of a system that opens no directories is ENOSYS', async () => {
    const fs = emptyFs();
    const files = serve({ ...bound(fs), open: () => Promise.reject(errno.EISDIR) });
    const fh = await files.opendir(ROOT);
    expect(await errnoOf(files.fsyncdir(ROOT, fh))).toBe(errno.ENOSYS);
  });
});

describe('what cannot be', () => {
  test('special files, flags of rename and hard links of directories are refused as Linux does', async () => {
    const files = serve(emptyFs());
    const { nodeid } = await files.mkdir(ROOT, 'directory');
    const outcomes = [
      await errnoOf(files.mknod(ROOT, 'fifo', linux.S_IFIFO | 0o644)),
      await errnoOf(files.mknod(ROOT, 'device', linux.S_IFCHR | 0o644)),
      await errnoOf(files.rename(ROOT, 'directory', ROOT, 'other', linux.RENAME_NOREPLACE)),
      await errnoOf(files.link(ROOT, 'hard', nodeid)),
      await errnoOf(files.lookup(ROOT, '..')),
      await errnoOf(files.open(nodeid)),
    ];
    expect(outcomes).toEqual([errno.EPERM, errno.EPERM, errno.EINVAL, errno.EPERM, errno.EINVAL, errno.EISDIR]);
    const plain = await files.mknod(ROOT, 'plain', linux.S_IFREG | 0o640);
    expect((await files.stat(plain.nodeid)).mode).toBe(linux.S_IFREG | 0o640);
  });

  test('what the file system has no method for is EPERM, and STATFS is answered all the same', async () => {
    const { lstat, readdir, open } = bound(emptyFs());
    const files = serve({ lstat, readdir, open });
    const { nodeid, fh } = await files.create(ROOT, 'file');
    await files.release(nodeid, fh);
    const outcomes = [
      await errnoOf(files.mkdir(ROOT, 'directory')),
      await errnoOf(files.unlink(ROOT, 'file')),
      await errnoOf(files.rename(ROOT, 'file', ROOT, 'other')),
      await errnoOf(files.link(ROOT, 'hard', nodeid)),
      await errnoOf(files.setattr(nodeid, { valid: fuse.FATTR_MODE, mode: 0o600 })),
    ];
    expect(new Set(outcomes)).toEqual(new Set([errno.EPERM]));
    expect(await files.statfs()).toMatchObject({ bsize: 4096, namelen: 255 });
  });

  test('an absent name is ENOENT for now, or a negative entry for so long as the option says', async () => {
    expect(await errnoOf(serve(emptyFs()).lookup(ROOT, 'none'))).toBe(errno.ENOENT);
    const entry = await serve(emptyFs(), { negativeTimeout: 2.5 }).lookup(ROOT, 'none');
    expect(entry).toMatchObject({ nodeid: 0n, entry_valid: 2, entry_valid_nsec: 5e8 });
  });

  test('CREATE of a name that others made meanwhile opens it, unless it must be new', async () => {
    const fs = emptyFs();
    await put(fs, '/file', 'content');
    const files = serve(fs);
    expect(await errnoOf(files.create(ROOT, 'file', linux.O_CREAT | linux.O_EXCL | linux.O_RDWR))).toBe(errno.EEXIST);
    const { nodeid, fh } = await files.create(ROOT, 'file');
    expect(await files.read(nodeid, fh)).toEqual(bytes('content'));
    await fs.mkdir?.('/directory', { mode: 0o755 });
    expect(await errnoOf(files.create(ROOT, 'directory'))).toBe(errno.EEXIST);
  });

  test("with owner 'process' new files are left as the file system makes them", async () => {
    const fs = { ...bound(emptyFs()), lchown: () => Promise.reject(new Error('not wanted')) };
    const files = serve(fs, { owner: 'process' });
    expect((await files.mkdir(ROOT, 'directory')).attr.nlink).toBeGreaterThan(0);
  });

  test('a process that may not give files away keeps them', async () => {
    const fs = withStats(emptyFs(), (stats) => ({ ...stats, uid: 42n }));
    const files = serve({ ...fs, lchown: () => Promise.reject(errno.EPERM) });
    expect((await files.mkdir(ROOT, 'directory')).attr.uid).toBe(42);
  });
});

test('times are set to the microsecond, rounded down', async () => {
  const seen: (number | Date)[] = [];
  const fs = {
    ...bound(emptyFs()),
    lutimes: async (_: string, ...times: [number | Date, number | Date]) => void seen.push(...times),
  };
  const files = serve(fs);
  const { nodeid } = await files.mkdir(ROOT, 'directory');
  const valid = fuse.FATTR_ATIME | fuse.FATTR_MTIME;
  await files.setattr(nodeid, {
    valid,
    atime: 1_700_000_000,
    atimensec: 123_456_999,
    mtime: -2,
    mtimensec: 500_000_000,
  });
  const micros = (time: number | Date): number =>
    time instanceof Date ? time.getTime() * 1000 : Math.floor(time * 1e6);
  expect(seen.map(micros)).toEqual([1_700_000_000_123_456, -1_500_000]);
});
