import { beforeEach, describe, expect, test } from 'vitest';
import { fromBytes } from '../abi/bytes.ts';
import * as errno from '../abi/errno.ts';
import * as fuse from '../abi/fuse.ts';
import * as linux from '../abi/linux.ts';
import * as op from '../abi/opcodes.ts';
import type { fuse_attr } from '../abi/structs.ts';
import { memory } from './memory.ts';
import { bytes, TestClient } from './testing/client.ts';
import { errnoOfCall, Files } from './testing/files.ts';
import { build, clock, start, touched, type World } from './testing/world.ts';

const ROOT = fuse.FUSE_ROOT_ID;
const { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFCHR, S_ISGID, S_ISUID } = linux;

let world: World;
beforeEach(() => {
  world = build();
});

describe('names', () => {
  test('an absent name is a negative entry that may be kept', () => {
    expect(world.files.lookup(ROOT, 'none')).toMatchObject({ nodeid: 0n });
    expect(world.files.lookup(ROOT, 'none').entry_valid).toBeGreaterThan(2 ** 53);
  });

  test('timeouts are the options', () => {
    const files = start({ entryTimeout: 1.5, attrTimeout: 0, negativeTimeout: 2 });
    files.mkdir(ROOT, 'a');
    expect(files.lookup(ROOT, 'a')).toMatchObject({ entry_valid: 1, entry_valid_nsec: 5e8, attr_valid: 0 });
    expect(files.lookup(ROOT, 'none')).toMatchObject({ nodeid: 0n, entry_valid: 2, entry_valid_nsec: 0 });
  });

  test('. and .. can be looked up, for file handles', () => {
    const { files, full, sub, file } = world;
    expect(files.lookup(sub, '..').nodeid).toBe(full);
    expect(files.lookup(sub, '.').nodeid).toBe(sub);
    expect(files.lookup(file, '.').nodeid).toBe(file);
    expect(files.lookup(ROOT, '..').nodeid).toBe(ROOT);
    files.rmdir(full, 'sub');
    expect(files.lookup(sub, '..').nodeid).toBe(0n);
  });

  test('are bytes, 255 of them at most', () => {
    const name = `\xff\xfe\n${'x'.repeat(252)}`;
    world.files.mkdir(world.empty, name);
    expect(world.files.list(world.empty)).toEqual(['.', '..', name]);
  });

  test('a nodeid is not used again', () => {
    const { files, file } = world;
    files.unlink(ROOT, 'file');
    files.forget(file, 1);
    expect(errnoOfCall(() => files.stat(file))).toBe(errno.ESTALE);
    const again = files.create(ROOT, 'file');
    expect(again.nodeid).toBeGreaterThan(file);
  });

  test('special files keep type and device', () => {
    const { files } = world;
    const rdev = linux.makedev(259, 70000);
    const device = files.mknod(ROOT, 'dev', S_IFCHR | 0o600, rdev);
    expect(files.stat(device)).toMatchObject({ mode: S_IFCHR | 0o600, rdev, size: 0, nlink: 1 });
    expect(files.stat(files.mknod(ROOT, 'fifo', S_IFIFO | 0o644)).mode).toBe(S_IFIFO | 0o644);
    expect(files.stat(files.mknod(ROOT, 'plain', S_IFREG | 0o644)).mode).toBe(S_IFREG | 0o644);
  });

  test('a symlink has its target and every permission', () => {
    const { files, link } = world;
    expect(files.readlink(link)).toEqual(bytes('file'));
    expect(files.stat(link)).toMatchObject({ mode: S_IFLNK | 0o777, size: 4 });
  });

  test("a new file is the caller's; in a set-group-ID directory its group is the directory's", () => {
    const { files } = world;
    const caller = { uid: 1000, gid: 100 };
    const mine = files.mkdir(ROOT, 'mine', 0o750, caller);
    expect(files.stat(mine)).toMatchObject({ uid: 1000, gid: 100, mode: S_IFDIR | 0o750 });
    files.setattr(mine, { valid: fuse.FATTR_MODE | fuse.FATTR_GID, mode: 0o2775, gid: 7 });
    const sub = files.mkdir(mine, 'sub', 0o755, caller);
    expect(files.stat(sub)).toMatchObject({ uid: 1000, gid: 7, mode: S_IFDIR | S_ISGID | 0o755 });
    expect(files.create(sub, 'a', caller).attr).toMatchObject({ uid: 1000, gid: 7, mode: S_IFREG | 0o644 });
  });
});

