import { bytesText } from '../oracle/shapes.ts';
import { OWNER } from './read-requests.ts';
import { bytes, DIRECT_IO, entry, fails, LONG, ok, opened, refused, S_IFREG } from './replies.ts';
import {
  aborts,
  answers,
  asked,
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
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { type Fields, pack } from './wire-format.ts';

// Signals to a task in its call, and INTERRUPT. gVisor sends none.

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
