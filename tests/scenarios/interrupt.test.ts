import { bytesText } from '../oracle/shapes.ts';
import { FLOCK_LOCKS, POSIX_LOCKS } from './init.ts';
import { OWNER, PID } from './read-requests.ts';
import {
  attributes,
  bytes,
  DIRECT_IO,
  entry,
  fails,
  LONG,
  ok,
  opened,
  refused,
  replyMessage,
  S_IFDIR,
  S_IFREG,
} from './replies.ts';
import {
  aborts,
  answers,
  asked,
  asleep,
  call,
  ends,
  forgotten,
  lookedUp,
  type Move,
  type Moves,
  polls,
  readFails,
  reads,
  signal,
  starts,
  waiting,
  writes,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { type Fields, pack } from './wire-format.ts';

// Signals to a task in its call, and INTERRUPT. gVisor sends none.

const ROOT = { uid: 0, gid: 0 };
const statfs = ok(pack('statfs_out', { bsize: 512 }));
const begun: Move[] = [starts('statfs /'), reads('STATFS', 1)];
const interrupted: Move = reads('INTERRUPT', 0, { of: 'STATFS' });

scenario('a signal to who waits for what the server has sends INTERRUPT, whose answer may be EINTR', {
  moves: [...begun, signal('signal'), interrupted, answers('STATFS', fails('EINTR')), ends('statfs / -> EINTR')],
});

scenario('a server that ignores INTERRUPT and answers is believed', {
  moves: [...begun, signal('signal'), interrupted, answers('STATFS', statfs), ends('statfs /', /bsize=512 /)],
});

scenario('a signal before the server has read leaves the request, and INTERRUPT follows it', {
  moves: [
    starts('statfs /'),
    waiting(1),
    signal('signal'),
    reads('STATFS', 1),
    interrupted,
    answers('STATFS', fails('EINTR')),
    ends('statfs / -> EINTR'),
  ],
});

scenario('a fatal signal before the server has read takes the request back', {
  moves: [
    starts('statfs /'),
    waiting(1),
    signal('killed'),
    ends('statfs / -> killed'),
    waiting(0),
    readFails('EAGAIN'),
  ],
});

scenario('a fatal signal to who waits for what the server has sends INTERRUPT, and the answer is waited for', {
  moves: [...begun, signal('killed'), interrupted, waiting(1), answers('STATFS', statfs), ends('statfs / -> killed')],
});

scenario('INTERRUPT answered with EAGAIN comes again', {
  moves: [
    ...begun,
    signal('signal'),
    interrupted,
    answers('INTERRUPT', fails('EAGAIN')),
    interrupted,
    answers('STATFS', statfs),
    ends('statfs /'),
  ],
});

scenario('INTERRUPT answered with ENOSYS is never sent again', {
  moves: [
    ...begun,
    signal('signal'),
    interrupted,
    answers('INTERRUPT', fails('ENOSYS')),
    answers('STATFS', statfs),
    ends('statfs /'),
    ...begun,
    signal('signal'),
    answers('STATFS', statfs),
    ends('statfs /'),
  ],
});

scenario('INTERRUPT answered with a body is EINVAL, and after its request ENOENT', {
  moves: [
    ...begun,
    signal('signal'),
    interrupted,
    answers('INTERRUPT', refused(ok(bytes('12345678')), 'EINVAL')),
    answers('INTERRUPT', ok()),
    answers('STATFS', statfs),
    ends('statfs /'),
    answers('INTERRUPT', refused(ok(), 'ENOENT')),
  ],
});

scenario('FLUSH survives a fatal signal', {
  moves: [
    call('open /f O_RDWR -> $f', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG }))),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
    ]),
    starts('close $f'),
    waiting(1),
    signal('killed'),
    asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok()),
    asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok()),
    ends('close $f -> killed'),
  ],
});

scenario('INTERRUPT that was not read when its request is answered is taken back', {
  moves: [
    ...begun,
    signal('signal'),
    polls('IN OUT'),
    answers('STATFS', statfs),
    ends('statfs /', /bsize=512 /),
    readFails('EAGAIN'),
  ],
});

scenario('a second signal sends no second INTERRUPT', {
  moves: [
    ...begun,
    signal('signal'),
    interrupted,
    signal('signal'),
    answers('INTERRUPT', ok()),
    answers('STATFS', statfs),
    ends('statfs /', /bsize=512 /),
    readFails('EAGAIN'),
  ],
});

