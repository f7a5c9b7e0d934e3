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
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  wrote,
} from './replies.ts';
import { asked, call, forgotten, lookedUp, type Moves, reads } from './scenario.ts';
import { scenario } from './scenarios.ts';

// What changes leave behind in the caches of names and attributes, and what ENOSYS and ESTALE are remembered as.

const file = (size = 0) =>
  ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG, attributes: { size } }));
const directory = ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755, entryValid: LONG, attrValid: LONG }));
const attr = (fields = {}) => ok(attributes({ ino: 5, mode: S_IFREG | 0o644, ...fields }, LONG));
const getattr = (fields = {}): Moves => asked('GETATTR', 5, {}, attr(fields));
const capability: Moves = asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA'));

const fileOpened = (flags = 0x8002, open_flags = 0, size = 0): Moves =>
  call(`open /f ${flags} -> $f`, [
    lookedUp(1, 'f', file(size)),
    asked('OPEN', 5, { fields: { flags } }, ok(opened(9, open_flags))),
  ]);

const write = (offset: number, text: string, flags = 0x8002): Moves =>
  asked('WRITE', 5, { fields: { fh: 9, offset, size: text.length, flags }, data: bytes(text) }, ok(wrote(text.length)));

scenario('a write leaves size and times to be asked for, a change of an extended attribute the times', {
  moves: [
    fileOpened(),
    call('stat /f ->', [], /^mode/),
    call('write $f hello -> 5', [capability, write(0, 'hello')]),
    call('stat /f ->', [getattr({ size: 5 })], / size=5 /),
    call('setxattr /f user.a v 0 -> 0', [
      asked('SETXATTR', 5, { fields: { size: 1 }, names: ['user.a'], data: bytes('v') }, ok()),
    ]),
    call('stat /f ->', [getattr({ size: 5 })], / size=5 /),
    call('stat /f ->', [], / size=5 /),
  ],
});

scenario('a write with O_APPEND goes to the size last known', {
  moves: [
    fileOpened(0x8401, 0, 100),
    call('write $f hello -> 5', [capability, write(100, 'hello', 0x8401)]),
    call('write $f hello -> 5', [capability, write(105, 'hello', 0x8401)]),
  ],
});

scenario('a write with O_SYNC is followed by FSYNC', {
  moves: [
    fileOpened(0x10_9001),
    call('write $f hello -> 5', [
      capability,
      write(0, 'hello', 0x10_9001),
      asked('FSYNC', 5, { fields: { fh: 9 } }, ok()),
    ]),
  ],
});

scenario('a name that is made leaves the attributes of its directory to be asked for', {
  moves: [
    call('stat / ->', [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)))], /^mode/),
    call('mkdir /d 0755 -> 0', [
      lookedUp(1, 'd', fails('ENOENT')),
      asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['d'] }, directory),
    ]),
    call('stat / ->', [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)))], /^mode/),
    call('stat /d ->', [], /^mode=040755 /),
  ],
});

scenario('mkdir(2) looks up even a name that is known to be there, and drops one that MKDIR says exists', {
  moves: [
    call('stat /d ->', [lookedUp(1, 'd', directory)], /^mode/),
    call('mkdir /d 0755 -> EEXIST', [lookedUp(1, 'd', directory)]),
    call('mkdir /e 0755 -> EEXIST', [
      lookedUp(1, 'e', fails('ENOENT')),
      asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['e'] }, fails('EEXIST')),
    ]),
    call(
      'stat /e ->',
      [lookedUp(1, 'e', ok(entry({ nodeid: 6, mode: S_IFDIR | 0o700, attrValid: LONG })))],
      /^mode=040700 /,
    ),
  ],
});

scenario('unlink(2) leaves a name that must be looked up', {
  moves: [
    call('unlink /f -> 0', [lookedUp(1, 'f', file()), asked('UNLINK', 1, { names: ['f'] }, ok()), forgotten(5, 1)]),
    call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))]),
  ],
});

