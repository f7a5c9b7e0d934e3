import {
  attributes,
  bytes,
  CACHE_DIR,
  dirent,
  entry,
  fails,
  KEEP_CACHE,
  LONG,
  ok,
  opened,
  S_IFDIR,
  S_IFREG,
} from './replies.ts';
import { asked, call, forgotten, lookedUp, type Moves, writes } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { concatenated, pack } from './wire-format.ts';

// FOPEN_CACHE_DIR: when a listing is kept, what it is told from, and what makes it go.

const KEPT = KEEP_CACHE | CACHE_DIR;
const AUTO_INVAL_DATA = 1 << 12;

const stat = (mtime: number) => ({ ino: 4, mode: S_IFDIR | 0o755, mtime });

/** An open of /d: the first looks the name up, all are told how they may cache. */
const directoryOpened = (name: string, open_flags: number, isFirst = false): Moves =>
  call(`open /d O_RDONLY|O_DIRECTORY -> $${name}`, [
    isFirst
      ? lookedUp(
          1,
          'd',
          ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG, attributes: stat(1) })),
        )
      : [],
    asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, ok(opened(9, open_flags))),
  ]);

const read = (offset: number, size: number, ...records: readonly Uint8Array[]): Moves =>
  asked('READDIR', 4, { fields: { fh: 9, offset, size, flags: 0x18000 } }, ok(...records));

const [a, b] = [dirent('a', 5, 1), dirent('b', 6, 2)];
const A = 'a:8:5:1';
const B = 'b:8:6:2';

/** A listing from the beginning to the end, told by the server. */
const listed = (fd: string): Moves => [
  call(`getdents ${fd} 4096 -> ${A} ${B}`, [read(0, 4096, a, b)]),
  call(`getdents ${fd} 4096 -> end`, [read(2, 4096)]),
];

/** The same, with the server asked nothing. */
const kept = (fd: string): Moves => [call(`getdents ${fd} 4096 -> ${A} ${B}`), call(`getdents ${fd} 4096 -> end`)];

const rewound = (fd: string): Moves => call(`lseek ${fd} 0 SEEK_SET -> 0`);

const invalidated = (off: number | bigint, len = 0): Moves =>
  writes(
    concatenated([
      pack('out_header', { len: 40, error: 2 }),
      pack('notify_inval_inode_out', { ino: 4, off: BigInt.asUintN(64, BigInt(off)), len }),
    ]),
    '40',
  );

scenario('a listing that was read to its end is kept for every open with FOPEN_CACHE_DIR, and for no other', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
    directoryOpened('e', KEPT),
    kept('$e'),
    directoryOpened('f', KEEP_CACHE),
    listed('$f'),
  ],
});

scenario('a listing is kept in the parts it was read in, and a small buffer takes what it has room for', {
  moves: [
    directoryOpened('d', KEPT, true),
    call(`getdents $d 24 -> ${A}`, [read(0, 4096, a, b)]),
    call(`getdents $d 24 -> ${B}`, [read(1, 4096, b)]),
    call('getdents $d 24 -> end', [read(2, 4096)]),
    rewound('$d'),
    call('getdents $d 10 -> EINVAL'),
    call(`getdents $d 24 -> ${A}`),
    call(`getdents $d 24 -> ${B}`),
    call('getdents $d 24 -> end'),
  ],
});

scenario('a listing is not kept before its end was told', {
  moves: [
    directoryOpened('d', KEPT, true),
    call(`getdents $d 4096 -> ${A} ${B}`, [read(0, 4096, a, b)]),
    rewound('$d'),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
  ],
});

scenario('two opens fill one listing by turns', {
  moves: [
    directoryOpened('d', KEPT, true),
    directoryOpened('e', KEPT),
    call(`getdents $d 24 -> ${A}`, [read(0, 4096, a)]),
    call(`getdents $e 24 -> ${A}`, [read(0, 4096, a, b)]),
    call(`getdents $e 24 -> ${B}`, [read(1, 4096, b)]),
    call(`getdents $d 24 -> ${B}`, [read(1, 4096, b)]),
    call('getdents $e 24 -> end', [read(2, 4096)]),
    rewound('$d'),
    kept('$d'),
    rewound('$e'),
    kept('$e'),
  ],
});

scenario('a kept listing is read on from any of its cookies; the server is asked for others, and for the end', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    call('lseek $d 1 SEEK_SET -> 1'),
    call(`getdents $d 4096 -> ${B}`),
    call('lseek $d 2 SEEK_SET -> 2'),
    call('getdents $d 4096 -> end'),
    rewound('$d'),
    call(`getdents $d 24 -> ${A}`),
    call('lseek $d 2 SEEK_SET -> 2'),
    call('getdents $d 4096 -> end', [read(2, 4096)]),
    call('lseek $d 7 SEEK_SET -> 7'),
    call('getdents $d 4096 -> c:8:9:8', [read(7, 4096, dirent('c', 9, 8))]),
    call('getdents $d 4096 -> end', [read(8, 4096)]),
    rewound('$d'),
    kept('$d'),
  ],
});

scenario('an open without FOPEN_KEEP_CACHE drops the listing', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    directoryOpened('e', CACHE_DIR),
    listed('$e'),
    rewound('$d'),
    kept('$d'),
  ],
});

scenario('a listing that is dropped while it is filled is never kept again', {
  moves: [
    directoryOpened('d', KEPT, true),
    call(`getdents $d 24 -> ${A}`, [read(0, 4096, a)]),
    invalidated(0),
    call(`getdents $d 24 -> ${B}`, [read(1, 4096, b)]),
    call('getdents $d 24 -> end', [read(2, 4096)]),
    rewound('$d'),
    listed('$d'),
    rewound('$d'),
    listed('$d'),
  ],
});