scenario('a fatal signal after another sends no second INTERRUPT', {
  moves: [
    ...begun,
    signal('signal'),
    interrupted,
    signal('killed'),
    answers('STATFS', statfs),
    ends('statfs / -> killed'),
    readFails('EAGAIN'),
  ],
});

scenario('an abort ends an interrupted request', {
  moves: [...begun, signal('signal'), polls('IN OUT'), aborts, ends('statfs / -> ECONNABORTED'), readFails('ENODEV')],
});

const direct = (offset: number): { readonly fields: Fields } => ({
  fields: { fh: 9, offset, size: 4096, read_flags: 2, lock_owner: OWNER, flags: 0x8002 },
});

const fileOpened: Moves = call('open /f O_RDWR -> $f', [
  lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attributes: { size: 8192 } }))),
  asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, DIRECT_IO))),
]);

scenario('read(2) of several READs gives what came before the one that was interrupted', {
  mount: { maxRead: 4096 },
  moves: [
    fileOpened,
    starts('read $f 8192'),
    asked('READ', 5, direct(0), ok(bytes('a'.repeat(4096)))),
    reads('READ', 5, direct(4096)),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'READ' }),
    answers('READ', fails('EINTR')),
    ends(`read $f 8192 -> ${bytesText('a'.repeat(4096))}`),
  ],
});

scenario('read(2) whose first READ was interrupted is EINTR', {
  mount: { maxRead: 4096 },
  moves: [
    fileOpened,
    starts('read $f 8192'),
    reads('READ', 5, direct(0)),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'READ' }),
    answers('READ', fails('EINTR')),
    ends('read $f 8192 -> EINTR'),
  ],
});

scenario('a name whose LOOKUP was interrupted stays as it was', {
  moves: [
    call('stat /f ->', [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attrValid: LONG })))], /^mode/),
    starts('stat /f'),
    reads('LOOKUP', 1, { names: ['f'] }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'LOOKUP' }),
    answers('LOOKUP', fails('EINTR')),
    ends('stat /f -> EINTR'),
    readFails('EAGAIN'),
    call('stat /f ->', [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attrValid: LONG })))], /^mode/),
  ],
});

scenario('a name whose UNLINK was interrupted is looked up anew', {
  moves: [
    call(
      'stat /f ->',
      [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG })))],
      /^mode/,
    ),
    starts('unlink /f'),
    reads('UNLINK', 1, { names: ['f'] }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'UNLINK' }),
    answers('UNLINK', fails('EINTR')),
    ends('unlink /f -> EINTR'),
    forgotten(5, 1),
    call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))]),
  ],
});

scenario('an interrupted CREATE leaves no descriptor and a name that is looked up anew', {
  moves: [
    starts('open /f O_CREAT|O_WRONLY 0644'),
    lookedUp(1, 'f', fails('ENOENT')),
    reads('CREATE', 1, { fields: { flags: 0x8041, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'CREATE' }),
    answers('CREATE', fails('EINTR')),
    ends('open /f -> EINTR'),
    call('stat /f ->', [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attrValid: LONG })))], /^mode/),
  ],
});

scenario('a task that is killed between LOOKUP and MKDIR makes nothing', {
  moves: [
    starts('mkdir /d 0755'),
    reads('LOOKUP', 1, { names: ['d'] }),
    signal('killed'),
    reads('INTERRUPT', 0, { of: 'LOOKUP' }),
    answers('LOOKUP', fails('ENOENT')),
    ends('mkdir /d -> killed'),
    readFails('EAGAIN'),
  ],
});

scenario('an interrupted FLUSH is EINTR to close(2), and the file is released', {
  moves: [
    fileOpened,
    starts('close $f'),
    reads('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'FLUSH' }),
    answers('FLUSH', fails('EINTR')),
    asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok()),
    ends('close $f -> EINTR'),
  ],
});

for (const reply of [ok(), fails('EIO'), fails('EINTR'), fails(-511)]) {
  scenario(`INTERRUPT answered with ${reply.error} changes nothing`, {
    moves: [
      ...begun,
      signal('signal'),
      interrupted,
      answers('INTERRUPT', reply),
      readFails('EAGAIN'),
      answers('STATFS', statfs),
      ends('statfs /', /bsize=512 /),
    ],
  });
}

