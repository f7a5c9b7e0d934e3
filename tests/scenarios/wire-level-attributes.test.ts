import { NOW, OWNER } from './read-requests.ts';
import { attributes, entry, fails, LONG, ok, opened, S_IFDIR, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// Requests that ask for attributes and change them. Where gVisor's own test wants something else, the name says so.

const file = ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }));
const directory = ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }));

const fileOpened: Moves = call('open /f O_RDWR -> $f', [
  lookedUp(1, 'f', file),
  asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
]);

const capabilityAsked: Moves = asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA'));

const MODE = 1;
const UID = 2;
const GID = 4;
const SIZE = 8;
const ATIME = 16;
const MTIME = 32;
const FH = 64;
const ATIME_NOW = 128;
const MTIME_NOW = 256;
const LOCKOWNER = 512;

/** The present time, by the clock of the kernel that asks. */
const now = (which: 'a' | 'm') => ({ [`${which}time`]: NOW, [`${which}timensec`]: NOW });

scenario('chmod(2) of a directory sends SETATTR with the mode, type and all', {
  moves: [
    call('chmod /d 0700 -> 0', [
      lookedUp(1, 'd', directory),
      asked(
        'SETATTR',
        4,
        { fields: { valid: MODE, mode: S_IFDIR | 0o700 } },
        ok(attributes({ ino: 4, mode: S_IFDIR | 0o700 })),
      ),
    ]),
  ],
});

scenario('chown(2) of a directory sends SETATTR with uid and gid', {
  moves: [
    call('chown /d 1025 1026 -> 0', [
      lookedUp(1, 'd', directory),
      asked(
        'SETATTR',
        4,
        { fields: { valid: UID | GID, uid: 1025, gid: 1026 } },
        ok(attributes({ ino: 4, mode: S_IFDIR | 0o755, uid: 1025, gid: 1026 })),
      ),
    ]),
  ],
});

scenario('truncate(2) sends SETATTR with the size and, unlike gVisor, the lock owner', {
  moves: [
    call('truncate /f 313 -> 0', [
      lookedUp(1, 'f', file),
      capabilityAsked,
      asked(
        'SETATTR',
        5,
        { fields: { valid: SIZE | LOCKOWNER, size: 313, lock_owner: OWNER } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 313 })),
      ),
    ]),
  ],
});

scenario('utimensat(2) sends SETATTR with both times to the nanosecond', {
  moves: [
    call('utimensat -100 /f 5.3 6.999999999 0 -> 0', [
      lookedUp(1, 'f', file),
      asked(
        'SETATTR',
        5,
        { fields: { valid: ATIME | MTIME, atime: 5, atimensec: 3, mtime: 6, mtimensec: 999_999_999 } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644, atime: 5, atimensec: 3, mtime: 6, mtimensec: 999_999_999 })),
      ),
    ]),
  ],
});

scenario('utimensat(2) to now says so of each time by its own bit', {
  moves: [
    call('utimensat -100 /f now now 0 -> 0', [
      lookedUp(1, 'f', file),
      asked(
        'SETATTR',
        5,
        { fields: { valid: ATIME | MTIME | ATIME_NOW | MTIME_NOW, ...now('a'), ...now('m') } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644 })),
      ),
    ]),
    call('utimensat -100 /f omit now 0 -> 0', [
      asked(
        'SETATTR',
        5,
        { fields: { valid: MTIME | MTIME_NOW, ...now('m') } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644 })),
      ),
    ]),
  ],
});

scenario('ftruncate(2) tells the handle too', {
  moves: [
    fileOpened,
    call('ftruncate $f 313 -> 0', [
      capabilityAsked,
      asked(
        'SETATTR',
        5,
        { fields: { valid: SIZE | LOCKOWNER | FH, fh: 9, size: 313, lock_owner: OWNER } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644, size: 313 })),
      ),
    ]),
  ],
});

scenario('fchmod(2), unlike in gVisor, does not tell the handle', {
  moves: [
    fileOpened,
    call('fchmod $f 0755 -> 0', [
      asked(
        'SETATTR',
        5,
        { fields: { valid: MODE, mode: S_IFREG | 0o755 } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o755 })),
      ),
    ]),
  ],
});

