import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBytes, fromText } from '../abi/bytes.ts';
import { noise } from './testing/make-tar.ts';
import { extra, makeZip } from './testing/make-zip.ts';
import { Bench } from './testing/serve.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

describe('a zip archive', () => {
  test('has stored and deflated files, modes, owners and times', async () => {
    const fields = Buffer.concat([
      extra(0x5455, [1, 0x00, 0xca, 0x9a, 0x3b]),
      extra(0x7875, [1, 4, 0xe8, 3, 0, 0, 4, 100, 0, 0, 0]),
    ]);
    const fs = await bench.mount(
      makeZip(
        { path: 'd/', mode: 0o40750 },
        { path: 'd/stored', body: 'abc', mode: 0o104711, extra: fields },
        { path: 'd/deflated', body: 'abc'.repeat(1000), method: 'deflated' },
      ),
    );
    const { mode, uid, gid, mtimeMs, size } = await fs.stat('/d/stored');
    expect({ mode, uid, gid, mtimeMs, size }).toEqual({ mode: 0o104711, uid: 1000, gid: 100, mtimeMs: 1e12, size: 3 });
    expect((await fs.stat('/d')).mode).toBe(0o40750);
    expect(await fs.readFile('/d/stored', 'utf8')).toBe('abc');
    expect(await fs.readFile('/d/deflated', 'utf8')).toBe('abc'.repeat(1000));
  });

  test("takes MS-DOS's times as local ones", async () => {
    const fs = await bench.mount(makeZip({ path: 'f' }));
    expect((await fs.stat('/f')).mtime).toEqual(new Date(2001, 8, 8, 12, 2, 6));
  });

  test('has symlinks, stored or deflated', async () => {
    const link = { mode: 0o120777, body: '../target' };
    const fs = await bench.mount(makeZip({ path: 'a', ...link }, { path: 'b', ...link, method: 'deflated' }));
    expect([await fs.readlink('/a'), await fs.readlink('/b')]).toEqual(['../target', '../target']);
    expect(await fs.lstat('/a')).toMatchObject({ mode: 0o120777, size: 9 });
  });

  test('without modes of Unix has those that suit', async () => {
    const fs = await bench.mount(
      makeZip(
        { path: 'd\\f', system: 0 },
        { path: 'r', system: 0, attributes: 1 },
        { path: 'e', system: 0, attributes: 0x10 },
        { path: 'm', mode: 0o600 },
        { path: 'z', mode: 0 },
      ),
    );
    const modes = ['/d', '/d/f', '/r', '/e', '/m', '/z'].map(async (name) => (await fs.stat(name)).mode.toString(8));
    expect(await Promise.all(modes)).toEqual(['40755', '100644', '100444', '40755', '100600', '100644']);
  });

  test('has names of UTF-8, of code page 437, and of whatever a Unix had', async () => {
    const fs = await bench.mount(
      makeZip(
        { path: '\xff\\', system: 3 },
        { path: fromText('a-\u00fc'), flags: 0x800, system: 0 },
        { path: 'b-\x81', system: 0 },
      ),
    );
    const names = await fs.readdir('/', { encoding: 'buffer' });
    expect(names.map((name) => fromBytes(name))).toEqual([fromText('a-\u00fc'), fromText('b-\u00fc'), '\xff\\']);
  });

  test('is read backwards and at distant places as well as forwards', async () => {
    const body = noise(3_000_000);
    const fs = await bench.mount(makeZip({ path: 'f', body, method: 'deflated' }));
    await using file = await fs.open('/f', 'r');
    const offsets = [2_999_000, 0, 1_500_000, 1_499_000, 10, 2_500_000, 2_000_000];
    const parts = await Promise.all(offsets.map((offset) => file.read(new Uint8Array(1000), 0, 1000, offset)));
    expect(parts.map(({ buffer }) => Buffer.from(buffer))).toEqual(
      offsets.map((offset) => Buffer.from(body.subarray(offset, offset + 1000))),
    );
    expect((await fs.readFile('/f')).equals(body)).toBe(true);
  });

  test('has hundreds of deflated files open at once', async () => {
    const members = Array.from(
      { length: 200 },
      (_, i) => ({ path: `f${i}`, body: `${i},`.repeat(2000), method: 'deflated' }) as const,
    );
    const fs = await bench.mount(makeZip(...members));
    const handles = await Promise.all(members.map(({ path }) => fs.open(`/${path}`, 'r')));
    const first = await Promise.all(handles.map((file) => file.read(new Uint8Array(8), 0, 8, 0)));
    const last = await Promise.all(handles.map((file, i) => file.read(new Uint8Array(8), 0, 8, `${i},`.length * 1999)));
    for (const file of handles) await file.close();
    expect(first.map(({ buffer }) => Buffer.from(buffer).toString())).toEqual(
      members.map(({ body }) => body.slice(0, 8)),
    );
    expect(last.map(({ bytesRead }) => bytesRead)).toEqual(members.map((_, i) => `${i},`.length));
  });

  test('without members is an empty directory', async () => {
    const fs = await bench.mount(makeZip());
    expect(await fs.readdir('/')).toEqual([]);
  });
});