scenario('EAGAIN for an INTERRUPT of a request whose caller got no signal is EINVAL, and nothing is sent', {
  moves: [
    ...begun,
    writes(replyMessage(fails('EAGAIN'), 5), 'EINVAL'),
    writes(replyMessage(ok(), 5), '16'),
    readFails('EAGAIN'),
    answers('STATFS', statfs),
    ends('statfs /', /bsize=512 /),
  ],
});

scenario('with INTERRUPT answered by ENOSYS a fatal signal does what it does without', {
  tasks: [ROOT, ROOT, ROOT],
  moves: [
    ...begun,
    signal('signal'),
    interrupted,
    answers('INTERRUPT', fails('ENOSYS')),
    starts('@1 statfs /'),
    reads('STATFS', 1, { task: 1, as: 'second' }),
    signal('killed', 1),
    readFails('EAGAIN'),
    waiting(2),
    starts('@2 statfs /'),
    waiting(3),
    signal('killed', 2),
    ends('@2 statfs / -> killed'),
    waiting(2),
    readFails('EAGAIN'),
    answers('second', statfs),
    ends('@1 statfs / -> killed'),
    answers('STATFS', statfs),
    ends('statfs /', /bsize=512 /),
  ],
});

scenario('INTERRUPT is read before requests that came earlier', {
  tasks: [ROOT, ROOT],
  moves: [
    ...begun,
    starts('@1 statfs /'),
    waiting(2),
    signal('signal'),
    asleep(0),
    polls('IN OUT'),
    interrupted,
    reads('STATFS', 1, { task: 1, as: 'second' }),
    answers('second', statfs),
    answers('STATFS', statfs),
    ends('@1 statfs /', /bsize=512 /),
    ends('statfs /', /bsize=512 /),
  ],
});

scenario('RELEASE is never interrupted', {
  moves: [
    fileOpened,
    call('close $f -> 0', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, ok()),
      reads('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }),
    ]),
    ...begun,
    signal('signal'),
    interrupted,
    answers('STATFS', fails('EINTR')),
    ends('statfs / -> EINTR'),
    readFails('EAGAIN'),
    answers('RELEASE', ok()),
    waiting(0),
  ],
});

scenario('a call that is no lock is EINTR though the handler has SA_RESTART', {
  moves: [...begun, signal('restart'), interrupted, answers('STATFS', fails('EINTR')), ends('statfs / -> EINTR')],
});

const LOCKS = { flags: POSIX_LOCKS | FLOCK_LOCKS };
const END = 0x7fff_ffff_ffff_ffffn;
const flocked = { fields: { fh: 9, owner: OWNER, end: END, type: 1, pid: PID, lk_flags: 1 } };
const locked = { fields: { fh: 9, owner: OWNER, start: 2, end: 4, type: 1, pid: PID } };

for (const [line, name, contents] of [
  ['flock $f 2', 'SETLKW', flocked],
  ['flock $f 6', 'SETLK', flocked],
  ['fcntl_lock $f 7 1 0 2 3', 'SETLKW', locked],
  ['fcntl_lock $f 6 1 0 2 3', 'SETLK', locked],
  ['fcntl_lock $f 38 1 0 2 3', 'SETLKW', locked],
] as const) {
  const begins: Moves = [fileOpened, starts(line), reads(name, 5, contents)];

  scenario(`${line} is sent anew when the answer is EINTR and the handler has SA_RESTART`, {
    init: LOCKS,
    moves: [
      begins,
      signal('restart'),
      reads('INTERRUPT', 0, { of: name }),
      answers(name, fails('EINTR')),
      reads(name, 5, { ...contents, as: 'again' }),
      signal('restart'),
      reads('INTERRUPT', 0, { of: 'again' }),
      answers('again', fails('EINTR')),
      asked(name, 5, contents, ok()),
      ends(`${line} -> 0`),
    ],
  });

  scenario(`${line} is EINTR when the answer is and the handler has no SA_RESTART`, {
    init: LOCKS,
    moves: [
      begins,
      signal('signal'),
      reads('INTERRUPT', 0, { of: name }),
      answers(name, fails('EINTR')),
      ends(`${line} -> EINTR`),
    ],
  });

  scenario(`${line} is error 512 when the answer is EINTR and there was no signal`, {
    init: LOCKS,
    moves: [begins, answers(name, fails('EINTR')), ends(`${line} -> ERESTARTSYS`)],
  });
}

