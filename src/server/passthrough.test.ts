import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBytes, fromText } from '../abi/bytes.ts';
import * as errno from '../abi/errno.ts';
import * as fuse from '../abi/fuse.ts';
import * as linux from '../abi/linux.ts';
import * as op from '../abi/opcodes.ts';
import { hostFiles } from '../linux/host-files.ts';
import type { HostFiles } from './passthrough/host.ts';
import { type PassthroughOptions, passthrough } from './passthrough.ts';
import { bytes, TestClient } from './testing/client.ts';
import { errnoOfCall, Files } from './testing/files.ts';

const asRoot = test.skipIf(process.geteuid?.() !== 0);
const ROOT = fuse.FUSE_ROOT_ID;
const { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO } = linux;
const ODD = `\xff\xfe\n${'x'.repeat(252)}`; // 255 bytes that are no UTF-8

let top: string;
let path: string;
let outside: string;
let files: Files;

const openDescriptors = (): number => fs.readdirSync('/proc/self/fd').length;
let before: number;

function serve(options: PassthroughOptions = {}, host: HostFiles = hostFiles): Files {
  return new Files(TestClient.of(passthrough(path, host, options)));
}

beforeEach(() => {
  top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'fusewire-'));
  path = join(top, 'root');
  outside = join(top, 'outside');
  fs.mkdirSync(path);
  fs.writeFileSync(outside, 'secret');
  before = openDescriptors();
  files = serve();
});
afterEach(() => {
  files.client.session.close();
  expect(openDescriptors()).toBe(before);
  fs.rmSync(top, { recursive: true });
  expect(files.client.log).toEqual([]);
});

const onHost = (name: string): Buffer => Buffer.from(`${path}/${name}`, 'latin1');

describe('names', () => {
  test('may be any 255 bytes, both ways', () => {
    fs.writeFileSync(onHost(ODD), 'x');
    const made = files.mkdir(ROOT, `\x80${ODD.slice(1)}`);
    expect(files.stat(files.walk(ODD))).toMatchObject({
      size: 1,
      mode: S_IFREG | (fs.statSync(onHost(ODD)).mode & 0o777),
    });
    expect(files.list(ROOT).sort()).toEqual(['.', '..', `\x80${ODD.slice(1)}`, ODD]);
    expect(fs.statSync(onHost(`\x80${ODD.slice(1)}`)).ino).toBe(Number(files.stat(made).ino));
    expect(errnoOfCall(() => files.mkdir(ROOT, `${ODD}x`))).toBe(errno.ENAMETOOLONG);
  });

  test.each(['', '.', '..', '../outside', 'a/b'])('%j is refused everywhere', (name) => {
    const { nodeid } = files.create(ROOT, 'file');
    const calls: (() => unknown)[] = [
      () => files.lookup(ROOT, name),
      () => files.mkdir(ROOT, name),
      () => files.mknod(ROOT, name, S_IFREG),
      () => files.symlink(ROOT, name, 'x'),
      () => files.link(ROOT, name, nodeid),
      () => files.create(ROOT, name),
      () => files.unlink(ROOT, name),
      () => files.rmdir(ROOT, name),
      () => files.rename(ROOT, name, ROOT, 'a'),
      () => files.rename(ROOT, 'file', ROOT, name),
    ];
    for (const call of calls) expect(errnoOfCall(call)).toBe(errno.EINVAL);
  });

  test('one file has one nodeid, by whatever name, until it is forgotten as often as it was found', () => {
    const { nodeid, fh } = files.create(ROOT, 'a');
    files.release(nodeid, fh);
    expect(files.link(ROOT, 'b', nodeid).nlink).toBe(2);
    expect(files.walk('b')).toBe(nodeid);
    files.unlink(ROOT, 'a');
    files.unlink(ROOT, 'b');
    expect(files.stat(nodeid).nlink).toBe(0);
    files.forget(nodeid, 2);
    expect(files.stat(nodeid).size).toBe(0);
    files.forget(nodeid, 1);
    expect(errnoOfCall(() => files.stat(nodeid))).toBe(errno.ESTALE);
    files.forget(nodeid, 1);
    files.forget(ROOT, 2 ** 60);
    expect(files.stat(ROOT).mode & linux.S_IFMT).toBe(S_IFDIR);
  });

  test('a forgotten file gives its descriptor back', () => {
    const open = openDescriptors();
    const nodeid = files.mkdir(ROOT, 'd');
    expect(openDescriptors()).toBe(open + 1);
    files.walk('d');
    expect(openDescriptors()).toBe(open + 1);
    files.forget(nodeid, 2);
    expect(openDescriptors()).toBe(open);
  });

  test('rename moves, replaces, and obeys flags', () => {
    const a = files.create(ROOT, 'a').nodeid;
    const d = files.mkdir(ROOT, 'd');
    files.rename(ROOT, 'a', d, 'b');
    expect(files.walk('d/b')).toBe(a);
    files.create(ROOT, 'c');
    expect(errnoOfCall(() => files.rename(ROOT, 'c', d, 'b', linux.RENAME_NOREPLACE))).toBe(errno.EEXIST);
    files.rename(ROOT, 'c', d, 'b', linux.RENAME_EXCHANGE);
    expect(files.walk('c')).toBe(a);
    expect(errnoOfCall(() => files.rmdir(ROOT, 'd'))).toBe(errno.ENOTEMPTY);
    files.unlink(d, 'b');
    files.rmdir(ROOT, 'd');
    expect(fs.readdirSync(path)).toEqual(['c']);
  });

  test('validity times are the options', () => {
    files.client.session.close();
    files = serve({ entryTimeout: 2.5, attrTimeout: 0 });
    files.mkdir(ROOT, 'd');
    expect(files.lookup(ROOT, 'd')).toMatchObject({ entry_valid: 2, entry_valid_nsec: 5e8, attr_valid: 0 });
  });
});

