import { OWNER } from './read-requests.ts';
import {
  attributes,
  bytes,
  DIRECT_IO,
  entry,
  fails,
  LONG,
  NONSEEKABLE,
  ok,
  opened,
  S_IFDIR,
  S_IFREG,
  STREAM,
  wrote,
} from './replies.ts';
import { answers, asked, call, ends, lookedUp, type Moves, reads, starts } from './scenario.ts';
import { scenario } from './scenarios.ts';

// What gVisor's client does wrong and no other scenario shows.

const ROOT = { uid: 0, gid: 0 };
const fileOf = (size: number, attrValid = LONG): Moves =>
  lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid, attributes: { size } })));

const fileOpened = (size: number, flags: number): Moves =>
  call('open /f O_RDWR -> $f', [fileOf(size), asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, flags)))]);

const readAsked = (offset: number, size: number, data: string): Moves =>
  asked(
    'READ',
    5,
    { fields: { fh: 9, offset, size, read_flags: 2, lock_owner: OWNER, flags: 0x8002 } },
    ok(bytes(data)),
  );

scenario('a file of more than 2 GiB is opened, and read and written behind 4 GiB', {
  moves: [
    fileOpened(5_000_000_000, DIRECT_IO),
    call('pread $f 5 4999999990 -> hello', [readAsked(4_999_999_990, 5, 'hello')]),
    call('pwrite $f hello 4999999990 -> 5', [
      asked(
        'WRITE',
        5,
        {
          fields: { fh: 9, offset: 4_999_999_990, size: 5, write_flags: 2, lock_owner: OWNER, flags: 0x8002 },
          data: bytes('hello'),
        },
        ok(wrote(5)),
      ),
    ]),
    call('lseek $f 0 SEEK_END -> 5000000000', [
      asked(
        'GETATTR',
        5,
        { fields: { getattr_flags: 1, fh: 9 } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 5_000_000_000 }, LONG)),
      ),
    ]),
  ],
});

scenario('a file with FOPEN_DIRECT_IO that is said to be empty is read all the same', {
  moves: [fileOpened(0, DIRECT_IO), call('read $f 64 -> generated', [readAsked(0, 64, 'generated')])],
});

scenario('a file with FOPEN_NONSEEKABLE has no lseek(2), pread(2) or pwrite(2)', {
  moves: [
    fileOpened(100, DIRECT_IO | NONSEEKABLE),
    call('lseek $f 0 SEEK_SET -> ESPIPE'),
    call('pread $f 5 0 -> ESPIPE'),
    call('pwrite $f hello 0 -> ESPIPE'),
    call('read $f 5 -> hello', [readAsked(0, 5, 'hello')]),
    call('read $f 5 -> world', [readAsked(5, 5, 'world')]),
  ],
});

scenario('a file with FOPEN_STREAM is always read from 0 on', {
  moves: [
    fileOpened(100, DIRECT_IO | STREAM),
    call('lseek $f 0 SEEK_SET -> ESPIPE'),
    call('read $f 5 -> hello', [readAsked(0, 5, 'hello')]),
    call('read $f 5 -> world', [readAsked(0, 5, 'world')]),
  ],
});

scenario('after ENOSYS for OPEN, FLUSH and FSYNC are still sent, and directories opened and released', {
  moves: [
    call('open /f O_RDWR -> $f', [fileOf(100), asked('OPEN', 5, { fields: { flags: 0x8002 } }, fails('ENOSYS'))]),
    call('fsync $f -> 0', [asked('FSYNC', 5, {}, ok())]),
    call('close $f -> 0', [asked('FLUSH', 5, { fields: { lock_owner: OWNER } }, ok())]),
    call('open /d O_RDONLY|O_DIRECTORY -> $d', [
      lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755 }))),
      asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, ok(opened(10))),
    ]),
    call('fsync $d -> 0', [asked('FSYNCDIR', 4, { fields: { fh: 10 } }, ok())]),
    call('close $d -> 0', [asked('RELEASEDIR', 4, { fields: { fh: 10, flags: 0x18000 } }, ok())]),
  ],
});

scenario('after ENOSYS for OPENDIR a directory is read without a handle, and never released', {
  moves: [
    call('open /d O_RDONLY|O_DIRECTORY -> $d', [
      lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG }))),
      asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, fails('ENOSYS')),
    ]),
    call('close $d -> 0'),
    call('open /d O_RDONLY|O_DIRECTORY -> $d'),
    call('close $d -> 0'),
  ],
});

scenario('CREATE answered with ENOSYS is MKNOD and OPEN, then and later', {
  moves: [
    call('open /f O_CREAT|O_RDWR 0644 -> $f', [
      lookedUp(1, 'f', fails('ENOENT')),
      asked(
        'CREATE',
        1,
        { fields: { flags: 0x8042, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] },
        fails('ENOSYS'),
      ),
      asked(
        'MKNOD',
        1,
        { fields: { mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] },
        ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 })),
      ),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
    ]),
    call('open /g O_CREAT|O_RDWR 0644 -> $g', [
      lookedUp(1, 'g', fails('ENOENT')),
      asked(
        'MKNOD',
        1,
        { fields: { mode: S_IFREG | 0o644, umask: 0o022 }, names: ['g'] },
        ok(entry({ nodeid: 6, mode: S_IFREG | 0o644 })),
      ),
      asked('OPEN', 6, { fields: { flags: 0x8002 } }, ok(opened(10))),
    ]),
  ],
});

scenario('a size that was asked for before a write is not taken for the size after it', {
  tasks: [ROOT, ROOT],
  moves: [
    call('open /f O_RDWR -> $f', [
      fileOf(0, 0),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, DIRECT_IO))),
    ]),
    starts('@1 stat /f'),
    reads('GETATTR', 5, { task: 1 }),
    call('write $f hello -> 5', [
      asked(
        'WRITE',
        5,
        { fields: { fh: 9, size: 5, write_flags: 2, lock_owner: OWNER, flags: 0x8002 }, data: bytes('hello') },
        ok(wrote(5)),
      ),
    ]),
    answers('GETATTR', ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 0 }, LONG))),
    ends('@1 stat /f', /^mode/),
    call(
      'stat /f ->',
      [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 5 }, LONG)))],
      / size=5 /,
    ),
  ],
});

scenario('ESTALE from OPEN makes the name looked up and the file opened once more', {
  moves: [
    call('open /f O_RDWR -> ESTALE', [
      fileOf(0),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, fails('ESTALE')),
      fileOf(0),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, fails('ESTALE')),
    ]),
  ],
});
