import { bytesText } from '../oracle/shapes.ts';
import { OWNER } from './read-requests.ts';
import {
  attributes,
  bytes,
  DIRECT_IO,
  dirent,
  entry,
  fails,
  LONG,
  ok,
  opened,
  type Reply,
  refused,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from './replies.ts';
import { asked, call, forgotten, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// Replies that are as long as they must be and make no sense, or that a server may just give.

const absent = fails('ENOENT');
const file = ok(
  entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG, attributes: { size: 100 } }),
);

for (const [what, reply, errno] of [
  ['the root', entry({ nodeid: 1, mode: S_IFDIR | 0o755 }), 'EIO'],
  ['a mode without a type', entry({ nodeid: 5, mode: 0o644 }), 'EIO'],
  ['a type that there is not', entry({ nodeid: 5, mode: 0o170644 }), 'EIO'],
  ['a size of 2^63', entry({ nodeid: 5, mode: S_IFREG | 0o644, attributes: { size: 2n ** 63n } }), 'EIO'],
  ['no node', entry({ nodeid: 0, mode: S_IFREG | 0o644 }), 'ENOENT'],
] as const) {
  scenario(`LOOKUP that names ${what} is ${errno}, and nothing is given back`, {
    moves: [call(`lstat /f -> ${errno}`, [lookedUp(1, 'f', ok(reply))])],
  });
}

scenario('an errno that has no name reaches the caller as its number', {
  moves: [call('lstat /f -> E511', [lookedUp(1, 'f', fails(-511))])],
});

for (const [what, reply] of [
  ['a directory', entry({ nodeid: 5, mode: S_IFDIR | 0o755 })],
  ['the root', entry({ nodeid: 1, mode: S_IFREG | 0o644 })],
  ['no node', entry({ nodeid: 0, mode: S_IFREG | 0o644 })],
] as const) {
  scenario(`CREATE that makes ${what} is EIO, neither released nor given back`, {
    moves: [
      call('open /f O_CREAT|O_WRONLY 0644 -> EIO', [
        lookedUp(1, 'f', absent),
        asked(
          'CREATE',
          1,
          { fields: { flags: 0x8041, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] },
          ok(reply, opened(9)),
        ),
      ]),
    ],
  });
}

scenario('LINK that makes another type than it was given is EIO', {
  moves: [
    call('link /f /g -> EIO', [
      lookedUp(1, 'f', file),
      lookedUp(1, 'g', absent),
      asked('LINK', 1, { fields: { oldnodeid: 5 }, names: ['g'] }, ok(entry({ nodeid: 5, mode: S_IFLNK | 0o777 }))),
    ]),
  ],
});

scenario('GETATTR of another type than the file has is EIO, for every call from then on', {
  moves: [
    call('stat /f -> EIO', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG }))),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFDIR | 0o755 }))),
    ]),
  ],
});

scenario('times with more than 999999999 nanoseconds are cut to that', {
  moves: [
    call(
      'stat /f ->',
      [
        lookedUp(
          1,
          'f',
          ok(
            entry({
              nodeid: 5,
              mode: S_IFREG | 0o644,
              attrValid: LONG,
              attributes: { mtime: 7, mtimensec: 4_000_000_000 },
            }),
          ),
        ),
      ],
      / mtime=7.999999999 /,
    ),
  ],
});

const fileOpened = (open_flags = 0): Moves =>
  call('open /f O_RDWR -> $f', [
    lookedUp(1, 'f', file),
    asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, open_flags))),
  ]);

scenario('OPEN with flags that there are not is fine', {
  moves: [fileOpened(0x7fff_ff00)],
});

scenario('READ answered with more than it asked for is EINVAL, and EIO to the caller', {
  moves: [
    fileOpened(DIRECT_IO),
    call('read $f 4 -> EIO', [
      asked(
        'READ',
        5,
        { fields: { fh: 9, size: 4, read_flags: 2, lock_owner: OWNER, flags: 0x8002 } },
        refused(ok(bytes('12345')), 'EINVAL'),
      ),
    ]),
  ],
});

scenario('READLINK answered with more than 4095 bytes is EINVAL, and EIO to the caller', {
  moves: [
    call('readlink /s -> EIO', [
      lookedUp(1, 's', ok(entry({ nodeid: 5, mode: S_IFLNK | 0o777 }))),
      asked('READLINK', 5, {}, refused(ok(bytes('t'.repeat(4096))), 'EINVAL')),
    ]),
  ],
});

scenario('READLINK answered with a NUL ends there, and with nothing is empty', {
  moves: [
    call('readlink /s -> a', [
      lookedUp(1, 's', ok(entry({ nodeid: 5, mode: S_IFLNK | 0o777, entryValid: LONG, attrValid: LONG }))),
      asked('READLINK', 5, {}, ok(bytes('a\0b'))),
    ]),
    call("readlink /s -> ''", [asked('READLINK', 5, {}, ok())]),
  ],
});

scenario('a size of an extended attribute of more than 65536 bytes is 65536', {
  moves: [
    call('getxattr /f user.a 0 -> 65536', [
      lookedUp(1, 'f', file),
      asked('GETXATTR', 5, { names: ['user.a'] }, ok(pack('getxattr_out', { size: 70_000 }))),
    ]),
  ],
});

for (const [what, names] of [
  ['without a NUL at its end', 'user.a'],
  ['with an empty name', 'user.a\0\0'],
] as const) {
  scenario(`a list of extended attributes ${what} is EIO`, {
    moves: [
      call('listxattr /f 64 -> EIO', [
        lookedUp(1, 'f', file),
        asked('LISTXATTR', 5, { fields: { size: 64 } }, ok(bytes(names))),
      ]),
    ],
  });
}