describe('links and lives', () => {
  const nlinks = ({ files }: World, ...nodeids: bigint[]): number[] => nodeids.map((each) => files.stat(each).nlink);

  test('a directory has two links and one for each directory in it', () => {
    const { files, full, sub } = world;
    expect(nlinks(world, ROOT, full, sub)).toEqual([4, 3, 2]);
    files.rmdir(full, 'sub');
    expect(nlinks(world, full, sub)).toEqual([2, 0]);
  });

  test('hard links count, and the last one to go takes the file', () => {
    const { files, file, full } = world;
    expect(files.link(full, 'hard', file).nlink).toBe(2);
    files.unlink(ROOT, 'file');
    expect(files.walk('full/hard')).toBe(file);
    files.unlink(full, 'hard');
    expect(files.stat(file).nlink).toBe(0);
    files.forget(file, 3);
    expect(errnoOfCall(() => files.stat(file))).toBe(errno.ESTALE);
  });

  test('an unlinked file lives while it is open, and then its space is free', () => {
    const files = start({ maxBytes: 8192, maxInodes: 2 });
    const { nodeid, fh } = files.create(ROOT, 'a');
    files.write(nodeid, fh, 0, new Uint8Array(8192).fill(7));
    files.unlink(ROOT, 'a');
    files.forget(nodeid, 1);
    expect(files.read(nodeid, fh, 8000, 1000)).toEqual(new Uint8Array(192).fill(7));
    expect(errnoOfCall(() => files.create(ROOT, 'b'))).toBe(errno.ENOSPC);
    files.release(nodeid, fh);
    expect(errnoOfCall(() => files.stat(nodeid))).toBe(errno.ESTALE);
    expect(files.client.get(op.STATFS).st).toMatchObject({ blocks: 2, bfree: 2, bavail: 2, files: 2, ffree: 1 });
  });

  test('a removed directory that is open lists nothing but itself', () => {
    const { files, empty } = world;
    const fh = files.opendir(empty);
    files.rmdir(ROOT, 'empty');
    files.forget(empty, 1);
    expect(files.readdir(empty, fh).map(({ name }) => name)).toEqual(['.', '..']);
    files.releasedir(empty, fh);
    expect(errnoOfCall(() => files.stat(empty))).toBe(errno.ESTALE);
  });

  test('forgetting and releasing more than there was changes nothing', () => {
    const { files, file, child } = world;
    files.forget(file, 2 ** 60);
    files.forget(ROOT, 2 ** 60);
    files.forget(4242n, 1);
    files.release(child, 0n);
    expect(files.walk('full/child')).toBe(child);
    expect(files.stat(file).size).toBe(8);
  });

  test('tmpfile makes a file without a name, which link can give it', () => {
    const { files } = world;
    const body = { flags: 0o20200002, mode: S_IFREG | 0o600, umask: 0, open_flags: 0 };
    const { entry, open } = files.client.get(op.TMPFILE, { names: ['/'], body });
    expect(entry.attr).toMatchObject({ nlink: 0, mode: S_IFREG | 0o600 });
    files.write(entry.nodeid, open.fh, 0, bytes('x'));
    expect(files.link(ROOT, 'named', entry.nodeid).nlink).toBe(1);
    const exclusive = files.client.get(op.TMPFILE, {
      names: ['/'],
      body: { ...body, flags: body.flags | linux.O_EXCL },
    });
    expect(errnoOfCall(() => files.link(ROOT, 'never', exclusive.entry.nodeid))).toBe(errno.ENOENT);
  });
});

