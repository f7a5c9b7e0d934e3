import { OWNER } from './read-requests.ts';
import { attributes, entry, fails, LONG, ok, opened, S_IFDIR, S_IFREG } from './replies.ts';
import {
  answers,
  asked,
  call,
  ends,
  forgotten,
  lookedUp,
  type Moves,
  readFails,
  reads,
  starts,
  waiting,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { concatenated, pack } from './wire-format.ts';

// Names and lookup counts: what is believed and how long, what is asked again, and what is given back. gVisor never does.

const file = (nodeid = 5, { entryValid = 0, attrValid = LONG, generation = 0 } = {}) =>
  ok(entry({ nodeid, mode: S_IFREG | 0o644, entryValid, attrValid, generation }));
const directory = (nodeid = 4, { entryValid = 0, attrValid = LONG } = {}) =>
  ok(entry({ nodeid, mode: S_IFDIR | 0o755, entryValid, attrValid }));

const stats = (...exchange: Moves[]): Moves => call('stat /f ->', exchange, /^mode=0100644 /);
const unlinked: Moves = asked('UNLINK', 1, { names: ['f'] }, ok());

scenario('lookups of a name are counted one by one and given back together', {
  moves: [
    stats(lookedUp(1, 'f', file())),
    stats(lookedUp(1, 'f', file())),
    call('unlink /f -> 0', [lookedUp(1, 'f', file()), unlinked, forgotten(5, 3)]),
  ],
});

scenario('a name that is valid is not looked up again', {
  moves: [stats(lookedUp(1, 'f', file(5, { entryValid: LONG }))), stats(), stats()],
});

scenario('attributes that LOOKUP brought without validity are asked for each time', {
  moves: [
    stats(
      lookedUp(1, 'f', file(5, { entryValid: LONG, attrValid: 0 })),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }))),
    ),
    stats(asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 })))),
  ],
});

scenario('attributes that GETATTR brought are believed as long as it says', {
  moves: [
    stats(
      lookedUp(1, 'f', file(5, { entryValid: LONG, attrValid: 0 })),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }, LONG))),
    ),
    stats(),
  ],
});

scenario('attributes that a later LOOKUP brings are believed', {
  moves: [
    stats(
      lookedUp(1, 'f', file(5, { attrValid: 0 })),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }))),
    ),
    stats(lookedUp(1, 'f', file())),
  ],
});

scenario('a name that the server has lost is looked up twice, ENOENT, and given back', {
  moves: [
    stats(lookedUp(1, 'f', file())),
    call('access /f 0 -> ENOENT', [
      lookedUp(1, 'f', fails('ENOENT')),
      lookedUp(1, 'f', fails('ENOENT')),
      forgotten(5, 1),
    ]),
  ],
});

scenario('a name that the server has lost can be made anew with O_EXCL', {
  moves: [
    stats(lookedUp(1, 'f', file(5, { entryValid: LONG }))),
    call('open /f O_CREAT|O_EXCL|O_RDWR 0644 -> $f', [
      lookedUp(1, 'f', fails('ENOENT')),
      lookedUp(1, 'f', fails('ENOENT')),
      asked(
        'CREATE',
        1,
        { fields: { flags: 0x80c2, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] },
        ok(entry({ nodeid: 6, mode: S_IFREG | 0o644 }), opened(9)),
      ),
      forgotten(5, 1),
    ]),
  ],
});

scenario('a name whose validity is over and that names another node now is given back and looked up again', {
  moves: [
    stats(lookedUp(1, 'f', file(5))),
    stats(lookedUp(1, 'f', file(6)), lookedUp(1, 'f', file(6)), forgotten(6, 1), forgotten(5, 1)),
  ],
});

scenario('a name whose validity is over and whose generation is another is looked up again', {
  moves: [
    stats(lookedUp(1, 'f', file(5))),
    stats(lookedUp(1, 'f', file(5, { generation: 1 })), lookedUp(1, 'f', file(5, { generation: 1 })), forgotten(5, 2)),
  ],
});

scenario('a name that is valid hides that it names another node, and that its generation is another', {
  moves: [
    stats(
      lookedUp(1, 'f', file(5, { entryValid: LONG, attrValid: 0 })),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 7, mode: S_IFREG | 0o644 }))),
    ),
    call('stat /f ->', [asked('GETATTR', 5, {}, ok(attributes({ ino: 8, mode: S_IFREG | 0o644 })))], / ino=8 /),
  ],
});

