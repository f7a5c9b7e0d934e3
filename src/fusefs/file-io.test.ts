import { describe, expect, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { EACCES, EINTR, EIO, ENOSPC, ENOSYS, ENOTCONN, ESPIPE } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO, FOPEN_NOFLUSH, FOPEN_NONSEEKABLE, FOPEN_STREAM } from '../abi/fuse.ts';
import {
  O_APPEND,
  O_DIRECT,
  O_DSYNC,
  O_RDWR,
  O_SYNC,
  O_WRONLY,
  POSIX_FADV_WILLNEED,
  SEEK_END,
  SEEK_SET,
} from '../abi/linux.ts';
import { NOTIFY_INVAL_INODE } from '../abi/notify.ts';
import { posixFadvise } from '../syscalls/advice.ts';
import { close } from '../syscalls/descriptors.ts';
import { open } from '../syscalls/open.ts';
import { lseek, pread, pwrite, read, write } from '../syscalls/read-write.ts';
import { fstat } from '../syscalls/stat.ts';
import { fsync } from '../syscalls/sync.ts';
import { unlink } from '../syscalls/unlink.ts';
import { getxattr } from '../syscalls/xattr.ts';
import { PageCache } from '../vfs/page-cache.ts';
import type { FuseMountOptions } from './options.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';
import { thrownBy } from './testing/thrown-by.ts';

interface Setting extends Partial<Script> {
  readonly size?: number;
  readonly flags?: number;
  readonly options?: Partial<FuseMountOptions>;
  readonly pageCache?: PageCache;
}

/**
 * A file /f of `size` bytes, each its offset modulo 251, open as descriptor 3 (fh 101, nodeid 2). Its size is known, and
 * that the server has no extended attributes.
 */
function withFile({
  size = 0,
  flags = O_RDWR,
  options = {},
  pageCache = new PageCache(),
  ...script
}: Setting = {}): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100, errors: { GETXATTR: ENOSYS }, ...script }, options, {
    pageCache,
  });
  m.server.tree.file('f', pattern(size));
  m.trace((t) => open(t, '/f', flags));
  m.trace((t) => getxattr(t, '/f', 'user.a', 0));
  m.trace((t) => fstat(t, 3));
  return m;
}

const pattern = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_byte, at) => at % 251);

const get = (m: Scenario, size: number, offset: number, ...requests: string[]): Uint8Array => {
  const buffer = new Uint8Array(size).fill(0xee);
  const length = m.does((t) => pread(t, 3, buffer, offset), ...requests);
  expect(buffer.subarray(length).every((byte) => byte === 0xee)).toBe(true);
  return buffer.subarray(0, length);
};

interface Range {
  readonly off: number;
  readonly size: number;
}
const READ = ({ off, size }: Range, flags = '8002') =>
  `READ n=2 fh=101 off=${off} size=${size} read_flags=0x0 lo=0 flags=0x${flags}`;
const DIRECT_READ = ({ off, size }: Range, flags = '8002') =>
  `READ n=2 fh=101 off=${off} size=${size} read_flags=0x2 lo=Y flags=0x${flags}`;
const WRITE = ({ off, size }: Range, flags = '8002') =>
  `WRITE n=2 fh=101 off=${off} size=${size} write_flags=0x0 lo=0 flags=0x${flags}`;
const DIRECT_WRITE = ({ off, size }: Range, flags = '8002') =>
  `WRITE n=2 fh=101 off=${off} size=${size} write_flags=0x2 lo=Y flags=0x${flags}`;
const GETATTR_FH = 'GETATTR n=2 flags=1 fh=101';
const GETATTR = 'GETATTR n=2 flags=0 fh=0';
const PAGE = 4096;

