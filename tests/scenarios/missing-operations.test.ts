import { expect, test } from 'vitest';
import { allOpcodes } from '../../src/abi/opcodes.ts';
import { BIG_WRITES, DO_READDIRPLUS, MAX_PAGES, POSIX_LOCKS } from './init.ts';
import { NOW as NOT_ZERO, OWNER } from './read-requests.ts';
import {
  attributes,
  bytes,
  DIRECT_IO,
  entry,
  fails,
  LONG,
  ok,
  opened,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  wrote,
} from './replies.ts';
import type { RequestName } from './requests.ts';
import { asked, type Contents, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// What comes of ENOSYS, operation by operation: what the call gives, and whether the server is asked again.

/** A file and a symlink that are known, and a directory; file and directory are open as $f and $d. */
const known: readonly Moves[] = [
  call('open /f O_RDWR -> $f', [
    lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o755, entryValid: LONG, attrValid: LONG }))),
    asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, DIRECT_IO))),
  ]),
  call('open /d O_RDONLY -> $d', [
    lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }))),
    asked('OPENDIR', 4, { fields: { flags: 0x8000 } }, ok(opened(8))),
  ]),
  call('lstat /l', [
    lookedUp(1, 'l', ok(entry({ nodeid: 6, mode: S_IFLNK | 0o777, entryValid: LONG, attrValid: LONG }))),
  ]),
];

interface Row {
  readonly call: string;
  /** What the call gives, then and later. */
  readonly gives: string | RegExp;
  readonly nodeid: number;
  readonly contents?: Contents;
  /** What must have been before the calls. */
  readonly prelude?: Moves;
  /** What is asked before it, and after it in its place. */
  readonly before?: Moves;
  readonly instead?: Moves;
  /** What a later call asks for: the same, or this. */
  readonly later: 'the same' | Moves;
  /** The later call, if it must be another one. */
  readonly laterCall?: string;
}

const absent = (name: string): Moves => lookedUp(1, name, fails('ENOENT'));
const data = { fh: 9, lock_owner: OWNER, flags: 0x8002 };
const everywhere = { start: 0, end: 0x7fff_ffff_ffff_ffffn };
const CREATED = S_IFREG | 0o644;

/** A file made without CREATE, and opened. */
const made = (name: string, nodeid: number): Moves => [
  asked(
    'MKNOD',
    1,
    { fields: { mode: CREATED, umask: 0o22 }, names: [name] },
    ok(entry({ nodeid, mode: CREATED, attrValid: LONG })),
  ),
  asked('OPEN', nodeid, { fields: { flags: 0x8002 } }, ok(opened(3))),
];

const copied: Contents = { fields: { fh_in: 9, nodeid_out: 5, fh_out: 9, off_out: 100, len: 5 } };

