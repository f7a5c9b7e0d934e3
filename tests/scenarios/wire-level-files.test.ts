import { bytesText } from '../oracle/shapes.ts';
import { ATOMIC_O_TRUNC, BIG_WRITES, MAX_PAGES } from './init.ts';
import { OWNER } from './read-requests.ts';
import {
  attributes,
  bytes,
  DIRECT_IO,
  dirent,
  entry,
  fails,
  LONG,
  ok,
  opened,
  S_IFDIR,
  S_IFREG,
  wrote,
} from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// Requests of open files. Reads are of files with FOPEN_DIRECT_IO: without it Linux asks for what its page cache wants.

const file = ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attributes: { size: 100 } }));
const directory = ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755 }));

const fileOpened = (flags: number, open_flags = 0): Moves =>
  call(`open /f ${flags} -> $f`, [
    lookedUp(1, 'f', file),
    asked('OPEN', 5, { fields: { flags: flags | 0x8000 } }, ok(opened(9, open_flags))),
  ]);

/** Bits of SETATTR. */
const SIZE = 8;
const LOCKOWNER = 512;

const READ_LOCKOWNER = 2;
const WRITE_LOCKOWNER = 2;

/** READ as it goes out for a file with FOPEN_DIRECT_IO that is open for reading. */
const readAsked = (offset: number, size: number, data: string): Moves =>
  asked(
    'READ',
    5,
    { fields: { fh: 9, offset, size, read_flags: READ_LOCKOWNER, lock_owner: OWNER, flags: 0x8000 } },
    ok(bytes(data)),
  );

/** What Linux asks before a write that goes through its cache. */
const capabilityAsked: Moves = asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA'));

const writeAsked = (offset: number, data: string, reply = ok(wrote(data.length))): Moves =>
  asked('WRITE', 5, { fields: { fh: 9, offset, size: data.length, flags: 0x8001 }, data: bytes(data) }, reply);

const directWriteAsked = (offset: number, data: string, reply = ok(wrote(data.length))): Moves =>
  asked(
    'WRITE',
    5,
    {
      fields: { fh: 9, offset, size: data.length, write_flags: WRITE_LOCKOWNER, lock_owner: OWNER, flags: 0x8001 },
      data: bytes(data),
    },
    reply,
  );

const pages = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => String.fromCharCode(97 + at).repeat(4096));

scenario('open(2) of a file sends LOOKUP and OPEN with its flags, and F_GETFL shows them', {
  moves: [fileOpened(2), call(`fcntl $f F_GETFL -> ${0x8002}`)],
});

scenario('open(2) with O_TRUNC leaves the truncation to OPEN when the server agreed to ATOMIC_O_TRUNC', {
  init: { flags: ATOMIC_O_TRUNC | BIG_WRITES },
  moves: [
    call('open /f O_WRONLY|O_TRUNC -> $f', [
      lookedUp(1, 'f', file),
      asked('OPEN', 5, { fields: { flags: 0x8201 } }, ok(opened(9))),
      capabilityAsked,
    ]),
  ],
});

scenario('open(2) with O_TRUNC sends OPEN without it and SETATTR when the server did not', {
  moves: [
    call('open /f O_WRONLY|O_TRUNC -> $f', [
      lookedUp(1, 'f', file),
      asked('OPEN', 5, { fields: { flags: 0x8001 } }, ok(opened(9))),
      capabilityAsked,
      asked(
        'SETATTR',
        5,
        { fields: { valid: SIZE | LOCKOWNER, lock_owner: OWNER } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644 })),
      ),
    ]),
  ],
});

scenario('open(2) succeeds when OPEN is ENOSYS, the next one sends nothing, and no file is released', {
  moves: [
    call('open /f O_RDWR -> $f', [
      lookedUp(1, 'f', file),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, fails('ENOSYS')),
    ]),
    call('open /f O_RDWR -> $g'),
    call('close $f -> 0', [asked('FLUSH', 5, { fields: { lock_owner: OWNER } }, fails('ENOSYS'))]),
    call('close $g -> 0'),
  ],
});