describe('rename', () => {
  test('moves a directory with its links and its ..', () => {
    const { files, full, empty, sub } = world;
    files.rename(full, 'sub', empty, 'moved');
    expect([full, empty].map((each) => files.stat(each).nlink)).toEqual([2, 3]);
    expect(files.lookup(sub, '..').nodeid).toBe(empty);
    expect(files.lookup(full, 'sub').nodeid).toBe(0n);
  });

  test('within a directory keeps its links', () => {
    world.files.rename(ROOT, 'full', ROOT, 'renamed');
    expect(world.files.stat(ROOT).nlink).toBe(4);
    expect(world.files.list(ROOT).sort()).toEqual(['.', '..', 'empty', 'file', 'link', 'renamed']);
  });

  test('replaces a file, which lives on while it is used', () => {
    const { files, file, child, full } = world;
    files.rename(full, 'child', ROOT, 'file');
    expect(files.walk('file')).toBe(child);
    expect(files.stat(file)).toMatchObject({ nlink: 0, size: 8 });
    files.forget(file, 1);
    expect(errnoOfCall(() => files.stat(file))).toBe(errno.ESTALE);
  });

  test('replaces an empty directory', () => {
    const { files, full, empty, sub } = world;
    files.rename(full, 'sub', ROOT, 'empty');
    expect(files.walk('empty')).toBe(sub);
    expect([ROOT, full, empty].map((each) => files.stat(each).nlink)).toEqual([4, 2, 0]);
  });

  test('of one name of a file to another does nothing', () => {
    const { files, file } = world;
    files.link(ROOT, 'hard', file);
    expect(touched(files, ROOT, () => files.rename(ROOT, 'file', ROOT, 'hard'))).toEqual([]);
    expect(files.stat(file).nlink).toBe(2);
  });

  test('with NOREPLACE moves to a free name', () => {
    world.files.rename(ROOT, 'file', world.full, 'moved', linux.RENAME_NOREPLACE);
    expect(world.files.walk('full/moved')).toBe(world.file);
  });

  test('with EXCHANGE swaps a file and a directory', () => {
    const { files, file, full, sub } = world;
    files.rename(ROOT, 'file', full, 'sub', linux.RENAME_EXCHANGE);
    expect([files.walk('file'), files.walk('full/sub')]).toEqual([sub, file]);
    expect([ROOT, full].map((each) => files.stat(each).nlink)).toEqual([5, 2]);
    expect(files.lookup(sub, '..').nodeid).toBe(ROOT);
  });

  test("with WHITEOUT leaves a character device 0:0 that is the caller's", () => {
    const { files, file, full } = world;
    files.setattr(ROOT, { valid: fuse.FATTR_MODE, mode: 0o2777 });
    files.setattr(ROOT, { valid: fuse.FATTR_GID, gid: 9 });
    const body = { newdir: full, flags: linux.RENAME_WHITEOUT };
    files.client.get(op.RENAME2, { names: ['file', 'moved'], body, uid: 7, gid: 8 });
    expect(files.walk('full/moved')).toBe(file);
    expect(files.lookup(ROOT, 'file').attr).toMatchObject({ mode: S_IFCHR, rdev: 0, nlink: 1, uid: 7, gid: 9 });
  });

  test('with WHITEOUT of a directory over another one keeps links and lists both names', () => {
    const { files, full, sub } = world;
    files.rename(full, 'sub', ROOT, 'empty', linux.RENAME_WHITEOUT);
    expect(files.walk('empty')).toBe(sub);
    expect([ROOT, full].map((each) => files.stat(each).nlink)).toEqual([4, 2]);
    expect(files.list(full)).toEqual(['.', '..', 'child', 'sub']);
  });

  test('a whiteout can be removed, and is replaced by a rename back', () => {
    const { files, file } = world;
    files.rename(ROOT, 'file', ROOT, 'a', linux.RENAME_WHITEOUT);
    files.rename(ROOT, 'a', ROOT, 'file', linux.RENAME_WHITEOUT);
    expect(files.walk('file')).toBe(file);
    files.unlink(ROOT, 'a');
    expect(files.lookup(ROOT, 'a').nodeid).toBe(0n);
  });

  test('without an inode left for the whiteout is ENOSPC, and nothing has moved', () => {
    const files = start({ maxInodes: 2 });
    const { nodeid } = files.create(ROOT, 'a');
    expect(errnoOfCall(() => files.rename(ROOT, 'a', ROOT, 'b', linux.RENAME_WHITEOUT))).toBe(errno.ENOSPC);
    expect(files.walk('a')).toBe(nodeid);
    expect(files.lookup(ROOT, 'b').nodeid).toBe(0n);
  });

  test('the RENAME of old clients does the same', () => {
    world.files.client.get(op.RENAME, { names: ['file', 'a'], body: { newdir: world.empty } });
    expect(world.files.walk('empty/a')).toBe(world.file);
  });
});