describe('reading', () => {
  const whole = (pages: number) => READ({ off: 0, size: pages * PAGE });

  test('asks for whole pages, which makes the access time stale, and then for none of them', () => {
    const m = withFile({ size: 1000 });
    expect(get(m, 10, 500, whole(1))).toEqual(pattern(1000).subarray(500, 510));
    m.does((t) => fstat(t, 3), GETATTR);
    expect(get(m, 1000, 0)).toEqual(pattern(1000));
    m.does((t) => fstat(t, 3));
  });

  test('to beyond a size that holds gives no more than there is', () => {
    const m = withFile({ size: 1000 });
    expect(get(m, 100, 950, whole(1))).toHaveLength(50);
    expect(get(m, 10, 1000)).toHaveLength(0);
  });

  test('to beyond a size that is stale asks for the size first, with the handle; another size drops what was read', () => {
    const m = withFile({ size: 10, attrValid: 0 });
    get(m, 5, 0, whole(1));
    m.server.tree.node(2n).data = pattern(30);
    expect(get(m, 100, 0, GETATTR_FH, whole(1))).toEqual(pattern(30));
    expect(get(m, 100, 30, GETATTR_FH)).toHaveLength(0);
  });

  test('asks for stale attributes each time with AUTO_INVAL_DATA, and for data that were changed', () => {
    const m = withFile({ size: 1000, features: ['AUTO_INVAL_DATA'], attrValid: 0 });
    get(m, 10, 0, GETATTR_FH, whole(1));
    get(m, 10, 0, GETATTR_FH);
    m.server.tree.node(2n).mtime++;
    get(m, 10, 0, GETATTR_FH, whole(1));
  });

  test.each([
    ['another size drops what was read', [], [READ({ off: 0, size: PAGE })]],
    ['with EXPLICIT_INVAL_DATA alone another size leaves it', ['EXPLICIT_INVAL_DATA'], []],
    ['AUTO_INVAL_DATA wins', ['EXPLICIT_INVAL_DATA', 'AUTO_INVAL_DATA'], [GETATTR_FH, READ({ off: 0, size: PAGE })]],
  ] as const)('when a reply tells: %s', (_name, features, requests) => {
    const m = withFile({ size: 1000, features: [...features], attrValid: 0 });
    m.trace((t) => pread(t, 3, new Uint8Array(10), 0));
    m.server.tree.node(2n).data = pattern(1500);
    m.trace((t) => fstat(t, 3));
    get(m, 10, 0, ...requests);
  });

  test('that gets less than it asked for ends the file there, and has zeros behind it', () => {
    const m = withFile({ size: 1000 });
    m.server.tree.node(2n).data = pattern(300);
    expect(get(m, 1000, 0, whole(1))).toEqual(pattern(300));
    expect(get(m, 100, 300)).toHaveLength(0);
    expect(m.does((t) => lseek(t, 3, 0, SEEK_END))).toBe(300);
  });

  test('that fails reads the page again for itself, and throws what the server answered then', () => {
    const m = withFile({ size: 10 * PAGE, errors: { READ: EACCES } });
    m.fails(EACCES, (t) => pread(t, 3, new Uint8Array(10), 0), whole(4), whole(1));
    m.server.script.errors = {};
    expect(get(m, 10, 0, whole(1))).toEqual(pattern(10));
  });

  test('of a server that is gone serves what is cached, and fails for the rest', () => {
    const m = withFile({ size: 10 * PAGE });
    get(m, 10, 0, whole(4));
    m.connection.abort();
    const buffer = new Uint8Array(100);
    expect(m.run((t) => pread(t, 3, buffer, 3 * PAGE))).toBe(100);
    expect(buffer).toEqual(pattern(10 * PAGE).subarray(3 * PAGE, 3 * PAGE + 100));
    expect(thrownBy(() => m.run((t) => pread(t, 3, buffer, 8 * PAGE)))).toBe(ENOTCONN);
  });

  test('behind 4 GiB asks for the right place', () => {
    const m = withFile();
    const off = 2 ** 40 + 4096;
    m.superblock.inodeWith(2n)?.attributes.wrote(off + 100, 1);
    m.server.script.answers.READ = { data: bytes('0123456789') };
    m.does((t) => pread(t, 3, new Uint8Array(10), off), READ({ off, size: PAGE }));
  });

  test.each([
    ['max_pages', { init: { max_pages: 2 } }],
    ['max_read', { options: { maxRead: 2 * PAGE } }],
  ])('more than %s allows takes one request after the other without ASYNC_READ', (_name, setting) => {
    const m = withFile({ size: 5 * PAGE, features: ['MAX_PAGES'], ...setting });
    const requests = [0, 2, 4].map((page) => READ({ off: page * PAGE, size: Math.min(2, 5 - page) * PAGE }));
    m.server.script.hold = ['READ'];
    const { end } = m.start((t) => pread(t, 3, new Uint8Array(5 * PAGE), 0));
    expect(m.server.takeLog()).toEqual(requests.slice(0, 1));
    m.server.letGo();
    m.settle();
    expect(end()).toBe(5 * PAGE);
    expect(m.server.takeLog()).toEqual(requests.slice(1));
  });

  test('goes on from a small page cache too, with the right bytes', () => {
    const m = withFile({ size: 300 * PAGE, pageCache: new PageCache(4 * PAGE) });
    const buffer = new Uint8Array(300 * PAGE);
    expect(m.trace((t) => pread(t, 3, buffer, 0)).result).toBe(300 * PAGE);
    expect(Buffer.compare(buffer, pattern(300 * PAGE))).toBe(0);
    expect(m.superblock.pageCache.used).toBeLessThan(50 * PAGE);
  });

  test('leaves nothing in the page cache once the file is forgotten', () => {
    const m = withFile({ size: 300 * PAGE });
    m.trace((t) => pread(t, 3, new Uint8Array(300 * PAGE), 0));
    expect(m.superblock.pageCache.used).toBeGreaterThan(300 * PAGE);
    m.trace((t) => close(t, 3));
    m.trace((t) => unlink(t, '/f'));
    expect(m.superblock.pageCache.used).toBe(0);
  });
});

