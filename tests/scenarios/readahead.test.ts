import { entry, LONG, ok, opened, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// Which pages are read, and how many at a time. Without ASYNC_READ there is one READ after the other.

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

scenario('a first read of three pages', {
  moves: [
    fileOpened(big),
    call('read $f 12288', [read(0, 8)], /./),
    call('read $f 12288', [read(8, 16)], /./),
    call('read $f 12288', [read(24, 32)], /./),
  ],
});

scenario('a read behind the first page is random', {
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