describe('what others do to the directory meanwhile', () => {
  const FATTR = fuse.FATTR_MODE | fuse.FATTR_SIZE | fuse.FATTR_MTIME;

  test("a symlink that takes a directory's place leads nowhere", () => {
    const d = files.mkdir(ROOT, 'd');
    fs.mkdirSync(join(top, 'elsewhere'));
    fs.renameSync(join(path, 'd'), join(path, 'moved'));
    fs.symlinkSync(join(top, 'elsewhere'), join(path, 'd'));
    files.create(d, 'file');
    expect(fs.readdirSync(join(top, 'elsewhere'))).toEqual([]);
    expect(fs.readdirSync(join(path, 'moved'))).toEqual(['file']);
    const link = files.walk('d');
    expect(files.stat(link).mode & linux.S_IFMT).toBe(S_IFLNK);
    for (const call of [
      () => files.lookup(link, 'file'),
      () => files.mkdir(link, 'new'),
      () => files.opendir(link),
      () => files.rename(ROOT, 'moved', link, 'new'),
    ]) {
      expect(errnoOfCall(call)).toBe(errno.ENOTDIR);
    }
    expect(fs.readdirSync(join(top, 'elsewhere'))).toEqual([]);
  });

  test("a symlink that takes a file's place is not opened, changed or written through", () => {
    fs.writeFileSync(join(path, 'file'), 'file');
    const file = files.walk('file');
    fs.renameSync(join(path, 'file'), join(path, 'old'));
    fs.symlinkSync(outside, join(path, 'file'));
    const untouched = fs.statSync(outside);

    expect(fromBytes(files.read(file, files.open(file), 0, 10))).toBe('file');
    expect(errnoOfCall(() => files.create(ROOT, 'file'))).toBe(errno.ELOOP);
    const link = files.walk('file');
    expect(fromBytes(files.readlink(link))).toBe(outside);
    expect(errnoOfCall(() => files.open(link))).toBe(errno.ENXIO);
    expect(errnoOfCall(() => files.setattr(link, { valid: fuse.FATTR_SIZE }))).not.toBeNull();
    errnoOfCall(() => files.setattr(link, { valid: FATTR, mode: 0o777 }));
    errnoOfCall(() => files.setattr(link, { valid: fuse.FATTR_MTIME, mtime: 5 }));
    errnoOfCall(() => files.setattr(link, { valid: fuse.FATTR_MODE, mode: 0o777 }));
    errnoOfCall(() => files.setxattr(link, 'user.a', bytes('x')));
    expect(files.stat(link).mtime).toBe(5);
    expect(fs.readFileSync(outside, 'latin1')).toBe('secret');
    expect(fs.statSync(outside)).toMatchObject({ mode: untouched.mode, mtimeMs: untouched.mtimeMs });
    expect(errnoOfCall(() => files.getxattr(link, 'user.a'))).not.toBeNull();
  });

  test('a symlink that comes between making a name and looking at it is reported as what it is', () => {
    files.client.session.close();
    const racing: HostFiles = {
      ...hostFiles,
      mkdirat(directory, name, mode) {
        hostFiles.mkdirat(directory, name, mode);
        fs.rmdirSync(join(path, name));
        fs.symlinkSync(top, join(path, name));
      },
    };
    files = serve({}, racing);
    const made = files.mkdir(ROOT, 'd', 0o777);
    expect(files.stat(made).mode & linux.S_IFMT).toBe(S_IFLNK);
    expect(errnoOfCall(() => files.lookup(made, 'outside'))).toBe(errno.ENOTDIR);
  });

  test("a FIFO in a file's place does not stop the server", () => {
    files.mknod(ROOT, 'fifo', S_IFIFO | 0o644);
    const fifo = files.walk('fifo');
    expect(errnoOfCall(() => files.open(fifo, linux.O_RDONLY))).toBe(errno.ENXIO);
    expect(errnoOfCall(() => files.create(ROOT, 'fifo', { flags: linux.O_CREAT | linux.O_WRONLY }))).toBe(errno.ENXIO);
  });

  test('an open file is the same file wherever it goes', () => {
    const { nodeid, fh } = files.create(ROOT, 'file');
    fs.renameSync(join(path, 'file'), join(top, 'taken'));
    files.write(nodeid, fh, 0, bytes('mine'));
    expect(fs.readFileSync(join(top, 'taken'), 'latin1')).toBe('mine');
    fs.rmSync(join(top, 'taken'));
    expect(files.stat(nodeid).nlink).toBe(0);
    expect(fromBytes(files.read(nodeid, fh, 0, 10))).toBe('mine');
  });
});