scenario('rename(2) takes a name with its validity along', {
  moves: [
    call('stat /f ->', [lookedUp(1, 'f', file())], /^mode/),
    call('rename /f /g -> 0', [
      lookedUp(1, 'g', fails('ENOENT')),
      asked('RENAME', 1, { fields: { newdir: 1 }, names: ['f', 'g'] }, ok()),
    ]),
    call('stat /g ->', [getattr()], /^mode/),
    call('stat /f -> ENOENT', [lookedUp(1, 'f', fails('ENOENT'))]),
  ],
});

scenario('a symlink in a path is read each time', {
  moves: [
    call(
      'stat /s/f ->',
      [
        lookedUp(1, 's', ok(entry({ nodeid: 7, mode: S_IFLNK | 0o777, entryValid: LONG, attrValid: LONG }))),
        asked('READLINK', 7, {}, ok(bytes('d'))),
        lookedUp(1, 'd', directory),
        lookedUp(4, 'f', file()),
      ],
      /^mode=0100644 /,
    ),
    call('stat /s/f ->', [asked('READLINK', 7, {}, ok(bytes('d')))], /^mode=0100644 /),
    call(
      'lstat /s ->',
      [asked('GETATTR', 7, {}, ok(attributes({ ino: 7, mode: S_IFLNK | 0o777 }, LONG)))],
      /^mode=0120777 /,
    ),
  ],
});

scenario('a symlink to itself is ELOOP after 40 READLINKs', {
  moves: [
    call('stat /s -> ELOOP', [
      lookedUp(1, 's', ok(entry({ nodeid: 7, mode: S_IFLNK | 0o777, entryValid: LONG, attrValid: LONG }))),
      Array.from({ length: 40 }, () => asked('READLINK', 7, {}, ok(bytes('s')))),
    ]),
  ],
});

scenario('ESTALE from LOOKUP makes the walk ask once more', {
  moves: [call('stat /f -> ESTALE', [lookedUp(1, 'f', fails('ESTALE')), lookedUp(1, 'f', fails('ESTALE'))])],
});

scenario('an inode whose type has changed fails every call with EIO, and is released', {
  moves: [
    fileOpened(),
    call('fchmod $f 0600 -> EIO', [
      asked(
        'SETATTR',
        5,
        { fields: { valid: 1, mode: S_IFREG | 0o600 } },
        ok(attributes({ ino: 5, mode: S_IFDIR | 0o755 }, LONG)),
      ),
    ]),
    call('fstat $f -> EIO'),
    call('read $f 5 -> EIO'),
    call('write $f hello -> EIO'),
    call('close $f -> EIO', [asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok())]),
  ],
});

scenario('getdents(2) asks for at least a page, and for what does not fit again', {
  moves: [
    call('open /d O_RDONLY|O_DIRECTORY -> $d', [
      lookedUp(1, 'd', directory),
      asked('OPENDIR', 4, { fields: { flags: 0x18000 } }, ok(opened(9))),
    ]),
    call('getdents $d 10 -> EINVAL', [
      asked('READDIR', 4, { fields: { fh: 9, size: 4096, flags: 0x18000 } }, ok(dirent('a', 5, 1), dirent('b', 6, 2))),
    ]),
    call('getdents $d 24 -> a:8:5:1', [
      asked('READDIR', 4, { fields: { fh: 9, size: 4096, flags: 0x18000 } }, ok(dirent('a', 5, 1), dirent('b', 6, 2))),
    ]),
    call('getdents $d 32768 -> b:8:6:2', [
      asked('READDIR', 4, { fields: { fh: 9, offset: 1, size: 32_768, flags: 0x18000 } }, ok(dirent('b', 6, 2))),
    ]),
    call('lseek $d 1 SEEK_SET -> 1'),
    call('getdents $d 65536 -> end', [
      asked('READDIR', 4, { fields: { fh: 9, offset: 1, size: 65_536, flags: 0x18000 } }, ok()),
    ]),
  ],
});

