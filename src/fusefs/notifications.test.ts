import { describe, expect, test } from 'vitest';
import { EINVAL, ENAMETOOLONG, ENOENT, ENOTDIR, ENOTEMPTY, type Errno } from '../abi/errno.ts';
import { FUSE_EXPIRE_ONLY } from '../abi/fuse.ts';
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import * as notify from '../abi/notify.ts';
import { close } from '../syscalls/descriptors.ts';
import { getdents } from '../syscalls/getdents.ts';
import { link } from '../syscalls/link.ts';
import { mkdir } from '../syscalls/mkdir.ts';
import { open, openat } from '../syscalls/open.ts';
import { fstat, stat } from '../syscalls/stat.ts';
import { unlink } from '../syscalls/unlink.ts';
import { Scenario } from './testing/scenario.ts';

/** /f (nodeid 2), /d (3) with inner (4) and other (5) in it; all may be cached. */
function cached(): Scenario {
  const m = new Scenario({ entryValid: 1000, attrValid: 1000, negativeValid: 1000 });
  m.server.tree.file('f', new Uint8Array(3));
  m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  m.server.tree.make(3n, 'inner', S_IFREG | 0o644);
  m.server.tree.make(3n, 'other', S_IFREG | 0o644);
  return m;
}

/** What is asked when these paths are looked at, which may be absent. */
function asked(m: Scenario, ...paths: string[]): string[] {
  return paths.flatMap((path) => m.trace((t) => stat(t, path)).log);
}

type Told = Errno | 'waits' | null;

const invalInode = (m: Scenario, ino: bigint): Told =>
  m.server.notify(notify.NOTIFY_INVAL_INODE, { body: { ino, off: -1, len: 0 }, tail: undefined });

const invalEntry = (m: Scenario, parent: bigint, name: string, flags = 0, told?: (error: Errno | null) => void): Told =>
  m.server.notify(notify.NOTIFY_INVAL_ENTRY, { body: { parent, namelen: name.length, flags }, tail: name }, told);

const deleted = (m: Scenario, child: bigint, name: string, told?: (error: Errno | null) => void): Told =>
  m.server.notify(notify.NOTIFY_DELETE, { body: { parent: 1n, child, namelen: name.length }, tail: name }, told);

const incEpoch = (m: Scenario): Told => m.server.notify(notify.NOTIFY_INC_EPOCH, { body: undefined, tail: undefined });

const prune = (m: Scenario, ...nodeids: bigint[]): Told =>
  m.server.notify(notify.NOTIFY_PRUNE, { body: { count: nodeids.length }, tail: nodeids });

describe('INVAL_INODE', () => {
  test('has attributes asked for again, and keeps the name', () => {
    const m = cached();
    asked(m, '/f');
    expect(invalInode(m, 2n)).toBeNull();
    expect(asked(m, '/f', '/f')).toEqual(['GETATTR n=2 flags=0 fh=0']);
  });

  test('is newer than an answer that was under way', () => {
    const m = cached();
    asked(m, '/f');
    invalInode(m, 2n);
    m.server.script.hold = ['GETATTR'];
    m.start((t) => stat(t, '/f'));
    invalInode(m, 2n);
    m.server.letGo();
    m.settle();
    m.server.takeLog();
    expect(asked(m, '/f')).toEqual(['GETATTR n=2 flags=0 fh=0']);
  });

  test('of the root works, and of an inode that is not known is ENOENT', () => {
    const m = cached();
    expect([invalInode(m, 1n), invalInode(m, 2n)]).toEqual([null, ENOENT]);
  });

  test('after the unmount is ENOENT', () => {
    const m = cached();
    m.superblock.kill();
    expect([invalInode(m, 1n), invalEntry(m, 1n, 'f')]).toEqual([ENOENT, ENOENT]);
  });
});