scenario('fchown(2), unlike in gVisor, does not tell the handle', {
  moves: [
    fileOpened,
    call('fchown $f 1025 1026 -> 0', [
      capabilityAsked,
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o644 }))),
      asked(
        'SETATTR',
        5,
        { fields: { valid: UID | GID, uid: 1025, gid: 1026 } },
        ok(attributes({ ino: 5, mode: S_IFREG | 0o644, uid: 1025, gid: 1026 })),
      ),
    ]),
  ],
});

const every = {
  ino: 77,
  size: 512,
  blocks: 4,
  atime: 1_500_000_001,
  mtime: 1_500_000_002,
  ctime: 1_500_000_003,
  atimensec: 11,
  mtimensec: 22,
  ctimensec: 33,
  mode: S_IFREG | 0o4751,
  nlink: 3,
  uid: 1234,
  gid: 4321,
  rdev: 12,
  blksize: 4096,
};

const shown =
  'mode=0104751 nlink=3 uid=1234 gid=4321 size=512 blocks=4 blksize=4096 rdev=0 ino=77 atime=1500000001.000000011 ' +
  'mtime=1500000002.000000022 ctime=1500000003.000000033';

scenario('stat(2) shows every field of GETATTR', {
  moves: [
    call(`stat /f -> ${shown}`, [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }))),
      asked('GETATTR', 5, {}, ok(attributes(every))),
    ]),
  ],
});

scenario('stat(2) passes on that there is no such name', {
  moves: [call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))])],
});

scenario('fstat(2) sends GETATTR without a handle', {
  moves: [
    call('open /f O_RDWR -> $f', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }))),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
    ]),
    call(`fstat $f -> ${shown}`, [asked('GETATTR', 5, {}, ok(attributes(every)))]),
  ],
});

scenario('statfs(2) shows every field of STATFS', {
  moves: [
    call(
      'statfs / -> type=1702057286 bsize=4096 frsize=1024 blocks=6000 bfree=5000 bavail=4000 files=3000 ffree=2000 namelen=99',
      [
        asked(
          'STATFS',
          1,
          {},
          ok(
            pack('statfs_out', {
              blocks: 6000,
              bfree: 5000,
              bavail: 4000,
              files: 3000,
              ffree: 2000,
              bsize: 4096,
              frsize: 1024,
              namelen: 99,
            }),
          ),
        ),
      ],
    ),
  ],
});

scenario('statfs(2) passes on what STATFS fails with', {
  moves: [call('statfs / -> ENOENT', [asked('STATFS', 1, {}, fails('ENOENT'))])],
});

scenario('getxattr(2) asks for the size, then for so many bytes', {
  moves: [
    call('getxattr /f user.a 0 -> 5', [
      lookedUp(1, 'f', file),
      asked('GETXATTR', 5, { names: ['user.a'] }, ok(pack('getxattr_out', { size: 5 }))),
    ]),
    call('getxattr /f user.a 64 -> value', [
      asked('GETXATTR', 5, { fields: { size: 64 }, names: ['user.a'] }, ok(Buffer.from('value'))),
    ]),
    call('getxattr /f user.b 64 -> ENODATA', [
      asked('GETXATTR', 5, { fields: { size: 64 }, names: ['user.b'] }, fails('ENODATA')),
    ]),
    call('getxattr /f user.a 2 -> ERANGE', [
      asked('GETXATTR', 5, { fields: { size: 2 }, names: ['user.a'] }, fails('ERANGE')),
    ]),
  ],
});

scenario('setxattr(2) sends SETXATTR with size, flags, name and value', {
  moves: [
    call('setxattr /f user.a value 1 -> 0', [
      lookedUp(1, 'f', file),
      asked('SETXATTR', 5, { fields: { size: 5, flags: 1 }, names: ['user.a'], data: Buffer.from('value') }, ok()),
    ]),
  ],
});

scenario('listxattr(2) asks for the size, then for the names', {
  moves: [
    call('listxattr /f 0 -> 14', [
      lookedUp(1, 'f', file),
      asked('LISTXATTR', 5, {}, ok(pack('getxattr_out', { size: 14 }))),
    ]),
    call('listxattr /f 64 -> user.a\\x00user.b\\x00', [
      asked('LISTXATTR', 5, { fields: { size: 64 } }, ok(Buffer.from('user.a\0user.b\0'))),
    ]),
  ],
});

scenario('removexattr(2) sends REMOVEXATTR with the name', {
  moves: [
    call('removexattr /f user.a -> 0', [lookedUp(1, 'f', file), asked('REMOVEXATTR', 5, { names: ['user.a'] }, ok())]),
  ],
});
