import { NOW, OWNER } from './read-requests.ts';
import { attributes, bytes, entry, fails, LONG, ok, opened, type Reply, S_IFREG, wrote } from './replies.ts';
import {
  answers,
  asked,
  asleep,
  call,
  ends,
  KERNEL,
  lookedUp,
  type Moves,
  readFails,
  reads,
  starts,
} from './scenario.ts';
import { scenario } from './scenarios.ts';

// WRITEBACK_CACHE: when what was written goes to the server, and who is told when it could not.

const WRITEBACK_CACHE = 1 << 16;
const init = { flags: WRITEBACK_CACHE, max_write: 131_072, time_gran: 1 };
const BY_KERNEL = 1; // FUSE_WRITE_CACHE

/** Bits of SETATTR. */
const SIZE = 8;
const MTIME = 32;
const FH = 64;
const LOCKOWNER = 512;
const CTIME = 1024;

const times = { mtime: NOW, mtimensec: NOW, ctime: NOW, ctimensec: NOW };

const ROOT = { uid: 0, gid: 0 };

const file = ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }));

/** An open of /f: the first looks the name up. */
const fileOpened = (name: string, isFirst = false): Moves =>
  call(`open /f O_RDWR -> $${name}`, [
    isFirst ? lookedUp(1, 'f', file) : [],
    asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, 0))),
  ]);

/** What Linux asks before a write: whether it takes capabilities away. */
const capability = (task = 0): Moves =>
  asked('GETXATTR', 5, { task, names: ['security.capability'] }, fails('ENODATA'));

const written = (text: string): Moves => call(`write $f ${text} -> ${text.length}`, [capability()]);

const sent = (text: string, fh: number, reply: Reply = ok(wrote(text.length))): Moves =>
  asked(
    'WRITE',
    5,
    { task: KERNEL, fields: { fh, offset: 0, size: text.length, write_flags: BY_KERNEL }, data: bytes(text) },
    reply,
  );

/** The times of the write, which are this kernel's to tell. */
const timesSent: Moves = asked(
  'SETATTR',
  5,
  { fields: { valid: MTIME | CTIME | FH, fh: 9, ...times } },
  ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 5 }, LONG)),
);

scenario('what could not be written back is told by syncfs(2) once to each open file of the file system', {
  init,
  moves: [
    fileOpened('f', true),
    fileOpened('g'),
    written('hello'),
    call('fsync $f -> EIO', [sent('hello', 9, fails('EIO'))]),
    call('fsync $f -> 0', [timesSent, asked('FSYNC', 5, { fields: { fh: 9 } }, ok())]),
    fileOpened('h'),
    call('syncfs $g -> EIO'),
    call('syncfs $g -> 0'),
    call('syncfs $f -> EIO'),
    call('syncfs $f -> 0'),
    call('syncfs $h -> EIO'),
    call('syncfs $h -> 0'),
    fileOpened('i'),
    call('syncfs $i -> 0'),
  ],
});

scenario('while a WRITE of the cache is under way its file is read, written and looked at; what sets its size waits', {
  init,
  tasks: [ROOT, ROOT, ROOT],
  moves: [
    fileOpened('f', true),
    call('@1 open /f O_RDWR -> $g', [asked('OPEN', 5, { task: 1, fields: { flags: 0x8002 } }, ok(opened(10, 0)))]),
    written('hello'),
    call('sync_file_range $f 0 0 SYNC_FILE_RANGE_WRITE -> 0'),
    reads('WRITE', 5, { task: KERNEL, fields: { fh: 10, size: 5, write_flags: BY_KERNEL }, data: bytes('hello') }),
    call('@1 stat /f ->', [], / size=5 /),
    call('@1 pread $g 5 0 -> hello'),
    call('@1 pwrite $g J 0 -> 1', [capability(1)]),
    starts('@1 truncate /f 2 -> 0'),
    capability(1),
    asleep(1),
    readFails('EAGAIN'),
    call('@2 stat /f ->', [], / size=5 /),
    answers('WRITE', ok(wrote(5))),
    asked(
      'SETATTR',
      5,
      { task: 1, fields: { valid: SIZE | MTIME | LOCKOWNER | CTIME, size: 2, lock_owner: OWNER, ...times } },
      ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 2 }, LONG)),
    ),
    sent('Je', 10),
    ends('@1 truncate /f 2 -> 0'),
  ],
});