scenario('open(2) of a directory passes on what OPENDIR fails with', {
  moves: [
    call('open /d O_RDONLY|O_DIRECTORY -> ENOENT', [
      lookedUp(1, 'd', directory),
      asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, fails('ENOENT')),
    ]),
  ],
});

scenario('open(2) of a file with O_DIRECTORY is ENOTDIR without OPEN', {
  moves: [call('open /f O_RDONLY|O_DIRECTORY -> ENOTDIR', [lookedUp(1, 'f', file)])],
});

scenario('read(2) of a whole file sends READ with handle, offset and size', {
  moves: [fileOpened(0, DIRECT_IO), call('read $f 5 -> hello', [readAsked(0, 5, 'hello')])],
});

scenario('read(2) goes on where the last one ended', {
  moves: [
    fileOpened(0, DIRECT_IO),
    call('read $f 1 -> h', [readAsked(0, 1, 'h')]),
    call('read $f 3 -> ell', [readAsked(1, 3, 'ell')]),
    call('read $f 1 -> o', [readAsked(4, 1, 'o')]),
  ],
});

scenario('pread(2) reads at its offset', {
  moves: [fileOpened(0, DIRECT_IO), call('pread $f 5 256 -> hello', [readAsked(256, 5, 'hello')])],
});

scenario('read(2) of nothing sends nothing', {
  moves: [fileOpened(0, DIRECT_IO), call("read $f 0 -> ''")],
});

scenario('read(2) is short when READ is answered with less, and ends the file when with nothing', {
  moves: [
    fileOpened(0, DIRECT_IO),
    call('read $f 10 -> hello', [readAsked(0, 10, 'hello')]),
    call("read $f 10 -> ''", [readAsked(5, 10, '')]),
  ],
});

scenario('read(2) of 40960 bytes with max_read=4096 is ten READs in order', {
  mount: { maxRead: 4096 },
  moves: [
    fileOpened(0, DIRECT_IO),
    call(
      `read $f 40960 -> ${bytesText(pages(10).join(''))}`,
      pages(10).map((page, at) => readAsked(at * 4096, 4096, page)),
    ),
  ],
});

scenario('read(2) in ten READs of which the last is half full is short by so much', {
  mount: { maxRead: 4096 },
  moves: [
    fileOpened(0, DIRECT_IO),
    call(
      `read $f 40960 -> ${bytesText(pages(10).join('').slice(0, 38_912))}`,
      pages(10).map((page, at) => readAsked(at * 4096, 4096, at === 9 ? page.slice(2048) : page)),
    ),
  ],
});

scenario('read(2) in several READs ends at the first that is short', {
  mount: { maxRead: 4096 },
  moves: [fileOpened(0, DIRECT_IO), call('read $f 8192 -> abc', [readAsked(0, 4096, 'abc')])],
});

scenario('read(2) of an empty file sends GETATTR with the handle and no READ', {
  moves: [
    call('open /f O_RDONLY -> $f', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }))),
      asked('OPEN', 5, { fields: { flags: 0x8000 } }, ok(opened(9))),
    ]),
    call("read $f 64 -> ''", [
      asked('GETATTR', 5, { fields: { getattr_flags: 1, fh: 9 } }, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }))),
    ]),
  ],
});

scenario('write(2) sends WRITE with handle, offset, size and the bytes', {
  moves: [
    fileOpened(1),
    call('write $f hello -> 5', [capabilityAsked, writeAsked(0, 'hello')]),
    call('write $f , -> 1', [capabilityAsked, writeAsked(5, ',')]),
  ],
});

scenario('write(2) to a file with FOPEN_DIRECT_IO tells its lock owner, and asks for no capability', {
  moves: [fileOpened(1, DIRECT_IO), call('write $f hello -> 5', [directWriteAsked(0, 'hello')])],
});

scenario('write(2) gives the count of bytes that the server took', {
  moves: [
    fileOpened(1),
    call('write $f hello -> 3', [capabilityAsked, writeAsked(0, 'hello', ok(wrote(3)))]),
    call('write $f lo -> 2', [capabilityAsked, writeAsked(3, 'lo')]),
  ],
});

scenario('write(2) of nothing sends nothing', {
  moves: [fileOpened(1), call("write $f '' -> 0")],
});

