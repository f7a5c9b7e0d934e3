import { describe, expect, test } from 'vitest';
import {
  S_IFCHR,
  S_IFDIR,
  S_IFREG,
  STATX_ATIME,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_CTIME,
  STATX_MODE,
  STATX_MTIME,
  STATX_SIZE,
} from '../abi/linux.ts';
import type { fuse_attr } from '../abi/structs.ts';
import { AttributeTable } from './attribute-table.ts';
import { Attributes, isSane } from './attributes.ts';
import { Versions } from './versions.ts';

const NOW = 10;
const LATER = 1000;

const attrWith = (changes: Partial<fuse_attr> = {}): fuse_attr => ({
  ino: 7n,
  size: 100,
  blocks: 1,
  atime: 1,
  mtime: 2,
  ctime: 3,
  atimensec: 0,
  mtimensec: 0,
  ctimensec: 0,
  mode: S_IFREG | 0o644,
  nlink: 2,
  uid: 5,
  gid: 6,
  rdev: 0,
  blksize: 4096,
  flags: 0,
  ...changes,
});

/** Attributes that a reply has filled, valid up to LATER. */
function filled(changes: Partial<fuse_attr> = {}) {
  const versions = new Versions();
  const attributes = new Attributes(new AttributeTable(), versions, attrWith(changes));
  attributes.apply(attrWith(changes), { expires: LATER, asked: null });
  return { versions, attributes };
}

describe('what holds', () => {
  test('nothing before the first reply', () => {
    const attributes = new Attributes(new AttributeTable(), new Versions(), attrWith());
    expect(attributes.holds(STATX_SIZE, NOW)).toBe(false);
  });

  test('the basic fields after it, up to the time given, but not the birth time', () => {
    const { attributes } = filled();
    expect(attributes.holds(STATX_BASIC_STATS, LATER)).toBe(true);
    expect(attributes.holds(STATX_BASIC_STATS, LATER + 1)).toBe(false);
    expect(attributes.holds(STATX_BTIME, NOW)).toBe(false);
  });

  test('all but the fields made stale', () => {
    const { attributes } = filled();
    attributes.invalidate(STATX_CTIME);
    expect(attributes.holds(STATX_MODE, NOW)).toBe(true);
    expect(attributes.holds(STATX_MODE | STATX_CTIME, NOW)).toBe(false);
  });

  test('a birth time that the server has not, once it was asked', () => {
    const { attributes } = filled();
    attributes.apply(attrWith(), { expires: LATER, asked: null, btime: null });
    expect(attributes.holds(STATX_BTIME, NOW)).toBe(true);
    expect(attributes.stat({ dev: 1, blockSize: 4096 }).btime).toBeNull();
  });
});

describe('a reply', () => {
  test('that was asked for before a local change is not taken over', () => {
    const { versions, attributes } = filled();
    const asked = versions.now();
    attributes.wrote(200, 50);
    attributes.apply(attrWith({ size: 1 }), { expires: LATER, asked });
    expect(attributes.size).toBe(200);
    expect(attributes.holds(STATX_SIZE, NOW)).toBe(false);
  });

  test('that was asked for after it is', () => {
    const { versions, attributes } = filled();
    attributes.wrote(200, 50);
    attributes.apply(attrWith({ size: 1 }), { expires: LATER, asked: versions.now() });
    expect(attributes.size).toBe(1);
    expect(attributes.holds(STATX_SIZE, NOW)).toBe(true);
  });

  test('is not taken over while the size changes', () => {
    const { versions, attributes } = filled();
    attributes.isSizeChanging = true;
    attributes.apply(attrWith({ size: 1 }), { expires: LATER, asked: versions.now() });
    expect(attributes.size).toBe(100);
  });

  test('to a change is taken over though overtaken, but expires at once', () => {
    const { versions, attributes } = filled();
    const asked = versions.now();
    attributes.unlinked();
    attributes.applyChanged(attrWith({ mode: S_IFREG | 0o600 }), { expires: LATER, asked });
    expect(attributes.mode).toBe(S_IFREG | 0o600);
    expect(attributes.holds(STATX_MODE, NOW)).toBe(false);
  });

  test('that makes an inode while another was evicted leaves every field to be asked for', () => {
    const versions = new Versions();
    const asked = versions.now();
    versions.countEviction();
    const attributes = new Attributes(new AttributeTable(), versions, attrWith());
    attributes.apply(attrWith(), { expires: LATER, asked });
    expect(attributes.size).toBe(100);
    expect(attributes.holds(STATX_SIZE, NOW)).toBe(false);
  });

  test('ends what was known about set-id bits', () => {
    const { attributes } = filled();
    attributes.hasNoPrivileges = true;
    attributes.apply(attrWith(), { expires: LATER, asked: null });
    expect(attributes.hasNoPrivileges).toBe(false);
  });
});

