import { BIG_WRITES, EXPORT_SUPPORT, INIT_EXT, MAX_PAGES, NO_EXPORT_SUPPORT } from './init.ts';
import {
  attributes,
  dirent,
  entry,
  fails,
  LONG,
  ok,
  opened,
  type Reply,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from './replies.ts';
import { asked, call, forgotten, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// Files that are opened by their handles though they are not cached, and servers that want no handles to be opened.

const FLAGS = BIG_WRITES | MAX_PAGES;
const exporting = { flags: FLAGS | EXPORT_SUPPORT };

/** Node 9 of generation 3, in the bytes of a handle. */
const HANDLE = String.raw`0x81 \x00\x00\x00\x00\x09\x00\x00\x00\x03\x00\x00\x00`;

const rootOpened: Moves = call('open / O_RDONLY -> $r', [
  asked('OPENDIR', 1, { fields: { flags: 0x8000 } }, ok(opened(2))),
]);

const nine = (fields: { nodeid?: number; generation?: number; mode?: number } = {}): Reply =>
  ok(entry({ nodeid: 9, generation: 3, mode: S_IFREG | 0o644, attrValid: LONG, entryValid: LONG, ...fields }));

scenario('open_by_handle_at(2) of a file that is not cached looks up "." in it', {
  init: exporting,
  moves: [
    rootOpened,
    call(`open_by_handle_at $r ${HANDLE} O_RDONLY -> $f`, [
      lookedUp(9, '.', nine()),
      asked('OPEN', 9, { fields: { flags: 0x8000 } }, ok(opened(4))),
    ]),
    call(`open_by_handle_at $r ${HANDLE} O_PATH -> $p`),
    call('fstat $f', [], /^mode=0100644 .* ino=9 /),
  ],
});

scenario('open_by_handle_at(2) of a symlink that is not cached gives it back', {
  init: exporting,
  moves: [
    rootOpened,
    call(`open_by_handle_at $r ${HANDLE} O_RDONLY -> ELOOP`, [lookedUp(9, '.', nine({ mode: S_IFLNK | 0o777 }))]),
    forgotten(9, 1),
  ],
});

for (const [what, reply, given] of [
  ['an error', fails('EACCES'), null],
  ['no such file', fails('ENOENT'), null],
  ['node 0', nine({ nodeid: 0 }), null],
  ['no type', nine({ mode: 0o644 }), null],
  ['another generation', nine({ generation: 4 }), 9],
  ['another node', nine({ nodeid: 10 }), 10],
] as const) {
  scenario(`open_by_handle_at(2) is ESTALE when the lookup of "." gives ${what}`, {
    init: exporting,
    moves: [
      rootOpened,
      call(`open_by_handle_at $r ${HANDLE} O_RDONLY -> ESTALE`, [lookedUp(9, '.', reply)]),
      ...(given === null ? [] : [forgotten(given, 1)]),
    ],
  });
}

scenario('without EXPORT_SUPPORT open_by_handle_at(2) finds what is cached, and else is ESTALE', {
  init: { flags: FLAGS },
  moves: [
    rootOpened,
    call(`open_by_handle_at $r ${HANDLE} O_RDONLY -> ESTALE`),
    call('stat /f', [lookedUp(1, 'f', nine())]),
    call(`open_by_handle_at $r ${HANDLE} O_PATH -> $p`),
    call('stat /f', [lookedUp(1, 'f', nine())]),
    call('stat /f'),
  ],
});

scenario('a server of 7.8 is not asked for files by their handles', {
  init: { ...exporting, minor: 8 },
  moves: [rootOpened, call(`open_by_handle_at $r ${HANDLE} O_RDONLY -> ESTALE`)],
});

scenario('with NO_EXPORT_SUPPORT there are handles to compare by, and none to open', {
  init: { flags: FLAGS | EXPORT_SUPPORT | INIT_EXT, flags2: NO_EXPORT_SUPPORT },
  moves: [
    call('stat /', [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)))], /^mode/),
    rootOpened,
    call('name_to_handle_at -100 / 128 0 -> EOPNOTSUPP'),
    call('name_to_handle_at -100 / 128 2 -> EOPNOTSUPP'),
    call('name_to_handle_at -100 / 128 0x200', [], /^81 /),
    call(`open_by_handle_at $r ${HANDLE} O_RDONLY -> ESTALE`),
  ],
});