describe('files', () => {
  test('handles are only those given out', () => {
    const { nodeid, fh } = files.create(ROOT, 'a');
    files.write(nodeid, fh, 0, bytes('x'));
    files.release(nodeid, fh);
    for (const handle of [fh, 0n, 1n, 2n ** 63n]) {
      expect(errnoOfCall(() => files.read(nodeid, handle, 0, 1))).toBe(errno.EBADF);
      expect(errnoOfCall(() => files.release(nodeid, handle))).toBe(errno.EBADF);
    }
  });

  test('are sparse, punched, sought and copied by the machine', () => {
    const { nodeid, fh } = files.create(ROOT, 'a');
    const tib = 2 ** 40;
    files.write(nodeid, fh, tib, bytes('data'));
    expect(files.stat(nodeid)).toMatchObject({ size: tib + 4, blocks: 8 });
    expect(files.lseek(nodeid, fh, 0, linux.SEEK_DATA)).toBe(tib);
    expect(errnoOfCall(() => files.lseek(nodeid, fh, tib + 4, linux.SEEK_DATA))).toBe(errno.ENXIO);
    const copy = files.create(ROOT, 'b');
    const body = {
      fh_in: fh,
      off_in: tib + 1,
      nodeid_out: copy.nodeid,
      fh_out: copy.fh,
      off_out: 0,
      len: 2 ** 50,
      flags: 0,
    };
    expect(files.client.get(op.COPY_FILE_RANGE, { nodeid, body }).size).toBe(3);
    expect(fs.readFileSync(join(path, 'b'), 'latin1')).toBe('ata');
    files.fallocate(nodeid, fh, linux.FALLOC_FL_PUNCH_HOLE | linux.FALLOC_FL_KEEP_SIZE, tib, 4096);
    expect(files.read(nodeid, fh, tib, 100)).toEqual(new Uint8Array(4));
    expect(files.setattr(nodeid, { valid: fuse.FATTR_SIZE, size: 2 }).size).toBe(2);
    expect(files.setattr(nodeid, { valid: fuse.FATTR_SIZE | fuse.FATTR_FH, fh, size: 5 }).size).toBe(5);
  });

  test('offsets that a number cannot tell are EFBIG', () => {
    const { nodeid, fh } = files.create(ROOT, 'a');
    for (const call of [
      () => files.write(nodeid, fh, 2 ** 60, bytes('x')),
      () => files.read(nodeid, fh, 2 ** 60, 1),
      () => files.setattr(nodeid, { valid: fuse.FATTR_SIZE, size: 2 ** 60 }),
      () => files.fallocate(nodeid, fh, 0, 0, 2 ** 60),
    ]) {
      expect(errnoOfCall(call)).toBe(errno.EFBIG);
    }
  });

  test('O_APPEND appends, O_TRUNC empties, O_DIRECT is dropped', () => {
    fs.writeFileSync(join(path, 'a'), 'first ');
    const nodeid = files.walk('a');
    files.write(nodeid, files.open(nodeid, linux.O_WRONLY | linux.O_APPEND | linux.O_DIRECT), 0, bytes('second'));
    expect(fs.readFileSync(join(path, 'a'), 'latin1')).toBe('first second');
    files.open(nodeid, linux.O_WRONLY | linux.O_TRUNC);
    expect(fs.statSync(join(path, 'a')).size).toBe(0);
  });

  test('fsync, flush, fsyncdir and syncfs reach the machine', () => {
    const { nodeid, fh } = files.create(ROOT, 'a');
    const dir = files.opendir(ROOT);
    files.client.get(op.FLUSH, { nodeid, body: { fh, lock_owner: 0n } });
    files.client.get(op.FSYNC, { nodeid, body: { fh, fsync_flags: 1 } });
    files.client.get(op.FSYNCDIR, { body: { fh: dir, fsync_flags: 0 } });
    files.client.get(op.SYNCFS, { body: {} });
    expect(errnoOfCall(() => files.client.get(op.FLUSH, { nodeid, body: { fh: 99n, lock_owner: 0n } }))).toBe(
      errno.EBADF,
    );
    expect(openDescriptors() - before).toBe(1 + 1 + 1 + 1);
  });

  test('tmpfile makes a file without a name, which link can give it', () => {
    const body = { flags: linux.O_TMPFILE | linux.O_RDWR, mode: S_IFREG | 0o666, umask: 0, open_flags: 0 };
    const { entry, open } = files.client.get(op.TMPFILE, { names: ['/'], body });
    files.write(entry.nodeid, open.fh, 0, bytes('x'));
    expect(entry.attr).toMatchObject({ nlink: 0, mode: S_IFREG | 0o666 });
    expect(fs.readdirSync(path)).toEqual([]);
    files.link(ROOT, 'named', entry.nodeid);
    expect(fs.readFileSync(join(path, 'named'), 'latin1')).toBe('x');
  });
});