describe('times', () => {
  const both = ['mtime', 'ctime'];
  const cases: [string, (w: World) => bigint, (w: World) => unknown, string[]][] = [
    ['reading a file', (w) => w.file, (w) => w.files.read(w.file, 0n, 0, 8), []],
    ['listing a directory', (w) => w.full, (w) => w.files.list(w.full), []],
    ['writing', (w) => w.file, (w) => w.files.write(w.file, 0n, 0, bytes('x')), both],
    ['truncating', (w) => w.file, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_SIZE, size: 8 }), both],
    ['opening with O_TRUNC', (w) => w.file, (w) => w.files.open(w.file, linux.O_TRUNC), both],
    ['opening', (w) => w.file, (w) => w.files.open(w.file), []],
    ['fallocate', (w) => w.file, (w) => w.files.fallocate(w.file, 0n, 0, 0, 1), both],
    ['chmod', (w) => w.file, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_MODE, mode: 0o600 }), ['ctime']],
    ['chown', (w) => w.file, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_UID, uid: 1 }), ['ctime']],
    ['setxattr', (w) => w.file, (w) => w.files.setxattr(w.file, 'user.a', bytes('x')), ['ctime']],
    ['link, of the file', (w) => w.file, (w) => w.files.link(w.full, 'a', w.file), ['ctime']],
    ['link, of the directory', (w) => w.full, (w) => w.files.link(w.full, 'a', w.file), both],
    ['unlink, of the file', (w) => w.file, (w) => w.files.unlink(ROOT, 'file'), ['ctime']],
    ['unlink, of the directory', () => ROOT, (w) => w.files.unlink(ROOT, 'file'), both],
    ['mkdir, of the parent', () => ROOT, (w) => w.files.mkdir(ROOT, 'a'), both],
    ['rmdir, of the parent', () => ROOT, (w) => w.files.rmdir(ROOT, 'empty'), both],
    ['rename, of the file', (w) => w.file, (w) => w.files.rename(ROOT, 'file', w.full, 'a'), ['ctime']],
    ['rename, of the old directory', () => ROOT, (w) => w.files.rename(ROOT, 'file', w.full, 'a'), both],
    ['rename, of the new directory', (w) => w.full, (w) => w.files.rename(ROOT, 'file', w.full, 'a'), both],
    ['rename, of what it replaces', (w) => w.child, (w) => w.files.rename(ROOT, 'file', w.full, 'child'), ['ctime']],
    ['an exchange, of either file', (w) => w.child, (w) => w.files.rename(ROOT, 'file', w.full, 'child', 2), ['ctime']],
    ['an exchange, of a directory', (w) => w.full, (w) => w.files.rename(ROOT, 'file', w.full, 'child', 2), both],
  ];
  test.each(cases)('%s changes what POSIX says', (_, nodeid, step, expected) => {
    expect(touched(world.files, nodeid(world), () => void step(world))).toEqual(expected);
  });

  test('utimensat sets each time as asked, before 1970 too, and ctime to now', () => {
    const { files, file } = world;
    clock.second += 10;
    const valid = fuse.FATTR_ATIME | fuse.FATTR_MTIME;
    expect(files.setattr(file, { valid, atime: -5, atimensec: 9, mtime: 77, mtimensec: 8 })).toMatchObject({
      ...{ atime: -5, atimensec: 9, mtime: 77, mtimensec: 8, ctime: clock.second, ctimensec: 5 },
    });
    expect(files.setattr(file, { valid: valid | fuse.FATTR_ATIME_NOW, mtime: 1 })).toMatchObject({
      ...{ atime: clock.second, atimensec: 5, mtime: 1 },
    });
    expect(files.setattr(file, { valid: fuse.FATTR_CTIME, ctime: 3 }).ctime).toBe(3);
  });

  test('a time beyond all numbers is the last that there is', () => {
    const { files, file } = world;
    const valid = fuse.FATTR_ATIME | fuse.FATTR_MTIME;
    files.setattr(file, { valid, atime: 2 ** 62, atimensec: 2 ** 32 - 1, mtime: -(2 ** 62) });
    expect(files.stat(file)).toMatchObject({
      ...{ atime: Number.MAX_SAFE_INTEGER, atimensec: 999_999_999, mtime: Number.MIN_SAFE_INTEGER },
    });
  });

  test('statx tells the time of birth', () => {
    const { files } = world;
    const born = ++clock.second;
    const { nodeid } = files.create(ROOT, 'new');
    clock.second++;
    files.setattr(nodeid, { valid: fuse.FATTR_MODE, mode: 0 });
    const body = { getattr_flags: 0, fh: 0n, sx_flags: 0, sx_mask: 0xfff };
    expect(files.client.get(op.STATX, { nodeid, body }).stat).toMatchObject({
      mask: linux.STATX_BASIC_STATS | linux.STATX_BTIME,
      btime: { tv_sec: born, tv_nsec: 5 },
      ctime: { tv_sec: clock.second },
      mode: S_IFREG,
      ino: nodeid,
    });
  });
});