describe('reading with ASYNC_READ', () => {
  const pages = (count: number): Setting => ({ size: count * PAGE, init: { max_pages: 1 } });
  const page = (at: number) => READ({ off: at * PAGE, size: PAGE });

  test('has as many requests under way as make it congested, and gets every byte in its place', () => {
    const m = withFile(pages(20));
    m.server.script.hold = ['READ'];
    const buffer = new Uint8Array(20 * PAGE);
    const { end } = m.start((t) => pread(t, 3, buffer, 0));
    expect(m.server.takeLog()).toEqual(Array.from({ length: 9 }, (_none, at) => page(at)));
    m.server.letGo();
    m.settle();
    expect(end()).toBe(20 * PAGE);
    expect(Buffer.compare(buffer, pattern(20 * PAGE))).toBe(0);
    expect(m.server.takeLog()).toHaveLength(11);
  });

  test('stays below the limit of background requests', () => {
    const m = withFile({ ...pages(20), init: { max_pages: 1, max_background: 3 } });
    m.server.script.hold = ['READ'];
    const { end } = m.start((t) => pread(t, 3, new Uint8Array(20 * PAGE), 0));
    expect(m.server.takeLog()).toHaveLength(3);
    m.server.letGo();
    m.settle();
    expect(end()).toBe(20 * PAGE);
  });

  test('reads no page that nobody asked for while the connection is congested', () => {
    const m = withFile({ ...pages(64), init: { max_pages: 1, congestion_threshold: 2 } });
    m.server.script.hold = ['READ'];
    m.start((t) => pread(t, 3, new Uint8Array(10), 0));
    expect(m.server.takeLog()).toEqual([page(0), page(1)]);
    m.server.letGo();
  });

  test('two readers of a page ask for it once', () => {
    const m = withFile({ size: 1000 });
    m.server.script.hold = ['READ'];
    const buffers = [new Uint8Array(100), new Uint8Array(100)] as const;
    const [first, second] = [m.start((t) => pread(t, 3, buffers[0], 0)), m.start((t) => pread(t, 3, buffers[1], 100))];
    m.server.letGo();
    m.settle();
    expect([first.end(), second.end()]).toEqual([100, 100]);
    expect(buffers[1]).toEqual(pattern(200).subarray(100));
    expect(m.server.takeLog()).toEqual([READ({ off: 0, size: PAGE })]);
  });

  test('ends at the first short reply, and throws away what came for the range behind it', () => {
    const m = withFile(pages(4));
    m.server.tree.node(2n).data = pattern(PAGE + 100);
    const buffer = new Uint8Array(4 * PAGE);
    const { result } = m.trace((t) => pread(t, 3, buffer, 0));
    expect(result).toBe(PAGE + 100);
    expect(m.does((t) => lseek(t, 3, 0, SEEK_END))).toBe(PAGE + 100);
  });

  test('throws away what comes for pages that were dropped meanwhile, and asks anew', () => {
    const m = withFile({ size: 1000 });
    m.server.script.hold = ['READ'];
    const buffer = new Uint8Array(1000);
    const { end } = m.start((t) => pread(t, 3, buffer, 0));
    m.server.notify(NOTIFY_INVAL_INODE, { body: { ino: 2n, off: 0, len: 0 }, tail: undefined });
    m.settle();
    m.server.answerHeld(0);
    m.server.tree.node(2n).data = pattern(1000).map((byte) => byte ^ 0xff);
    m.server.letGo();
    m.settle();
    expect(end()).toBe(1000);
    expect(buffer).toEqual(pattern(1000).map((byte) => byte ^ 0xff));
  });

  test('returns what came before an error, and throws one that came first', () => {
    const m = withFile(pages(3));
    m.server.script.hold = ['READ'];
    const some = m.start((t) => pread(t, 3, new Uint8Array(3 * PAGE), 0));
    m.server.answerHeld(0);
    m.server.script.errors.READ = EIO;
    m.server.letGo();
    m.settle();
    expect(some.end()).toBe(PAGE);
    expect(m.trace((t) => pread(t, 3, new Uint8Array(3 * PAGE), PAGE)).result).toBe(EIO);
    m.server.script.errors = {};
    expect(m.run((t) => lseek(t, 3, 0, SEEK_END))).toBe(3 * PAGE);
  });

  test('writes nothing to the buffer of a caller who was killed', () => {
    const m = withFile(pages(3));
    m.server.script.hold = ['READ'];
    const buffer = new Uint8Array(3 * PAGE);
    const { task, end } = m.start((t) => pread(t, 3, buffer, PAGE));
    task.signal('killed');
    m.settle();
    expect(end()).toBe(EINTR);
    m.server.letGo();
    m.settle();
    expect(buffer.every((byte) => byte === 0)).toBe(true);
  });

  test('keeps a file that is closed meanwhile from being released until the READs have ended', () => {
    const m = withFile({ size: 100 * PAGE });
    m.server.script.hold = ['READ'];
    m.start((t) => posixFadvise(t, 3, 0, 0, POSIX_FADV_WILLNEED));
    m.trace((t) => close(t, 3));
    expect(m.server.takeLog()).toEqual([]);
    m.server.letGo();
    m.settle();
    expect(m.server.takeLog()).toEqual(['RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0']);
  });
});

