import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBytes, fromText, putBytes } from '../abi/bytes.ts';
import { makedev, SEEK_DATA, SEEK_HOLE } from '../abi/linux.ts';
import { TestClient } from '../server/testing/client.ts';
import { Files } from '../server/testing/files.ts';
import { block, makeTar, noise, pax } from './testing/make-tar.ts';
import { Bench } from './testing/serve.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

/** The operations of a server, for what Node's fs has not. */
const asked = async (bytes: Uint8Array, use: (files: Files) => void): Promise<void> => {
  const server = await bench.server(bytes);
  use(new Files(TestClient.of(server)));
  server.destroy?.();
};

describe('a tar archive', () => {
  test('keeps mode, owner and time of a file', async () => {
    const fs = await bench.mount(
      makeTar({ path: 'f', mode: 0o4751, uid: 12, gid: 34, mtime: 1_000_000_000, body: 'abc' }),
    );
    const { mode, uid, gid, size, nlink, mtimeMs } = await fs.stat('/f');
    expect({ mode, uid, gid, size, nlink, mtimeMs }).toEqual({
      mode: 0o104751,
      uid: 12,
      gid: 34,
      size: 3,
      nlink: 1,
      mtimeMs: 1e12,
    });
    expect(await fs.readFile('/f', 'utf8')).toBe('abc');
  });

  test('keeps times to the nanosecond, and before 1970', async () => {
    const fs = await bench.mount(makeTar(pax({ mtime: '-1.5', atime: '2.123456789' }), { path: 'f' }));
    const { mtimeNs, atimeNs } = await fs.stat('/f', { bigint: true });
    expect([mtimeNs, atimeNs]).toEqual([-1_500_000_000n, 2_123_456_789n]);
  });

  test('gives an owner that Linux has no number for to nobody', async () => {
    const fs = await bench.mount(makeTar(pax({ uid: '4294967295', gid: '99999999999' }), { path: 'f' }));
    expect(await fs.stat('/f')).toMatchObject({ uid: 65534, gid: 65534 });
  });

  test('has symlinks, fifos and devices', async () => {
    const fs = await bench.mount(
      makeTar(
        { path: 'l', type: '2', target: '../x', mode: 0o777 },
        { path: 'p', type: '6' },
        { path: 'c', type: '3', device: [4, 64] },
        { path: 'b', type: '4', device: [259, 70000] },
      ),
    );
    expect(await fs.readlink('/l')).toBe('../x');
    expect((await fs.lstat('/l')).size).toBe(4);
    expect((await fs.stat('/p')).isFIFO()).toBe(true);
    expect(await fs.stat('/c')).toMatchObject({ mode: 0o020644, rdev: makedev(4, 64) });
    expect(await fs.stat('/b')).toMatchObject({ mode: 0o060644, rdev: makedev(259, 70000) });
  });

  test('has one inode for hard links', async () => {
    const fs = await bench.mount(
      makeTar(
        { path: 'a', body: 'abc' },
        { path: 'd/b', type: '1', target: './a' },
        { path: 'c', type: '1', target: 'a' },
      ),
    );
    const [a, b] = [await fs.stat('/a'), await fs.stat('/d/b')];
    expect([a.ino, a.nlink]).toEqual([b.ino, 3]);
    expect(await fs.readFile('/d/b', 'utf8')).toBe('abc');
  });

  test('takes long names from a prefix, from GNU headers and from pax headers', async () => {
    const [part, long] = ['p'.repeat(120), 'x'.repeat(200)];
    const prefixed = { path: 'short', edit: (header: Uint8Array) => void putBytes(header, 345, part) };
    const fs = await bench.mount(
      makeTar(
        prefixed,
        { path: '././@LongLink', type: 'L', body: `gnu/${long}\0`, format: 'gnu' },
        { path: 'cut', format: 'gnu' },
        { path: '././@LongLink', type: 'K', body: `${long}\0`, format: 'gnu' },
        { path: 'gnu/link', type: '2', target: 'cut', format: 'gnu' },
        pax({ path: `pax/${long}`, linkpath: `pax/${long}/target` }),
        { path: 'cut', type: '2', target: 'cut' },
      ),
    );
    expect(await fs.readdir('/')).toEqual(['gnu', 'pax', part]);
    expect(await fs.readdir(`/${part}`)).toEqual(['short']);
    expect(await fs.readdir('/gnu')).toEqual(['link', long]);
    expect(await fs.readlink('/gnu/link')).toBe(long);
    expect(await fs.readlink(`/pax/${long}`)).toBe(`pax/${long}/target`);
  });

  test('keeps names that are no UTF-8, in ustar and in pax headers', async () => {
    const fs = await bench.mount(
      makeTar({ path: 'ustar\xff\xfe' }, pax({ path: 'pax\xff\xfe' }), { path: 'x' }, { path: fromText('gr\u00fcn') }),
    );
    const names = await fs.readdir('/', { encoding: 'buffer' });
    expect(names.map((name) => fromBytes(name))).toEqual(['gr\xc3\xbcn', 'pax\xff\xfe', 'ustar\xff\xfe']);
  });

  test('has the xattrs of pax headers, binary ones too', async () => {
    const records = { 'SCHILY.xattr.user.a': '\0\xff=\n', 'SCHILY.xattr.trusted.b': '' };
    await asked(makeTar(pax(records), { path: 'f' }), (files) => {
      const { nodeid } = files.lookup(1n, 'f');
      expect(fromBytes(files.getxattr(nodeid, 'user.a'))).toBe('\0\xff=\n');
      expect(fromBytes(files.listxattr(nodeid))).toBe('user.a\0trusted.b\0');
      expect(fromBytes(files.listxattr(nodeid, { uid: 1 }))).toBe('user.a\0');
    });
  });

  test('applies a global pax header to all that follow, a local one to the next', async () => {
    const fs = await bench.mount(
      makeTar({ path: 'a' }, pax({ uid: '7' }, 'g'), { path: 'b' }, pax({ uid: '8' }), { path: 'c' }, { path: 'd' }),
    );
    const uids = ['/a', '/b', '/c', '/d'].map(async (name) => (await fs.stat(name)).uid);
    expect(await Promise.all(uids)).toEqual([0, 7, 8, 7]);
  });

  test('has the fields of a header where a pax record is empty', async () => {
    const records = { path: '', uid: '', mtime: '' };
    const fs = await bench.mount(makeTar(pax({ uid: '7' }, 'g'), pax(records), { path: 'f', uid: 5, mtime: 9 }));
    expect(await fs.stat('/f')).toMatchObject({ uid: 5, mtimeMs: 9000 });
  });

  test('takes numbers in base 256', async () => {
    const size = (header: Uint8Array) => {
      header.fill(0, 124, 136);
      header[124] = 0x80;
      header[135] = 3;
    };
    const fs = await bench.mount(makeTar({ path: 'f', body: 'abc', edit: size }));
    expect(await fs.readFile('/f', 'utf8')).toBe('abc');
  });

  test('is read at any place by several readers at once', async () => {
    const body = noise(300_000);
    const fs = await bench.mount(makeTar({ path: 'before', body: 'x' }, { path: 'f', body }));
    await using file = await fs.open('/f', 'r');
    const offsets = [299_990, 0, 131_072, 5];
    const parts = await Promise.all(offsets.map((offset) => file.read(new Uint8Array(100), 0, 100, offset)));
    expect(parts.map(({ buffer, bytesRead }) => Buffer.from(buffer.subarray(0, bytesRead)))).toEqual(
      offsets.map((offset) => Buffer.from(body.subarray(offset, offset + 100))),
    );
  });

  test('may end without the blocks that end it', async () => {
    const fs = await bench.mount(block({ path: 'f', body: 'abc' }));
    expect(await fs.readFile('/f', 'utf8')).toBe('abc');
  });

  test('says which members of types unknown to Unix are left out', async () => {
    const fs = await bench.mount(makeTar({ path: 'label', type: 'V' }, { path: 'f' }));
    expect(await fs.readdir('/')).toEqual(['f']);
    expect(bench.log).toEqual([expect.stringContaining('"label" a member of type V is left out')]);
  });

  test.for([
    ['a header', block({ path: 'f' }).subarray(0, 300), /not read|neither/],
    [
      'a second header',
      Buffer.concat([block({ path: 'f' }), new Uint8Array(10).fill(1)]),
      /cut off in the header at byte 512/,
    ],
    [
      'a file',
      block({ path: 'f', body: noise(2000) }).subarray(0, 1500),
      /cut off: "f" goes up to byte 2512, the archive to 1500/,
    ],
  ] as const)('that is cut off in %s is refused', async ([, bytes, message]) => {
    await expect(bench.server(bytes)).rejects.toThrow(message);
  });

  test.for([
    [
      'a header of a wrong checksum',
      [block({ path: 'a' }), new Uint8Array(512).fill(1)],
      /damaged: no good header at byte 512/,
    ],
    [
      'a number that cannot be',
      [block({ path: 'a', edit: (header) => void header.fill(0x81, 108, 116) })],
      /neither a tar nor a zip archive/,
    ],
    ['a size beyond exact numbers', [pax({ size: '99999999999999999999' }), block({ path: 'f' })], /no number as size/],
    ['a size beyond its end', [block({ path: 'f', size: 0o77777777777 })], /cut off: "f"/],
    [
      'a pax record that is longer than its header',
      [block({ path: 'p', type: 'x', body: '99 path=a\n' })],
      /malformed/,
    ],
    ['a pax record of length 0', [block({ path: 'p', type: 'x', body: '0 path=a\n' })], /malformed record/],
    ['a time that is none', [pax({ mtime: 'now' }), block({ path: 'f' })], /no time as mtime/],
    [
      'an extended header of more than a megabyte',
      [block({ path: 'p', type: 'x', size: 2 ** 20 + 1, body: noise(2 ** 21) })],
      /extended header of/,
    ],
  ] as const)('with %s is refused', async ([, parts, message]) => {
    await expect(bench.server(makeTar(...parts))).rejects.toThrow(message);
  });
});

