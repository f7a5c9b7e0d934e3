import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as errno from './abi/errno.ts';
import { block, makeTar, noise, pax } from './archive/testing/make-tar.ts';
import { makeZip } from './archive/testing/make-zip.ts';
import { Bench } from './archive/testing/serve.ts';
import { archive } from './archive.ts';
import { mount } from './mount.ts';
import type { FuseServer } from './server/fuse-server.ts';
import { TestClient } from './server/testing/client.ts';
import { errnoOfCall, Files } from './server/testing/files.ts';

const ROOT = 1n;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.end());

/** The files that this process has open below a directory, deleted ones too. */
const openBelow = (directory: string): string[] =>
  fs
    .readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    })
    .filter((file) => file.startsWith(directory));

describe('archive()', () => {
  test.for([
    ['a tar archive', makeTar({ path: 'f', body: 'abc' })],
    ['a compressed tar archive', gzipSync(makeTar({ path: 'f', body: 'abc' }))],
    ['a zip archive', makeZip({ path: 'f', body: 'abc' })],
  ] as const)('knows %s by its content', async ([, bytes]) => {
    const files = await bench.mount(bytes);
    expect(await files.readFile('/f', 'utf8')).toBe('abc');
  });

  test.for([
    ['an empty file', new Uint8Array(0), 'neither a tar nor a zip archive'],
    ['noise', noise(5000), 'neither a tar nor a zip archive'],
    ['xz', Buffer.from('\xfd7zXZ\0 and so on', 'latin1'), 'xz is not read; unpack it'],
    ['zstd', Buffer.from('\x28\xb5\x2f\xfd and so on', 'latin1'), 'zstd is not read'],
    ['bzip2', Buffer.from('BZh9 and so on'), 'bzip2 is not read'],
    ['gzip without an archive in it', gzipSync('text'), 'no tar archive is in this gzip file'],
    ['gzip that is cut off', gzipSync(makeTar({ path: 'f', body: noise(5000) })).subarray(0, 2000), 'damaged gzip'],
    ['gzip with damage', gzipSync(makeTar({ path: 'f' })).fill(0xff, 10, 40), 'damaged gzip'],
  ] as const)('refuses %s, names the file, and leaves nothing open', async ([, bytes, message]) => {
    const file = bench.file(bytes);
    await expect(archive(file)).rejects.toThrow(`${file}: ${message}`);
    await expect.poll(() => openBelow(path.join(tmpdir(), 'fusewire-archive-'))).toEqual([]);
  });

  test('says as Node does that there is no file, and refuses a directory', async () => {
    await expect(archive('/nonexistent')).rejects.toMatchObject({ code: 'ENOENT', path: '/nonexistent' });
    await expect(archive(tmpdir())).rejects.toThrow(`${tmpdir()}: not a regular file`);
  });

  test('refuses what unpacks to more than it may', async () => {
    const bomb = gzipSync(new Uint8Array(2 ** 22));
    await expect(bench.server(bomb, { maxUnpackedBytes: 2 ** 20 })).rejects.toThrow(
      'more than 1048576 bytes when unpacked; maxUnpackedBytes allows more',
    );
  });

  test('complains of twenty members and counts the rest', async () => {
    await bench.mount(makeTar(...Array.from({ length: 30 }, (_, i) => ({ path: `../${i}\x1b[2J` }))));
    expect(bench.log).toHaveLength(21);
    expect(bench.log[0]).toContain('"../0\\u001b[2J" is left out');
    expect(bench.log[20]).toContain('10 more members are left out or cannot be read');
  });

  test.for([
    [
      'tar',
      (members: number) => makeTar(...Array.from({ length: members }, (_, i) => block({ path: `d${i % 100}/f${i}` }))),
    ],
    [
      'zip',
      (members: number) => makeZip(...Array.from({ length: members }, (_, i) => ({ path: `d${i % 100}/f${i}` }))),
    ],
  ] as const)('takes a %s archive of 2,000 members', async ([, make]) => {
    const files = await bench.mount(make(2_000));
    expect(await files.readdir('/d7')).toHaveLength(20);
    expect((await files.stat('/d7/f1907')).isFile()).toBe(true);
  });

  test('says why it cannot unpack, and which file', async (context) => {
    context.onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TMPDIR', '/nonexistent');
    const file = bench.file(gzipSync(makeTar({ path: 'f' })));
    await expect(archive(file)).rejects.toThrow(`${file}: ENOENT: no such file or directory, open '/nonexistent/`);
  });

  test('gives EIO to reads that come after destroy', async () => {
    const server = await bench.server(makeTar({ path: 'f', body: 'abc' }));
    const files = await mount(server);
    server.destroy?.();
    await expect(files.fs.promises.readFile('/f')).rejects.toMatchObject({ code: 'EIO' });
    await files.unmount();
  });

  test('closes its files at destroy, and those of a compressed archive too', async () => {
    const server = await bench.server(gzipSync(makeTar({ path: 'f' })));
    expect(openBelow(path.join(tmpdir(), 'fusewire-archive-'))).toEqual([expect.stringMatching(/ \(deleted\)$/)]);
    server.destroy?.();
    await expect.poll(() => openBelow(path.join(tmpdir(), 'fusewire-archive-'))).toEqual([]);
  });
});