describe('attributes', () => {
  test("are the machine's, and those of statx with the time of birth", () => {
    const { nodeid } = files.create(ROOT, 'a', { mode: 0o640 });
    const { ino, mode, ctimeNs } = fs.statSync(join(path, 'a'), { bigint: true });
    expect(files.stat(nodeid)).toMatchObject({
      ino,
      mode: Number(mode),
      nlink: 1,
      ctimensec: Number(ctimeNs % 10n ** 9n),
    });
    const body = { getattr_flags: 0, fh: 0n, sx_flags: 0, sx_mask: 0xfff };
    const { stat } = files.client.get(op.STATX, { nodeid, body });
    expect(stat).toMatchObject({ ino, mode: Number(mode), btime: { tv_sec: Number(ctimeNs / 10n ** 9n) } });
  });

  test('times are set to the nanosecond, apart and before 1970', () => {
    const { nodeid } = files.create(ROOT, 'a');
    files.setattr(nodeid, { valid: fuse.FATTR_ATIME, atime: -1, atimensec: 1 });
    const { mtime } = files.stat(nodeid);
    files.setattr(nodeid, { valid: fuse.FATTR_MTIME, mtime: 7, mtimensec: 999_999_999 });
    expect(mtime).toBeGreaterThan(1.7e9);
    expect(files.stat(nodeid)).toMatchObject({ atime: -1, atimensec: 1, mtime: 7, mtimensec: 999_999_999 });
    files.setattr(nodeid, { valid: fuse.FATTR_MTIME | fuse.FATTR_MTIME_NOW });
    expect(files.stat(nodeid).mtime).toBeGreaterThanOrEqual(mtime);
  });

  asRoot('devices keep their numbers', () => {
    const rdev = linux.makedev(1, 300);
    const nodeid = files.mknod(ROOT, 'device', linux.S_IFCHR | 0o600, rdev);
    expect(files.stat(nodeid)).toMatchObject({ mode: linux.S_IFCHR | 0o600, rdev });
    expect(fs.statSync(join(path, 'device')).rdev).toBe(rdev);
  });

  test('extended attributes are those of the machine', () => {
    const { nodeid } = files.create(ROOT, 'a');
    files.setxattr(nodeid, 'user.a', bytes('value'));
    expect(files.getxattr(nodeid, 'user.a')).toEqual(bytes('value'));
    expect(fromBytes(files.listxattr(nodeid)).split('\0')).toContain('user.a');
    expect(errnoOfCall(() => files.setxattr(nodeid, 'user.a', bytes('x'), linux.XATTR_CREATE))).toBe(errno.EEXIST);
    files.removexattr(nodeid, 'user.a');
    expect(errnoOfCall(() => files.getxattr(nodeid, 'user.a'))).toBe(errno.ENODATA);
  });

  test('symlinks have their targets, whatever bytes those are', () => {
    const target = `${fromText('\u00e4')}/\xff/${'x'.repeat(3000)}`;
    expect(fromBytes(files.readlink(files.symlink(ROOT, 'link', target)))).toBe(target);
  });

  test('statfs is that of the file system', () => {
    const { st } = files.client.get(op.STATFS);
    const { blocks, bsize } = fs.statfsSync(path);
    expect(st).toMatchObject({ blocks, bsize, namelen: 255 });
  });
});