describe('local changes', () => {
  test('a write moves the end and makes size and times stale', () => {
    const { attributes } = filled();
    attributes.wrote(150, 60);
    expect(attributes.size).toBe(150);
    expect(attributes.holds(STATX_MTIME, NOW)).toBe(false);
    expect(attributes.holds(STATX_ATIME, NOW)).toBe(true);
  });

  test('a write that wrote nothing does not move the end', () => {
    const { attributes } = filled();
    attributes.wrote(150, 0);
    expect(attributes.size).toBe(100);
  });

  test('a read that met the end lowers the size', () => {
    const { versions, attributes } = filled();
    attributes.endsAt(40, versions.now());
    expect(attributes.size).toBe(40);
  });

  test('a read that met the end before a write does not', () => {
    const { versions, attributes } = filled();
    const asked = versions.now();
    attributes.wrote(150, 60);
    attributes.endsAt(40, asked);
    expect(attributes.size).toBe(150);
  });

  test('a name less takes a link, a directory all, and never below zero', () => {
    const file = filled({ nlink: 1 }).attributes;
    file.unlinked();
    file.unlinked();
    const dir = filled({ mode: S_IFDIR | 0o755, nlink: 9 }).attributes;
    dir.unlinked();
    expect([file.nlink, dir.nlink]).toEqual([0, 0]);
  });
});

describe('stat', () => {
  test('has the values of the reply, and its own device', () => {
    expect(filled().attributes.stat({ dev: 9, blockSize: 4096 })).toEqual({
      dev: 9,
      ino: 7n,
      mode: S_IFREG | 0o644,
      nlink: 2,
      uid: 5,
      gid: 6,
      rdev: 0,
      size: 100,
      blksize: 4096,
      blocks: 1,
      atime: { seconds: 1, nanoseconds: 0 },
      mtime: { seconds: 2, nanoseconds: 0 },
      ctime: { seconds: 3, nanoseconds: 0 },
      btime: null,
      mask: STATX_BASIC_STATS,
    });
  });

  test.each([
    [0, 4096],
    [1, 1],
    [3000, 2048],
    [4096, 4096],
    [131072, 131072],
    [0xffffffff, 2 ** 31],
  ])('a block size of %d shows as %d', (blksize, shown) => {
    expect(filled({ blksize }).attributes.stat({ dev: 1, blockSize: 4096 }).blksize).toBe(shown);
  });

  test('nanoseconds that are none are cut', () => {
    const { mtime } = filled({ mtimensec: 0xffffffff }).attributes.stat({ dev: 1, blockSize: 4096 });
    expect(mtime).toEqual({ seconds: 2, nanoseconds: 999_999_999 });
  });

  test('only devices have a device number, the one they were found with', () => {
    const device = filled({ mode: S_IFCHR | 0o600, rdev: 0x103 }).attributes;
    device.apply(attrWith({ mode: S_IFCHR | 0o600, rdev: 0x999 }), { expires: LATER, asked: null });
    expect(device.stat({ dev: 1, blockSize: 4096 }).rdev).toBe(0x103);
    expect(filled({ rdev: 0x103 }).attributes.stat({ dev: 1, blockSize: 4096 }).rdev).toBe(0);
  });
});

test.each([
  [S_IFREG | 0o644, 0, true],
  [0o644, 0, false],
  [0o170000, 0, false],
  [S_IFREG, Number.MAX_SAFE_INTEGER, true],
  [S_IFREG, 2 ** 63, false],
  [S_IFREG, 2 ** 64, false],
])('mode %o and size %d make sense: %s', (mode, size, sane) => {
  expect(isSane(attrWith({ mode, size }))).toBe(sane);
});

test('what is given back is not found in those of another file', () => {
  const [table, versions] = [new AttributeTable(), new Versions()];
  const first = new Attributes(table, versions, attrWith({ size: 1, uid: 9 }));
  first.free();
  const second = new Attributes(table, versions, attrWith({ size: 2, uid: 3 }));
  first.apply(attrWith({ size: 7, uid: 8 }), { expires: LATER, asked: null });
  expect([second.size, second.uid, second.holds(STATX_SIZE, NOW)]).toEqual([2, 3, false]);
});
