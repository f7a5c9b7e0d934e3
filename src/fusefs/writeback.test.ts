import { describe, expect, test } from 'vitest';
import { EINTR } from '../abi/errno.ts';
import { O_RDWR, PAGE_SIZE } from '../abi/linux.ts';
import { NOTIFY_INVAL_INODE } from '../abi/notify.ts';
import { open } from '../syscalls/open.ts';
import { pread, pwrite } from '../syscalls/read-write.ts';
import { PageCache } from '../vfs/page-cache.ts';
import { Scenario } from './testing/scenario.ts';

/** A file that is open as descriptor 3, with a writeback cache. */
function withFile(pageCache = new PageCache()): Scenario {
  const m = new Scenario(
    { entryValid: 100, attrValid: 100, features: ['WRITEBACK_CACHE', 'BIG_WRITES', 'MAX_PAGES'] },
    {},
    { pageCache },
  );
  m.server.tree.file('f', new Uint8Array(0));
  m.trace((t) => open(t, '/f', O_RDWR));
  return m;
}

const put = (m: Scenario, size: number, offset: number): number =>
  m.run((t) => pwrite(t, 3, new Uint8Array(size).fill(7), offset));

const contents = (m: Scenario): Uint8Array => m.server.tree.node(2n).data;

describe('without anybody asking', () => {
  test('data are written when they are 30 s old, and then no timer is left', () => {
    const m = withFile();
    put(m, 5, 0);
    for (let seconds = 0; seconds < 25; seconds += 5) {
      m.clock.advance(5_000);
      m.settle();
    }
    expect(contents(m).length).toBe(0);
    for (let seconds = 0; seconds < 10; seconds += 5) {
      m.clock.advance(5_000);
      m.settle();
    }
    expect(contents(m).length).toBe(5);
    expect(m.superblock.dirtyInodes.all).toEqual([]);
    expect(m.scheduler.nextTimer).toBeNull();
  });

  test('writing begins when a tenth of the page cache is dirty, and a writer waits at a fifth', () => {
    const pageCache = new PageCache(100 * PAGE_SIZE);
    const m = withFile(pageCache);
    put(m, 9 * PAGE_SIZE, 0);
    m.settle();
    expect(contents(m).length).toBe(0);
    put(m, 2 * PAGE_SIZE, 9 * PAGE_SIZE);
    m.settle();
    expect(contents(m).length).toBe(11 * PAGE_SIZE);
    put(m, 300 * PAGE_SIZE, 0);
    m.settle();
    expect(contents(m).length).toBe(300 * PAGE_SIZE);
    expect(pageCache.used).toBeLessThanOrEqual(pageCache.budget);
    expect(pageCache.dirtyBytes).toBeLessThanOrEqual(20 * PAGE_SIZE);
  });
});

test('what is dirty is never dropped for want of memory', () => {
  const m = withFile(new PageCache(0));
  for (let page = 0; page < 40; page++) put(m, 100, page * PAGE_SIZE);
  const buffer = new Uint8Array(100);
  for (let page = 0; page < 40; page++) {
    expect(m.run((t) => pread(t, 3, buffer, page * PAGE_SIZE))).toBe(100);
    expect(buffer.every((byte) => byte === 7)).toBe(true);
  }
});

test('NOTIFY_INVAL_INODE writes what is dirty first, and waits for it', () => {
  const m = withFile();
  put(m, 5, 0);
  m.server.notify(NOTIFY_INVAL_INODE, { body: { ino: 2n, off: 0, len: 0 }, tail: undefined });
  expect(m.superblock.inodeWith(2n)?.hasPages).toBe(true);
  m.settle();
  expect(contents(m).length).toBe(5);
  expect(m.superblock.inodeWith(2n)?.hasPages).toBe(false);
});

test('a caller who is killed while the page is read has nothing written', () => {
  const m = withFile();
  m.server.tree.node(2n).data = new Uint8Array(100).fill(1);
  m.server.notify(NOTIFY_INVAL_INODE, { body: { ino: 2n, off: 0, len: 0 }, tail: undefined });
  m.superblock.inodeWith(2n)?.attributes.growTo(100);
  m.server.script.hold = ['READ'];
  const data = new Uint8Array(10).fill(7);
  const { task, end } = m.start((t) => pwrite(t, 3, data, 20));
  task.signal('killed');
  m.settle();
  data.fill(8);
  m.server.letGo();
  m.settle();
  expect(end()).toBe(EINTR);
  const buffer = new Uint8Array(100);
  expect(m.run((t) => pread(t, 3, buffer, 0))).toBe(100);
  expect(buffer.every((byte) => byte === 1)).toBe(true);
});