describe('directories', () => {
  test.each([320, 4096])('of many names are listed whole in parts of %i bytes', (size) => {
    const names = Array.from({ length: 500 }, (_, i) => `name-${i}`);
    for (const name of names) fs.writeFileSync(join(path, name), '');
    expect(files.list(ROOT, size).sort()).toEqual(['.', '..', ...names].sort());
  });

  test('can be gone on with from any cookie', () => {
    for (let i = 0; i < 50; i++) fs.writeFileSync(join(path, `name-${i}`), '');
    const fh = files.opendir(ROOT);
    const all = files.readdir(ROOT, fh);
    for (const [i, { off }] of all.entries()) {
      expect(files.readdir(ROOT, fh, off).map(({ name }) => name)).toEqual(all.slice(i + 1).map(({ name }) => name));
    }
  });
});

describe('callers', () => {
  const caller = { uid: 12345, gid: 54321 };
  const other = { uid: 12346, gid: 54322 };

  asRoot('own what they make, with exactly the mode they ask for', () => {
    const umask = process.umask(0o077);
    try {
      fs.chmodSync(path, 0o1777);
      const made = [
        files.mkdir(ROOT, 'd', 0o775, caller),
        files.mknod(ROOT, 'fifo', S_IFIFO | 0o666, 0, caller),
        files.create(ROOT, 'file', { mode: 0o666, ...caller }).nodeid,
      ];
      expect(made.map((each) => files.stat(each)).map(({ uid, gid, mode }) => [uid, gid, mode])).toEqual([
        [12345, 54321, S_IFDIR | 0o775],
        [12345, 54321, S_IFIFO | 0o666],
        [12345, 54321, S_IFREG | 0o666],
      ]);
    } finally {
      process.umask(umask);
    }
  });

  asRoot('may what the machine lets them', () => {
    const dir = files.mkdir(ROOT, 'd', 0o755);
    const { nodeid } = files.create(dir, 'file', { mode: 0o600 });
    fs.chmodSync(path, 0o755);
    for (const call of [
      () => files.mkdir(dir, 'sub', 0o755, caller),
      () => files.create(dir, 'new', caller),
      () => files.open(nodeid, linux.O_RDONLY, caller),
      () => files.setattr(nodeid, { valid: fuse.FATTR_SIZE }, caller),
    ]) {
      expect(errnoOfCall(call)).toBe(errno.EACCES);
    }
    expect(errnoOfCall(() => files.setattr(nodeid, { valid: fuse.FATTR_MODE }, caller))).toBe(errno.EPERM);
    expect(files.client.ask(op.ACCESS, { nodeid, body: { mask: 4 }, ...caller })).toBe(errno.EACCES);
    expect(files.client.ask(op.ACCESS, { nodeid, body: { mask: 4 } })).not.toBe(errno.EACCES);
  });

  asRoot('that write to a file of others take set-user-ID from it', () => {
    fs.chmodSync(path, 0o777);
    const { nodeid } = files.create(ROOT, 'file', { mode: 0o666, ...caller });
    fs.chmodSync(join(path, 'file'), 0o4777);
    files.write(nodeid, files.open(nodeid, linux.O_WRONLY, other), 0, bytes('x'), other);
    expect(files.stat(nodeid).mode).toBe(S_IFREG | 0o777);
  });

  asRoot('in a set-group-ID directory make files of its group', () => {
    const dir = files.mkdir(ROOT, 'd');
    fs.chmodSync(path, 0o755);
    fs.chownSync(join(path, 'd'), 0, 777);
    fs.chmodSync(join(path, 'd'), 0o2777);
    expect(files.stat(files.mkdir(dir, 'sub', 0o755, caller))).toMatchObject({ gid: 777, mode: S_IFDIR | 0o2755 });
    expect(files.create(dir, 'file', caller).attr).toMatchObject({ uid: 12345, gid: 777 });
  });

  asRoot('without ids that mean anything are refused', () => {
    const nobody = { uid: fuse.FUSE_INVALID_UIDGID, gid: fuse.FUSE_INVALID_UIDGID };
    expect(errnoOfCall(() => files.mkdir(ROOT, 'd', 0o755, nobody))).toBe(errno.EPERM);
  });
});