describe('writing', () => {
  test('takes as many requests as the server wants, which end where pages end, and behind one that is covered in part', () => {
    const m = withFile();
    m.does(
      (t) => pwrite(t, 3, pattern(300_000), 4000),
      WRITE({ off: 4000, size: 96 }),
      WRITE({ off: 4096, size: 131_072 }),
      WRITE({ off: 135_168, size: 131_072 }),
      WRITE({ off: 266_240, size: 37_760 }),
    );
    expect(m.server.tree.node(2n).data.subarray(4000)).toEqual(pattern(300_000));
  });

  test.each([
    ['without BIG_WRITES', { features: [] }],
    ['with a max_write of a page', { init: { max_write: 100 } }],
  ])('goes page by page %s', (_name, setting) => {
    const m = withFile(setting);
    m.does(
      (t) => pwrite(t, 3, new Uint8Array(10_000), 0),
      WRITE({ off: 0, size: 4096 }),
      WRITE({ off: 4096, size: 4096 }),
      WRITE({ off: 8192, size: 1808 }),
    );
  });

  test('moves the end, and makes size and times stale', () => {
    const m = withFile();
    m.does((t) => write(t, 3, bytes('abc')), WRITE({ off: 0, size: 3 }));
    expect(m.superblock.inodeWith(2n)?.size).toBe(3);
    expect(m.does((t) => fstat(t, 3), GETATTR).size).toBe(3);
  });

  test('of nothing sends nothing', () => {
    const m = withFile();
    expect(m.does((t) => write(t, 3, new Uint8Array(0)))).toBe(0);
  });

  test('returns what was written before an error', () => {
    const m = withFile({ init: { max_write: PAGE } });
    m.server.script.hold = ['WRITE'];
    const { end } = m.start((t) => pwrite(t, 3, new Uint8Array(10_000), 0));
    m.server.answerHeld(0);
    m.settle();
    m.server.script.errors.WRITE = ENOSPC;
    m.server.letGo();
    m.settle();
    expect(end()).toBe(PAGE);
    m.server.takeLog();
    m.fails(ENOSPC, (t) => pwrite(t, 3, bytes('a'), 0), WRITE({ off: 0, size: 1 }));
  });

  test('at the end goes to the size last known, though it may be stale', () => {
    const m = withFile({ size: 10, flags: O_WRONLY | O_APPEND });
    m.server.tree.node(2n).data = pattern(50);
    m.clock.advance(100_001);
    m.does((t) => write(t, 3, bytes('abc')), WRITE({ off: 10, size: 3 }, '8401'));
    m.does((t) => write(t, 3, bytes('abc')), WRITE({ off: 13, size: 3 }, '8401'));
  });

  test('behind 4 GiB goes to the right place', () => {
    const m = withFile();
    m.server.script.answers.WRITE = { body: { size: 3 } };
    const off = 2 ** 40 + 4096;
    m.does((t) => pwrite(t, 3, bytes('abc'), off), WRITE({ off, size: 3 }));
    expect(m.superblock.inodeWith(2n)?.size).toBe(off + 3);
  });

  test.each([
    ['O_SYNC', O_SYNC, '109002', 0],
    ['O_DSYNC', O_DSYNC, '9002', 1],
  ])('with %s is followed by FSYNC', (_name, flag, shown, datasync) => {
    const m = withFile({ flags: O_RDWR | flag });
    m.does((t) => write(t, 3, bytes('a')), WRITE({ off: 0, size: 1 }, shown), `FSYNC n=2 fh=101 flags=${datasync}`);
  });

  test('overtakes a stat that was sent before it', () => {
    const m = withFile({ attrValid: 0 });
    m.server.script.hold = ['GETATTR'];
    const { end } = m.start((t) => fstat(t, 3));
    m.server.script.hold = [];
    m.trace((t) => write(t, 3, bytes('0123456789')));
    m.server.tree.node(2n).data = new Uint8Array(4);
    m.server.letGo();
    m.settle();
    expect(end()).toMatchObject({ size: 4 });
    expect(m.superblock.inodeWith(2n)?.size).toBe(10);
  });
});