describe('INVAL_ENTRY', () => {
  test('has a name looked up again, its file forgotten, and the attributes of the directory asked for', () => {
    const m = cached();
    asked(m, '/f', '/');
    expect(invalEntry(m, 1n, 'f')).toBeNull();
    m.settle();
    expect(m.server.takeLog()).toEqual(['FORGET n=2 nlookup=1']);
    expect(asked(m, '/f', '/')).toEqual(["LOOKUP n=1 'f'", 'GETATTR n=1 flags=0 fh=0']);
  });

  test('drops all that is cached below', () => {
    const m = cached();
    asked(m, '/d/inner', '/d/other');
    invalEntry(m, 1n, 'd');
    m.settle();
    expect(m.server.takeLog().sort()).toEqual([3, 4, 5].map((nodeid) => `FORGET n=${nodeid} nlookup=1`));
  });

  test('leaves what is open as it is', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/f', O_RDONLY)).result as number;
    expect(invalEntry(m, 1n, 'f')).toBeNull();
    m.does((t) => fstat(t, fd));
    expect(asked(m, '/f')).toEqual(["LOOKUP n=1 'f'"]);
  });

  test('with FUSE_EXPIRE_ONLY has the name confirmed', () => {
    const m = cached();
    asked(m, '/f');
    expect(invalEntry(m, 1n, 'f', FUSE_EXPIRE_ONLY)).toBeNull();
    expect(asked(m, '/f', '/f')).toEqual(["LOOKUP n=1 'f'"]);
    expect(m.superblock.inodeWith(2n)?.nlookup).toBe(2);
  });

  test.each([0, FUSE_EXPIRE_ONLY])('ends the absence of a name, with flags %i', (flags) => {
    const m = cached();
    asked(m, '/absent');
    expect(invalEntry(m, 1n, 'absent', flags)).toBeNull();
    expect(asked(m, '/absent')).toEqual(["LOOKUP n=1 'absent'"]);
  });

  test.each([
    ['a name that is not cached', 1n, 'f', ENOENT],
    ['no name', 1n, '', ENOENT],
    ['a directory that is not known', 3n, 'inner', ENOENT],
    ['a name in a file', 2n, 'name', ENOTDIR],
    ['a name that is too long', 1n, 'x'.repeat(5000), ENAMETOOLONG],
  ] as const)('of %s fails', (_, parent, name, error) => {
    const m = cached();
    if (parent === 2n) asked(m, '/f');
    expect(invalEntry(m, parent, name)).toBe(error);
  });

  test.each([
    ['LOOKUP', (m: Scenario) => m.start((t) => stat(t, '/late'))],
    ['UNLINK', (m: Scenario) => m.start((t) => unlink(t, '/d/other'))],
    ['MKDIR', (m: Scenario) => m.start((t) => mkdir(t, '/new', 0o755))],
  ] as const)('waits for a %s in the directory, and its errno is told then', (opcode, start) => {
    const m = cached();
    asked(m, '/f', '/d/inner', '/d/other', '/new');
    m.server.script.hold = [opcode];
    start(m);
    const dir = opcode === 'UNLINK' ? 3n : 1n;
    const told: unknown[] = [];
    const tell = (error: Errno | null) => told.push(error);
    expect(invalEntry(m, dir, opcode === 'UNLINK' ? 'inner' : 'f', 0, tell)).toBe('waits');
    expect(invalEntry(m, dir, 'nothing', 0, tell)).toBe('waits');
    m.settle();
    expect(told).toEqual([]);
    m.server.letGo();
    m.settle();
    expect(told).toEqual([null, ENOENT]);
  });

  test('about a name that is being made comes after it', () => {
    const m = cached();
    m.server.script.hold = ['MKDIR'];
    m.start((t) => mkdir(t, '/new', 0o755));
    expect(invalEntry(m, 1n, 'new')).toBe('waits');
    m.server.letGo();
    m.settle();
    m.server.takeLog();
    expect(asked(m, '/new')).toEqual(["LOOKUP n=1 'new'"]);
  });

  test('does not wait for ever when the connection ends', () => {
    const m = cached();
    asked(m, '/f');
    m.server.script.hold = ['LOOKUP'];
    m.start((t) => stat(t, '/late'));
    const told: unknown[] = [];
    invalEntry(m, 1n, 'f', 0, (error) => told.push(error));
    m.connection.abort('user');
    m.scheduler.run();
    expect(told).toEqual([null]);
  });
});

