import { BIG_WRITES, DO_READDIRPLUS, POSIX_LOCKS } from './init.ts';
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
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  wrote,
} from './replies.ts';
import { asked, type Contents, call, forgotten, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { type Fields, pack } from './wire-format.ts';

// Replies of the right length without sense, one table: the operation, what is wrong with its reply, and what comes of it.

const absent = fails('ENOENT');
const file = (fields: Fields = {}): Reply =>
  ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG, attributes: fields }));

/** Wrong replies of a kind, by what is wrong with them. */
type Wrong = Readonly<Record<string, Uint8Array>>;

const wrongEntries = (mode: number): Wrong => ({
  'no node': entry({ nodeid: 0, mode }),
  'the root': entry({ nodeid: 1, mode }),
  'another type': entry({ nodeid: 6, mode: mode ^ S_IFREG ^ S_IFDIR }),
  'no type': entry({ nodeid: 6, mode: mode & 0o7777 }),
  'a type that there is not': entry({ nodeid: 6, mode: 0o170000 }),
  'a size of 2^63': entry({ nodeid: 6, mode, attributes: { size: 2n ** 63n } }),
});

/** Calls that make a name: the call, the request, and the type that it asks for. */
const making: readonly (readonly [
  line: string,
  name: 'MKDIR' | 'MKNOD' | 'SYMLINK' | 'LINK',
  Contents,
  mode: number,
])[] = [
  ['mkdir /n 0755', 'MKDIR', { fields: { mode: 0o755, umask: 0o022 }, names: ['n'] }, S_IFDIR | 0o755],
  ['mknod /n S_IFIFO|0644 0', 'MKNOD', { fields: { mode: S_IFIFO | 0o644, umask: 0o022 }, names: ['n'] }, S_IFIFO],
  ['symlink t /n', 'SYMLINK', { names: ['n', 't'] }, S_IFLNK | 0o777],
  ['link /f /n', 'LINK', { fields: { oldnodeid: 5 }, names: ['n'] }, S_IFREG | 0o644],
];

for (const [line, name, contents, mode] of making) {
  for (const [what, reply] of Object.entries(wrongEntries(mode))) {
    scenario(`${name} answered with ${what} is EIO, and nothing is given back`, {
      moves: [
        name === 'LINK' ? call('stat /f ->', [lookedUp(1, 'f', file())], /^mode/) : [],
        call(`${line} -> EIO`, [lookedUp(1, 'n', absent), asked(name, 1, contents, ok(reply))]),
      ],
    });
  }
}

const creating = { fields: { flags: 0x8042, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['n'] };
for (const [what, reply] of Object.entries(wrongEntries(S_IFREG | 0o644))) {
  scenario(`CREATE answered with ${what} is EIO, neither released nor given back`, {
    moves: [
      call('open /n O_CREAT|O_RDWR 0644 -> EIO', [
        lookedUp(1, 'n', absent),
        asked('CREATE', 1, creating, ok(reply, opened(9))),
      ]),
    ],
  });

  scenario(`TMPFILE answered with ${what} is EIO, neither released nor given back`, {
    moves: [
      call('open / O_TMPFILE|O_RDWR 0644 -> EIO', [
        asked(
          'TMPFILE',
          1,
          { fields: { flags: 0x418002, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['/'] },
          ok(reply, opened(9)),
        ),
      ]),
    ],
  });
}

const wrongAttributes: Wrong = {
  'another type': attributes({ ino: 5, mode: S_IFDIR | 0o755 }, LONG),
  'no type': attributes({ ino: 5, mode: 0o644 }, LONG),
  'a size of 2^63': attributes({ ino: 5, mode: S_IFREG | 0o644, size: 2n ** 63n }, LONG),
};
for (const [what, reply] of Object.entries(wrongAttributes)) {
  const expired = ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG }));
  scenario(`GETATTR answered with ${what} is EIO, and the name is given back and looked up again`, {
    moves: [
      call('stat /f -> EIO', [lookedUp(1, 'f', expired), asked('GETATTR', 5, {}, ok(reply))]),
      call('stat /f ->', [lookedUp(1, 'f', file()), forgotten(5, 1)], /^mode/),
    ],
  });

  scenario(`SETATTR answered with ${what} is EIO, and the name is given back and looked up again`, {
    moves: [
      call('chmod /f 0600 -> EIO', [
        lookedUp(1, 'f', file()),
        asked('SETATTR', 5, { fields: { valid: 1, mode: S_IFREG | 0o600 } }, ok(reply)),
      ]),
      call('stat /f ->', [lookedUp(1, 'f', file()), forgotten(5, 1)], /^mode/),
    ],
  });
}