scenario('an empty directory is kept too', {
  moves: [
    directoryOpened('d', KEPT, true),
    call('getdents $d 4096 -> end', [read(0, 4096)]),
    rewound('$d'),
    call('getdents $d 4096 -> end'),
  ],
});

scenario('NOTIFY_INVAL_INODE of its data drops the listing, of attributes alone it does not', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    invalidated(-1),
    rewound('$d'),
    kept('$d'),
    invalidated(4096),
    rewound('$d'),
    kept('$d'),
    invalidated(0, 1),
    rewound('$d'),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
  ],
});

/** NOTIFY_INVAL_ENTRY of a name in /d, and what the write gives. */
const nameInvalidated = (name: string, gives: string): Moves =>
  writes(
    concatenated([
      pack('out_header', { len: 33 + name.length, error: 3 }),
      pack('notify_inval_entry_out', { parent: 4, namelen: name.length }),
      bytes(`${name}\0`),
    ]),
    gives,
  );

scenario('NOTIFY_INVAL_ENTRY of a name that is cached ends the listing at its beginning', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    nameInvalidated('a', 'ENOENT'),
    rewound('$d'),
    kept('$d'),
    call(
      'stat /d/a ->',
      [lookedUp(4, 'a', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG })))],
      /^mode/,
    ),
    nameInvalidated('a', '34'),
    forgotten(5, 1),
    rewound('$d'),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
  ],
});

scenario('posix_fadvise(2) can give a kept listing up', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    call('posix_fadvise $d 0 0 POSIX_FADV_WILLNEED -> 0'),
    call('posix_fadvise $d 0 100 POSIX_FADV_DONTNEED -> 0'),
    rewound('$d'),
    kept('$d'),
    call('posix_fadvise $d 0 0 POSIX_FADV_DONTNEED -> 0'),
    rewound('$d'),
    listed('$d'),
  ],
});

scenario('a name that is made or removed here ends the listing at its beginning, and not in its middle', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    rewound('$d'),
    call(`getdents $d 24 -> ${A}`),
    call('mkdir /d/c 0755 -> 0', [
      lookedUp(4, 'c', fails('ENOENT')),
      asked(
        'MKDIR',
        4,
        { fields: { mode: 0o755, umask: 0o022 }, names: ['c'] },
        ok(entry({ nodeid: 7, mode: S_IFDIR | 0o755 })),
      ),
    ]),
    call(`getdents $d 24 -> ${B}`),
    call('getdents $d 24 -> end'),
    rewound('$d'),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
  ],
});

scenario('another time of change ends the listing, once something else has asked for it', {
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    invalidated(-1),
    rewound('$d'),
    kept('$d'),
    call('fstat $d ->', [asked('GETATTR', 4, {}, ok(attributes(stat(2), LONG)))], /^mode/),
    rewound('$d'),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
  ],
});

scenario('with AUTO_INVAL_DATA the time of change is asked for at the beginning, when it is stale', {
  init: { flags: AUTO_INVAL_DATA, max_write: 131_072 },
  moves: [
    directoryOpened('d', KEPT, true),
    listed('$d'),
    rewound('$d'),
    kept('$d'),
    invalidated(-1),
    rewound('$d'),
    call(`getdents $d 24 -> ${A}`, [asked('GETATTR', 4, {}, ok(attributes(stat(1), LONG)))]),
    call(`getdents $d 24 -> ${B}`),
    invalidated(-1),
    call('getdents $d 24 -> end'),
    rewound('$d'),
    call(`getdents $d 4096 -> ${A} ${B}`, [
      asked('GETATTR', 4, {}, ok(attributes(stat(2), LONG))),
      read(0, 4096, a, b),
    ]),
    invalidated(-1),
    rewound('$d'),
    call('getdents $d 4096 -> EACCES', [asked('GETATTR', 4, {}, fails('EACCES'))]),
  ],
});

/** Names that fill pages: 56 bytes each, so that 73 are a page with 8 bytes left. */
const many = (from: number, to: number): Uint8Array[] =>
  Array.from({ length: to - from }, (_, i) => dirent(`entry-${String(from + i).padStart(26, '0')}`, 5, from + i + 1));
const shown = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `entry-${String(from + i).padStart(26, '0')}:8:5:${from + i + 1}`).join(
    ' ',
  );

scenario('a listing of several pages that lost one is given as far as it is there, and then asked for', {
  moves: [
    directoryOpened('d', KEPT, true),
    call(`getdents $d 16384 -> ${shown(0, 200)}`, [read(0, 16_384, ...many(0, 200))]),
    call('getdents $d 16384 -> end', [read(200, 16_384)]),
    rewound('$d'),
    call(`getdents $d 16384 -> ${shown(0, 200)}`),
    invalidated(4096, 4096),
    rewound('$d'),
    call(`getdents $d 16384 -> ${shown(0, 200)}`, [read(73, 12_296, ...many(73, 200))]),
    call('getdents $d 16384 -> end', [read(200, 16_384)]),
  ],
});

scenario('a directory of a server without OPENDIR is kept', {
  moves: [
    call('open /d O_RDONLY|O_DIRECTORY -> $d', [
      lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }))),
      asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, fails('ENOSYS')),
    ]),
    call(`getdents $d 4096 -> ${A}`, [asked('READDIR', 4, { fields: { size: 4096, flags: 0x18000 } }, ok(a))]),
    call('getdents $d 4096 -> end', [asked('READDIR', 4, { fields: { offset: 1, size: 4096, flags: 0x18000 } }, ok())]),
    call('open /d O_RDONLY|O_DIRECTORY -> $e'),
    call(`getdents $e 4096 -> ${A}`),
    call('getdents $e 4096 -> end'),
  ],
});