const directoryOpened: Moves = call('open /d O_RDONLY|O_DIRECTORY -> $d', [
  lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755 }))),
  asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, ok(opened(9))),
]);

const listed = (offset: number, reply: Reply): Moves =>
  asked('READDIR', 4, { fields: { fh: 9, offset, size: 4096, flags: 0x18000 } }, reply);

for (const [what, name] of [
  ['empty', ''],
  ['with a slash', 'a/b'],
] as const) {
  scenario(`a listing whose first name is ${what} is EIO`, {
    moves: [directoryOpened, call('getdents $d 4096 -> EIO', [listed(0, ok(dirent(name, 5, 1)))])],
  });

  scenario(`a listing whose second name is ${what} gives the first, and goes on behind it`, {
    moves: [
      directoryOpened,
      call('getdents $d 4096 -> a:8:5:1', [listed(0, ok(dirent('a', 5, 1), dirent(name, 6, 2)))]),
      call('getdents $d 4096 -> end', [listed(1, ok())]),
    ],
  });
}

scenario('a listing that is cut within a record gives what is whole', {
  moves: [
    directoryOpened,
    call('getdents $d 4096 -> a:8:5:1', [listed(0, ok(dirent('a', 5, 1), dirent('b', 6, 2).subarray(0, 25)))]),
    call('getdents $d 4096 -> b:8:6:2', [listed(1, ok(dirent('b', 6, 2)))]),
  ],
});

scenario('a listing that is longer than was asked for is EINVAL, and EIO to the caller', {
  moves: [directoryOpened, call('getdents $d 4096 -> EIO', [listed(0, refused(ok(new Uint8Array(4097)), 'EINVAL'))])],
});

scenario('inode numbers of 0 and types that there are not are passed on', {
  moves: [directoryOpened, call('getdents $d 4096 -> a:15:0:1', [listed(0, ok(dirent('a', 0, 1, 0xff)))])],
});

const names = Array.from({ length: 100 }, (_, at) => `${'n'.repeat(42)}${String(at).padStart(3, '0')}`);
const records = names.map((name, at) => dirent(name, 1000 + at, at + 1));
/** As much as a server that minds nothing but the size puts into 4096 bytes: 56 names, and a part of one more. */
const listing = (from: number): Uint8Array => Buffer.concat(records.slice(from)).subarray(0, 4096);
const shown = (from: number, to: number): string =>
  names
    .slice(from, to)
    .map((name, at) => `${name}:8:${1000 + from + at}:${from + at + 1}`)
    .join(' ');

scenario('of a hundred names none is lost, doubled or empty where one straddles the end of a listing', {
  moves: [
    directoryOpened,
    call(`getdents $d 4096 -> ${shown(0, 56)}`, [listed(0, ok(listing(0)))]),
    call(`getdents $d 4096 -> ${shown(56, 100)}`, [listed(56, ok(listing(56)))]),
    call('getdents $d 4096 -> end', [listed(100, ok())]),
  ],
});

scenario('CREATE answered with an entry alone is EINVAL, and EIO to the caller; nothing is released', {
  moves: [
    call('open /f O_CREAT|O_WRONLY 0644 -> EIO', [
      lookedUp(1, 'f', absent),
      asked(
        'CREATE',
        1,
        { fields: { flags: 0x8041, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['f'] },
        refused(ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 })), 'EINVAL'),
      ),
    ]),
  ],
});

scenario('UNLINK answered with a body is EINVAL and EIO to the caller, and the name stays', {
  moves: [
    call('unlink /f -> EIO', [
      lookedUp(1, 'f', file),
      asked('UNLINK', 1, { names: ['f'] }, refused(ok(bytes('x')), 'EINVAL')),
    ]),
    call('stat /f ->', [], /^mode=0100644 /),
  ],
});

scenario('FLUSH answered with a body is EINVAL and EIO to close(2), and the file is released', {
  moves: [
    fileOpened(),
    call('close $f -> EIO', [
      asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, refused(ok(bytes('x')), 'EINVAL')),
      asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, refused(ok(bytes('x')), 'EINVAL')),
    ]),
  ],
});

scenario('a revalidating LOOKUP of a size that cannot be counts, and the name is looked up again', {
  moves: [
    call('stat /f ->', [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attrValid: LONG })))], /^mode/),
    call(
      'stat /f ->',
      [
        lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attributes: { size: 2n ** 63n } }))),
        lookedUp(1, 'f', ok(entry({ nodeid: 6, mode: S_IFREG | 0o644, attrValid: LONG }))),
        forgotten(5, 2),
      ],
      / ino=6 /,
    ),
  ],
});

scenario('a name of 4095 bytes is listed, one of 4096 is EIO', {
  moves: [
    directoryOpened,
    call(`getdents $d 32768 -> ${bytesText('n'.repeat(4095))}:8:5:1`, [
      asked('READDIR', 4, { fields: { fh: 9, size: 32_768, flags: 0x18000 } }, ok(dirent('n'.repeat(4095), 5, 1))),
    ]),
    call('getdents $d 32768 -> EIO', [
      asked(
        'READDIR',
        4,
        { fields: { fh: 9, offset: 1, size: 32_768, flags: 0x18000 } },
        ok(dirent('n'.repeat(4096), 5, 2)),
      ),
    ]),
  ],
});

scenario('a server of 7.3 answers STATFS with 48 bytes; 80 are too many', {
  init: { minor: 3 },
  moves: [
    call('statfs / ->', [asked('STATFS', 1, {}, ok(pack('statfs_out', { bsize: 512 }).subarray(0, 48)))], /bsize=512 /),
    call('statfs / -> EIO', [asked('STATFS', 1, {}, refused(ok(pack('statfs_out', { bsize: 512 })), 'EINVAL'))]),
  ],
});
