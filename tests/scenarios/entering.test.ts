import { MS_NOEXEC, MS_POSIXACL, MS_RDONLY } from '../../src/abi/linux.ts';
import { attributes, entry, fails, LONG, ok, S_IFDIR, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';

// Who may enter a mount, and what its flags forbid, where the server is not even asked. The oracle compares each call, in
// scripts/entering.ts and scripts/read-only.ts.

const owner = { uid: 1000, gid: 1000 };
const found = lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o755, entryValid: LONG, attrValid: LONG })));

scenario('a mount without allow_other is for its user, whatever his groups', {
  tasks: [{ ...owner, groups: [5] }],
  mount: { allowOther: false, userId: owner.uid, groupId: owner.gid },
  moves: [call('stat /f ->', [found], /^mode=0100755 /)],
});

for (const [what, task] of [
  ['root', { uid: 0, gid: 0 }],
  ["another's real user", { ...owner, uid: 1001, euid: 1000, suid: 1000 }],
  ['another effective user', { ...owner, euid: 1001 }],
  ['another saved user', { ...owner, suid: 0 }],
  ["another's real group", { ...owner, gid: 1001, egid: 1000, sgid: 1000 }],
  ['another effective group', { ...owner, egid: 1001 }],
  ['another saved group', { ...owner, sgid: 0 }],
] as const) {
  scenario(`a mount without allow_other lets nobody else in: ${what}`, {
    tasks: [task],
    mount: { allowOther: false, userId: owner.uid, groupId: owner.gid },
    moves: [
      call('stat / -> EACCES'),
      call('stat /f -> EACCES'),
      call('access / 0 -> EACCES'),
      call('open / O_RDONLY -> EACCES'),
      call('listxattr / 10 -> EACCES'),
      call('chmod / 0777 -> EACCES'),
      call('mkdir /n 0777 -> EACCES'),
      call('statx AT_FDCWD / 0 0 ->', [], /^mode=00 nlink=0 /),
      call('statfs / ->', [], /bsize=0 .* files=0 .* namelen=0/),
    ],
  });
}

const created = (mode: number, umask: number): Moves => [
  lookedUp(1, 'n', fails('ENOENT')),
  asked('MKDIR', 1, { fields: { mode, umask }, names: ['n'] }, ok(entry({ nodeid: 6, mode: S_IFDIR | 0o700 }))),
];

scenario('MS_POSIXACL leaves the umask to the server', {
  tasks: [{ uid: 0, gid: 0, umask: 0o027 }],
  mount: { flags: MS_POSIXACL },
  moves: [call('mkdir /n 0777 -> 0', [created(0o777, 0o027)])],
});

scenario('without it the umask is taken off before', {
  tasks: [{ uid: 0, gid: 0, umask: 0o027 }],
  moves: [call('mkdir /n 0777 -> 0', [created(0o750, 0o027)])],
});

scenario('on a read-only mount access(2) for writing is EROFS without ACCESS', {
  mount: { flags: MS_RDONLY },
  moves: [
    call('access /f 2 -> EROFS', [found]),
    call('access /f 6 -> EROFS'),
    call('access /f 4 -> 0', [asked('ACCESS', 5, { fields: { mask: 4 } }, ok())]),
    call('open /f O_RDWR -> EROFS'),
    call('unlink /f -> EROFS'),
    call('mkdir /n 0777 -> EROFS', [lookedUp(1, 'n', fails('ENOENT'))]),
    call('statfs / ->', [asked('STATFS', 1, {}, ok(pack('statfs_out', { bsize: 512 })))], /bsize=512/),
  ],
});

scenario('on a read-only mount with default_permissions EROFS comes before GETATTR', {
  tasks: [owner],
  mount: { flags: MS_RDONLY, defaultPermissions: true },
  moves: [
    call('access /f 2 -> EROFS', [
      asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG))),
      found,
    ]),
    call('open /f O_WRONLY -> EROFS'),
    call('access / 2 -> EROFS'),
  ],
});

scenario('on a noexec mount access(2) for execution of a file is EACCES without ACCESS', {
  mount: { flags: MS_NOEXEC },
  moves: [
    call('access /f 1 -> EACCES', [found]),
    call('access / 1 -> 0', [asked('ACCESS', 1, { fields: { mask: 1 } }, ok())]),
  ],
});
