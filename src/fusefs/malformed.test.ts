import { describe, expect, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { DirentWriter } from '../abi/dirent.ts';
import { EIO, ENOENT, errnoOf } from '../abi/errno.ts';
import { FOPEN_PASSTHROUGH } from '../abi/fuse.ts';
import { O_CREAT, O_RDONLY, O_RDWR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../abi/linux.ts';
import type { fuse_entry_out } from '../abi/structs.ts';
import { getdents } from '../syscalls/getdents.ts';
import { link, readlink, symlink } from '../syscalls/link.ts';
import { mkdir, mknod } from '../syscalls/mkdir.ts';
import { open } from '../syscalls/open.ts';
import { pread, pwrite } from '../syscalls/read-write.ts';
import { lstat } from '../syscalls/stat.ts';
import { statfs } from '../syscalls/statfs.ts';
import { getxattr, listxattr } from '../syscalls/xattr.ts';
import { entryOf } from './testing/operations.ts';
import { Scenario } from './testing/scenario.ts';

/** What LOOKUP and its like answer for a file that is not in the server's tree. */
function entry(m: Scenario, nodeid: bigint, mode: number, size = 0): fuse_entry_out {
  const { attr, ...rest } = entryOf(m.server, m.server.tree.node(1n));
  return { ...rest, nodeid, attr: { ...attr, ino: nodeid, mode, size } };
}

const opened = { fh: 1n, open_flags: 0, backing_id: 0 };

describe('LOOKUP', () => {
  test.each([
    ['nodeid 1', 1n, S_IFDIR | 0o755, 0, EIO],
    ['nodeid 0', 0n, S_IFREG | 0o644, 0, ENOENT],
    ['a mode without a type', 50n, 0o644, 0, EIO],
    ['a size of 2^63', 50n, S_IFREG | 0o644, 2 ** 63, EIO],
  ])('of %s', (_name, nodeid, mode, size, error) => {
    const m = new Scenario();
    m.server.script.answers.LOOKUP = { body: entry(m, nodeid, mode, size) };
    m.fails(error, (t) => lstat(t, '/q'), "LOOKUP n=1 'q'");
  });

  test('that fails with a number without a name gives that number', () => {
    const m = new Scenario({ errors: { LOOKUP: errnoOf(511) } });
    m.fails(errnoOf(511), (t) => lstat(t, '/q'), "LOOKUP n=1 'q'");
  });
});

describe('a creation', () => {
  test.each([
    ['a directory', 60n, S_IFDIR | 0o755],
    ['nodeid 1', 1n, S_IFREG | 0o644],
    ['nodeid 0', 0n, S_IFREG | 0o644],
  ])('by CREATE of %s is EIO, neither released nor forgotten', (_name, nodeid, mode) => {
    const m = new Scenario();
    m.server.script.answers.CREATE = { body: { entry: entry(m, nodeid, mode), open: opened } };
    m.fails(
      EIO,
      (t) => open(t, '/n', O_CREAT | O_RDWR, 0o777),
      "LOOKUP n=1 'n'",
      "CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'n'",
    );
  });

  test('that gives another type than asked for is EIO, and not forgotten', () => {
    const m = new Scenario();
    m.server.tree.file('f', new Uint8Array(0));
    const file = { body: entry(m, 61n, S_IFREG | 0o644) };
    m.server.script.answers = { MKDIR: file, MKNOD: file, SYMLINK: file };
    m.server.script.answers.LINK = { body: entry(m, 61n, S_IFLNK | 0o777) };
    m.fails(EIO, (t) => mkdir(t, '/n', 0o777), "LOOKUP n=1 'n'", "MKDIR n=1 mode=755 umask=22 'n'");
    m.fails(
      EIO,
      (t) => mknod(t, '/n', S_IFIFO | 0o666, 0),
      "LOOKUP n=1 'n'",
      "MKNOD n=1 mode=10644 rdev=0x0 umask=22 'n'",
    );
    m.fails(EIO, (t) => symlink(t, 'a', '/n'), "LOOKUP n=1 'n'", "SYMLINK n=1 'n' -> 'a'");
    m.fails(EIO, (t) => link(t, '/f', '/n'), "LOOKUP n=1 'f'", "LOOKUP n=1 'n'", "LINK n=1 oldnodeid=2 'n'");
  });

  test.each([0n, 1n])('by LINK of nodeid %d is EIO', (nodeid) => {
    const m = new Scenario();
    m.server.tree.file('f', new Uint8Array(0));
    m.server.script.answers.LINK = { body: entry(m, nodeid, S_IFREG | 0o644) };
    m.fails(EIO, (t) => link(t, '/f', '/n'), "LOOKUP n=1 'f'", "LOOKUP n=1 'n'", "LINK n=1 oldnodeid=2 'n'");
  });
});

test('OPEN and CREATE with a flag that was not negotiated are EIO, and released', () => {
  const m = new Scenario({ entryValid: 100, openFlags: FOPEN_PASSTHROUGH });
  m.server.tree.file('f', new Uint8Array(0));
  m.fails(
    EIO,
    (t) => open(t, '/f', O_RDWR),
    "LOOKUP n=1 'f'",
    'OPEN n=2 flags=0x8002 open_flags=0x0',
    'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0',
  );
  m.fails(
    EIO,
    (t) => open(t, '/g', O_CREAT | O_RDWR, 0o600),
    "LOOKUP n=1 'g'",
    "CREATE n=1 flags=0x8042 mode=100600 umask=22 open_flags=0x0 'g'",
    'RELEASE n=3 fh=102 flags=0x8002 release_flags=0 lo=0',
  );
});

test('OPEN with unknown flags is fine', () => {
  const m = new Scenario({ openFlags: 0x7fff_ff00 });
  m.server.tree.file('f', new Uint8Array(0));
  m.does((t) => open(t, '/f', O_RDWR), "LOOKUP n=1 'f'", 'OPEN n=2 flags=0x8002 open_flags=0x0');
});

describe('READ and WRITE', () => {
  function withFile(): Scenario {
    const m = new Scenario({ attrValid: 100 });
    m.server.tree.file('f', new Uint8Array(100));
    m.trace((t) => open(t, '/f', O_RDWR));
    m.server.script.errors.GETXATTR = errnoOf(38);
    m.trace((t) => pwrite(t, 3, new Uint8Array(1), 0));
    return m;
  }
  const READ = 'READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002';
  const WRITE = 'WRITE n=2 fh=101 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002';

  test('a READ answered with too much is EIO', () => {
    const m = withFile();
    m.server.script.answers.READ = { data: new Uint8Array(4097) };
    const refused = '  refused: a reply of 4113 bytes';
    m.fails(EIO, (t) => pread(t, 3, new Uint8Array(10), 0), READ, refused);
  });

  test('a READ answered with less ends the file there', () => {
    const m = withFile();
    m.server.script.answers.READ = { data: bytes('abc') };
    expect(m.does((t) => pread(t, 3, new Uint8Array(10), 0), READ)).toBe(3);
  });

  test.each([
    [11, EIO],
    [0, EIO],
  ])('a WRITE of 10 answered with %d is EIO', (size, error) => {
    const m = withFile();
    m.server.script.answers.WRITE = { body: { size } };
    m.fails(error, (t) => pwrite(t, 3, bytes('0123456789'), 0), WRITE);
  });

  test('a WRITE answered with less is short', () => {
    const m = withFile();
    m.server.script.answers.WRITE = { body: { size: 4 } };
    expect(m.does((t) => pwrite(t, 3, bytes('0123456789'), 0), WRITE)).toBe(4);
  });
});

describe('READDIR', () => {
  const readdir = (off: number) => `READDIR n=1 fh=101 off=${off} size=4096 read_flags=0x0 lo=0 flags=0x8000`;

  function answering(...names: string[]): Scenario {
    const m = new Scenario();
    const writer = new DirentWriter(65536);
    for (const [index, name] of names.entries()) writer.add({ ino: 5n, off: BigInt(index + 1), type: 8, name });
    m.server.script.answers.READDIR = { data: writer.bytes.slice() };
    m.trace((t) => open(t, '/', O_RDONLY));
    return m;
  }

  test.each([
    ['a slash', 'a/b'],
    ['no name', ''],
    ['4096 bytes', 'x'.repeat(4096)],
  ])('of a first name with %s is EIO, each time', (_name, name) => {
    const m = answering();
    m.server.script.answers.READDIR = { data: recordOf(name) };
    for (let i = 0; i < 2; i++) {
      m.fails(EIO, (t) => getdents(t, 3, 8192), readdir(0).replace('4096', '8192'));
    }
  });

  test('of a faulty second name gives the first, and goes on behind it', () => {
    const m = answering('ok', 'a/b');
    expect(m.does((t) => getdents(t, 3, 4096), readdir(0))).toHaveLength(1);
    m.does((t) => getdents(t, 3, 4096), readdir(1));
  });

  test('of names up to 4095 bytes, with ino 0, NULs and types that are none passes them on', () => {
    const m = new Scenario();
    const writer = new DirentWriter(8192);
    writer.add({ ino: 0n, off: 1n, type: 8, name: 'in\0side' });
    writer.add({ ino: 5n, off: 1n << 63n, type: 0xf3, name: 'x'.repeat(4095) });
    m.server.script.answers.READDIR = { data: writer.bytes.slice() };
    m.trace((t) => open(t, '/', O_RDONLY));
    const entries = m.does((t) => getdents(t, 3, 8192), readdir(0).replace('4096', '8192'));
    expect(entries).toEqual([
      { ino: 0n, off: 1n, type: 8, name: 'in\0side' },
      { ino: 5n, off: 1n << 63n, type: 3, name: 'x'.repeat(4095) },
    ]);
  });

  test('cut within a record gives what is whole', () => {
    const m = answering('first', 'second');
    const whole = m.server.script.answers.READDIR as { data: Uint8Array };
    m.server.script.answers.READDIR = { data: whole.data.subarray(0, 60) };
    expect(m.does((t) => getdents(t, 3, 4096), readdir(0))).toHaveLength(1);
  });

  test('longer than asked for is EIO', () => {
    const m = answering('a');
    m.server.script.answers.READDIR = { data: new Uint8Array(4097) };
    m.fails(EIO, (t) => getdents(t, 3, 4096), readdir(0), '  refused: a reply of 4113 bytes');
  });
});

/** One dirent as no honest server would write it. */
function recordOf(name: string): Uint8Array {
  const record = new Uint8Array(Math.ceil((24 + name.length) / 8) * 8);
  const view = new DataView(record.buffer);
  view.setUint32(0, 5, true);
  view.setUint32(8, 1, true);
  view.setUint32(16, name.length, true);
  record.set(bytes(name), 24);
  return record;
}

describe('READLINK', () => {
  test.each([
    ['nothing', '', ''],
    ['4095 bytes', 'x'.repeat(4095), 'x'.repeat(4095)],
    ['a NUL inside', 'ab\0cd', 'ab'],
  ])('of %s', (_name, answer, target) => {
    const m = new Scenario();
    m.server.tree.make(1n, 'l', S_IFLNK | 0o777);
    m.server.script.answers.READLINK = { data: bytes(answer) };
    expect(m.does((t) => readlink(t, '/l'), "LOOKUP n=1 'l'", 'READLINK n=2')).toBe(target);
  });

  test('of more than 4095 bytes is EIO', () => {
    const m = new Scenario();
    m.server.tree.make(1n, 'l', S_IFLNK | 0o777);
    m.server.script.answers.READLINK = { data: new Uint8Array(4096) };
    m.fails(EIO, (t) => readlink(t, '/l'), "LOOKUP n=1 'l'", 'READLINK n=2', '  refused: a reply of 4112 bytes');
  });
});

describe('extended attributes', () => {
  function withFile(answer: { body?: object; data?: Uint8Array }): Scenario {
    const m = new Scenario({ entryValid: 100 });
    m.server.tree.file('f', new Uint8Array(0));
    m.trace((t) => lstat(t, '/f'));
    m.server.script.answers = { GETXATTR: answer, LISTXATTR: answer };
    return m;
  }

  test('a value longer than asked for is EIO', () => {
    const m = withFile({ data: new Uint8Array(200) });
    m.fails(
      EIO,
      (t) => getxattr(t, '/f', 'user.a', 128),
      "GETXATTR n=2 size=128 'user.a'",
      '  refused: a reply of 216 bytes',
    );
  });

  test('sizes are at most 65536', () => {
    const m = withFile({ body: { size: 100_000 } });
    expect(m.does((t) => getxattr(t, '/f', 'user.a', 0), "GETXATTR n=2 size=0 'user.a'")).toBe(65536);
    expect(m.does((t) => listxattr(t, '/f', 0), 'LISTXATTR n=2 size=0')).toBe(65536);
  });

  test('no more than 65536 bytes are asked for', () => {
    const m = withFile({ data: new Uint8Array(0) });
    m.does((t) => getxattr(t, '/f', 'user.a', 70_000), "GETXATTR n=2 size=65536 'user.a'");
    m.does((t) => listxattr(t, '/f', 70_000), 'LISTXATTR n=2 size=65536');
  });

  test.each([
    ['user.a\0user.b\0', true],
    ['', true],
    ['user.a', false],
    ['user.a\0\0', false],
    ['\0', false],
  ])('a list of %j is good: %s', (list, good) => {
    const m = withFile({ data: bytes(list) });
    if (good) expect(m.does((t) => listxattr(t, '/f', 100), 'LISTXATTR n=2 size=100')).toEqual(bytes(list));
    else m.fails(EIO, (t) => listxattr(t, '/f', 100), 'LISTXATTR n=2 size=100');
  });
});

test('STATFS passes on what the server says', () => {
  const m = new Scenario();
  const st = { blocks: 7, bfree: 9, bavail: 1, files: 0, ffree: 5, bsize: 3, namelen: 11, frsize: 1 };
  m.server.script.answers.STATFS = { body: { st } };
  expect(m.does((t) => statfs(t, '/'), 'STATFS n=1')).toEqual({ type: 0x65735546, ...st });
});

test('STATFS without a size of fragments counts in blocks', () => {
  const m = new Scenario();
  const st = { blocks: 7, bfree: 9, bavail: 1, files: 0, ffree: 5, bsize: 512, namelen: 11, frsize: 0 };
  m.server.script.answers.STATFS = { body: { st } };
  expect(m.does((t) => statfs(t, '/'), 'STATFS n=1').frsize).toBe(512);
});
