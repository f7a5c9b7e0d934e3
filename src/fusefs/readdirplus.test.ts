import { describe, expect, test } from 'vitest';
import { DirentWriter } from '../abi/dirent.ts';
import { EINVAL, EIO } from '../abi/errno.ts';
import type { InitFlag } from '../abi/init-flags.ts';
import { O_RDONLY, S_IFDIR, S_IFREG, SEEK_SET } from '../abi/linux.ts';
import type { fuse_entry_out } from '../abi/structs.ts';
import { getdents } from '../syscalls/getdents.ts';
import { open } from '../syscalls/open.ts';
import { lseek } from '../syscalls/read-write.ts';
import { fstat, stat } from '../syscalls/stat.ts';
import { unlink } from '../syscalls/unlink.ts';
import { entryOf } from './testing/operations.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const ALWAYS: InitFlag[] = ['PARALLEL_DIROPS', 'MAX_PAGES', 'DO_READDIRPLUS'];
const AUTO: InitFlag[] = [...ALWAYS, 'READDIRPLUS_AUTO'];

/** A root with f0 to f4 (nodeids 2 to 6) in it, open as descriptor 3 (fh 101). */
function withDirectory(features: InitFlag[], script: Partial<Script> = {}): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100, features, ...script });
  for (let i = 0; i < 5; i++) m.server.tree.file(`f${i}`, new Uint8Array(0));
  m.trace((t) => open(t, '/', O_RDONLY));
  return m;
}

const request = (name: string, off: number): string =>
  `${name} n=1 fh=101 off=${off} size=4096 read_flags=0x0 lo=0 flags=0x8000`;
const PLAIN = (off: number): string => request('READDIR', off);
const PLUS = (off: number): string => request('READDIRPLUS', off);

const names = (m: Scenario, size: number, ...requests: string[]): string[] =>
  m.does((t) => getdents(t, 3, size), ...requests).map(({ name }) => name);

const ino = (m: Scenario, name: string, ...requests: string[]): bigint =>
  m.does((t) => stat(t, `/${name}`), ...requests).ino;

const ALL = ['.', '..', 'f0', 'f1', 'f2', 'f3', 'f4'];

describe('which request reads a directory', () => {
  test('is READDIRPLUS each time for a server that leaves no choice', () => {
    const m = withDirectory(ALWAYS);
    expect(names(m, 1000, PLUS(0))).toEqual(ALL);
    expect(names(m, 1000, PLUS(7))).toEqual([]);
    expect(ino(m, 'f0')).toBe(2n);
    m.does((t) => unlink(t, '/f0'), "UNLINK n=1 'f0'", 'FORGET n=2 nlookup=1');
  });

  test('is READDIRPLUS at the beginning and READDIR behind it while no name is used', () => {
    const m = withDirectory(AUTO);
    expect(names(m, 100, PLUS(0))).toEqual(['.', '..', 'f0', 'f1']);
    expect(names(m, 100, PLAIN(4))).toEqual(['f2', 'f3', 'f4']);
    expect(names(m, 1000, PLAIN(7))).toEqual([]);
    expect(names(m, 1000, PLAIN(7))).toEqual([]);
  });

  test('is READDIRPLUS once after a name that came by one was used', () => {
    const m = withDirectory(AUTO);
    expect(names(m, 64, PLUS(0))).toEqual(['.', '..']);
    expect(ino(m, 'f1')).toBe(3n);
    expect(names(m, 1000, PLUS(2))).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
    expect(names(m, 1000, PLAIN(7))).toEqual([]);
    ino(m, 'f1');
    ino(m, 'f1');
    expect(names(m, 1000, PLUS(7))).toEqual([]);
    ino(m, 'f1');
    expect(names(m, 1000, PLAIN(7))).toEqual([]);
  });

  test('is READDIRPLUS once after a LOOKUP that found something', () => {
    const m = withDirectory(AUTO, { entryValid: 0, attrValid: 100 });
    m.does((t) => lseek(t, 3, 2, SEEK_SET));
    ino(m, 'f1', "LOOKUP n=1 'f1'");
    expect(names(m, 24, PLUS(2))).toEqual(['f0']);
    expect(names(m, 24, PLAIN(3))).toEqual(['f1']);
    m.trace((t) => stat(t, '/absent'));
    expect(names(m, 24, PLAIN(4))).toEqual(['f2']);
  });

  test('is READDIR for a server that did not take READDIRPLUS', () => {
    const m = withDirectory(['READDIRPLUS_AUTO']);
    expect(names(m, 1000, PLAIN(0))).toEqual(ALL);
    ino(m, 'f0', "LOOKUP n=1 'f0'");
    expect(names(m, 1000, PLAIN(7))).toEqual([]);
  });
});