scenario('ENOSYS for extended attributes is EOPNOTSUPP, and remembered of each operation', {
  moves: [
    call('getxattr /f user.a 64 -> EOPNOTSUPP', [
      lookedUp(1, 'f', file()),
      asked('GETXATTR', 5, { fields: { size: 64 }, names: ['user.a'] }, fails('ENOSYS')),
    ]),
    call('getxattr /f user.b 64 -> EOPNOTSUPP'),
    call('setxattr /f user.a v 0 -> EOPNOTSUPP', [
      asked('SETXATTR', 5, { fields: { size: 1 }, names: ['user.a'], data: bytes('v') }, fails('ENOSYS')),
    ]),
    call('setxattr /f user.a v 0 -> EOPNOTSUPP'),
    call('truncate /f 1 -> 0', [
      asked('SETATTR', 5, { fields: { valid: 0x208, size: 1, lock_owner: OWNER } }, attr({ size: 1 })),
    ]),
  ],
});

scenario('ENOSYS for LINK is EPERM, for RENAME2 EINVAL, both remembered', {
  moves: [
    call('link /f /l -> EPERM', [
      lookedUp(1, 'f', file()),
      lookedUp(1, 'l', fails('ENOENT')),
      asked('LINK', 1, { fields: { oldnodeid: 5 }, names: ['l'] }, fails('ENOSYS')),
    ]),
    call('link /f /l -> EPERM', [lookedUp(1, 'l', fails('ENOENT'))]),
    call('renameat2 -100 /f -100 /l 1 -> EINVAL', [
      lookedUp(1, 'l', fails('ENOENT')),
      asked('RENAME2', 1, { fields: { newdir: 1, flags: 1 }, names: ['f', 'l'] }, fails('ENOSYS')),
    ]),
    call('renameat2 -100 /f -100 /l 1 -> EINVAL', [lookedUp(1, 'l', fails('ENOENT'))]),
  ],
});

scenario('ENOSYS for FLUSH and FSYNC is success, and remembered', {
  moves: [
    fileOpened(),
    call('fsync $f -> 0', [asked('FSYNC', 5, { fields: { fh: 9 } }, fails('ENOSYS'))]),
    call('fsync $f -> 0'),
    call('dup $f -> $g'),
    call('close $g -> 0', [asked('FLUSH', 5, { fields: { fh: 9, lock_owner: OWNER } }, fails('ENOSYS'))]),
    call('close $f -> 0', [asked('RELEASE', 5, { fields: { fh: 9, flags: 0x8002 } }, ok())]),
  ],
});

scenario('ENOSYS for other operations reaches the caller, and they are sent again', {
  moves: [
    call('mkdir /d 0755 -> ENOSYS', [
      lookedUp(1, 'd', fails('ENOENT')),
      asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['d'] }, fails('ENOSYS')),
    ]),
    call('statfs / -> ENOSYS', [asked('STATFS', 1, {}, fails('ENOSYS'))]),
    call('statfs / -> ENOSYS', [asked('STATFS', 1, {}, fails('ENOSYS'))]),
    call('stat /f -> ENOSYS', [lookedUp(1, 'f', fails('ENOSYS'))]),
  ],
});

scenario('a file opened for direct I/O is read behind its end', {
  moves: [
    fileOpened(0x8000, DIRECT_IO, 5),
    call("pread $f 10 100 -> ''", [
      asked(
        'READ',
        5,
        { fields: { fh: 9, offset: 100, size: 10, read_flags: 2, lock_owner: OWNER, flags: 0x8000 } },
        ok(),
      ),
    ]),
  ],
});

scenario('O_PATH and a directory opened for writing send no OPEN', {
  moves: [
    call('open /f O_PATH -> $p', [lookedUp(1, 'f', file())]),
    call('open / O_RDWR -> EISDIR', []),
    call('close $p -> 0'),
  ],
});

scenario('a directory that MKDIR says is another one is moved there', {
  moves: [
    call('stat /d ->', [lookedUp(1, 'd', directory)], /^mode/),
    call('mkdir /e 0755 -> 0', [
      lookedUp(1, 'e', fails('ENOENT')),
      asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['e'] }, directory),
    ]),
    call('stat /e ->', [], /^mode=040755 /),
    call('stat /d -> ENOENT', [lookedUp(1, 'd', fails('ENOENT'))]),
    call('rmdir /e -> 0', [asked('RMDIR', 1, { names: ['e'] }, ok()), reads('FORGET', 4, { fields: { nlookup: 2 } })]),
  ],
});
