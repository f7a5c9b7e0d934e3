import { attributes, bytes, entry, fails, ok, refused, replyMessage, S_IFDIR, S_IFREG } from './replies.ts';
import {
  answers,
  asked,
  call,
  clones,
  closes,
  ends,
  lookedUp,
  opens,
  opensClone,
  polls,
  readFails,
  reads,
  starts,
  waiting,
  writes,
} from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// The device: what its reads, writes, clones and poll(2) give.

const ROOT = { uid: 0, gid: 0 };
const root = attributes({ ino: 1, mode: S_IFDIR | 0o755 });
const statfs = pack('statfs_out', { bsize: 512 });

scenario('a device that belongs to no connection is EPERM to read and to write, and poll(2) says ERR', {
  moves: [opens, readFails('EPERM', { file: 1 }), writes(new Uint8Array(16), 'EPERM', 1), polls('ERR', 1)],
});

scenario('a clone reads requests and answers those that it has read', {
  moves: [
    opensClone(1),
    call(
      'stat / ->',
      [asked('GETATTR', 1, { file: 1 }, ok(attributes({ ino: 1, mode: S_IFDIR | 0o700 })))],
      /^mode=040700 /,
    ),
    call('stat / ->', [asked('GETATTR', 1, {}, ok(root))], /^mode=040755 /),
  ],
});

scenario('a reply to what another clone has read is ENOENT, unlike in gVisor', {
  moves: [
    opensClone(1),
    starts('stat /'),
    reads('GETATTR', 1, { file: 1 }),
    answers('GETATTR', refused(ok(root), 'ENOENT'), 0),
    answers('GETATTR', ok(root), 1),
    ends('stat /', /^mode=040755 /),
  ],
});

scenario('cloning to a device that has a connection is EINVAL', {
  moves: [opensClone(1), clones(1, 0, 'EINVAL')],
});

scenario('cloning from a device without a connection is EPERM, unlike in gVisor and older kernels', {
  moves: [opens, opens, clones(1, 2, 'EPERM')],
});

scenario('closing one of two devices ends what it had read, and nothing else', {
  tasks: [ROOT, ROOT],
  moves: [
    opensClone(1),
    starts('statfs /'),
    reads('STATFS', 1, { file: 1 }),
    starts('@1 statfs /'),
    reads('STATFS', 1, { task: 1, as: 'second' }),
    closes(1),
    ends('statfs / -> ECONNABORTED'),
    answers('second', ok(statfs)),
    ends('@1 statfs /', /bsize=512 /),
  ],
});

scenario('replies may come in any order, from any number of readers, each to its own request', {
  tasks: [ROOT, ROOT, ROOT],
  moves: [
    opensClone(1),
    starts('statfs /'),
    reads('STATFS', 1, { as: 'first' }),
    starts('@1 statfs /'),
    reads('STATFS', 1, { task: 1, as: 'second', file: 1 }),
    starts('@2 statfs /'),
    reads('STATFS', 1, { task: 2, as: 'third' }),
    answers('third', ok(pack('statfs_out', { bsize: 3 }))),
    answers('second', ok(pack('statfs_out', { bsize: 2 })), 1),
    answers('first', ok(pack('statfs_out', { bsize: 1 }))),
    ends('@2 statfs /', /bsize=3 /),
    ends('statfs /', /bsize=1 /),
    ends('@1 statfs /', /bsize=2 /),
  ],
});

scenario('poll(2) says IN while a request waits', {
  moves: [
    polls('OUT'),
    starts('statfs /'),
    waiting(1),
    polls('IN OUT'),
    reads('STATFS', 1),
    polls('OUT'),
    answers('STATFS', ok(statfs)),
    ends('statfs /'),
  ],
});

