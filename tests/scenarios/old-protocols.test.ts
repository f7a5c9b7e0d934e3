import { BIG_WRITES, FLOCK_LOCKS, initAsked, initOut, MAX_PAGES, POSIX_LOCKS } from './init.ts';
import { NOW as NOT_ZERO, OWNER } from './read-requests.ts';
import {
  attributes,
  bytes,
  DIRECT_IO,
  entry,
  fails,
  LONG,
  ok,
  opened,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
  wrote,
} from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// What is sent to a server of each older protocol, and taken from it: one script for all, with the differences that there are.

const FLAGS = BIG_WRITES | MAX_PAGES;

/** The sizes and habits of a minor. */
interface Habits {
  readonly minor: number;
  /** Bytes of the reply to INIT. */
  readonly initSize: number;
}

const entryOf = (minor: number, nodeid: number, mode: number): Uint8Array =>
  entry({ nodeid, mode, entryValid: LONG, attrValid: LONG }).subarray(0, minor < 9 ? 120 : 128);

const attributesOf = (minor: number, mode: number): Uint8Array =>
  attributes({ ino: 5, mode, size: 6 }, LONG).subarray(0, minor < 9 ? 96 : 104);

/** open(2) with O_CREAT and mknod(2). */
const made = (minor: number): Moves => [
  call('open /f O_CREAT|O_RDWR 0666 -> $f', [
    lookedUp(1, 'f', fails('ENOENT')),
    asked(
      'CREATE',
      1,
      minor < 12
        ? { older: 'create_in_before_12', fields: { flags: 0x8042, mode: S_IFREG | 0o644 }, names: ['f'] }
        : { fields: { flags: 0x8042, mode: S_IFREG | 0o644, umask: 0o22 }, names: ['f'] },
      ok(entryOf(minor, 5, S_IFREG | 0o644), opened(9, DIRECT_IO)),
    ),
  ]),
  call('mknod /p 0010600 0 -> 0', [
    lookedUp(1, 'p', fails('ENOENT')),
    asked(
      'MKNOD',
      1,
      minor < 12
        ? { older: 'mknod_in_before_12', fields: { mode: S_IFIFO | 0o600 }, names: ['p'] }
        : { fields: { mode: S_IFIFO | 0o600, umask: 0o22 }, names: ['p'] },
      ok(entryOf(minor, 6, S_IFIFO | 0o600)),
    ),
  ]),
  call('mkdir /d 0777 -> 0', [
    lookedUp(1, 'd', fails('ENOENT')),
    asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o22 }, names: ['d'] }, ok(entryOf(minor, 4, S_IFDIR | 0o755))),
  ]),
];

/** A write of 6 bytes, and what there is to know afterwards. */
const written = (minor: number): Moves => [
  call('pwrite $f hello! 0 -> 6', [
    asked(
      'WRITE',
      5,
      minor < 9
        ? { older: 'write_in_before_9', fields: { fh: 9, size: 6, write_flags: 2 }, data: bytes('hello!') }
        : { fields: { fh: 9, size: 6, write_flags: 2, lock_owner: OWNER, flags: 0x8002 }, data: bytes('hello!') },
      ok(wrote(6)),
    ),
  ]),
  call('fstat $f', [asked('GETATTR', 5, {}, ok(attributesOf(minor, S_IFREG | 0o644)))], /^mode=0100644 .*size=6 /),
  call('chmod /f 0600 -> 0', [
    asked('SETATTR', 5, { fields: { valid: 1, mode: S_IFREG | 0o600 } }, ok(attributesOf(minor, S_IFREG | 0o600))),
  ]),
];

/** flock(2), which follows the flag for the locks of fcntl(2) up to 7.16. Servers from 7.6 on keep locks here. */
const locked = (minor: number): Moves =>
  minor < 6
    ? call('flock $f LOCK_EX|LOCK_NB -> 0')
    : call('flock $f LOCK_EX|LOCK_NB -> 0', [
        asked(
          'SETLK',
          5,
          {
            fields: {
              fh: 9,
              owner: NOT_ZERO,
              end: 0x7fff_ffff_ffff_ffffn,
              type: 1,
              pid: NOT_ZERO,
              lk_flags: 1,
            },
          },
          ok(),
        ),
      ]);

const directoryCommanded = (minor: number): Moves => [
  call('open /d O_RDONLY -> $d', [asked('OPENDIR', 4, { fields: { flags: 0x8000 } }, ok(opened(8)))]),
  call(
    'ioctl $d 0x5600 0 ->',
    minor < 18
      ? []
      : [asked('IOCTL', 4, { fields: { fh: 8, flags: 16, cmd: 0x5600 } }, ok(pack('ioctl_out', { result: 7 })))],
    minor < 18 ? /^ENOTTY$/ : /^7$/,
  ),
];

const renamed = (minor: number): Moves =>
  call(
    'renameat2 -100 /f -100 /g 1 ->',
    [
      lookedUp(1, 'g', fails('ENOENT')),
      ...(minor < 23 ? [] : [asked('RENAME2', 1, { fields: { newdir: 1, flags: 1 }, names: ['f', 'g'] }, ok())]),
    ],
    minor < 23 ? /^EINVAL$/ : /^0$/,
  );

const statfsed = (minor: number): Moves =>
  call(
    'statfs / ->',
    [
      asked(
        'STATFS',
        1,
        {},
        ok(pack('statfs_out', { blocks: 1000, bsize: 4096, frsize: 512 }).subarray(0, minor < 4 ? 48 : 80)),
      ),
    ],
    minor < 4 ? / frsize=4096 / : / frsize=512 /,
  );

const protocols: readonly Habits[] = [
  { minor: 0, initSize: 8 },
  { minor: 3, initSize: 8 },
  { minor: 4, initSize: 8 },
  { minor: 5, initSize: 24 },
  { minor: 6, initSize: 24 },
  { minor: 8, initSize: 24 },
  { minor: 9, initSize: 24 },
  { minor: 11, initSize: 24 },
  { minor: 12, initSize: 24 },
  { minor: 16, initSize: 24 },
  { minor: 17, initSize: 24 },
  { minor: 18, initSize: 24 },
  { minor: 22, initSize: 24 },
  { minor: 23, initSize: 64 },
  { minor: 44, initSize: 64 },
  { minor: 99, initSize: 64 },
];

for (const { minor, initSize } of protocols) {
  scenario(`a server of 7.${minor} is sent what it understands, and its replies are as long as it makes them`, {
    init: 'told',
    moves: [
      initAsked(ok(initOut({ minor, flags: FLAGS | POSIX_LOCKS | FLOCK_LOCKS, max_pages: 32 }).subarray(0, initSize))),
      made(minor),
      written(minor),
      locked(minor),
      directoryCommanded(minor),
      statfsed(minor),
      renamed(minor),
    ],
  });
}

scenario('up to 7.16 flock(2) goes the way of the locks of fcntl(2), whatever FLOCK_LOCKS says', {
  init: { minor: 16, flags: FLAGS | FLOCK_LOCKS },
  moves: [made(16), call('flock $f LOCK_EX|LOCK_NB -> 0')],
});

scenario('from 7.17 on flock(2) goes to who took FLOCK_LOCKS', {
  init: { minor: 17, flags: FLAGS | FLOCK_LOCKS },
  moves: [made(17), locked(17)],
});

scenario('from 7.17 on flock(2) stays here without FLOCK_LOCKS', {
  init: { minor: 17, flags: FLAGS | POSIX_LOCKS },
  moves: [made(17), call('flock $f LOCK_EX|LOCK_NB -> 0')],
});
