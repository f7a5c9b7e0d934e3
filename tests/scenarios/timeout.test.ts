import { BIG_WRITES, INIT_EXT, REQUEST_TIMEOUT } from './init.ts';
import { ok } from './replies.ts';
import { answers, asked, call, ends, passes, polls, readFails, reads, starts, waiting } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// A server that says in INIT how long it may take. Linux's clock is the real one: this takes so long.

const statfs = ok(pack('statfs_out', { bsize: 512 }));

scenario('a request_timeout of 1 s is 15 s, and seen at the second look, 30 s after INIT: the connection is aborted', {
  init: { flags: BIG_WRITES | INIT_EXT, flags2: REQUEST_TIMEOUT, request_timeout: 1 },
  tasks: [
    { uid: 0, gid: 0 },
    { uid: 0, gid: 0 },
  ],
  moves: [
    call('@1 statfs / ->', [asked('STATFS', 1, { task: 1 }, statfs)], /bsize=512 /),
    passes(0.5),
    starts('statfs /'),
    reads('STATFS', 1),
    passes(22),
    waiting(1),
    starts('@1 statfs /'),
    waiting(2),
    passes(10),
    ends('statfs / -> ECONNABORTED'),
    ends('@1 statfs / -> ECONNABORTED'),
    waiting(0),
    readFails('ENODEV'),
    polls('ERR'),
    call('statfs / -> ENOTCONN'),
    answers('STATFS', { ...statfs, refused: 'ENOENT' }),
  ],
});
