import { PARALLEL_DIROPS } from './init.ts';
import { attributes, entry, fails, LONG, ok, S_IFDIR, S_IFREG } from './replies.ts';
import {
  answers,
  asked,
  asleep,
  call,
  ends,
  forgotten,
  lookedUp,
  type Moves,
  readFails,
  reads,
  signal,
  starts,
} from './scenario.ts';
import { scenario } from './scenarios.ts';

// Several tasks in one directory: who waits for whom, and what a signal does to those who wait.

const ROOT = { uid: 0, gid: 0 };
const file = (nodeid: number) => ok(entry({ nodeid, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }));
const parallel = { flags: PARALLEL_DIROPS };

scenario('two tasks that look up one name share one LOOKUP', {
  tasks: [ROOT, ROOT],
  init: parallel,
  moves: [
    starts('stat /f'),
    reads('LOOKUP', 1, { names: ['f'] }),
    starts('@1 stat /f'),
    asleep(1),
    readFails('EAGAIN'),
    answers('LOOKUP', file(5)),
    ends('stat /f', /^mode=0100644 /),
    ends('@1 stat /f', /^mode=0100644 /),
  ],
});

scenario('two names of one directory are looked up side by side with PARALLEL_DIROPS', {
  tasks: [ROOT, ROOT],
  init: parallel,
  moves: [
    starts('stat /f'),
    reads('LOOKUP', 1, { names: ['f'], as: 'f' }),
    starts('@1 stat /g'),
    reads('LOOKUP', 1, { names: ['g'], as: 'g', task: 1 }),
    answers('g', file(6)),
    ends('@1 stat /g', / ino=6 /),
    answers('f', file(5)),
    ends('stat /f', / ino=5 /),
  ],
});

scenario('two names of one directory are looked up one by one without PARALLEL_DIROPS', {
  tasks: [ROOT, ROOT],
  init: { flags: 0 },
  moves: [
    starts('stat /f'),
    reads('LOOKUP', 1, { names: ['f'], as: 'f' }),
    starts('@1 stat /g'),
    asleep(1),
    readFails('EAGAIN'),
    answers('f', file(5)),
    asked('LOOKUP', 1, { names: ['g'], as: 'g', task: 1 }, file(6)),
    ends('stat /f', / ino=5 /),
    ends('@1 stat /g', / ino=6 /),
  ],
});

scenario('who waits for the LOOKUP of another goes on when that one is interrupted', {
  tasks: [ROOT, ROOT],
  init: parallel,
  moves: [
    starts('stat /f'),
    reads('LOOKUP', 1, { names: ['f'] }),
    starts('@1 stat /f'),
    asleep(1),
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'LOOKUP' }),
    answers('LOOKUP', fails('EINTR')),
    ends('stat /f -> EINTR'),
    asked('LOOKUP', 1, { names: ['f'], task: 1 }, file(5)),
    ends('@1 stat /f', / ino=5 /),
  ],
});

scenario('mkdir(2) waits for the unlink(2) of another task in its directory', {
  tasks: [ROOT, ROOT],
  init: parallel,
  moves: [
    call('stat /f', [lookedUp(1, 'f', file(5))]),
    starts('unlink /f'),
    reads('UNLINK', 1, { names: ['f'] }),
    starts('@1 mkdir /d 0755'),
    asleep(1),
    readFails('EAGAIN'),
    answers('UNLINK', ok()),
    ends('unlink /f -> 0'),
    lookedUp(1, 'd', fails('ENOENT'), { task: 1 }),
    asked(
      'MKDIR',
      1,
      { fields: { mode: 0o755, umask: 0o022 }, names: ['d'], task: 1 },
      ok(entry({ nodeid: 6, mode: S_IFDIR | 0o755 })),
    ),
    ends('@1 mkdir /d -> 0'),
    forgotten(5, 1),
  ],
});

const changing: Moves = [
  call('stat /f', [lookedUp(1, 'f', file(5))]),
  starts('chmod /f 0600'),
  reads('SETATTR', 5, { fields: { valid: 1, mode: S_IFREG | 0o600 } }),
];

scenario('a second change of a file waits for the first, a stat(2) does not', {
  tasks: [ROOT, ROOT],
  moves: [
    changing,
    call('@1 stat /f ->', [], /^mode=0100644 /),
    starts('@1 chmod /f 0640'),
    asleep(1),
    readFails('EAGAIN'),
    answers('SETATTR', ok(attributes({ ino: 5, mode: S_IFREG | 0o600 }, LONG))),
    ends('chmod /f -> 0'),
    asked(
      'SETATTR',
      5,
      { fields: { valid: 1, mode: S_IFREG | 0o640 }, task: 1 },
      ok(attributes({ ino: 5, mode: S_IFREG | 0o640 }, LONG)),
    ),
    ends('@1 chmod /f -> 0'),
  ],
});

scenario('SETATTR answered with EINTR leaves attributes to be asked for', {
  moves: [
    changing,
    signal('signal'),
    reads('INTERRUPT', 0, { of: 'SETATTR' }),
    answers('SETATTR', fails('EINTR')),
    ends('chmod /f -> EINTR'),
    call(
      'stat /f ->',
      [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o600 }, LONG)))],
      /^mode=0100600 /,
    ),
  ],
});