scenario('a name is absent as long as a reply with nodeid 0 says, unlike in gVisor where it is EIO', {
  moves: [
    call('stat /f -> ENOENT', [lookedUp(1, 'f', ok(entry({ nodeid: 0, mode: 0, entryValid: LONG })))]),
    call('stat /f -> ENOENT'),
    call('open /f O_CREAT|O_WRONLY 0644 -> $f', [
      asked(
        'CREATE',
        1,
        { fields: { flags: 0x8041, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] },
        ok(entry({ nodeid: 6, mode: S_IFREG | 0o644 }), opened(9)),
      ),
    ]),
  ],
});

scenario('that a name is absent is not believed when ENOENT said so', {
  moves: [
    call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))]),
    call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))]),
  ],
});

scenario('two names of one node are one file', {
  moves: [
    stats(lookedUp(1, 'f', file(5, { entryValid: LONG }))),
    call('chmod /f 0600 -> 0', [
      asked(
        'SETATTR',
        5,
        { fields: { valid: 1, mode: S_IFREG | 0o600 } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o600 }, LONG)),
      ),
    ]),
    call(
      'stat /g ->',
      [lookedUp(1, 'g', ok(entry({ nodeid: 5, mode: S_IFREG | 0o640, entryValid: LONG, attrValid: LONG })))],
      /^mode=0100640 /,
    ),
    call('stat /f ->', [], /^mode=0100640 /),
    call('unlink /f -> 0', [unlinked]),
    call('unlink /g -> 0', [asked('UNLINK', 1, { names: ['g'] }, ok()), forgotten(5, 2)]),
  ],
});

scenario('a file that is open when its name goes is given back when it is closed and RELEASE answered', {
  moves: [
    call('open /f O_RDWR -> $f', [
      lookedUp(1, 'f', file(5, { entryValid: LONG })),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
    ]),
    call('unlink /f -> 0', [unlinked]),
    readFails('EAGAIN'),
    call('close $f -> 0', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok()),
      reads('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }),
    ]),
    readFails('EAGAIN'),
    answers('RELEASE', ok()),
    forgotten(5, 1),
  ],
});

scenario('a file that another is renamed over is given back', {
  moves: [
    call('rename /f /g -> 0', [
      lookedUp(1, 'f', file(5)),
      lookedUp(1, 'g', file(6)),
      asked('RENAME', 1, { fields: { newdir: 1 }, names: ['f', 'g'] }, ok()),
      forgotten(6, 1),
    ]),
  ],
});

const forgets = concatenated([
  pack('forget_one', { nodeid: 5, nlookup: 1 }),
  pack('forget_one', { nodeid: 6, nlookup: 1 }),
]);

/** The second name is removed while the first one's node, which was given back, has not been read. */
const twoUnlinks = (...forgot: Moves[]): Moves => [
  stats(lookedUp(1, 'f', file(5, { entryValid: LONG }))),
  call('stat /g', [lookedUp(1, 'g', file(6, { entryValid: LONG }))]),
  call('unlink /f -> 0', [unlinked]),
  starts('unlink /g'),
  waiting(1),
  asked('UNLINK', 1, { names: ['g'] }, ok()),
  ends('unlink /g -> 0'),
  forgot,
];

scenario('what is given back while the server does not read comes in one BATCH_FORGET', {
  moves: [twoUnlinks(reads('BATCH_FORGET', 0, { fields: { count: 2 }, data: forgets }))],
});

scenario('a server of 7.15 is given each node back by itself', {
  init: { minor: 15 },
  moves: [twoUnlinks(reads('FORGET', 5, { fields: { nlookup: 1 } }), reads('FORGET', 6, { fields: { nlookup: 1 } }))],
});

scenario('a directory that names another node now takes what was below it along', {
  moves: [
    call(
      'stat /d/f ->',
      [lookedUp(1, 'd', directory(4)), lookedUp(4, 'f', file(5, { entryValid: LONG }))],
      /^mode=0100644 /,
    ),
    call(
      'stat /d/f ->',
      [
        lookedUp(1, 'd', directory(6)),
        lookedUp(1, 'd', directory(6)),
        lookedUp(6, 'f', file(7)),
        forgotten(6, 1),
        forgotten(5, 1),
        forgotten(4, 1),
      ],
      /^mode=0100644 /,
    ),
  ],
});
