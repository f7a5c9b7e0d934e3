import { OWNER } from './read-requests.ts';
import { entry, fails, LONG, ok, opened, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves, reads } from './scenario.ts';
import { scenario } from './scenarios.ts';

// Requests that make, find and remove names. Where gVisor's own test wants something else, the name says "unlike gVisor".

const absent = fails('ENOENT');
const file = ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }));
const directory = ok(entry({ nodeid: 4, mode: S_IFDIR | 0o755 }));
const made = (mode: number): ReturnType<typeof ok> => ok(entry({ nodeid: 5, mode }));

const closed = (fh: number, flags: number): Moves[] => [
  asked('FLUSH', 5, { fields: { fh, lock_owner: OWNER } }, ok()),
  asked('RELEASE', 5, { fields: { fh, flags } }, ok()),
];

scenario('open(2) with O_CREAT of an absent name sends LOOKUP and CREATE with flags, mode, umask and name', {
  moves: [
    call('open /new O_CREAT|O_WRONLY|O_TRUNC 0666 -> $f', [
      lookedUp(1, 'new', absent),
      asked(
        'CREATE',
        1,
        { fields: { flags: 0x8241, mode: S_IFREG | 0o644, umask: 0o022 }, names: ['new'] },
        ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }), opened(9)),
      ),
    ]),
    call(`fcntl $f F_GETFL -> ${0x8001}`),
    call('close $f -> 0', closed(9, 0x8001)),
  ],
});

scenario('open(2) with O_CREAT and O_EXCL of a name that is there is EEXIST without CREATE', {
  moves: [call('open /f O_CREAT|O_EXCL|O_RDWR 0644 -> EEXIST', [lookedUp(1, 'f', file)])],
});

scenario('mkdir(2) sends LOOKUP and MKDIR with the mode less the umask, the umask and the name', {
  moves: [
    call('mkdir /d 0777 -> 0', [
      lookedUp(1, 'd', absent),
      asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['d'] }, made(S_IFDIR | 0o755)),
    ]),
  ],
});

scenario('mkdir(2) is EIO when the reply is of a regular file', {
  moves: [
    call('mkdir /d 0777 -> EIO', [
      lookedUp(1, 'd', absent),
      asked('MKDIR', 1, { fields: { mode: 0o755, umask: 0o022 }, names: ['d'] }, made(S_IFREG | 0o644)),
    ]),
  ],
});

const mknod = { fields: { mode: S_IFREG | 0o644, umask: 0o022 }, names: ['n'] };

scenario('mknod(2) of a regular file sends LOOKUP and MKNOD with mode, umask and no device', {
  moves: [
    call('mknod /n S_IFREG|0666 0 -> 0', [lookedUp(1, 'n', absent), asked('MKNOD', 1, mknod, made(S_IFREG | 0o644))]),
  ],
});

scenario('mknod(2) is EIO when the reply is of another type', {
  moves: [
    call('mknod /n S_IFREG|0666 0 -> EIO', [lookedUp(1, 'n', absent), asked('MKNOD', 1, mknod, made(S_IFIFO | 0o644))]),
  ],
});

scenario('mknod(2) is EIO when the reply names the root', {
  moves: [
    call('mknod /n S_IFREG|0666 0 -> EIO', [
      lookedUp(1, 'n', absent),
      asked('MKNOD', 1, mknod, ok(entry({ nodeid: 1, mode: S_IFREG | 0o644 }))),
    ]),
  ],
});

scenario('symlink(2) sends LOOKUP and SYMLINK with the name, then the target', {
  moves: [
    call('symlink a/target /s -> 0', [
      lookedUp(1, 's', absent),
      asked('SYMLINK', 1, { names: ['s', 'a/target'] }, made(S_IFLNK | 0o777)),
    ]),
  ],
});

scenario('symlink(2) is EIO when the reply is of a directory', {
  moves: [
    call('symlink target /s -> EIO', [
      lookedUp(1, 's', absent),
      asked('SYMLINK', 1, { names: ['s', 'target'] }, made(S_IFDIR | 0o755)),
    ]),
  ],
});

scenario('link(2) sends the LOOKUPs of both names and LINK with the old nodeid', {
  moves: [
    call('link /f /l -> 0', [
      lookedUp(1, 'f', file),
      lookedUp(1, 'l', absent),
      asked('LINK', 1, { fields: { oldnodeid: 5 }, names: ['l'] }, file),
    ]),
  ],
});

scenario('rename(2) sends the LOOKUPs of both names and RENAME with the new directory and both names', {
  moves: [
    call('rename /f /d/g -> 0', [
      lookedUp(1, 'd', directory),
      lookedUp(1, 'f', file),
      lookedUp(4, 'g', absent),
      asked('RENAME', 1, { fields: { newdir: 4 }, names: ['f', 'g'] }, ok()),
    ]),
  ],
});

scenario('readlink(2) sends READLINK, a header alone, and unlike gVisor sends it again', {
  moves: [
    call('readlink /s -> a/target', [
      lookedUp(1, 's', ok(entry({ nodeid: 5, mode: S_IFLNK | 0o777, entryValid: LONG, attrValid: LONG }))),
      asked('READLINK', 5, {}, ok(Buffer.from('a/target'))),
    ]),
    call('readlink /s -> b', [asked('READLINK', 5, {}, ok(Buffer.from('b')))]),
  ],
});

scenario('readlink(2) of what is no symlink is EINVAL without READLINK', {
  moves: [call('readlink /f -> EINVAL', [lookedUp(1, 'f', file)])],
});

scenario('rmdir(2) sends LOOKUP and RMDIR with the name, and gives the lookup back', {
  moves: [
    call('rmdir /d -> 0', [
      lookedUp(1, 'd', directory),
      asked('RMDIR', 1, { names: ['d'] }, ok()),
      reads('FORGET', 4, { fields: { nlookup: 1 } }),
    ]),
  ],
});

scenario('rmdir(2) below a directory sends RMDIR on that directory', {
  moves: [
    call('rmdir /d/e -> 0', [
      lookedUp(1, 'd', directory),
      lookedUp(4, 'e', ok(entry({ nodeid: 6, mode: S_IFDIR | 0o755 }))),
      asked('RMDIR', 4, { names: ['e'] }, ok()),
      reads('FORGET', 6, { fields: { nlookup: 1 } }),
    ]),
  ],
});

scenario('unlink(2) sends LOOKUP and UNLINK with the name, and gives the lookup back', {
  moves: [
    call('unlink /f -> 0', [
      lookedUp(1, 'f', file),
      asked('UNLINK', 1, { names: ['f'] }, ok()),
      reads('FORGET', 5, { fields: { nlookup: 1 } }),
    ]),
  ],
});

scenario('unlink(2) below a directory sends UNLINK on that directory', {
  moves: [
    call('unlink /d/f -> 0', [
      lookedUp(1, 'd', directory),
      lookedUp(4, 'f', file),
      asked('UNLINK', 4, { names: ['f'] }, ok()),
      reads('FORGET', 5, { fields: { nlookup: 1 } }),
    ]),
  ],
});

scenario('unlink(2) passes on that the server has no such name', {
  moves: [
    call('unlink /f -> ENOENT', [
      lookedUp(1, 'f', file),
      asked('UNLINK', 1, { names: ['f'] }, fails('ENOENT')),
      reads('FORGET', 5, { fields: { nlookup: 1 } }),
    ]),
  ],
});