const directory = (nodeid: number, generation = 3): Reply => nine({ nodeid, generation, mode: S_IFDIR | 0o755 });
const root = directory(1, 0);
/** What fits into the pages of a request. */
const SOME = 131_072;
const handleOpened = (gives: string): string => `open_by_handle_at $r ${HANDLE} O_PATH -> ${gives}`;

/** A directory is read from its start to its end for a name. */
const searched = (nodeid: number, ...records: readonly Uint8Array[]): readonly Moves[] => [
  asked('OPENDIR', nodeid, { fields: { flags: 0 } }, ok(opened(7))),
  asked('READDIR', nodeid, { fields: { fh: 7, offset: 0, size: SOME, flags: 0 } }, ok(...records)),
];
const listedOn = (nodeid: number, offset: number): Moves =>
  asked('READDIR', nodeid, { fields: { fh: 7, offset, size: SOME, flags: 0 } }, ok());
const released = (nodeid: number): Moves => asked('RELEASEDIR', nodeid, { fields: { fh: 7 } }, ok());

scenario('open_by_handle_at(2) of a directory that is not cached finds its name in the one above', {
  init: exporting,
  moves: [
    rootOpened,
    call(handleOpened('$d'), [
      lookedUp(9, '.', directory(9)),
      lookedUp(9, '..', root),
      searched(1, dirent('.', 1, 1, 4), dirent('other', 8, 2, 4), dirent('here', 9, 3, 4), dirent('beyond', 7, 4)),
      lookedUp(1, 'here', directory(9)),
      released(1),
    ]),
    call('stat /here', [], /ino=9 /),
  ],
});

scenario('open_by_handle_at(2) of a directory goes up until it meets one that has its place', {
  init: exporting,
  moves: [
    rootOpened,
    call(handleOpened('$d'), [
      lookedUp(9, '.', directory(9)),
      lookedUp(9, '..', directory(8, 0)),
      searched(8, dirent('low', 9, 1, 4)),
      lookedUp(8, 'low', directory(9)),
      lookedUp(8, '..', root),
      searched(1, dirent('high', 8, 1, 4)),
      lookedUp(1, 'high', directory(8, 0)),
      released(1),
      released(8),
    ]),
    call('stat /high/low', [], /ino=9 /),
  ],
});

for (const [why, exchange] of [
  ['has no directory above', [lookedUp(9, '..', fails('ENOENT'))]],
  ['has a file above', [lookedUp(9, '..', nine({ nodeid: 8 })), forgotten(8, 1)]],
  [
    'is not in the directory above',
    [lookedUp(9, '..', root), searched(1, dirent('other', 8, 1, 4)), listedOn(1, 1), released(1)],
  ],
  [
    'has lost its name since it was listed',
    [lookedUp(9, '..', root), searched(1, dirent('here', 9, 1, 4)), lookedUp(1, 'here', fails('ENOENT')), released(1)],
  ],
  [
    'is in a directory that cannot be listed',
    [lookedUp(9, '..', root), asked('OPENDIR', 1, { fields: { flags: 0 } }, fails('EACCES'))],
  ],
] as const) {
  scenario(`open_by_handle_at(2) of a directory that ${why} is ESTALE, and it is forgotten`, {
    init: exporting,
    moves: [rootOpened, call(handleOpened('ESTALE'), [lookedUp(9, '.', directory(9)), ...exchange]), forgotten(9, 1)],
  });
}