test('every entry of a reply is cached, though the buffer has room for one', () => {
  const m = withDirectory(ALWAYS);
  expect(names(m, 24, PLUS(0))).toEqual(['.']);
  for (let i = 0; i < 5; i++) expect(ino(m, `f${i}`)).toBe(BigInt(i + 2));
});

test('every entry of a reply is cached, though the buffer has room for none', () => {
  const m = withDirectory(ALWAYS);
  m.fails(EINVAL, (t) => getdents(t, 3, 10), PLUS(0));
  ino(m, 'f0');
});

test('names and attributes hold for as long as the entry says', () => {
  const m = withDirectory(ALWAYS, { entryValid: 10, attrValid: 5 });
  names(m, 1000, PLUS(0));
  m.clock.advance(6000);
  ino(m, 'f0', 'GETATTR n=2 flags=0 fh=0');
  m.clock.advance(6000);
  ino(m, 'f1', "LOOKUP n=1 'f1'");
});

test('another listing makes names and attributes hold anew, and counts', () => {
  const m = withDirectory(ALWAYS);
  names(m, 1000, PLUS(0));
  m.clock.advance(60_000);
  m.does((t) => lseek(t, 3, 0, SEEK_SET));
  names(m, 1000, PLUS(0));
  m.clock.advance(60_000);
  ino(m, 'f0');
  m.does((t) => unlink(t, '/f0'), "UNLINK n=1 'f0'", 'FORGET n=2 nlookup=2');
});

test('a name that was absent is there when a listing has it', () => {
  const m = withDirectory(ALWAYS, { negativeValid: 100 });
  m.trace((t) => stat(t, '/late'));
  m.server.tree.file('late', new Uint8Array(0));
  names(m, 1000, PLUS(0));
  ino(m, 'late');
});

describe('an entry', () => {
  /** Lists one entry. */
  function listed(m: Scenario, name: string, change: Partial<fuse_entry_out>, ...forgets: string[]): void {
    const writer = new DirentWriter(4096, 'plus');
    const entry = { ...entryOf(m.server, m.server.tree.node(2n)), ...change };
    writer.add({ ino: 9n, off: 1n, type: 8, name }, entry);
    m.server.script.answers.READDIRPLUS = { data: writer.bytes };
    m.does((t) => lseek(t, 3, 0, SEEK_SET));
    expect(names(m, 4096, PLUS(0), ...forgets)).toEqual([name]);
    m.server.script.answers = {};
  }
  const attrOf = (m: Scenario, mode: number) => ({ ...entryOf(m.server, m.server.tree.node(2n)).attr, mode });

  test('without a nodeid is for the listing only', () => {
    const m = withDirectory(ALWAYS);
    listed(m, 'f0', { nodeid: 0n });
    ino(m, 'f0', "LOOKUP n=1 'f0'");
  });

  test.each(['.', '..'])('called %s is not counted, whatever it says', (name) => {
    const m = withDirectory(ALWAYS);
    listed(m, name, { nodeid: 77n });
  });

  test('with the nodeid of the root is listed and given back', () => {
    const m = withDirectory(ALWAYS);
    listed(m, 'f0', { nodeid: 1n }, 'FORGET n=1 nlookup=1');
  });

  test('of no type is listed and given back', () => {
    const m = withDirectory(ALWAYS);
    listed(m, 'f0', { nodeid: 99n, attr: attrOf(m, 0) }, 'FORGET n=99 nlookup=1');
    ino(m, 'f0', "LOOKUP n=1 'f0'");
  });

  test('that names another file than was cached takes the place of it', () => {
    const m = withDirectory(ALWAYS);
    ino(m, 'f0', "LOOKUP n=1 'f0'");
    listed(m, 'f0', { nodeid: 120n }, 'FORGET n=2 nlookup=1');
    m.does((t) => unlink(t, '/f0'), "UNLINK n=1 'f0'", 'FORGET n=120 nlookup=1');
  });

  test('of another generation makes the old file bad, and names a new one', () => {
    const m = withDirectory(ALWAYS);
    const fd = m.trace((t) => open(t, '/f0', O_RDONLY)).result as number;
    listed(m, 'f0', { generation: 5n });
    expect(ino(m, 'f0')).toBe(2n);
    m.fails(EIO, (t) => fstat(t, fd));
  });

  test('for a directory below itself is given back', () => {
    const m = withDirectory(ALWAYS);
    m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
    const inner = m.server.tree.make(7n, 'd', S_IFDIR | 0o755);
    m.server.script.nodeids.set(inner.nodeid, 7n);
    const fd = m.trace((t) => open(t, '/d', O_RDONLY)).result as number;
    const { log } = m.trace((t) => getdents(t, fd, 4096));
    expect(log.slice(1)).toEqual(['FORGET n=7 nlookup=1']);
    m.does((t) => stat(t, '/d'), 'GETATTR n=7 flags=0 fh=0');
  });
});