describe('FOPEN_DIRECT_IO', () => {
  const direct: Setting = { openFlags: FOPEN_DIRECT_IO };

  test('reads just what is asked for, behind the end too, and one request at a time', () => {
    const m = withFile({ ...direct, size: 300_000 });
    get(m, 10, 0, DIRECT_READ({ off: 0, size: 10 }));
    get(m, 10, 0, DIRECT_READ({ off: 0, size: 10 }));
    expect(get(m, 10, 400_000, DIRECT_READ({ off: 400_000, size: 10 }))).toHaveLength(0);
    const all = get(
      m,
      300_000,
      0,
      DIRECT_READ({ off: 0, size: 131_072 }),
      DIRECT_READ({ off: 131_072, size: 131_072 }),
      DIRECT_READ({ off: 262_144, size: 37_856 }),
    );
    expect(all).toEqual(pattern(300_000));
  });

  test('stops reading at the first short reply, which does not change the size', () => {
    const m = withFile({ ...direct, size: 300_000 });
    m.server.tree.node(2n).data = pattern(140_000);
    const some = get(
      m,
      300_000,
      0,
      DIRECT_READ({ off: 0, size: 131_072 }),
      DIRECT_READ({ off: 131_072, size: 131_072 }),
    );
    expect(some).toHaveLength(140_000);
    expect(m.superblock.inodeWith(2n)?.size).toBe(300_000);
  });

  test('writes just what is given', () => {
    const m = withFile(direct);
    m.does(
      (t) => pwrite(t, 3, new Uint8Array(300_000), 5),
      DIRECT_WRITE({ off: 5, size: 131_072 }),
      DIRECT_WRITE({ off: 131_077, size: 131_072 }),
      DIRECT_WRITE({ off: 262_149, size: 37_856 }),
    );
  });

  test.each([
    [4, 4],
    [0, 0],
  ])('a WRITE of 10 answered with %d writes %d', (size, written) => {
    const m = withFile(direct);
    m.server.script.answers.WRITE = { body: { size } };
    expect(m.does((t) => pwrite(t, 3, new Uint8Array(10), 0), DIRECT_WRITE({ off: 0, size: 10 }))).toBe(written);
  });

  test('a WRITE of 10 answered with 11 is EIO', () => {
    const m = withFile(direct);
    m.server.script.answers.WRITE = { body: { size: 11 } };
    m.fails(EIO, (t) => pwrite(t, 3, new Uint8Array(10), 0), DIRECT_WRITE({ off: 0, size: 10 }));
  });

  test('appends at the size last known, and leaves O_SYNC to the server', () => {
    const m = withFile({ ...direct, size: 7, flags: O_WRONLY | O_APPEND | O_SYNC });
    m.does((t) => write(t, 3, bytes('abc')), DIRECT_WRITE({ off: 7, size: 3 }, '109401'));
    m.does((t) => write(t, 3, bytes('abc')), DIRECT_WRITE({ off: 10, size: 3 }, '109401'));
  });
});