describe('set-user-ID and its like', () => {
  const marked = S_IFREG | S_ISUID | S_ISGID | 0o755;
  const plain = S_IFREG | 0o755;
  let mode: () => number;
  beforeEach(() => {
    const { files, file } = world;
    files.setattr(file, { valid: fuse.FATTR_MODE, mode: marked });
    files.setxattr(file, 'security.capability', bytes('x'));
    mode = () => files.stat(file).mode;
  });

  const KILL = fuse.FATTR_KILL_SUIDGID;
  const steps: [string, number, (w: World) => unknown][] = [
    ['a write by root', marked, (w) => w.files.write(w.file, 0n, 0, bytes('x'))],
    [
      'a write by others',
      plain,
      (w) => w.files.write(w.file, 0n, 0, bytes('x'), { flags: fuse.FUSE_WRITE_KILL_SUIDGID }),
    ],
    ['a truncation by root', marked, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_SIZE })],
    ['a truncation by others', plain, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_SIZE | KILL })],
    ['a chown', plain, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_UID | KILL, uid: 5 })],
    ['what comes before a fallocate by others', plain, (w) => w.files.setattr(w.file, { valid: fuse.FATTR_FH })],
  ];
  test.each(steps)('%s leaves what Linux leaves', (_, expected, step) => {
    step(world);
    expect(mode()).toBe(expected);
    const capability = errnoOfCall(() => world.files.getxattr(world.file, 'security.capability'));
    expect(capability).toBe(expected === marked ? null : errno.ENODATA);
  });

  test('without execution by the group set-group-ID stays: it means mandatory locks', () => {
    const { files, file } = world;
    files.setattr(file, { valid: fuse.FATTR_MODE, mode: S_ISGID | 0o644 });
    files.setattr(file, { valid: fuse.FATTR_GID | KILL, gid: 5 });
    expect(mode()).toBe(S_IFREG | S_ISGID | 0o644);
  });

  test('an empty SETATTR from a client without HANDLE_KILLPRIV_V2 changes nothing', () => {
    const client = new TestClient(memory());
    client.init({ flags: 0 });
    const files = new Files(client);
    const { nodeid } = files.create(ROOT, 'a', { mode: 0o4755 });
    expect(files.setattr(nodeid, { valid: 0 }).mode).toBe(S_IFREG | 0o4755);
  });

  test('a directory keeps its bits', () => {
    const { files, empty } = world;
    files.setattr(empty, { valid: fuse.FATTR_MODE, mode: 0o6777 });
    expect(files.setattr(empty, { valid: fuse.FATTR_UID | KILL, uid: 5 }).mode).toBe(S_IFDIR | 0o6777);
  });
});

