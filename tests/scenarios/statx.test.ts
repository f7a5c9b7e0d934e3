import { attributes, entry, fails, LONG, ok, S_IFDIR, S_IFREG, statxOut } from './replies.ts';
import { asked, call, forgotten, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// STATX: what statx(2) asks when the time of birth is wanted, and what becomes of the answer.

const TYPE = 0x1;
const MODE = 0x2;
const SIZE = 0x200;
const BASIC = 0x7ff;
const BTIME = 0x800;
const EVERYTHING = BASIC | BTIME;

const born = { btime: 777, btimensec: 5 };

const fileFound: Moves = call('stat /f', [
  lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }))),
]);

const statxAsked = (reply: Uint8Array): Moves => asked('STATX', 5, { fields: { sx_mask: EVERYTHING } }, ok(reply));

const file = (mask: number, fields: Parameters<typeof statxOut>[0] = {}): Uint8Array =>
  statxOut({ mask, ino: 5, mode: S_IFREG | 0o644, ...born, ...fields }, LONG);

scenario('statx(2) asks for all fields by STATX when the time of birth is among them, and once', {
  moves: [
    fileFound,
    call('statx -100 /f 0 0x7ff', [], / mask=7ff /),
    call('statx -100 /f 0 0x800', [statxAsked(file(EVERYTHING))], / btime=777.000000005 mask=fff /),
    call('statx -100 /f 0 0xfff', [], / btime=777.000000005 mask=fff /),
    call('statx -100 /f 0 1', [], / btime=777.000000005 mask=fff /),
  ],
});

scenario('statx(2) keeps that there is no time of birth', {
  moves: [
    fileFound,
    call('statx -100 /f 0 0xfff', [statxAsked(file(BASIC))], /ctime=0.000000000 mask=7ff /),
    call('statx -100 /f 0 0xfff', [], /ctime=0.000000000 mask=7ff /),
  ],
});

scenario('statx(2) passes on a reply that lacks fields, with the type, and keeps nothing of it', {
  moves: [
    fileFound,
    call(
      'statx -100 /f 0 0xfff',
      [statxAsked(file(BTIME | MODE, { mode: S_IFREG | 0o600, size: 9 }))],
      /^mode=0100600 .*size=9 .* btime=777.000000005 mask=803 /,
    ),
    call('statx -100 /f 0 0x7ff', [], /^mode=0100644 .*size=0 .* mask=7ff /),
    call('statx -100 /f 0 0xfff', [statxAsked(file(0))], / mask=1 /),
    call('statx -100 /f 0x4000 0xfff', [], /ctime=0.000000000 mask=7ff /),
  ],
});

scenario('statx(2) keeps a time of birth whatever later replies lack', {
  moves: [
    fileFound,
    call('statx -100 /f 0 0xfff', [statxAsked(file(EVERYTHING))], / btime=777.000000005 mask=fff /),
    call('statx -100 /f 0x2000 0xfff', [statxAsked(file(BASIC))], /ctime=0.000000000 mask=7ff /),
    call('statx -100 /f 0x4000 0xfff', [], / btime=777.000000005 mask=fff /),
  ],
});

scenario('statx(2) asks with AT_STATX_FORCE_SYNC always, with AT_STATX_DONT_SYNC never', {
  moves: [
    call('open /f O_PATH -> $f', [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG })))]),
    call('statx -100 /f 0x4000 0xfff', [], /^mode=0100644 .* mask=7ff /),
    call('statx -100 /f 0 0', [], /^mode=0100644 .* mask=7ff /),
    call('statx -100 /f 0x2000 0', [], / mask=7ff /),
    call('statx -100 /f 0x2000 0x1000', [], / mask=7ff /),
    call('statx -100 /f 0x2000 2', [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o600 }, LONG)))]),
    call('statx -100 /f 0x2000 0x802', [statxAsked(file(EVERYTHING))], / mask=fff /),
    call('statx -100 /f 0x4000 0xfff', [], / mask=fff /),
  ],
});

scenario('statx(2) of what a change made stale asks only if that is wanted', {
  moves: [
    fileFound,
    call('setxattr /f user.a 1 0 -> 0', [
      asked('SETXATTR', 5, { fields: { size: 1 }, names: ['user.a'], data: new Uint8Array([0x31]) }, ok()),
    ]),
    call('statx -100 /f 0 0x77f', []),
    call('statx -100 /f 0 0x80', [
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644, ctime: 3 }, LONG))),
    ]),
    call('statx -100 /f 0 0x80', [], /ctime=3.000000000/),
  ],
});

scenario('STATX answered with ENOSYS is GETATTR instead, and is not sent again', {
  moves: [
    call('open /f O_PATH -> $f', [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG })))]),
    call('statx -100 /f 0 0xfff', [
      asked('STATX', 5, { fields: { sx_mask: EVERYTHING } }, fails('ENOSYS')),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }))),
    ]),
    call('statx -100 /f 0 0xfff', [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }, LONG)))]),
    call('statx -100 /f 0x2000 0x800', [], / mask=7ff /),
  ],
});

scenario('STATX answered with ENOSYS asks for nothing more where cached attributes hold', {
  moves: [
    fileFound,
    call('statx -100 /f 0 0xfff', [asked('STATX', 5, { fields: { sx_mask: EVERYTHING } }, fails('ENOSYS'))]),
    call('statx -100 /f 0 0xfff', []),
  ],
});

scenario('STATX answered with another error is that error, and is sent again', {
  moves: [
    fileFound,
    call('statx -100 /f 0 0xfff -> EACCES', [asked('STATX', 5, { fields: { sx_mask: EVERYTHING } }, fails('EACCES'))]),
    call('statx -100 /f 0 0xfff', [statxAsked(file(EVERYTHING))]),
  ],
});

for (const [what, mask, fields] of [
  ['of another type', TYPE, { mode: S_IFDIR | 0o755 }],
  ['of no type', TYPE, { mode: 0o644 }],
  ['with a size of 2^63', SIZE, { size: 2n ** 63n }],
] as const) {
  scenario(`STATX answered ${what} is EIO, and the file is bad`, {
    moves: [
      fileFound,
      call('open /f O_PATH -> $f'),
      call('statx -100 /f 0 0xfff -> EIO', [statxAsked(file(mask, fields))]),
      call('fstat $f -> EIO'),
      call('close $f -> 0'),
    ],
  });
}

scenario('STATX answered with a type and a size that make no sense is fine where its mask does not have them', {
  moves: [
    fileFound,
    call(
      'statx -100 /f 0 0xfff',
      [statxAsked(file(MODE, { mode: S_IFDIR | 0o600, size: 7 }))],
      /^mode=0100600 .* mask=3 /,
    ),
    call('unlink /f -> 0', [asked('UNLINK', 1, { names: ['f'] }, ok()), forgotten(5, 1)]),
  ],
});