test('no descriptors left in the server are ENFILE for the client, and nothing is lost', () => {
  files.client.session.close();
  let left = Infinity;
  const scarce =
    <A extends unknown[]>(open: (...values: A) => number) =>
    (...values: A): number => {
      if (left-- <= 0) throw errno.EMFILE;
      return open(...values);
    };
  const { openat, reopen, create } = hostFiles;
  files = serve({}, { ...hostFiles, openat: scarce(openat), reopen: scarce(reopen), create: scarce(create) });
  const { nodeid } = files.create(ROOT, 'file');
  const open = openDescriptors();
  for (const [call, works] of [
    [() => files.lookup(ROOT, 'file'), 0],
    [() => files.open(nodeid), 0],
    [() => files.create(ROOT, 'new'), 0],
    [() => files.create(ROOT, 'new'), 1],
  ] as const) {
    left = works;
    expect(errnoOfCall(call)).toBe(errno.ENFILE);
  }
  expect(openDescriptors()).toBe(open);
  left = Infinity;
});

test('after the end of the session everything is stale and closed', () => {
  files.create(ROOT, 'file');
  files.opendir(ROOT);
  files.client.get(op.DESTROY, { nodeid: 0n });
  expect(openDescriptors()).toBe(before);
  files.client.init();
  expect(errnoOfCall(() => files.stat(ROOT))).toBe(errno.ESTALE);
});