const open = (open_flags = DIRECT_IO, fields: Fields = { size: 8192 }): Moves =>
  call('open /f O_RDWR -> $f', [
    lookedUp(1, 'f', file(fields)),
    asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, open_flags))),
  ]);

const FOPEN_PASSTHROUGH = 1 << 7;
scenario('OPEN with FOPEN_PASSTHROUGH that was not agreed on is EIO, and released', {
  moves: [
    call('open /f O_RDWR -> EIO', [
      lookedUp(1, 'f', file()),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9, FOPEN_PASSTHROUGH))),
      asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok()),
    ]),
  ],
});

for (const [size, gives] of [
  [6, 'EIO'],
  [0xffff_ffff, 'EIO'],
  [3, '3'],
  [0, '0'],
] as const) {
  scenario(`WRITE of 5 bytes answered with ${size} gives ${gives}`, {
    moves: [
      open(),
      call(`pwrite $f hello 0 -> ${gives}`, [
        asked(
          'WRITE',
          5,
          { fields: { fh: 9, size: 5, write_flags: 2, lock_owner: OWNER, flags: 0x8002 }, data: bytes('hello') },
          ok(wrote(size)),
        ),
      ]),
    ],
  });
}

const directoryOpened: Moves = call('open /d O_RDONLY|O_DIRECTORY -> $d', [
  lookedUp(1, 'd', ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755 }))),
  asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, ok(opened(9))),
]);
const listing = (offset: number): Contents => ({ fields: { fh: 9, offset, size: 4096, flags: 0x18000 } });

scenario('READDIR with a name that is longer than names may be is passed on', {
  init: { flags: BIG_WRITES },
  moves: [
    directoryOpened,
    call(`getdents $d 4096 -> `, [asked('READDIR', 4, listing(0), ok(dirent('n'.repeat(1100), 5, 1)))], /^1100:/),
  ],
});

scenario('READDIR that never moves on is a listing without an end', {
  moves: [
    directoryOpened,
    call('getdents $d 4096 -> a:8:5:1', [asked('READDIR', 4, listing(0), ok(dirent('a', 5, 1)))]),
    call('getdents $d 4096 -> a:8:5:1', [asked('READDIR', 4, listing(1), ok(dirent('a', 5, 1)))]),
    call('getdents $d 4096 -> a:8:5:1', [asked('READDIR', 4, listing(1), ok(dirent('a', 5, 1)))]),
  ],
});

for (const [what, wrong] of Object.entries({
  'the root': entry({ nodeid: 1, mode: S_IFREG | 0o644 }),
  'no type': entry({ nodeid: 6, mode: 0o644 }),
  'a size of 2^63': entry({ nodeid: 6, mode: S_IFREG | 0o644, attributes: { size: 2n ** 63n } }),
})) {
  scenario(`READDIRPLUS with ${what} lists the name`, {
    init: { flags: DO_READDIRPLUS },
    moves: [
      directoryOpened,
      call('getdents $d 4096 -> a:8:5:1', [
        asked('READDIRPLUS', 4, listing(0), ok(wrong, dirent('a', 5, 1))),
        what === 'the root' ? forgotten(1, 1) : forgotten(6, 1),
      ]),
    ],
  });
}

scenario('GETXATTR of a size answered with a value is EINVAL, and EIO to the caller', {
  moves: [
    call('getxattr /f user.a 0 -> EIO', [
      lookedUp(1, 'f', file()),
      asked('GETXATTR', 5, { names: ['user.a'] }, refused(ok(bytes('value')), 'EINVAL')),
    ]),
  ],
});