describe('O_DIRECT', () => {
  const direct: Setting = { flags: O_RDWR | O_DIRECT };
  const shown = 'c002';

  test('reads just what is asked for, though not from the end on', () => {
    const m = withFile({ ...direct, size: 10_000 });
    get(m, 10, 3, DIRECT_READ({ off: 3, size: 10 }, shown));
    m.clock.advance(100_001);
    expect(get(m, 100, 9_990, GETATTR_FH, DIRECT_READ({ off: 9_990, size: 100 }, shown))).toHaveLength(10);
    expect(get(m, 10, 20_000)).toHaveLength(0);
  });

  test('reads what a short reply left over as if it were cached', () => {
    const m = withFile({ ...direct, size: 10_000 });
    m.server.tree.node(2n).data = pattern(100);
    const read = [DIRECT_READ({ off: 0, size: 5000 }, shown), READ({ off: 0, size: 3 * PAGE }, shown)];
    expect(get(m, 5000, 0, ...read)).toHaveLength(100);
    expect(m.superblock.inodeWith(2n)?.size).toBe(100);
  });

  test('writes just what is given, and what the server did not take as if it were cached', () => {
    const m = withFile(direct);
    m.server.script.hold = ['WRITE'];
    const { end } = m.start((t) => pwrite(t, 3, new Uint8Array(5000), 0));
    m.server.script.answers.WRITE = { body: { size: 100 } };
    m.server.answerHeld(0);
    m.settle();
    m.server.script.answers = {};
    m.server.letGo();
    m.settle();
    expect(end()).toBe(5000);
    expect(m.server.takeLog()).toEqual([
      DIRECT_WRITE({ off: 0, size: 5000 }, shown),
      WRITE({ off: 100, size: 3996 }, shown),
      WRITE({ off: 4096, size: 904 }, shown),
    ]);
  });

  test('a write behind the end that fails sets the old size again', () => {
    const m = withFile({ ...direct, size: 10_000 });
    m.server.script.errors.WRITE = ENOSPC;
    m.fails(
      ENOSPC,
      (t) => pwrite(t, 3, new Uint8Array(50), 20_000),
      DIRECT_WRITE({ off: 20_000, size: 50 }, shown),
      'SETATTR n=2 SIZE|FH|LOCKOWNER fh=101 size=10000 mode=0 uid=0 gid=0',
    );
    m.fails(ENOSPC, (t) => pwrite(t, 3, new Uint8Array(50), 0), DIRECT_WRITE({ off: 0, size: 50 }, shown));
  });
});

