import { ok, refused, replyMessage } from './replies.ts';
import {
  aborts,
  answers,
  asleep,
  closes,
  ends,
  type Moves,
  opensClone,
  polls,
  readFails,
  reads,
  signal,
  starts,
  waiting,
  writes,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// NOTIFY_RESEND: what was read and not answered is read again.

const ROOT = { uid: 0, gid: 0 };
const FOUR = [ROOT, ROOT, ROOT, ROOT];
const statfs = ok(pack('statfs_out', { bsize: 512 }));
/** It has no body. */
const resend = writes(replyMessage({ ...ok(), error: 7 }, 0), '16');

/** STATFS of a task, read from a file and left unanswered. */
const begun = (task: number, file = 0): Moves => [
  starts(`@${task} statfs /`),
  reads('STATFS', 1, { task, file, as: `${task}` }),
];

/** The same, read again. */
const again = (task: number, file = 0): Moves => reads('STATFS', 1, { task, file, as: `again ${task}`, of: `${task}` });

const answered = (task: number, file = 0): Moves => [
  answers(`again ${task}`, statfs, file),
  ends(`@${task} statfs /`, /bsize=512 /),
];

scenario('RESEND makes what was read come again with another number, by which alone it is answered', {
  moves: [begun(0), resend, again(0), answers('0', refused(statfs, 'ENOENT')), answered(0)],
});

scenario('RESEND with nothing under way does nothing', {
  moves: [resend, readFails('EAGAIN')],
});

scenario('RESEND puts what was read before what was not', {
  tasks: FOUR,
  moves: [
    begun(0),
    starts('@1 statfs /'),
    waiting(2),
    resend,
    polls('IN OUT'),
    again(0),
    reads('STATFS', 1, { task: 1, as: 'second' }),
    answers('second', statfs),
    ends('@1 statfs /'),
    answered(0),
  ],
});

scenario('RESEND gives what one table holds in the order of its hash', {
  tasks: FOUR,
  moves: [[0, 1, 2, 3].map((task) => begun(task)), resend, [2, 1, 0, 3].map((task) => [again(task), answered(task)])],
});

scenario('RESEND gives what each device holds, device by device, and any may read it', {
  tasks: FOUR,
  moves: [
    opensClone(1),
    begun(0, 1),
    begun(1, 0),
    begun(2, 1),
    resend,
    again(1, 1),
    again(2, 0),
    again(0, 1),
    answers('again 1', refused(statfs, 'ENOENT'), 0),
    answered(1, 1),
    answered(2, 0),
    answered(0, 1),
  ],
});

scenario('RESEND again makes it come again under the same number', {
  moves: [begun(0), resend, again(0), resend, again(0), answered(0)],
});

scenario('RESEND takes nothing along that is answered, nor what a closed clone had read', {
  tasks: FOUR,
  moves: [
    opensClone(1),
    begun(0),
    begun(1, 1),
    answers('0', statfs),
    ends('statfs /'),
    closes(1),
    ends('@1 statfs / -> ECONNABORTED'),
    resend,
    readFails('EAGAIN'),
  ],
});

scenario('what was sent again and not read yet is not answered, and its killed caller takes it back', {
  tasks: FOUR,
  moves: [
    begun(0),
    begun(1),
    resend,
    answers('0', refused(statfs, 'ENOENT')),
    asleep(0),
    signal('killed'),
    ends('statfs / -> killed'),
    waiting(1),
    again(1),
    answered(1),
    readFails('EAGAIN'),
  ],
});

scenario('a caller who was killed before RESEND waits for the answer all the same', {
  moves: [
    begun(0),
    signal('killed'),
    reads('INTERRUPT', 0, { of: '0' }),
    resend,
    waiting(1),
    again(0),
    reads('INTERRUPT', 0, { of: 'again 0' }),
    answers('again 0', statfs),
    ends('statfs / -> killed'),
  ],
});

scenario('the INTERRUPT of a request that is sent again follows it, by its new number', {
  moves: [
    begun(0),
    signal('signal'),
    reads('INTERRUPT', 0, { of: '0' }),
    resend,
    again(0),
    reads('INTERRUPT', 0, { of: 'again 0' }),
    answered(0),
  ],
});

scenario('an INTERRUPT that was not read comes after the request that is sent again', {
  moves: [
    begun(0),
    resend,
    again(0),
    signal('signal'),
    polls('IN OUT'),
    resend,
    again(0),
    reads('INTERRUPT', 0, { of: 'again 0' }),
    answered(0),
  ],
});

scenario('an abort ends what was sent again, read or not', {
  tasks: FOUR,
  moves: [
    begun(0),
    begun(1),
    resend,
    again(1),
    aborts,
    ends('statfs / -> ECONNABORTED'),
    ends('@1 statfs / -> ECONNABORTED'),
    resend,
    readFails('ENODEV'),
  ],
});