describe('its server', () => {
  let server: FuseServer;
  let files: Files;
  beforeEach(async () => {
    const members = [
      { path: 'f', body: 'abc' },
      { path: 'd/g', body: noise(5000) },
      { path: 'l', type: '2', target: 'f' },
    ];
    server = await bench.server(makeTar(...members));
    files = new Files(TestClient.of(server));
  });
  afterEach(() => server.destroy?.());

  test('refuses every change with EROFS', () => {
    const f = files.lookup(ROOT, 'f').nodeid;
    const changes = [
      () => files.open(f, 1),
      () => files.open(f, 0o1000),
      () => files.setattr(f, { valid: 1, mode: 0 }),
      () => files.create(ROOT, 'new'),
      () => files.mkdir(ROOT, 'new'),
      () => files.mknod(ROOT, 'new', 0o100644),
      () => files.symlink(ROOT, 'new', 'f'),
      () => files.link(ROOT, 'new', f),
      () => files.unlink(ROOT, 'f'),
      () => files.rmdir(ROOT, 'd'),
      () => files.rename(ROOT, 'f', ROOT, 'new'),
      () => files.setxattr(f, 'user.a', new Uint8Array(1)),
      () => files.removexattr(f, 'user.a'),
    ];
    expect(changes.map(errnoOfCall)).toEqual(changes.map(() => errno.EROFS));
  });

  test('may be believed for ever, absent names too', () => {
    expect(files.lookup(ROOT, 'f').attr_valid).toBeGreaterThan(2 ** 53);
    const absent = files.lookup(ROOT, 'none');
    expect(absent.nodeid).toBe(0n);
    expect(absent.entry_valid).toBeGreaterThan(2 ** 53);
  });

  test('knows a nodeid after it was forgotten', () => {
    const { nodeid } = files.lookup(ROOT, 'f');
    files.forget(nodeid, 1);
    expect(files.stat(nodeid).size).toBe(3);
    expect(errnoOfCall(() => files.stat(999n))).toBe(errno.ESTALE);
  });

  test('lists a directory in parts, from any place on', () => {
    const names = files.readdir(ROOT, 0n, 0n);
    expect(names.map(({ name }) => name)).toEqual(['.', '..', 'f', 'd', 'l']);
    expect(files.readdir(ROOT, 0n, 3n, 32).map(({ name }) => name)).toEqual(['d']);
    const plus = files.readdirplus(ROOT, 0n, 3n);
    expect(plus.map(({ name, entry }) => [name, entry.attr.mode])).toEqual([
      ['d', 0o40755],
      ['l', 0o120644],
    ]);
  });

  test('has errors for what is not of the right type', () => {
    const [f, d] = [files.walk('f'), files.walk('d')];
    expect(errnoOfCall(() => files.lookup(f, 'x'))).toBe(errno.ENOTDIR);
    expect(errnoOfCall(() => files.readdir(f, 0n))).toBe(errno.ENOTDIR);
    expect(errnoOfCall(() => files.open(d, 0))).toBe(errno.EISDIR);
    expect(errnoOfCall(() => files.getxattr(f, 'user.none'))).toBe(errno.ENODATA);
  });
});

test('a member that is hostile leaves the others to be read', async () => {
  const files = await bench.mount(
    makeTar({ path: '../../etc/passwd', body: 'x' }, pax({ path: 'a\0b' }), { path: 'x' }, { path: 'f', body: 'abc' }),
  );
  expect(await files.readdir('/')).toEqual(['f']);
  expect(await files.readFile('/f', 'utf8')).toBe('abc');
  expect(bench.log).toHaveLength(2);
});
