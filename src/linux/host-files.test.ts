import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { fromText, toBytes } from '../abi/bytes.ts';
import { EBADF, EEXIST, ENODATA, ENOENT, ENXIO, EPERM, ERANGE } from '../abi/errno.ts';
import * as linux from '../abi/linux.ts';
import type { HostFiles } from '../server/passthrough/host.ts';
import { errnoOfCall } from '../server/testing/files.ts';
import { actAs } from './act-as.ts';
import { hostFiles as host } from './host-files.ts';

const asRoot = test.skipIf(process.geteuid?.() !== 0);
const ODD = `\xff\xfe\n${'x'.repeat(252)}`; // 255 bytes that are no UTF-8

let path: string;
let root: number;
beforeEach(() => {
  path = mkdtempSync(join(realpathSync(tmpdir()), 'fusewire-'));
  root = host.openRoot(path);
});
afterEach(() => {
  host.close(root);
  rmSync(path, { recursive: true });
});

const make = (name: string, contents = ''): number => {
  writeFileSync(Buffer.from(`${path}/${name}`, 'latin1'), contents);
  return host.openat(root, name, linux.O_PATH | linux.O_NOFOLLOW);
};

test('is what the passthrough server works on', () => {
  expectTypeOf(host).toExtend<HostFiles>();
});

test('names are bytes, whatever they say in UTF-8', () => {
  host.mkdirat(root, ODD, 0o700);
  host.symlinkat('\x80target', root, fromText('\u00e4'));
  const fd = host.reopen(root, linux.O_RDONLY | linux.O_DIRECTORY);
  const names = host.getdents(fd, 4096).map(({ name, type }) => [name, type]);
  host.close(fd);
  expect(names).toContainEqual([ODD, linux.DT_DIR]);
  expect(names).toContainEqual(['\xc3\xa4', linux.DT_LNK]);
  const link = host.openat(root, '\xc3\xa4', linux.O_PATH | linux.O_NOFOLLOW);
  expect(host.readlink(link)).toBe('\x80target');
  host.close(link);
});

test('attributes are those of stat, to the nanosecond', () => {
  const fd = make('file', 'contents');
  host.utimens(fd, { seconds: -2, nanoseconds: 3 }, { seconds: 2 ** 31, nanoseconds: 999_999_999 });
  host.chmod(fd, 0o4751);
  const wanted = statSync(`${path}/file`, { bigint: true });
  expect(host.stat(fd)).toMatchObject({
    ino: wanted.ino,
    size: 8,
    mode: linux.S_IFREG | 0o4751,
    nlink: 1,
    atime: { tv_sec: -2, tv_nsec: 3 },
    mtime: { tv_sec: 2 ** 31, tv_nsec: 999_999_999 },
    ctime: { tv_nsec: Number(wanted.ctimeNs % 1_000_000_000n) },
  });
  host.utimens(fd, 'now', 'omit');
  expect(host.stat(fd).mtime.tv_sec).toBe(2 ** 31);
  expect(host.stat(fd).atime.tv_sec).toBeGreaterThan(1.7e9);
  host.close(fd);
});

test('a mode is taken as it is, whatever the umask, which stays', () => {
  const umask = process.umask(0o077);
  try {
    host.mkdirat(root, 'd', 0o1777);
    host.mknodat(root, 'fifo', linux.S_IFIFO | 0o666, 0);
    host.close(host.create(root, 'file', linux.O_CREAT | linux.O_RDWR, 0o666));
    expect(errnoOfCall(() => host.mkdirat(root, 'd', 0o777))).toBe(EEXIST);
    const modes = ['d', 'fifo', 'file'].map((name) => statSync(`${path}/${name}`).mode & 0o7777);
    expect(modes).toEqual([0o1777, 0o666, 0o666]);
    expect(process.umask()).toBe(0o077);
  } finally {
    process.umask(umask);
  }
});

test('files far beyond 4 GiB are read and written where they shall', () => {
  const node = make('sparse');
  const fd = host.reopen(node, linux.O_RDWR);
  const far = 2 ** 40 + 5;
  expect(host.pwrite(fd, toBytes('far'), far)).toBe(3);
  host.ftruncate(fd, far + 4);
  expect(host.stat(node).size).toBe(far + 4);
  const buffer = new Uint8Array(10);
  expect(host.pread(fd, buffer, far)).toBe(4);
  expect([...buffer.subarray(0, 5)]).toEqual([102, 97, 114, 0, 0]);
  expect(host.lseek(fd, 0n, linux.SEEK_DATA)).toBe(BigInt(2 ** 40));
  expect(errnoOfCall(() => host.lseek(fd, BigInt(far + 4), linux.SEEK_DATA))).toBe(ENXIO);
  expect(host.copyFileRange(fd, far, fd, 0, 3)).toBe(3);
  host.fallocate(fd, linux.FALLOC_FL_PUNCH_HOLE | linux.FALLOC_FL_KEEP_SIZE, 2 ** 40, 4096);
  expect(host.pread(fd, buffer, far)).toBe(4);
  expect(buffer[0]).toBe(0);
  host.truncate(node, 3);
  expect(readFileSync(`${path}/sparse`, 'latin1')).toBe('far');
  host.fsync(fd, 'all');
  host.fsync(fd, 'data');
  host.flush(fd);
  host.close(fd);
  host.close(node);
});

