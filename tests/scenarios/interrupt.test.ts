import { OWNER } from './read-requests.ts';
import { bytes, entry, fails, LONG, ok, opened, refused, S_IFREG } from './replies.ts';
import {
  answers,
  asked,
  call,
  ends,
  lookedUp,
  type Move,
  readFails,
  reads,
  signal,
  starts,
  waiting,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

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