describe('FOPEN flags', () => {
  test('NONSEEKABLE and STREAM files have no lseek, pread and pwrite', () => {
    for (const openFlags of [FOPEN_NONSEEKABLE, FOPEN_STREAM]) {
      const m = withFile({ openFlags });
      m.fails(ESPIPE, (t) => lseek(t, 3, 0, SEEK_SET));
      m.fails(ESPIPE, (t) => pread(t, 3, new Uint8Array(1), 0));
      m.fails(ESPIPE, (t) => pwrite(t, 3, new Uint8Array(1), 0));
    }
  });

  test('NONSEEKABLE files are written on', () => {
    const m = withFile({ openFlags: FOPEN_NONSEEKABLE });
    m.does((t) => write(t, 3, bytes('ab')), WRITE({ off: 0, size: 2 }));
    m.does((t) => write(t, 3, bytes('ab')), WRITE({ off: 2, size: 2 }));
  });

  test('STREAM files have no offsets', () => {
    const m = withFile({ openFlags: FOPEN_STREAM | FOPEN_DIRECT_IO, size: 100 });
    m.does((t) => write(t, 3, bytes('ab')), DIRECT_WRITE({ off: 0, size: 2 }));
    m.does((t) => write(t, 3, bytes('ab')), DIRECT_WRITE({ off: 0, size: 2 }));
    m.does((t) => read(t, 3, new Uint8Array(10)), DIRECT_READ({ off: 0, size: 10 }));
    m.does((t) => read(t, 3, new Uint8Array(10)), DIRECT_READ({ off: 0, size: 10 }));
  });

  test('NOFLUSH files are closed without FLUSH', () => {
    const m = withFile({ openFlags: FOPEN_NOFLUSH });
    m.does((t) => close(t, 3), 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  });
});

test('what FLUSH and FSYNC answer is what close(2) and fsync(2) return; the file is released all the same', () => {
  const m = withFile();
  m.server.script.errors = { FLUSH: EIO, FSYNC: ENOSPC };
  m.fails(ENOSPC, (t) => fsync(t, 3), 'FSYNC n=2 fh=101 flags=0');
  m.fails(EIO, (t) => close(t, 3), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
});

test('the end for SEEK_END is asked for with the handle when it is stale', () => {
  const m = withFile({ size: 10, attrValid: 0 });
  m.server.tree.node(2n).data = pattern(20);
  expect(m.does((t) => lseek(t, 3, 0, SEEK_END), GETATTR_FH)).toBe(20);
});

test('threads of one process are one lock owner, to all its files', () => {
  const m = withFile();
  const owner = (): bigint => m.superblock.lockOwner(m.thread());
  expect(owner()).toBe(owner());
});