describe('DELETE', () => {
  test('leaves an open file without links, and its name is looked up anew', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/f', O_RDONLY)).result as number;
    expect(deleted(m, 2n, 'f')).toBeNull();
    expect(m.does((t) => fstat(t, fd)).nlink).toBe(0);
    expect(asked(m, '/f')).toEqual(["LOOKUP n=1 'f'"]);
    m.trace((t) => close(t, fd));
  });

  test('of a name that is another file by now drops the name alone, and is ENOENT', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/f', O_RDONLY)).result as number;
    expect(deleted(m, 99n, 'f')).toBe(ENOENT);
    expect(m.does((t) => fstat(t, fd)).nlink).toBe(1);
    expect(asked(m, '/f')).toEqual(["LOOKUP n=1 'f'"]);
  });

  test('of a directory takes what is cached below with it, and nothing can be made in it any more', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/d', O_RDONLY)).result as number;
    asked(m, '/d/inner');
    expect(deleted(m, 3n, 'd')).toBeNull();
    m.settle();
    expect(m.server.takeLog()).toEqual(['FORGET n=4 nlookup=1']);
    m.fails(ENOENT, (t) => getdents(t, fd, 100));
    m.fails(ENOENT, (t) => openat(t, fd, 'new', O_CREAT | O_RDWR, 0o644));
  });

  test('of a directory with a file in use in it drops the name alone, and is ENOTEMPTY', () => {
    const m = cached();
    m.trace((t) => open(t, '/d/inner', O_RDONLY));
    expect(deleted(m, 3n, 'd')).toBe(ENOTEMPTY);
    expect(asked(m, '/d')).toEqual(["LOOKUP n=1 'd'"]);
  });

  test('of a name known to be absent has it looked up again', () => {
    const m = cached();
    asked(m, '/absent');
    expect(deleted(m, 9n, 'absent')).toBeNull();
    expect(asked(m, '/absent')).toEqual(["LOOKUP n=1 'absent'"]);
  });

  test('of no child is as INVAL_ENTRY', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/f', O_RDONLY)).result as number;
    expect(deleted(m, 0n, 'f')).toBeNull();
    expect(m.does((t) => fstat(t, fd)).nlink).toBe(1);
  });

  test('waits for what is under way on the file', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/d', O_RDONLY)).result as number;
    m.server.script.hold = ['READDIR'];
    m.start((t) => getdents(t, fd, 100));
    const told: unknown[] = [];
    expect(deleted(m, 3n, 'd', (error) => told.push(error))).toBe('waits');
    m.server.letGo();
    m.settle();
    expect(told).toEqual([null]);
  });
});

describe('INC_EPOCH', () => {
  test('has every name looked up anew, and the absence of one, once', () => {
    const m = cached();
    const paths = ['/f', '/d/inner', '/absent'];
    asked(m, ...paths);
    expect(incEpoch(m)).toBeNull();
    const lookups = ["LOOKUP n=1 'f'", "LOOKUP n=1 'd'", "LOOKUP n=3 'inner'", "LOOKUP n=1 'absent'"];
    expect(asked(m, ...paths).filter((line) => !line.startsWith('FORGET'))).toEqual(lookups);
    expect(asked(m, ...paths)).toEqual([]);
  });

  test('reaches a name whose lookup is under way', () => {
    const m = cached();
    m.server.script.hold = ['LOOKUP'];
    m.start((t) => stat(t, '/f'));
    incEpoch(m);
    m.server.letGo();
    m.settle();
    m.server.takeLog();
    expect(asked(m, '/f')).toContain("LOOKUP n=1 'f'");
  });

  test('leaves open files alone, and forgets what nobody uses when it is next asked for', () => {
    const m = cached();
    const fd = m.trace((t) => open(t, '/f', O_RDONLY)).result as number;
    asked(m, '/d');
    incEpoch(m);
    m.does((t) => fstat(t, fd));
    expect(asked(m, '/d').sort()).toEqual(['FORGET n=3 nlookup=1', "LOOKUP n=1 'd'"]);
  });
});

describe('PRUNE', () => {
  test('forgets what nobody uses, under all its names, and passes over what is not known', () => {
    const m = cached();
    asked(m, '/f');
    m.trace((t) => link(t, '/f', '/hard'));
    expect(prune(m, 77n, 2n, 1n)).toBeNull();
    m.settle();
    expect(m.server.takeLog()).toEqual(['FORGET n=2 nlookup=2']);
  });

  test('leaves a directory with cached names in it, unless they go first', () => {
    const m = cached();
    asked(m, '/d/inner');
    prune(m, 3n);
    m.settle();
    expect(m.server.takeLog()).toEqual([]);
    prune(m, 4n, 3n);
    m.settle();
    expect(m.server.takeLog().sort()).toEqual(['FORGET n=3 nlookup=1', 'FORGET n=4 nlookup=1']);
  });

  test('leaves what is open', () => {
    const m = cached();
    m.trace((t) => openat(t, AT_FDCWD, '/f', O_RDONLY));
    prune(m, 2n);
    m.settle();
    expect(m.server.takeLog()).toEqual([]);
    expect(asked(m, '/f')).toEqual([]);
  });

  test('with another count of nodeids than it says is EINVAL', () => {
    const m = cached();
    expect(m.server.notify(notify.NOTIFY_PRUNE, { body: { count: 2 }, tail: [2n] })).toBe(EINVAL);
  });
});