describe('files', () => {
  test('create opens what is there, and O_TRUNC empties it', () => {
    const { files, file } = world;
    expect(files.create(ROOT, 'file')).toMatchObject({ nodeid: file, attr: { size: 8 } });
    files.create(ROOT, 'file', { flags: 0o1102 });
    expect(files.stat(file).size).toBe(0);
  });

  test('a new file keeps set-user-ID although others may not write that', () => {
    const { files } = world;
    const body = { flags: 0o1102, mode: S_IFREG | 0o4755, umask: 0, open_flags: fuse.FUSE_OPEN_KILL_SUIDGID };
    expect(files.client.get(op.CREATE, { names: ['new'], body }).entry.attr.mode).toBe(S_IFREG | 0o4755);
  });

  test('blocks count pages, and reading stops at the end', () => {
    const { files, file } = world;
    files.write(file, 0n, 9000, bytes('x'));
    expect(files.stat(file)).toMatchObject({ size: 9001, blocks: 16, blksize: 4096 });
    expect(files.read(file, 0n, 8990, 4096)).toEqual(Uint8Array.from([...new Array(10).fill(0), 120]));
    expect(files.read(file, 0n, 9001, 4096)).toEqual(new Uint8Array(0));
    expect(files.read(file, 0n, 2 ** 62, 4096)).toEqual(new Uint8Array(0));
  });

  test('SEEK_HOLE and SEEK_DATA find what was punched', () => {
    const { files, file } = world;
    files.write(file, 0n, 0, new Uint8Array(16384).fill(1));
    files.fallocate(file, 0n, linux.FALLOC_FL_PUNCH_HOLE | linux.FALLOC_FL_KEEP_SIZE, 4096, 4096);
    expect(files.lseek(file, 0n, 0, linux.SEEK_HOLE)).toBe(4096);
    expect(files.lseek(file, 0n, 4096, linux.SEEK_DATA)).toBe(8192);
  });

  test.each([op.COPY_FILE_RANGE, op.COPY_FILE_RANGE_64])('$name copies and tells how much', (opcode) => {
    const { files, file, child } = world;
    const body = { fh_in: 0n, off_in: 3, nodeid_out: child, fh_out: 0n, off_out: 2, len: 2 ** 40, flags: 0 };
    expect(Object.values(files.client.get(opcode as op.Opcode<typeof body, object>, { nodeid: file, body }))).toEqual([
      5,
    ]);
    expect(fromBytes(files.read(child, 0n, 0, 100))).toBe('\0\0tents');
    const overlapping = { ...body, nodeid_out: file };
    const call = () => files.client.get(opcode as op.Opcode, { nodeid: file, body: overlapping });
    expect(errnoOfCall(call)).toBe(errno.EINVAL);
  });

  test('space for everything is limited', () => {
    const files = start({ maxBytes: 4096, maxInodes: 3 });
    const { nodeid, fh } = files.create(ROOT, 'a');
    expect(files.write(nodeid, fh, 0, new Uint8Array(5000))).toBe(4096);
    const calls: (() => unknown)[] = [
      () => files.write(nodeid, fh, 4096, bytes('x')),
      () => files.setxattr(nodeid, 'user.a', bytes('x')),
      () => files.symlink(ROOT, 'link', 'x'),
      () => files.fallocate(nodeid, fh, 0, 4096, 1),
    ];
    for (const call of calls) expect(errnoOfCall(call)).toBe(errno.ENOSPC);
    files.mkdir(ROOT, 'b');
    expect(errnoOfCall(() => files.mkdir(ROOT, 'c'))).toBe(errno.ENOSPC);
    expect(files.client.get(op.STATFS).st).toMatchObject({ bfree: 0, ffree: 0 });
    files.rmdir(ROOT, 'b');
    files.forget(files.walk('a'), 0);
    expect(files.list(ROOT)).toEqual(['.', '..', 'a']);
  });
});