test('names come and go: link, rename with flags, unlink', () => {
  const node = make('a', 'a');
  host.linkat(node, root, 'b');
  expect(host.stat(node).nlink).toBe(2);
  expect(errnoOfCall(() => host.renameat(root, 'a', root, 'b', linux.RENAME_NOREPLACE))).toBe(EEXIST);
  host.mkdirat(root, 'd', 0o755);
  host.renameat(root, 'a', root, 'd', linux.RENAME_EXCHANGE);
  expect(statSync(`${path}/a`).isDirectory()).toBe(true);
  host.unlinkat(root, 'a', 'directory');
  host.unlinkat(root, 'd', 'file');
  host.unlinkat(root, 'b', 'file');
  expect(errnoOfCall(() => host.unlinkat(root, 'b', 'file'))).toBe(ENOENT);
  expect(host.stat(node).nlink).toBe(0);
  host.close(node);
});

test('extended attributes are of any length, and absent ones ENODATA', () => {
  const node = make('file');
  const value = new Uint8Array(3000).fill(7);
  host.setxattr(node, 'user.long', value, 0);
  host.setxattr(node, 'user.empty', new Uint8Array(0), linux.XATTR_CREATE);
  expect(host.getxattr(node, 'user.long')).toEqual(value);
  expect(host.getxattr(node, 'user.empty')).toHaveLength(0);
  expect(Buffer.from(host.listxattr(node)).toString().split('\0').sort()).toEqual(['', 'user.empty', 'user.long']);
  host.removexattr(node, 'user.long');
  expect(errnoOfCall(() => host.getxattr(node, 'user.long'))).toBe(ENODATA);
  expect(errnoOfCall(() => host.setxattr(node, `user.${'x'.repeat(300)}`, value, 0))).toBe(ERANGE);
  host.close(node);
});

test('a file system tells its size', () => {
  const { blocks, bsize, namelen, files } = host.statfs(root);
  expect(blocks * bsize).toBeGreaterThan(2 ** 20);
  expect(files).toBeGreaterThan(0);
  expect(namelen).toBe(255);
});

test('a descriptor that is none is EBADF', () => {
  for (const call of [() => host.stat(-1), () => host.getdents(-1, 100), () => host.pread(-1, new Uint8Array(1), 0)]) {
    expect(errnoOfCall(call)).toBe(EBADF);
  }
});

describe('acting as somebody else', () => {
  const ids = (): string[] =>
    readFileSync('/proc/thread-self/status', 'latin1')
      .split('\n')
      .filter((line) => /^(Uid|Gid|Groups|CapEff):/.test(line));

  asRoot('makes files that are theirs, and afterwards everything is as before', () => {
    const before = ids();
    host.chmod(root, 0o1777);
    host.as(12345, 54321, () => host.mkdirat(root, 'theirs', 0o700));
    expect(statSync(`${path}/theirs`)).toMatchObject({ uid: 12345, gid: 54321 });
    expect(ids()).toEqual(before);
    const thrown = errnoOfCall(() =>
      actAs(12345, 54321, () => {
        throw ENOENT;
      }),
    );
    expect(thrown).toBe(ENOENT);
    expect(ids()).toEqual(before);
  });

  asRoot('has their permissions and no supplementary group of ours', () => {
    const during = actAs(12345, 54321, ids);
    expect(during[0]).toMatch(/\t12345$/);
    expect(during[1]).toMatch(/\t54321$/);
    expect(during[2]?.trim()).toBe('Groups:');
    const node = make('secret', 'secret');
    host.chmod(node, 0o640);
    expect(errnoOfCall(() => host.as(12345, 54321, () => host.reopen(node, linux.O_RDONLY)))).not.toBeNull();
    expect(errnoOfCall(() => host.as(12345, 54321, () => host.access(node, linux.R_OK)))).not.toBeNull();
    expect(errnoOfCall(() => host.access(node, linux.R_OK))).toBeNull();
    host.close(node);
  });

  asRoot('is refused for ids that Linux does not take, instead of acting as root', () => {
    for (const [uid, gid] of [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0],
      [0, 0xffffffff],
    ] as const) {
      expect(errnoOfCall(() => actAs(uid, gid, () => host.mkdirat(root, 'd', 0o700)))).toBe(EPERM);
    }
    expect(existsSync(`${path}/d`)).toBe(false);
  });
});