scenario('write(2) is EIO when the server took nothing', {
  moves: [fileOpened(1), call('write $f hello -> EIO', [capabilityAsked, writeAsked(0, 'hello', ok(wrote(0)))])],
});

scenario('write(2) to a file with FOPEN_DIRECT_IO gives 0 when the server took nothing', {
  moves: [fileOpened(1, DIRECT_IO), call('write $f hello -> 0', [directWriteAsked(0, 'hello', ok(wrote(0)))])],
});

scenario('write(2) is EIO when the server took more than there was', {
  moves: [fileOpened(1), call('write $f hello -> EIO', [capabilityAsked, writeAsked(0, 'hello', ok(wrote(6)))])],
});

scenario('pwrite(2) writes at its offset', {
  moves: [fileOpened(1), call('pwrite $f hello 256 -> 5', [capabilityAsked, writeAsked(256, 'hello')])],
});

scenario('write(2) of 40960 bytes with a max_write of 4096 is ten WRITEs in order', {
  init: { max_write: 4096, flags: BIG_WRITES | MAX_PAGES },
  moves: [
    fileOpened(1),
    call(`write $f ${pages(10).join('')} -> 40960`, [
      capabilityAsked,
      pages(10).map((page, at) => writeAsked(at * 4096, page)),
    ]),
  ],
});

scenario('write(2) at an offset, of as many bytes as fill its WRITEs, sends none of zero bytes', {
  init: { max_write: 4096, flags: BIG_WRITES | MAX_PAGES },
  moves: [
    fileOpened(1, DIRECT_IO),
    call(`pwrite $f ${pages(2).join('')} 8192 -> 8192`, [
      pages(2).map((page, at) => directWriteAsked(8192 + at * 4096, page)),
    ]),
  ],
});

scenario('write(2) that ends at 4 GiB is one WRITE', {
  moves: [
    fileOpened(1, DIRECT_IO),
    call('pwrite $f hello 4294967291 -> 5', [directWriteAsked(4_294_967_291, 'hello')]),
  ],
});

scenario('fsync(2) waits for FSYNC, and passes on what it fails with', {
  moves: [
    fileOpened(1),
    call('fsync $f -> EIO', [asked('FSYNC', 5, { fields: { fh: 9 } }, fails('EIO'))]),
    call('fdatasync $f -> 0', [asked('FSYNC', 5, { fields: { fh: 9, fsync_flags: 1 } }, ok())]),
  ],
});

scenario('close(2) sends FLUSH and RELEASE with flags and handle, and passes on what FLUSH fails with', {
  moves: [
    fileOpened(2),
    call('close $f -> EDQUOT', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, fails('EDQUOT')),
      asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok()),
    ]),
  ],
});

scenario('dup(2) makes one more close(2) with FLUSH, and only the last one releases', {
  moves: [
    fileOpened(2),
    call('dup $f -> $g'),
    call('close $f -> 0', [asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok())]),
    call('close $g -> 0', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok()),
      asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok()),
    ]),
  ],
});

const directoryOpened: Moves = call('open /d O_RDONLY|O_DIRECTORY -> $d', [
  lookedUp(1, 'd', directory),
  asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, ok(opened(9))),
]);

const listed = (offset: number, size: number, ...entries: Uint8Array[]): Moves =>
  asked('READDIR', 4, { fields: { fh: 9, offset, size, flags: 0x18000 } }, ok(...entries));

scenario('getdents(2) sends READDIR, gives the entries in order and at last nothing; close(2) sends RELEASEDIR', {
  moves: [
    directoryOpened,
    call('getdents $d 4096 -> .:4:4:1 ..:4:1:2 file:8:5:3', [
      listed(0, 4096, dirent('.', 4, 1, 4), dirent('..', 1, 2, 4), dirent('file', 5, 3)),
    ]),
    call('getdents $d 4096 -> end', [listed(3, 4096)]),
    call('close $d -> 0', [asked('RELEASEDIR', 4, { fields: { fh: 9, flags: 0x18000 } }, ok())]),
  ],
});

scenario('read(2) of a directory is EISDIR without a request', {
  moves: [directoryOpened, call('read $d 10 -> EISDIR')],
});