describe('listings', () => {
  const many = Array.from({ length: 300 }, (_, i) => `name-${i}`);

  test.each([64, 100, 4096, 2 ** 32 - 1])('in parts of %i bytes have every name once', (size) => {
    const { files, empty } = world;
    for (const name of many) files.mknod(empty, name, S_IFREG);
    expect(files.list(empty, size)).toEqual(['.', '..', ...many]);
  });

  test('go on behind a name that has gone', () => {
    const { files, empty } = world;
    for (const name of many) files.mknod(empty, name, S_IFREG);
    const fh = files.opendir(empty);
    const first = files.readdir(empty, fh, 0n, 1000);
    for (const name of many.slice(0, 200)) files.unlink(empty, name);
    files.mknod(empty, 'new', S_IFREG);
    const rest = files.readdir(empty, fh, first.at(-1)?.off, 65536).map(({ name }) => name);
    expect(rest).toEqual([...many.slice(200), 'new']);
  });

  test('types and inode numbers are those of the files', () => {
    const { files, file, link, empty, full } = world;
    const fh = files.opendir(ROOT);
    expect(files.readdir(ROOT, fh).map(({ name, ino, type }) => [name, ino, type])).toEqual([
      ['.', ROOT, linux.DT_DIR],
      ['..', ROOT, linux.DT_DIR],
      ['file', file, linux.DT_REG],
      ['full', full, linux.DT_DIR],
      ['link', link, linux.DT_LNK],
      ['empty', empty, linux.DT_DIR],
    ]);
  });

  test('READDIRPLUS counts lookups of what it sends, but not of . and ..', () => {
    const { files, child, full } = world;
    files.forget(child, 1);
    const fh = files.opendir(full);
    const entries = files.readdirplus(full, fh, 0n, 2 * 160 + 160);
    expect(entries.map(({ name, entry }) => [name, entry.nodeid])).toEqual([
      ['.', 0n],
      ['..', 0n],
      ['child', child],
    ]);
    expect(entries[2]?.entry.attr).toEqual(files.stat(child) satisfies fuse_attr);
    files.unlink(full, 'child');
    expect(files.stat(child).nlink).toBe(0);
    files.forget(child, 1);
    expect(errnoOfCall(() => files.stat(child))).toBe(errno.ESTALE);
  });
});

describe('extended attributes', () => {
  test('are set, read, listed and removed, on symlinks and directories too', () => {
    const { files, file, link, empty } = world;
    for (const nodeid of [file, link, empty]) {
      files.setxattr(nodeid, 'user.a\xff', bytes('one'));
      files.setxattr(nodeid, 'user.empty', bytes(''));
      files.setxattr(nodeid, 'user.a\xff', bytes('other'), linux.XATTR_REPLACE);
      expect(files.getxattr(nodeid, 'user.a\xff')).toEqual(bytes('other'));
      expect(files.getxattr(nodeid, 'user.empty')).toEqual(bytes(''));
      expect(files.listxattr(nodeid)).toEqual(bytes('user.a\xff\0user.empty\0'));
      files.removexattr(nodeid, 'user.a\xff');
      expect(files.listxattr(nodeid)).toEqual(bytes('user.empty\0'));
    }
  });

  test('a value is a copy', () => {
    const { files, file } = world;
    const value = bytes('value');
    files.setxattr(file, 'user.a', value);
    value[0] = 0;
    expect(files.getxattr(file, 'user.a')).toEqual(bytes('value'));
  });

  test('those of trusted. are listed for root alone', () => {
    const { files, file } = world;
    files.setxattr(file, 'trusted.a', bytes('x'));
    expect(files.listxattr(file)).toEqual(bytes('trusted.a\0'));
    expect(files.listxattr(file, { uid: 1000 })).toEqual(bytes(''));
  });

  test('names never grow longer than a list can be read', () => {
    const { files, file } = world;
    const set = (i: number) => files.setxattr(file, `user.${String(i).padStart(250, 'x')}`, bytes(''));
    for (let i = 0; i < 256; i++) set(i);
    expect(errnoOfCall(() => set(256))).toBe(errno.E2BIG);
    expect(files.listxattr(file)).toHaveLength(65536);
  });
});