describe('a sparse file', () => {
  const hole = 2 ** 20;
  const whole = Buffer.concat([Buffer.from('begin'), Buffer.alloc(hole - 5), Buffer.from('end')]);

  const oldGnu = {
    path: 's',
    type: 'S',
    body: 'beginend',
    format: 'gnu',
    edit(header: Uint8Array) {
      for (const [i, number] of [0, 5, hole, 3].entries())
        putBytes(header, 386 + 12 * i, number.toString(8).padStart(11, '0'));
      putBytes(header, 483, (hole + 3).toString(8).padStart(11, '0'));
    },
  } as const;
  const map01 = pax({ 'GNU.sparse.name': 's', 'GNU.sparse.size': `${hole + 3}`, 'GNU.sparse.map': `0,5,${hole},3` });
  const map10 = pax({
    'GNU.sparse.major': '1',
    'GNU.sparse.minor': '0',
    'GNU.sparse.name': 's',
    'GNU.sparse.realsize': `${hole + 3}`,
  });
  const formats: readonly [string, Uint8Array][] = [
    ['old GNU', makeTar(oldGnu)],
    ['pax 0.1', makeTar(map01, { path: 'GNUSparseFile.0/s', body: 'beginend' })],
    ['pax 1.0', makeTar(map10, { path: 'x', body: `${`2\n0\n5\n${hole}\n3\n`.padEnd(512, '\0')}beginend` })],
  ];

  test.for(formats)('of format %s is whole, with its holes', async ([, bytes]) => {
    const fs = await bench.mount(bytes);
    expect((await fs.readFile('/s')).equals(whole)).toBe(true);
    expect((await fs.stat('/s')).blocks).toBe(1);
    await asked(bytes, (files) => {
      const { nodeid } = files.lookup(1n, 's');
      expect(files.lseek(nodeid, 0n, 1, SEEK_HOLE)).toBe(5);
      expect(files.lseek(nodeid, 0n, 5, SEEK_DATA)).toBe(hole);
      expect(files.lseek(nodeid, 0n, hole, SEEK_HOLE)).toBe(hole + 3);
    });
  });

  test.for<[string, string]>([
    ['overlaps', '0,5,4,3'],
    ['is more than the file', `0,5,${hole + 2},3`],
    ['is more than the archive has', '0,5,8,99999'],
    ['is no list of numbers', '0,x'],
  ])('whose map %s is refused', async ([, map]) => {
    const records = { 'GNU.sparse.size': `${hole + 3}`, 'GNU.sparse.map': map };
    await expect(bench.server(makeTar(pax(records), { path: 's', body: 'beginend' }))).rejects.toThrow('bad map');
  });

  test('whose map never ends is refused', async () => {
    const body = `${'9'.repeat(15)}\n${'0\n'.repeat(1000)}`;
    await expect(bench.server(makeTar(map10, { path: 's', body }))).rejects.toThrow('bad map');
  });
});