scenario('F_GETLK is EINTR when the answer is, though the handler has SA_RESTART', {
  init: LOCKS,
  moves: [
    fileOpened,
    starts('fcntl_lock $f 5 1 0 2 3'),
    reads('GETLK', 5, { fields: { fh: 9, owner: OWNER, start: 2, end: 4, type: 1 } }),
    signal('restart'),
    reads('INTERRUPT', 0, { of: 'GETLK' }),
    answers('GETLK', fails('EINTR')),
    ends('fcntl_lock $f 5 -> EINTR'),
  ],
});

const opensAgain = call('@1 open /f O_RDWR -> $g', [
  asked('OPEN', 5, { fields: { flags: 0x8002 }, task: 1 }, ok(opened(10))),
]);

scenario('who waits for a lock that no server keeps is EINTR by a signal whose handler has no SA_RESTART', {
  tasks: [ROOT, ROOT],
  moves: [
    fileOpened,
    opensAgain,
    call('@1 flock $g 2 -> 0'),
    starts('flock $f 2'),
    asleep(0),
    signal('signal'),
    ends('flock $f -> EINTR'),
  ],
});

scenario('who waits for a lock that no server keeps waits on after a signal whose handler has SA_RESTART', {
  tasks: [ROOT, ROOT],
  moves: [
    fileOpened,
    opensAgain,
    call('@1 flock $g 2 -> 0'),
    starts('flock $f 2'),
    asleep(0),
    signal('restart'),
    asleep(0),
    call('@1 flock $g 8 -> 0'),
    ends('flock $f -> 0'),
  ],
});

const stat = (name: string, nodeid: number, mode: number): Moves =>
  call(
    `stat /${name} ->`,
    [lookedUp(1, name, ok(entry({ nodeid, mode, entryValid: LONG, attrValid: LONG })))],
    /^mode/,
  );

const interruptedBy = (line: string, request: Move): Moves => [
  starts(line),
  request,
  signal('signal'),
  reads('INTERRUPT', 0, { of: 'request' }),
  answers('request', fails('EINTR')),
  ends(`${line} -> EINTR`),
];

scenario('a name whose RMDIR was interrupted is looked up anew', {
  moves: [
    stat('d', 5, S_IFDIR | 0o755),
    interruptedBy('rmdir /d', reads('RMDIR', 1, { names: ['d'], as: 'request' })),
    forgotten(5, 1),
    call('stat /d -> ENOENT', [lookedUp(1, 'd', fails('ENOENT'))]),
  ],
});

scenario('both names of a RENAME that was interrupted are looked up anew', {
  moves: [
    stat('f', 5, S_IFREG | 0o644),
    stat('g', 6, S_IFREG | 0o644),
    starts('rename /f /g'),
    lookedUp(1, 'g', ok(entry({ nodeid: 6, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }))),
    reads('RENAME', 1, { fields: { newdir: 1 }, names: ['f', 'g'] }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'RENAME' }),
    answers('RENAME', fails('EINTR')),
    ends('rename /f -> EINTR'),
    forgotten(5, 1),
    forgotten(6, 2),
    call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))]),
    call('stat /g -> ENOENT', [lookedUp(1, 'g', fails('ENOENT'))]),
  ],
});

scenario('the attributes of a file whose LINK was interrupted are asked for again', {
  moves: [
    stat('f', 5, S_IFREG | 0o644),
    starts('link /f /g'),
    lookedUp(1, 'g', fails('ENOENT')),
    reads('LINK', 1, { fields: { oldnodeid: 5 }, names: ['g'] }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'LINK' }),
    answers('LINK', fails('EINTR')),
    ends('link /f -> EINTR'),
    call('stat /f ->', [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }, LONG)))], /^mode/),
  ],
});

scenario('a name whose MKDIR was interrupted is looked up anew', {
  moves: [
    starts('mkdir /d 0755'),
    lookedUp(1, 'd', fails('ENOENT')),
    reads('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['d'] }),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'MKDIR' }),
    answers('MKDIR', fails('EINTR')),
    ends('mkdir /d -> EINTR'),
    stat('d', 5, S_IFDIR | 0o755),
  ],
});

scenario('the attributes of a file whose SETATTR was interrupted are asked for again', {
  moves: [
    stat('f', 5, S_IFREG | 0o644),
    interruptedBy('chmod /f 0600', reads('SETATTR', 5, { fields: { valid: 1, mode: S_IFREG | 0o600 }, as: 'request' })),
    call('stat /f ->', [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }, LONG)))], /^mode/),
  ],
});