const lock = (fields: Fields, gives: string): Moves[] => [
  open(),
  call(`fcntl_lock $f F_GETLK F_WRLCK SEEK_SET 2 3 -> ${gives}`, [
    asked('GETLK', 5, { fields: { fh: 9, owner: OWNER, start: 2, end: 4, type: 1 } }, ok(pack('lk_out', fields))),
  ]),
];
for (const [what, fields, gives] of [
  ['a type that there is not', { type: 3, start: 0, end: 1 }, 'EIO'],
  ['an end before its start', { type: 1, start: 2, end: 1 }, 'EIO'],
  ['an end of 2^63', { type: 1, start: 2, end: 2n ** 63n }, 'EIO'],
  ['a start of 2^63', { type: 0, start: 2n ** 63n, end: 2n ** 63n }, 'EIO'],
  ['no lock, and any range', { type: 2, start: 2n ** 63n, end: 1 }, 'type=2 whence=0 start=2 len=3 pid=0'],
] as const) {
  scenario(`GETLK answered with ${what} gives ${gives}`, { init: { flags: POSIX_LOCKS }, moves: lock(fields, gives) });
}

for (const [offset, gives] of [
  [2n ** 63n, 'EINVAL'],
  [2n ** 64n - 1n, 'EINVAL'],
] as const) {
  scenario(`LSEEK answered with ${offset} gives ${gives}`, {
    moves: [
      open(),
      call(`lseek $f 5 SEEK_DATA -> ${gives}`, [
        asked('LSEEK', 5, { fields: { fh: 9, offset: 5, whence: 3 } }, ok(pack('lseek_out', { offset }))),
      ]),
    ],
  });
}

const READ_4 = 0x8004_5601;
const ioctl = (body: Uint8Array, gives: string, refusal: string | null = null): Moves[] => [
  open(),
  call(`ioctl $f ${READ_4} xxxx -> ${gives}`, [
    asked('IOCTL', 5, { fields: { fh: 9, cmd: READ_4, arg: ANY, out_size: 4 } }, { ...ok(body), refused: refusal }),
  ]),
];
const ANY = 0x0123_4567_89ab_cdeen;
scenario('IOCTL answered with RETRY is EIO, since it is restricted', {
  moves: ioctl(pack('ioctl_out', { flags: 4, in_iovs: 1 }), 'EIO'),
});
scenario('IOCTL answered with more than was asked for is EIO', {
  moves: ioctl(Buffer.concat([pack('ioctl_out'), bytes('12345')]), 'EIO'),
});

scenario('STATFS answered with zeros or the largest numbers is passed on', {
  moves: [
    call('statfs / ->', [asked('STATFS', 1, {}, ok(pack('statfs_out')))], /bsize=0 /),
    call(
      'statfs / ->',
      [asked('STATFS', 1, {}, ok(pack('statfs_out', { bsize: 0xffff_ffff, namelen: 0xffff_ffff })))],
      /bsize=4294967295 /,
    ),
  ],
});

const directory = (nodeid: number): Reply =>
  ok(entry({ nodeid, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }));
const made = (parent: number, name: string, reply: Reply): Moves => [
  lookedUp(parent, name, absent),
  asked('MKDIR', parent, { fields: { mode: 0o755, umask: 0o022 }, names: [name] }, reply),
];

scenario('MKDIR answered with a directory that has a name already moves it to the new one', {
  moves: [
    call('stat /d ->', [lookedUp(1, 'd', directory(4))], /^mode/),
    call('mkdir /e 0755 -> 0', [made(1, 'e', directory(4))]),
    call('stat /e ->', [], / ino=4 /),
    call('stat /d -> ENOENT', [lookedUp(1, 'd', absent)]),
  ],
});

scenario('MKDIR answered with a directory above is ELOOP', {
  moves: [
    call('stat /d ->', [lookedUp(1, 'd', directory(4))], /^mode/),
    call('mkdir /d/e 0755 -> ELOOP', [made(4, 'e', directory(4))]),
  ],
});

scenario('LOOKUP that names a known node with another generation or type makes a new file of it', {
  moves: [
    open(),
    call(
      'stat /g ->',
      [
        lookedUp(
          1,
          'g',
          ok(entry({ nodeid: 5, generation: 1, mode: S_IFREG | 0o600, entryValid: LONG, attrValid: LONG })),
        ),
      ],
      /^mode=0100600 /,
    ),
    call('fstat $f -> EIO'),
    call(
      'stat /h ->',
      [
        lookedUp(
          1,
          'h',
          ok(entry({ nodeid: 5, generation: 1, mode: S_IFDIR | 0o700, entryValid: LONG, attrValid: LONG })),
        ),
      ],
      /^mode=040700 /,
    ),
  ],
});