describe('a member of a zip archive', () => {
  const body = 'abc'.repeat(1000);

  test.for([
    ['encrypted', { flags: 1 }, 'EACCES', 'is encrypted'],
    ['of an unknown compression', { method: 99 }, 'EIO', 'compression method 99'],
    ['stored with two sizes', { size: 5 }, 'EIO', 'two sizes'],
  ] as const)('that is %s is listed, told of, and cannot be read', async ([, member, code, complaint]) => {
    const fs = await bench.mount(makeZip({ path: 'f', body, ...member }, { path: 'good', body }));
    expect(await fs.readdir('/')).toEqual(['f', 'good']);
    await expect(fs.readFile('/f')).rejects.toMatchObject({ code });
    expect(bench.log).toEqual([expect.stringContaining(complaint)]);
    expect(await fs.readFile('/good', 'utf8')).toBe(body);
  });

  test.for([
    ['longer than the directory says', { size: 2999 }],
    ['shorter than the directory says', { size: 3001 }],
    ['of another checksum', { crc: 1 }],
    ['not where the directory says', { headerOffset: 7 }],
    ['beyond the end of the archive', { headerOffset: 2 ** 31 }],
    ['no deflated data', { method: 8 }],
  ] as const)('that is %s gives EIO, once and again', async ([, member]) => {
    const fs = await bench.mount(makeZip({ path: 'f', body, method: 'deflated', ...member }, { path: 'good', body }));
    await expect(fs.readFile('/f')).rejects.toMatchObject({ code: 'EIO' });
    await expect(fs.readFile('/f')).rejects.toMatchObject({ code: 'EIO' });
    expect(await fs.readFile('/good', 'utf8')).toBe(body);
  });

  test('that says it is terabytes does not take memory for them', async () => {
    const fs = await bench.mount(makeZip({ path: 'bomb', body, method: 'deflated', size: 0xfffffffe }));
    expect((await fs.stat('/bomb')).size).toBe(0xfffffffe);
    await using file = await fs.open('/bomb', 'r');
    await expect(file.read(new Uint8Array(10), 0, 10, 0xfffffff0)).rejects.toMatchObject({ code: 'EIO' });
  });

  test('that is a symlink with a lie in its size gives EIO', async () => {
    const fs = await bench.mount(makeZip({ path: 'l', body: 'target', mode: 0o120777, method: 'deflated', size: 3 }));
    await expect(fs.readlink('/l')).rejects.toMatchObject({ code: 'EIO' });
  });
});

test.for([
  [
    'is cut off',
    (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 30),
    /End of central directory record signature not found/,
  ],
  [
    'has damage in its directory',
    (bytes: Uint8Array) => bytes.fill(0, bytes.length - 69, bytes.length - 60),
    /invalid central directory/,
  ],
] as const)('a zip archive that %s is refused', async ([, damage, message]) => {
  await expect(bench.server(damage(makeZip({ path: 'f', body: 'abc' })))).rejects.toThrow(message);
});
