import { constants } from 'node:fs';
import { expect } from 'vitest';
import type { Mounted } from '../../src/mount.ts';
import type { PathFs } from '../../src/server/paths/shape.ts';

/** What a case is tried on. */
export interface Served {
  readonly fs: Mounted['fs']['promises'];
  /** The file system behind the server, which others change too; `at` makes a path in it. */
  readonly backing: PathFs;
  at(path: string): string;
}

type Case = (served: Served) => Promise<void>;

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'success',
    (error: { code?: unknown }) => error.code,
  );

/** Makes a file on the far side, as somebody else would. */
async function writeBehind({ backing, at }: Served, path: string, content: string): Promise<void> {
  const file = await backing.open(at(path), constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC, 0o644);
  await file.write?.(new TextEncoder().encode(content), 0, content.length, 0);
  await file.close();
}

/** What a file system has to do, by the sentence that says it. */
export const cases: Readonly<Record<string, Case>> = {
  'a file keeps what is written, and holes are zeros': async ({ fs }) => {
    await using file = await fs.open('/file', 'w+');
    await file.write('end', 5000);
    await file.write('start', 0);
    const content = await fs.readFile('/file');
    expect([content.length, content.subarray(0, 6).toString(), content.subarray(5000).toString()]).toEqual([
      5003,
      'start\0',
      'end',
    ]);
  },
  'a file of several requests comes back as it was': async ({ fs }) => {
    const content = Buffer.from(Array.from({ length: 3_000_001 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
    await fs.writeFile('/large', content);
    expect(content.equals(await fs.readFile('/large'))).toBe(true);
  },
  'a directory lists names and types': async ({ fs }) => {
    await fs.mkdir('/sub');
    await fs.writeFile('/file', '');
    await fs.symlink('file', '/link');
    const entries = await fs.readdir('/', { withFileTypes: true });
    const types = entries.map((each) => [each.name, each.isFile(), each.isDirectory(), each.isSymbolicLink()]);
    expect(types.sort()).toEqual([
      ['file', true, false, false],
      ['link', false, false, true],
      ['sub', false, true, false],
    ]);
  },
  'a directory of many entries lists each once, and is removed with them': async ({ fs }) => {
    await fs.mkdir('/many');
    const names = Array.from({ length: 300 }, (_, at) => `entry-with-a-rather-long-name-${at}`);
    await Promise.all(names.map((name) => fs.writeFile(`/many/${name}`, name)));
    expect((await fs.readdir('/many')).sort()).toEqual(names.sort());
    await fs.rm('/many', { recursive: true });
    expect(await fs.readdir('/')).toEqual([]);
  },
  'hard links are one file with one inode number and a count': async ({ fs }) => {
    await fs.writeFile('/one', 'content');
    await fs.link('/one', '/two');
    const [one, two] = [await fs.stat('/one'), await fs.stat('/two')];
    await fs.appendFile('/two', '!');
    expect([two.ino === one.ino, await fs.readFile('/one', 'utf8')]).toEqual([true, 'content!']);
    expect([one.nlink, two.nlink]).toEqual([2, 2]);
    await fs.unlink('/one');
    expect([(await fs.stat('/two')).nlink, await fs.readFile('/two', 'utf8')]).toEqual([1, 'content!']);
  },
  'an unlinked file that is open is read, written, truncated and told of': async ({ fs }) => {
    await fs.writeFile('/file', 'content');
    await using file = await fs.open('/file', 'r+');
    await fs.unlink('/file');
    await file.write('C', 0);
    await file.truncate(4);
    await file.chmod(0o600);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(10), 0, 10, 0);
    expect(buffer.subarray(0, bytesRead).toString()).toBe('Cont');
    expect(await file.stat()).toMatchObject({ size: 4, nlink: 0, mode: 0o100600 });
    expect(await codeOf(fs.stat('/file'))).toBe('ENOENT');
  },
  'an unlinked file that is open can be synced and closed': async ({ fs }) => {
    const file = await fs.open('/file', 'w+');
    await fs.unlink('/file');
    await file.write('content');
    await file.sync();
    await file.datasync();
    await file.close();
  },
  'a file that is renamed over goes on where it is open, and the new one is another': async ({ fs }) => {
    await fs.writeFile('/old', 'old content');
    await fs.writeFile('/new', 'new content');
    await using old = await fs.open('/old', 'r+');
    await fs.rename('/new', '/old');
    await old.write('OLD', 0);
    const { buffer, bytesRead } = await old.read(Buffer.alloc(20), 0, 20, 0);
    expect(buffer.subarray(0, bytesRead).toString()).toBe('OLD content');
    expect(await fs.readFile('/old', 'utf8')).toBe('new content');
  },
  'a name that is made again is another file': async ({ fs }) => {
    await fs.writeFile('/file', 'first');
    await using first = await fs.open('/file', 'r');
    await fs.unlink('/file');
    await fs.writeFile('/file', 'second');
    expect([await first.readFile('utf8'), await fs.readFile('/file', 'utf8')]).toEqual(['first', 'second']);
  },
  'renaming a directory moves all that is below it, open files too': async ({ fs }) => {
    await fs.mkdir('/a/b/c', { recursive: true });
    await fs.writeFile('/a/b/c/file', 'content');
    const { ino } = await fs.stat('/a/b/c/file');
    await using file = await fs.open('/a/b/c/file', 'r+');
    await fs.rename('/a/b', '/moved');
    await file.write('C', 0);
    expect(await fs.readFile('/moved/c/file', 'utf8')).toBe('Content');
    expect((await fs.stat('/moved/c/file')).ino).toBe(ino);
    expect(await fs.readdir('/a')).toEqual([]);
  },
  'an inode number stays when its file is renamed or changed': async ({ fs }) => {
    await fs.writeFile('/file', '');
    const { ino } = await fs.stat('/file');
    await fs.chmod('/file', 0o606);
    await fs.mkdir('/dir');
    await fs.rename('/file', '/dir/file');
    await fs.writeFile('/dir/file', 'more');
    expect((await fs.stat('/dir/file')).ino).toBe(ino);
  },
  'rename replaces an empty directory, and nothing else of another type': async ({ fs }) => {
    for (const path of ['/dir', '/empty', '/full', '/full/sub']) await fs.mkdir(path);
    await fs.writeFile('/file', '');
    const outcomes = [
      await codeOf(fs.rename('/dir', '/full')),
      await codeOf(fs.rename('/file', '/empty')),
      await codeOf(fs.rename('/dir', '/file')),
      await codeOf(fs.rename('/full', '/full/sub/in')),
      await codeOf(fs.rename('/none', '/file')),
    ];
    expect(outcomes).toEqual(['ENOTEMPTY', 'EISDIR', 'ENOTDIR', 'EINVAL', 'ENOENT']);
    expect((await fs.readdir('/')).sort()).toEqual(['dir', 'empty', 'file', 'full']);
    await fs.rename('/full', '/empty');
    expect(await fs.readdir('/empty')).toEqual(['sub']);
  },
  'rename between two names of one file leaves both': async ({ fs }) => {
    await fs.writeFile('/one', 'content');
    await fs.link('/one', '/two');
    await fs.rename('/one', '/two');
    await fs.rename('/one', '/one');
    expect((await fs.readdir('/')).sort()).toEqual(['one', 'two']);
  },
  'a name that is there cannot be made': async ({ fs }) => {
    await fs.writeFile('/file', 'content');
    await fs.writeFile('/other', 'other');
    const outcomes = [
      await codeOf(fs.mkdir('/file')),
      await codeOf(fs.symlink('x', '/file')),
      await codeOf(fs.link('/other', '/file')),
      await codeOf(fs.open('/file', 'wx')),
    ];
    expect(outcomes).toEqual(['EEXIST', 'EEXIST', 'EEXIST', 'EEXIST']);
    expect(await fs.readFile('/file', 'utf8')).toBe('content');
  },
  'removing minds types and contents': async ({ fs }) => {
    await fs.mkdir('/full/sub', { recursive: true });
    await fs.writeFile('/file', '');
    const outcomes = [
      await codeOf(fs.unlink('/full')),
      await codeOf(fs.rmdir('/file')),
      await codeOf(fs.rmdir('/full')),
      await codeOf(fs.unlink('/none')),
      await codeOf(fs.rmdir('/none')),
      await codeOf(fs.unlink('/file/below')),
    ];
    expect(outcomes).toEqual(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ENOENT', 'ENOENT', 'ENOTDIR']);
    expect((await fs.readdir('/')).sort()).toEqual(['file', 'full']);
  },
  'a symlink is its target, which need not be there': async ({ fs }) => {
    await fs.symlink('no/such/target', '/link');
    expect(await fs.readlink('/link')).toBe('no/such/target');
    expect(await fs.lstat('/link')).toMatchObject({ mode: 0o120777, size: 14 });
    expect(await codeOf(fs.stat('/link'))).toBe('ENOENT');
    await fs.mkdir('/no/such', { recursive: true });
    await fs.writeFile('/no/such/target', 'content');
    expect(await fs.readFile('/link', 'utf8')).toBe('content');
    await fs.unlink('/link');
    expect(await fs.readFile('/no/such/target', 'utf8')).toBe('content');
  },
  'owner and times of a symlink are its own': async ({ fs }) => {
    await fs.writeFile('/file', '');
    await fs.symlink('file', '/link');
    await fs.lchown('/link', 7, 8);
    await fs.lutimes('/link', 1000, 2000);
    expect(await fs.lstat('/link')).toMatchObject({ uid: 7, gid: 8, mtimeMs: 2_000_000 });
    const file = await fs.stat('/file');
    expect(file.uid).not.toBe(7);
    expect(file.mtimeMs).not.toBe(2_000_000);
  },
  'mode and owner are changed by path and by handle': async ({ fs }) => {
    await fs.writeFile('/file', '', { mode: 0o644 });
    await fs.chmod('/file', 0o640);
    await fs.chown('/file', 7, 8);
    expect(await fs.stat('/file')).toMatchObject({ mode: 0o100640, uid: 7, gid: 8 });
    await using file = await fs.open('/file', 'r');
    await file.chmod(0o604);
    await file.chown(9, 10);
    expect(await fs.stat('/file')).toMatchObject({ mode: 0o100604, uid: 9, gid: 10 });
  },
  'of owner and group one can be changed': async ({ fs }) => {
    await fs.writeFile('/file', '');
    await fs.chown('/file', 7, 8);
    await fs.chown('/file', -1, 9);
    expect(await fs.stat('/file')).toMatchObject({ uid: 7, gid: 9 });
  },
  'times are set to the millisecond, also those before 1970': async ({ fs }) => {
    await fs.writeFile('/file', '');
    await fs.utimes('/file', 1_700_000_000.125, new Date(-1500));
    expect(await fs.stat('/file')).toMatchObject({ atimeMs: 1_700_000_000_125, mtimeMs: -1500 });
    await using file = await fs.open('/file', 'r');
    await file.utimes(1000.5, 2000.25);
    expect(await fs.stat('/file')).toMatchObject({ atimeMs: 1_000_500, mtimeMs: 2_000_250 });
  },
  'times are set to the microsecond': async ({ fs }) => {
    await fs.writeFile('/file', '');
    await fs.utimes('/file', 1_700_000_000 + 1 / 1024, 1_600_000_000 + 1 / 4096);
    const { atimeNs, mtimeNs } = await fs.stat('/file', { bigint: true });
    expect([atimeNs / 1000n, mtimeNs / 1000n]).toEqual([1_700_000_000_000_976n, 1_600_000_000_000_244n]);
  },
  'a file is made longer and shorter by path and by handle': async ({ fs }) => {
    await fs.writeFile('/file', 'content');
    await fs.truncate('/file', 3);
    await fs.truncate('/file', 5);
    expect(await fs.readFile('/file', 'utf8')).toBe('con\0\0');
    await using file = await fs.open('/file', 'r+');
    await file.truncate(1);
    expect(await fs.readFile('/file', 'utf8')).toBe('c');
  },
  'a file has more than 4 GiB': async ({ fs }) => {
    await using file = await fs.open('/file', 'w+');
    await file.truncate(2 ** 32 + 5);
    await file.write('x', 2 ** 32);
    const { buffer } = await file.read(Buffer.alloc(5), 0, 5, 2 ** 32);
    expect([(await file.stat()).size, buffer.toString()]).toEqual([2 ** 32 + 5, 'x\0\0\0\0']);
  },
  'opening truncates and appends': async ({ fs }) => {
    await fs.writeFile('/file', 'long content');
    await fs.writeFile('/file', 'new');
    await fs.appendFile('/file', '+');
    expect(await fs.readFile('/file', 'utf8')).toBe('new+');
  },
  "what is new is the caller's, in the mode that was asked for": async ({ fs }) => {
    await fs.mkdir('/dir', { mode: 0o777 });
    await fs.writeFile('/dir/file', '', { mode: 0o666 });
    await fs.symlink('x', '/dir/link');
    expect(await fs.stat('/dir')).toMatchObject({ mode: 0o040777, uid: 1000, gid: 1001 });
    expect(await fs.stat('/dir/file')).toMatchObject({ mode: 0o100666, uid: 1000, gid: 1001 });
    expect(await fs.lstat('/dir/link')).toMatchObject({ uid: 1000, gid: 1001 });
  },
  'what is new in a set-group-ID directory has its group': async ({ fs }) => {
    await fs.mkdir('/dir');
    await fs.chown('/dir', 1000, 77);
    await fs.chmod('/dir', 0o2777);
    await fs.mkdir('/dir/sub', { mode: 0o755 });
    await fs.writeFile('/dir/sub/file', '');
    expect(await fs.stat('/dir/sub')).toMatchObject({ mode: 0o042755, gid: 77 });
    expect(await fs.stat('/dir/sub/file')).toMatchObject({ gid: 77, uid: 1000 });
  },
  'names are any UTF-8': async ({ fs }) => {
    const names = ['\u00e9t\u00e9', '\u65e5\u672c', '\u{1f600}', 'a b\n"'];
    for (const name of names) await fs.writeFile(`/${name}`, name);
    expect((await fs.readdir('/')).sort()).toEqual(names.sort());
    expect(await fs.readFile('/\u65e5\u672c', 'utf8')).toBe('\u65e5\u672c');
  },
  'a backslash is a char of a name like others': async ({ fs }) => {
    await fs.writeFile('/a\\b\\', 'content');
    expect(await fs.readdir('/')).toEqual(['a\\b\\']);
    expect(await fs.readFile('/a\\b\\', 'utf8')).toBe('content');
  },
  'names are any bytes': async ({ fs }) => {
    const name = Buffer.from([0x2f, 0x66, 0xff, 0xfe]);
    await fs.writeFile(name, 'content');
    expect(await fs.readdir('/', 'buffer')).toEqual([name.subarray(1)]);
    await fs.symlink(name.subarray(1), '/link');
    expect(await fs.readlink('/link', 'buffer')).toEqual(name.subarray(1));
    expect(await fs.readFile('/link', 'utf8')).toBe('content');
  },
  'the size of the file system is told': async ({ fs }) => {
    const { blocks, bavail, bsize } = await fs.statfs('/');
    expect([blocks > 0, bavail > 0, bavail <= blocks, bsize]).toEqual([true, true, true, 4096]);
  },
  'many calls at once do not disturb each other': async ({ fs }) => {
    await fs.mkdir('/dir');
    const names = Array.from({ length: 40 }, (_, at) => `${at}`);
    await Promise.all(
      names.map(async (name) => {
        await fs.writeFile(`/dir/${name}.new`, name);
        await fs.rename(`/dir/${name}.new`, `/dir/${name}`);
        await fs.link(`/dir/${name}`, `/${name}`);
        await fs.unlink(`/dir/${name}`);
      }),
    );
    expect(await fs.readdir('/dir')).toEqual([]);
    expect(await Promise.all(names.map((name) => fs.readFile(`/${name}`, 'utf8')))).toEqual(names);
  },
  'what others make, replace and remove is seen': async (served) => {
    const { fs, backing, at } = served;
    await writeBehind(served, '/file', 'first');
    expect(await fs.readFile('/file', 'utf8')).toBe('first');
    await writeBehind(served, '/next', 'second');
    await backing.rename?.(at('/next'), at('/file'));
    expect(await fs.readFile('/file', 'utf8')).toBe('second');
    await backing.unlink?.(at('/file'));
    expect(await codeOf(fs.readFile('/file'))).toBe('ENOENT');
    await backing.mkdir?.(at('/file'), { mode: 0o755 });
    expect(await fs.readdir('/file')).toEqual([]);
  },
};
