import { attributes, bytes, entry, fails, LONG, ok, S_IFDIR, S_IFLNK, S_IFREG } from './replies.ts';
import { answers, asked, asleep, call, ends, lookedUp, type Moves, reads, starts, writes } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { concatenated, pack } from './wire-format.ts';

// CACHE_SYMLINKS: a target is asked for once, until the symlink's data are said to have changed.

const CACHE_SYMLINKS = 1 << 23;
const init = { flags: CACHE_SYMLINKS, max_write: 131_072 };

const linkFound: Moves = lookedUp(
  1,
  's',
  ok(entry({ nodeid: 7, mode: S_IFLNK | 0o777, entryValid: LONG, attrValid: LONG })),
);
const fileFound: Moves = lookedUp(
  1,
  'f',
  ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG })),
);
const target = (text: string): Moves => asked('READLINK', 7, {}, ok(bytes(text)));

const invalidated = (off: number, len = 0): Moves =>
  writes(
    concatenated([
      pack('out_header', { len: 40, error: 2 }),
      pack('notify_inval_inode_out', { ino: 7, off: BigInt.asUintN(64, BigInt(off)), len }),
    ]),
    '40',
  );

scenario('a target is asked for once, and dropped by NOTIFY_INVAL_INODE of its first page', {
  init,
  moves: [
    call('readlink /s -> f', [linkFound, target('f')]),
    call('readlink /s -> f'),
    invalidated(-1),
    invalidated(4096),
    call('readlink /s -> f'),
    invalidated(10, 1),
    call('readlink /s -> g', [target('g')]),
    call('readlink /s -> g'),
    invalidated(0),
    call('readlink /s -> h', [target('h')]),
  ],
});

scenario('a walk goes by targets that are cached', {
  init,
  moves: [
    call('stat /s ->', [linkFound, target('./f'), fileFound], /^mode=0100644 /),
    call('stat /s ->', [], /^mode=0100644 /),
    call('stat /s/x -> ENOTDIR'),
    call('access /s/. 0 -> ENOTDIR'),
  ],
});

scenario('a symlink to itself that is cached is ELOOP after one READLINK', {
  init,
  moves: [call('stat /s -> ELOOP', [linkFound, target('s')]), call('stat /s/x -> ELOOP')],
});

scenario('an empty target is cached, and a NUL ends one', {
  init,
  moves: [
    call("readlink /s -> ''", [linkFound, target('')]),
    call("readlink /s -> ''"),
    invalidated(0),
    call('readlink /s -> f', [target('f\0g')]),
    call('readlink /s -> f'),
  ],
});

const rootAsked: Moves = asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)));

scenario('an empty target leads to where the symlink is', {
  moves: [
    call('stat /s ->', [linkFound, target(''), rootAsked], /^mode=040755 .* ino=1 /),
    call('stat /s/ ->', [target('')], /^mode=040755 .* ino=1 /),
    call('stat /s/s/f ->', [target(''), target(''), fileFound], /^mode=0100644 /),
    call('open /s O_CREAT|O_WRONLY 0644 -> EISDIR', [target('')]),
    call('mkdir /s/ 0755 -> EEXIST', [linkFound]),
  ],
});

scenario('an empty target that is cached leads there too', {
  init,
  moves: [
    call('stat /s ->', [linkFound, target(''), rootAsked], /^mode=040755 .* ino=1 /),
    call('stat /s/s/s ->', [], /^mode=040755 .* ino=1 /),
    call('stat /s/f ->', [fileFound], /^mode=0100644 /),
  ],
});

scenario('a READLINK that fails is not remembered', {
  init,
  moves: [
    call('readlink /s -> EACCES', [linkFound, asked('READLINK', 7, {}, fails('EACCES'))]),
    call('readlink /s -> f', [target('f')]),
    call('readlink /s -> f'),
  ],
});

scenario('who wants a target that is being asked for waits for it; when that fails it asks itself', {
  init,
  tasks: [
    { uid: 0, gid: 0, umask: 0 },
    { uid: 0, gid: 0, umask: 0 },
  ],
  moves: [
    starts('@0 readlink /s -> f'),
    linkFound,
    reads('READLINK', 7),
    starts('@1 readlink /s -> f'),
    asleep(1),
    answers('READLINK', ok(bytes('f'))),
    ends('@0 readlink /s -> f'),
    ends('@1 readlink /s -> f'),
    invalidated(0),
    starts('@0 readlink /s -> EIO'),
    reads('READLINK', 7),
    starts('@1 readlink /s -> g'),
    asleep(1),
    answers('READLINK', fails('EIO')),
    ends('@0 readlink /s -> EIO'),
    asked('READLINK', 7, { task: 1 }, ok(bytes('g'))),
    ends('@1 readlink /s -> g'),
  ],
});
