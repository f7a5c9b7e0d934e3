import { bytes, entry, fails, LONG, ok, opened, S_IFREG, wrote } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// Which pages are read, and how many at a time, and how writes are cut. Without ASYNC_READ there is one READ after the other.

const PAGE = 4096;

const KEEP_CACHE = 2;

const fileOpened = (size: number, open_flags = KEEP_CACHE): Moves =>
  call(`open /f 0x8000 -> $f`, [
    lookedUp(
      1,
      'f',
      ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG, attributes: { size } })),
    ),
    asked('OPEN', 5, { fields: { flags: 0x8000 } }, ok(opened(9, open_flags))),
  ]);

/** A READ of pages, answered with zeros. */
const read = (page: number, count: number, answered = count * PAGE): Moves =>
  asked(
    'READ',
    5,
    { fields: { fh: 9, offset: page * PAGE, size: count * PAGE, flags: 0x8000 } },
    ok(new Uint8Array(answered)),
  );

/** {@link read} of a file open for both. */
const readOf = (page: number, count: number): Moves =>
  asked(
    'READ',
    5,
    { fields: { fh: 9, offset: page * PAGE, size: count * PAGE, flags: 0x8002 } },
    ok(new Uint8Array(count * PAGE)),
  );

const big = 1000 * PAGE;

scenario('sequential reads of a page double what is read at a time', {
  moves: [
    fileOpened(big),
    call('read $f 4096', [read(0, 4)], /./),
    call('read $f 4096', [read(4, 8)], /./),
    call('read $f 8192', [], /./),
    call('read $f 4096', [read(12, 16)], /./),
    call('pread $f 65536 20480', [read(28, 32)], /./),
    call('pread $f 65536 98304', [read(60, 32)], /./),
  ],
});

scenario('a first read of three pages reads eight', {
  moves: [
    fileOpened(big),
    call('read $f 12288', [read(0, 8)], /./),
    call('read $f 12288', [read(8, 16)], /./),
    call('read $f 12288', [read(24, 32)], /./),
  ],
});

scenario('a read behind the first page is random, and the next one goes on from it', {
  moves: [
    fileOpened(big),
    call('pread $f 4096 4096', [read(1, 1)], /./),
    call('pread $f 4096 8192', [read(2, 4)], /./),
    call('pread $f 4096 12288', [read(6, 6)], /./),
    call('pread $f 4096 24576', [read(12, 12)], /./),
    call('pread $f 4096 49152', [read(24, 24)], /./),
    call('pread $f 4096 98304', [read(48, 32)], /./),
  ],
});

scenario('a READ ahead that fails is silent, and the page is read again for itself', {
  moves: [
    fileOpened(big),
    call('read $f 10 -> EACCES', [
      asked('READ', 5, { fields: { fh: 9, offset: 0, size: 4 * PAGE, flags: 0x8000 } }, fails('EIO')),
      asked('READ', 5, { fields: { fh: 9, offset: 0, size: PAGE, flags: 0x8000 } }, fails('EACCES')),
    ]),
    call('pread $f 4097 0', [read(0, 1), read(4, 8), read(1, 1)], /./),
  ],
});

scenario('a short READ is the end of the file, and zeros up to the end of its pages', {
  moves: [
    fileOpened(big),
    call('read $f 5000', [read(0, 4, 4100)], /./),
    call('lseek $f 0 SEEK_CUR -> 4100'),
    call("read $f 10 -> ''"),
  ],
});

scenario('an open without FOPEN_KEEP_CACHE drops what was read, one with it does not', {
  moves: [
    fileOpened(3 * PAGE),
    call('pread $f 10 0', [read(0, 3)], /./),
    call('open /f 0x8000 -> $g', [asked('OPEN', 5, { fields: { flags: 0x8000 } }, ok(opened(9, KEEP_CACHE)))]),
    call('pread $f 10 0', [], /./),
    call('open /f 0x8000 -> $h', [asked('OPEN', 5, { fields: { flags: 0x8000 } }, ok(opened(9)))]),
    call('pread $f 10 0', [read(0, 3)], /./),
  ],
});

const capability: Moves = asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA'));

const write = (offset: number, text: string, answered = text.length): Moves =>
  asked(
    'WRITE',
    5,
    { fields: { fh: 9, offset, size: text.length, flags: 0x8002 }, data: bytes(text) },
    ok(wrote(answered)),
  );

const newFile: Moves = call('open /f 0x8002 -> $f', [
  lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }))),
  asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, KEEP_CACHE))),
]);

scenario('a WRITE ends behind a page that is covered in part and not cached, and not behind one that is', {
  moves: [
    newFile,
    call('pwrite $f x*10000 100 -> 10000', [capability, write(100, 'x'.repeat(3996)), write(4096, 'x'.repeat(6004))]),
    call('pwrite $f y*10000 4097 -> 10000', [capability, write(4097, 'y'.repeat(10_000))]),
  ],
});

scenario('a WRITE that is short or fails leaves its pages to be read again', {
  moves: [
    newFile,
    call('pwrite $f x*8192 0 -> 8192', [capability, write(0, 'x'.repeat(8192))]),
    call('pwrite $f y*8192 0 -> 5000', [capability, write(0, 'y'.repeat(8192), 5000)]),
    call('pread $f 10 0 -> yyyyyyyyyy'),
    call('pread $f 2 4096', [readOf(1, 1)], /./),
    call('pwrite $f zz 0 -> ENOSPC', [
      capability,
      asked('WRITE', 5, { fields: { fh: 9, size: 2, flags: 0x8002 }, data: bytes('zz') }, fails('ENOSPC')),
    ]),
    call('pread $f 2 0', [readOf(0, 1)], /./),
  ],
});