scenario('a request is read whole: a smaller buffer than any may need is EINVAL, and the request stays', {
  init: { max_write: 4096 },
  moves: [
    starts('statfs /'),
    waiting(1),
    readFails('EINVAL', { room: 8191 }),
    readFails('EINVAL', { room: 16 }),
    reads('STATFS', 1),
    answers('STATFS', ok(statfs)),
    ends('statfs /'),
  ],
});

scenario('SETXATTR that is longer than its reader has room for is E2BIG, and the reader reads on', {
  init: { max_write: 4096 },
  moves: [
    starts(`setxattr / user.a ${'v'.repeat(9000)} 0`),
    waiting(1),
    readFails('EAGAIN', { room: 8192 }),
    ends('setxattr / -> E2BIG'),
  ],
});

scenario('a reply whose header says another length than it has is EINVAL, and the right one is taken', {
  moves: [
    starts('statfs /'),
    reads('STATFS', 1),
    answers('STATFS', refused(ok(statfs), 'EINVAL', { len: 0 })),
    answers('STATFS', refused(ok(statfs), 'EINVAL', { len: 95 })),
    answers('STATFS', refused(ok(statfs), 'EINVAL', { len: 97 })),
    answers('STATFS', refused(ok(statfs), 'EINVAL', { len: 0xffff_ffff })),
    answers('STATFS', ok(statfs)),
    ends('statfs /', /bsize=512 /),
  ],
});

scenario('a write that is shorter than a header is EINVAL', {
  moves: [writes(new Uint8Array(0), 'EINVAL'), writes(new Uint8Array(15), 'EINVAL')],
});

scenario('a reply to a request that there is not is ENOENT, unlike in gVisor', {
  moves: [
    writes(replyMessage(ok(), 1_000_000), 'ENOENT'),
    writes(replyMessage(ok(), 1_000_001), 'ENOENT'),
    starts('statfs /'),
    reads('STATFS', 1),
    answers('STATFS', ok(statfs)),
    answers('STATFS', refused(ok(statfs), 'ENOENT')),
    ends('statfs /', /bsize=512 /),
  ],
});

scenario('a reply to a request that was not read yet is ENOENT', {
  moves: [
    starts('statfs /'),
    waiting(1),
    writes(replyMessage(ok(statfs), 4), 'ENOENT'),
    reads('STATFS', 1),
    answers('STATFS', ok(statfs)),
    ends('statfs /'),
  ],
});

for (const error of [1, -512, 0x7fff_ffff, -0x8000_0000]) {
  scenario(`a reply with the error ${error} is EINVAL, and the request goes on`, {
    moves: [
      starts('statfs /'),
      reads('STATFS', 1),
      answers('STATFS', refused(fails(error), 'EINVAL')),
      answers('STATFS', ok(statfs)),
      ends('statfs /', /bsize=512 /),
    ],
  });
}

scenario('a reply with an error and a body is EINVAL, and ends the request with EIO', {
  moves: [call('statfs / -> EIO', [asked('STATFS', 1, {}, refused({ ...ok(statfs), error: -2 }, 'EINVAL'))])],
});

for (const [what, body] of [
  ['a byte short', statfs.subarray(1)],
  ['a byte long', new Uint8Array(81)],
  ['empty', new Uint8Array(0)],
] as const) {
  scenario(`a reply that is ${what} is EINVAL, and ends the request with EIO`, {
    moves: [call('statfs / -> EIO', [asked('STATFS', 1, {}, refused(ok(body), 'EINVAL'))])],
  });
}

scenario('a reply of variable length may not be longer than was asked for', {
  moves: [
    call('getxattr /f user.a 4 -> EIO', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }))),
      asked('GETXATTR', 5, { fields: { size: 4 }, names: ['user.a'] }, refused(ok(bytes('value')), 'EINVAL')),
    ]),
  ],
});

scenario('a notification of no kind is EINVAL', {
  moves: [writes(replyMessage(fails(0), 0), 'EINVAL'), writes(replyMessage(fails(99), 0), 'EINVAL')],
});
