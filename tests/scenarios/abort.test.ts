import { bytesText } from '../oracle/shapes.ts';
import { ABORT_ERROR, BIG_WRITES } from './init.ts';
import { OWNER } from './read-requests.ts';
import { bytes, DIRECT_IO, entry, fails, LONG, ok, opened, S_IFREG } from './replies.ts';
import {
  aborts,
  answers,
  asked,
  call,
  closes,
  ends,
  lookedUp,
  type Moves,
  polls,
  readFails,
  reads,
  starts,
  waiting,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// The end of a connection: by the user through fusectl, by its server. Nobody may be left asleep.

const ROOT = { uid: 0, gid: 0 };
const statfs = ok(pack('statfs_out', { bsize: 512 }));

const threeWait: Moves = [
  starts('statfs /'),
  reads('STATFS', 1),
  starts('@1 statfs /'),
  starts('@2 statfs /'),
  waiting(3),
];

const threeFail: Moves = [
  ends('statfs / -> ECONNABORTED'),
  ends('@1 statfs / -> ECONNABORTED'),
  ends('@2 statfs / -> ECONNABORTED'),
];

scenario('an abort ends requests that were read and those that wait with ECONNABORTED, later ones are ENOTCONN', {
  tasks: [ROOT, ROOT, ROOT],
  moves: [
    threeWait,
    aborts,
    threeFail,
    waiting(0),
    call('statfs / -> ENOTCONN'),
    readFails('ENODEV'),
    polls('ERR'),
    answers('STATFS', { ...statfs, refused: 'ENOENT' }),
  ],
});

scenario('a server that asked for ABORT_ERROR is told of an abort by ECONNABORTED', {
  init: { flags: ABORT_ERROR | BIG_WRITES },
  moves: [aborts, readFails('ECONNABORTED'), call('statfs / -> ENOTCONN')],
});

scenario('an abort before INIT is answered lets who waits for it go, with ENOTCONN', {
  init: 'told',
  moves: [starts('stat /'), waiting(2), aborts, ends('stat / -> ENOTCONN'), readFails('ENODEV')],
});

scenario('a server that closes its device ends every call, and later ones are ENOTCONN', {
  tasks: [ROOT, ROOT, ROOT],
  moves: [threeWait, closes(0), threeFail, call('statfs / -> ENOTCONN'), call('stat /f -> ENOTCONN')],
});

const fileOpened: Moves = call('open /f O_RDWR -> $f', [
  lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG }))),
  asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
]);

scenario('close(2) after an abort is ENOTCONN', {
  moves: [fileOpened, aborts, call('close $f -> ENOTCONN'), call('close $f -> EBADF')],
});

scenario('close(2) does not wait for RELEASE to be answered, and the next call gets its own answer', {
  moves: [
    fileOpened,
    call('close $f -> 0', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok()),
      reads('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }),
    ]),
    call('statfs / ->', [asked('STATFS', 1, {}, statfs)], /bsize=512 /),
    answers('RELEASE', fails('EIO')),
    waiting(0),
  ],
});

const opensAt = (name: string, fh: number): Moves =>
  call(`open /f O_RDWR -> $${name}`, [asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(fh)))]);

const closed = (name: string, fh: number, release: Moves = []): Moves =>
  call(`close $${name} -> 0`, [asked('FLUSH', 5, { fields: { fh, lock_owner: OWNER } }, ok()), release]);

scenario('with a max_background of 1 a second RELEASE waits for the first to be answered, and calls do not', {
  init: { max_background: 1 },
  moves: [
    fileOpened,
    opensAt('g', 10),
    closed('f', 9, reads('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } })),
    closed('g', 10),
    readFails('EAGAIN'),
    call('statfs / ->', [asked('STATFS', 1, {}, statfs)], /bsize=512 /),
    answers('RELEASE', ok()),
    asked('RELEASE', 5, { fields: { fh: 10, flags: 0x8002 } }, ok()),
    waiting(0),
  ],
});

scenario('after an abort what is cached is told still, and what is not is ENOTCONN', {
  moves: [
    call(
      'stat /f ->',
      [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG })))],
      /^mode/,
    ),
    aborts,
    call('stat /f ->', [], /^mode=0100644 /),
    call('stat /g -> ENOTCONN'),
    call('open /f O_RDWR -> ENOTCONN'),
    call('unlink /f -> ENOTCONN'),
  ],
});

scenario('an abort in the middle of read(2) gives what had come', {
  mount: { maxRead: 4096 },
  moves: [
    call('open /f O_RDWR -> $f', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attributes: { size: 8192 } }))),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, DIRECT_IO))),
    ]),
    starts('read $f 8192'),
    asked(
      'READ',
      5,
      { fields: { fh: 9, size: 4096, read_flags: 2, lock_owner: OWNER, flags: 0x8002 } },
      ok(bytes('a'.repeat(4096))),
    ),
    reads('READ', 5, { fields: { fh: 9, offset: 4096, size: 4096, read_flags: 2, lock_owner: OWNER, flags: 0x8002 } }),
    aborts,
    ends(`read $f 8192 -> ${bytesText('a'.repeat(4096))}`),
  ],
});