const rows: Readonly<Partial<Record<RequestName, Row>>> = {
  LOOKUP: { call: 'stat /x', gives: 'ENOSYS', nodeid: 1, contents: { names: ['x'] }, later: 'the same' },
  GETATTR: { call: 'statx -100 /f 0x2000 0x7ff', gives: 'ENOSYS', nodeid: 5, later: 'the same' },
  SETATTR: {
    call: 'chmod /d 0700',
    gives: 'ENOSYS',
    nodeid: 4,
    contents: { fields: { valid: 1, mode: S_IFDIR | 0o700 } },
    later: 'the same',
  },
  READLINK: { call: 'readlink /l', gives: 'ENOSYS', nodeid: 6, later: 'the same' },
  SYMLINK: {
    call: 'symlink there /x',
    gives: 'ENOSYS',
    nodeid: 1,
    contents: { names: ['x', 'there'] },
    before: absent('x'),
    later: 'the same',
  },
  MKNOD: {
    call: 'mknod /x 0010600 0',
    gives: 'ENOSYS',
    nodeid: 1,
    contents: { fields: { mode: S_IFIFO | 0o600, umask: 0o22 }, names: ['x'] },
    before: absent('x'),
    later: 'the same',
  },
  MKDIR: {
    call: 'mkdir /x 0755',
    gives: 'ENOSYS',
    nodeid: 1,
    contents: { fields: { mode: 0o755, umask: 0o22 }, names: ['x'] },
    before: absent('x'),
    later: 'the same',
  },
  UNLINK: { call: 'unlink /f', gives: 'ENOSYS', nodeid: 1, contents: { names: ['f'] }, later: 'the same' },
  RMDIR: { call: 'rmdir /d', gives: 'ENOSYS', nodeid: 1, contents: { names: ['d'] }, later: 'the same' },
  RENAME: {
    call: 'rename /f /x',
    gives: 'ENOSYS',
    nodeid: 1,
    contents: { fields: { newdir: 1 }, names: ['f', 'x'] },
    before: absent('x'),
    later: 'the same',
  },
  LINK: {
    call: 'link /f /x',
    gives: 'EPERM',
    nodeid: 1,
    contents: { fields: { oldnodeid: 5 }, names: ['x'] },
    before: absent('x'),
    later: absent('x'),
  },
  OPEN: {
    call: 'open /f O_RDONLY',
    gives: /^\d+$/,
    nodeid: 5,
    contents: { fields: { flags: 0x8000 } },
    later: [],
  },
  READ: {
    call: 'pread $f 10 0',
    gives: 'ENOSYS',
    nodeid: 5,
    contents: { fields: { ...data, size: 10, read_flags: 2 } },
    later: 'the same',
  },
  WRITE: {
    call: 'pwrite $f x 0',
    gives: 'ENOSYS',
    nodeid: 5,
    contents: { fields: { ...data, size: 1, write_flags: 2 }, data: bytes('x') },
    later: 'the same',
  },
  STATFS: { call: 'statfs /', gives: 'ENOSYS', nodeid: 1, later: 'the same' },
  FSYNC: { call: 'fsync $f', gives: '0', nodeid: 5, contents: { fields: { fh: 9 } }, later: [] },
  SETXATTR: {
    call: 'setxattr /f user.a v 0',
    gives: 'EOPNOTSUPP',
    nodeid: 5,
    contents: { fields: { size: 1 }, names: ['user.a'], data: bytes('v') },
    later: [],
  },
  GETXATTR: {
    call: 'getxattr /f user.a 64',
    gives: 'EOPNOTSUPP',
    nodeid: 5,
    contents: { fields: { size: 64 }, names: ['user.a'] },
    later: [],
  },
  LISTXATTR: {
    call: 'listxattr /f 64',
    gives: 'EOPNOTSUPP',
    nodeid: 5,
    contents: { fields: { size: 64 } },
    later: [],
  },
  REMOVEXATTR: {
    call: 'removexattr /f user.a',
    gives: 'EOPNOTSUPP',
    nodeid: 5,
    contents: { names: ['user.a'] },
    later: [],
  },
  FLUSH: {
    prelude: [call('dup $f -> $g'), call('dup $f -> $h')],
    call: 'close $g',
    gives: '0',
    nodeid: 5,
    contents: { fields: { fh: 9, lock_owner: OWNER } },
    later: [],
    laterCall: 'close $h',
  },
  OPENDIR: {
    call: 'open /d O_RDONLY',
    gives: /^\d+$/,
    nodeid: 4,
    contents: { fields: { flags: 0x8000 } },
    later: [],
  },
  READDIR: {
    call: 'getdents $d 4096',
    gives: 'ENOSYS',
    nodeid: 4,
    contents: { fields: { fh: 8, size: 4096, flags: 0x8000 } },
    later: 'the same',
  },
  FSYNCDIR: { call: 'fsync $d', gives: '0', nodeid: 4, contents: { fields: { fh: 8 } }, later: [] },
  GETLK: {
    call: 'fcntl_lock $f F_GETLK F_WRLCK 0 0 0',
    gives: 'ENOSYS',
    nodeid: 5,
    contents: { fields: { fh: 9, owner: NOT_ZERO, ...everywhere, type: 1 } },
    later: 'the same',
  },
  SETLK: {
    call: 'fcntl_lock $f F_SETLK F_UNLCK 0 0 0',
    gives: 'ENOSYS',
    nodeid: 5,
    contents: { fields: { fh: 9, owner: NOT_ZERO, ...everywhere, type: 2 } },
    later: 'the same',
  },
  SETLKW: {
    call: 'fcntl_lock $f F_SETLKW F_UNLCK 0 0 0',
    gives: 'ENOSYS',
    nodeid: 5,
    contents: { fields: { fh: 9, owner: NOT_ZERO, ...everywhere, type: 2 } },
    later: 'the same',
  },
  ACCESS: { call: 'access /d 4', gives: '0', nodeid: 4, contents: { fields: { mask: 4 } }, later: [] },
  CREATE: {
    call: 'open /x O_CREAT|O_RDWR 0644',
    gives: /^\d+$/,
    nodeid: 1,
    contents: { fields: { flags: 0x8042, mode: CREATED, umask: 0o22 }, names: ['x'] },
    before: absent('x'),
    instead: made('x', 7),
    later: [absent('y'), made('y', 8)],
    laterCall: 'open /y O_CREAT|O_RDWR 0644',
  },
  IOCTL: {
    call: 'ioctl $f 0x5600 0',
    gives: 'ENOTTY',
    nodeid: 5,
    contents: { fields: { fh: 9, cmd: 0x5600 } },
    later: 'the same',
  },
  POLL: {
    call: 'poll $f 5 0',
    gives: '1 5',
    nodeid: 5,
    contents: { fields: { fh: 9, kh: NOT_ZERO, events: 0x1d } },
    later: [],
  },
  FALLOCATE: {
    call: 'fallocate $f 0 0 10',
    gives: 'EOPNOTSUPP',
    nodeid: 5,
    contents: { fields: { fh: 9, length: 10 } },
    before: asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA')),
    later: [],
  },
  READDIRPLUS: {
    call: 'getdents $d 4096',
    gives: 'ENOSYS',
    nodeid: 4,
    contents: { fields: { fh: 8, size: 4096, flags: 0x8000 } },
    later: 'the same',
  },
  RENAME2: {
    call: 'renameat2 -100 /f -100 /x 1',
    gives: 'EINVAL',
    nodeid: 1,
    contents: { fields: { newdir: 1, flags: 1 }, names: ['f', 'x'] },
    before: absent('x'),
    later: absent('x'),
  },
  LSEEK: {
    call: 'lseek $f 0 3',
    gives: 'ENXIO',
    nodeid: 5,
    contents: { fields: { fh: 9, whence: 3 } },
    later: [],
  },
  TMPFILE: {
    call: 'open / O_TMPFILE|O_RDWR 0644',
    gives: 'EOPNOTSUPP',
    nodeid: 1,
    contents: { fields: { flags: 0x418002, mode: CREATED, umask: 0o22 }, names: ['/'] },
    later: [],
  },
  COPY_FILE_RANGE_64: {
    prelude: call('statx -100 /f 0x2000 0x7ff', [
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o755, size: 5 }, LONG))),
    ]),
    call: 'copy_file_range $f 0 $f 100 5 0',
    gives: '5',
    nodeid: 5,
    contents: copied,
    before: asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENOSYS')),
    instead: asked('COPY_FILE_RANGE', 5, copied, ok(wrote(5))),
    later: asked('COPY_FILE_RANGE', 5, copied, ok(wrote(5))),
  },
  STATX: {
    call: 'statx -100 /f 0 0xfff',
    gives: / mask=7ff /,
    nodeid: 5,
    contents: { fields: { sx_mask: 0xfff } },
    later: [],
  },
};