test('an entry with a slash ends the listing, and what came before it is cached', () => {
  const m = withDirectory(ALWAYS);
  const writer = new DirentWriter(4096, 'plus');
  const entry = entryOf(m.server, m.server.tree.node(2n));
  writer.add({ ino: 2n, off: 1n, type: 8, name: 'f0' }, entry);
  writer.add({ ino: 3n, off: 2n, type: 8, name: 'f/1' }, { ...entry, nodeid: 99n });
  m.server.script.answers.READDIRPLUS = { data: writer.bytes };
  expect(names(m, 4096, PLUS(0))).toEqual(['f0']);
  ino(m, 'f0');
  m.does((t) => lseek(t, 3, 0, SEEK_SET));
  m.fails(EIO, (t) => getdents(t, 3, 10), PLUS(0));
});

test('attributes that changed here while the listing was under way stay', () => {
  const m = withDirectory(ALWAYS);
  ino(m, 'f0', "LOOKUP n=1 'f0'");
  m.server.script.hold = ['READDIRPLUS'];
  const listing = m.start((t) => getdents(t, 3, 4096));
  const inode = m.superblock.inodeWith(2n);
  inode?.attributes.wrote(5, 5);
  m.server.letGo();
  m.settle();
  expect(listing.end()).toHaveLength(7);
  expect(inode?.size).toBe(5);
  expect(inode?.mode).toBe(S_IFREG | 0o644);
});

test('a name that another task looks up is tied once', () => {
  const m = withDirectory(ALWAYS);
  m.server.script.hold = ['LOOKUP'];
  const lookup = m.start((t) => stat(t, '/f0'));
  const listing = m.start((t) => getdents(t, 3, 4096));
  expect(listing.end()).toBeUndefined();
  expect(listing.task.sleep?.why).toBe("another task's lookup of f0");
  m.server.letGo();
  m.settle();
  expect([lookup.end(), listing.end()]).toEqual([expect.objectContaining({ ino: 2n }), expect.any(Array)]);
  m.server.takeLog();
  m.does((t) => unlink(t, '/f0'), "UNLINK n=1 'f0'", 'FORGET n=2 nlookup=2');
});

test('a task killed while it waits for a lookup gives back what it did not tie', () => {
  const m = withDirectory(ALWAYS);
  m.server.script.hold = ['LOOKUP'];
  m.start((t) => stat(t, '/f0'));
  const listing = m.start((t) => getdents(t, 3, 4096));
  m.server.takeLog();
  listing.task.signal('killed');
  m.settle();
  expect(listing.end()).toBeInstanceOf(Array);
  expect(m.server.takeLog()).toEqual(['FORGET n=2 nlookup=1']);
  ino(m, 'f1');
});

test('a listing of a directory that is no longer cached gives back what it counts', () => {
  const m = withDirectory(ALWAYS);
  m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
  m.server.tree.make(7n, 'inner', S_IFREG | 0o644);
  const fd = m.trace((t) => open(t, '/d', O_RDONLY)).result as number;
  m.superblock.root.children.get('d')?.drop();
  const { log } = m.trace((t) => getdents(t, fd, 4096));
  expect(log.slice(1)).toEqual(['FORGET n=8 nlookup=1']);
});
