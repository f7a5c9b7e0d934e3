import { attributes, bytes, entry, LONG, ok, opened, S_IFDIR, S_IFREG } from './replies.ts';
import { asked, call, dropsCaches, forgotten, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// What is forgotten when caches are dropped, and what is not.

const FOPEN_KEEP_CACHE = 2;

const file = (nodeid: number, size = 0) =>
  ok(entry({ nodeid, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG, attributes: { size } }));
const directory = ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }));
const absent = ok(entry({ nodeid: 0, mode: 0, entryValid: LONG }));

const read = (text: string): Moves =>
  asked('READ', 6, { fields: { fh: 9, size: 4096, flags: 0x8000 } }, ok(bytes(text)));

const found = (path: string, exchange: readonly Moves[] = []): Moves => call(`stat ${path} ->`, exchange, /^mode/);

scenario('names that nobody uses are forgotten, with all that was counted, and looked up anew', {
  moves: [
    found('/f', [lookedUp(1, 'f', file(5))]),
    found('/d/g', [lookedUp(1, 'd', directory), lookedUp(4, 'g', file(6))]),
    call('mkdir /f 0755 -> EEXIST', [lookedUp(1, 'f', file(5))]),
    dropsCaches('names'),
    forgotten(5, 2),
    forgotten(6, 1),
    forgotten(4, 1),
    found('/f', [lookedUp(1, 'f', file(5))]),
    found('/d/g', [lookedUp(1, 'd', directory), lookedUp(4, 'g', file(6))]),
  ],
});

scenario('a name that is known to be absent is asked for again', {
  moves: [
    call('stat /f -> ENOENT', [lookedUp(1, 'f', absent)]),
    call('stat /f -> ENOENT'),
    dropsCaches('names'),
    call('stat /f -> ENOENT', [lookedUp(1, 'f', absent)]),
  ],
});

scenario('the name of an open file stays, and those of the directories above it', {
  moves: [
    call('open /d/g 0 -> $g', [
      lookedUp(1, 'd', directory),
      lookedUp(4, 'g', file(6)),
      asked('OPEN', 6, { fields: { flags: 0x8000 } }, ok(opened(9))),
    ]),
    found('/d/h', [lookedUp(4, 'h', file(7))]),
    dropsCaches('names'),
    forgotten(7, 1),
    found('/d/g'),
    found('/d/h', [lookedUp(4, 'h', file(7))]),
  ],
});

scenario('pages of an open file are read again', {
  moves: [
    call('open /g 0 -> $g', [
      lookedUp(1, 'g', file(6, 5)),
      asked('OPEN', 6, { fields: { flags: 0x8000 } }, ok(opened(9, FOPEN_KEEP_CACHE))),
    ]),
    call('pread $g 5 0 -> hello', [read('hello')]),
    call('pread $g 5 0 -> hello'),
    dropsCaches('pages'),
    call('pread $g 5 0 -> HELLO', [read('HELLO')]),
  ],
});

scenario('the attributes of the root stay', {
  moves: [
    found('/', [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)))]),
    dropsCaches('names'),
    found('/'),
  ],
});