/** Those that no scenario here can ask for, and where they are. */
const elsewhere: Readonly<Record<string, string>> = {
  INIT: 'handshake.test.ts: without it there is no connection',
  INTERRUPT: 'interrupt.test.ts',
  RELEASE: 'below: nobody waits for it',
  RELEASEDIR: 'below',
  BMAP: 'block-device.test.ts',
  SYNCFS: 'block-device.test.ts',
  DESTROY: 'block-device.test.ts: its error reaches nobody',
  COPY_FILE_RANGE: 'the oracle, without-copyFileRange: what comes instead goes through the page cache',
  SETUPMAPPING: 'never sent: DAX is for virtio-fs',
  REMOVEMAPPING: 'never sent',
  CUSE_INIT: 'never sent: a file system is no character device',
};

test('every operation has its row, or a reason why not', () => {
  const answered = allOpcodes.filter(({ reply }) => reply !== 'none').map(({ name }) => name);
  expect([...Object.keys(rows), ...Object.keys(elsewhere)].sort()).toEqual(answered.sort());
});

test('a row expects another request exactly where the operation is not remembered', () => {
  const remembered = allOpcodes.filter(({ onENOSYS, name }) => onENOSYS.isRemembered && name in rows);
  const expected = Object.entries(rows).filter(([, { later }]) => later !== 'the same');
  expect(expected.map(([name]) => name).sort()).toEqual(remembered.map(({ name }) => name).sort());
});

for (const [name, row] of Object.entries(rows) as [RequestName, Row][]) {
  const { gives, nodeid, contents = {}, prelude = [], before = [], instead = [], later } = row;
  const asking = [before, asked(name, nodeid, contents, fails('ENOSYS')), instead];
  const answer = gives instanceof RegExp ? gives : new RegExp(`^${gives}$`);
  const again = later === 'the same' ? 'sent again' : 'not sent again';
  scenario(`${name} answered with ENOSYS is ${again}`, {
    init: { flags: BIG_WRITES | MAX_PAGES | POSIX_LOCKS | (name === 'READDIRPLUS' ? DO_READDIRPLUS : 0) },
    moves: [
      ...known,
      prelude,
      call(row.call, asking, answer),
      call(row.laterCall ?? row.call, later === 'the same' ? asking : [later], answer),
    ],
  });
}

scenario('RELEASE and RELEASEDIR answered with ENOSYS are sent again', {
  moves: [
    ...known,
    call('open /f O_RDONLY -> $g', [asked('OPEN', 5, { fields: { flags: 0x8000 } }, ok(opened(10)))]),
    call('open /d O_RDONLY -> $e', [asked('OPENDIR', 4, { fields: { flags: 0x8000 } }, ok(opened(11)))]),
    call('close $f -> 0', [asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok())]),
    asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, fails('ENOSYS')),
    call('close $g -> 0', [asked('FLUSH', 5, { fields: { fh: 10, lock_owner: OWNER } }, ok())]),
    asked('RELEASE', 5, { fields: { fh: 10, flags: 0x8000 } }, fails('ENOSYS')),
    call('close $d -> 0'),
    asked('RELEASEDIR', 4, { fields: { fh: 8, flags: 0x8000 } }, fails('ENOSYS')),
    call('close $e -> 0'),
    asked('RELEASEDIR', 4, { fields: { fh: 11, flags: 0x8000 } }, fails('ENOSYS')),
  ],
});
