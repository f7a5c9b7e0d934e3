import { attributes, entry, fails, LONG, ok, opened, type Reply, S_IFDIR, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// Who is asked about permissions: Starnix's counts of LOOKUP, ACCESS and GETATTR. What POSIX_ACL switches on besides
// lists is default_permissions, which these scenarios mount with.

const USER = { uid: 1000, gid: 1000 };
const ROOT = { uid: 0, gid: 0 };

const fileOf = (mode: number): Reply =>
  ok(entry({ nodeid: 5, mode: S_IFREG | mode, entryValid: LONG, attrValid: LONG }));
const directoryOf = (mode: number): Reply =>
  ok(entry({ nodeid: 4, mode: S_IFDIR | mode, entryValid: LONG, attrValid: LONG }));
const file = fileOf(0o755);
const directory = directoryOf(0o755);

const accessAsked = (nodeid: number, mask: number, reply: Reply): Moves =>
  asked('ACCESS', nodeid, { fields: { mask } }, reply);
const walked: Moves = [lookedUp(1, 'd', directory), lookedUp(4, 'f', file)];

scenario('stat(2) and open(2) send no ACCESS, unlike in gVisor', {
  moves: [
    call('stat /d/f ->', [walked], /^mode=0100755 /),
    call('open /d/f O_RDWR -> $f', [asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9)))]),
  ],
});

scenario('access(2) sends ACCESS for the last name alone, with what is asked as its mask', {
  moves: [
    call('access /d/f 4 -> 0', [walked, accessAsked(5, 4, ok())]),
    call('access /d/f 2 -> 0', [accessAsked(5, 2, ok())]),
    call('access /d/f 0 -> 0', [accessAsked(5, 0, ok())]),
    call('access /d/f 6 -> EACCES', [accessAsked(5, 6, fails('EACCES'))]),
  ],
});

scenario('chdir(2) sends ACCESS for search', {
  moves: [
    call('chdir /d -> EACCES', [lookedUp(1, 'd', directory), accessAsked(4, 1, fails('EACCES'))]),
    call('chdir /d -> 0', [accessAsked(4, 1, ok())]),
  ],
});

scenario('ACCESS answered with ENOSYS is success, and is not sent again', {
  moves: [
    call('access /d/f 4 -> 0', [walked, accessAsked(5, 4, fails('ENOSYS'))]),
    call('access /d/f 2 -> 0'),
    call('access /d 1 -> 0'),
    call('chdir /d -> 0'),
  ],
});

scenario('without default_permissions a user may search and open what modes forbid', {
  tasks: [USER],
  moves: [
    call('open /d/f O_RDWR -> $f', [
      lookedUp(1, 'd', directoryOf(0o700)),
      lookedUp(4, 'f', fileOf(0o600)),
      asked('OPEN', 5, { fields: { flags: 0x8002 } }, ok(opened(9))),
    ]),
  ],
});

const checked = { defaultPermissions: true };
const rootAsked: Moves = asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)));

scenario('with default_permissions ACCESS is never sent', {
  tasks: [ROOT],
  mount: checked,
  moves: [call('access /d/f 4 -> 0', [rootAsked, walked]), call('access /d/f 7 -> 0'), call('chdir /d -> 0')],
});

scenario('with default_permissions what modes allow costs nothing, and what they forbid a GETATTR each time', {
  tasks: [USER],
  mount: checked,
  moves: [
    call('access /d/f 4 -> 0', [rootAsked, lookedUp(1, 'd', directory), lookedUp(4, 'f', fileOf(0o754))]),
    call('access /d/f 4 -> 0'),
    call('access /d/f 2 -> EACCES', [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o754 }, LONG)))]),
    call('open /d/f O_RDWR -> EACCES', [
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o754 }, LONG))),
    ]),
  ],
});

scenario('with default_permissions a mode that the server has changed is noticed when it would be denied', {
  tasks: [USER],
  mount: checked,
  moves: [
    call('access /d/f 4 -> 0', [rootAsked, lookedUp(1, 'd', directory), lookedUp(4, 'f', fileOf(0o754))]),
    call('access /d/f 2 -> 0', [asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o757 }, LONG)))]),
  ],
});

scenario('with default_permissions a directory that may not be searched hides what is below', {
  tasks: [USER],
  mount: checked,
  moves: [
    call('stat /d/f -> EACCES', [
      rootAsked,
      lookedUp(1, 'd', directoryOf(0o700)),
      asked('GETATTR', 4, {}, ok(attributes({ ino: 4, mode: S_IFDIR | 0o700 }, LONG))),
    ]),
  ],
});

const unwritable: Moves = asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG)));

for (const line of ['mkdir /n 0777', 'mknod /n S_IFREG|0666 0', 'symlink t /n']) {
  scenario(
    `with default_permissions ${line.split(' ')[0]}(2) in a directory that may not be written is EACCES after LOOKUP`,
    {
      tasks: [USER],
      mount: checked,
      moves: [call(`${line} -> EACCES`, [rootAsked, lookedUp(1, 'n', fails('ENOENT')), unwritable])],
    },
  );
}

scenario('with default_permissions open(2) with O_CREAT in such a directory asks for its mode before LOOKUP', {
  tasks: [USER],
  mount: checked,
  moves: [call('open /n O_CREAT|O_RDWR 0666 -> EACCES', [rootAsked, unwritable, lookedUp(1, 'n', fails('ENOENT'))])],
});

scenario("with default_permissions a user may not change the mode of root's file, and nothing is sent", {
  tasks: [USER],
  mount: checked,
  moves: [call('chmod /f 0777 -> EPERM', [rootAsked, lookedUp(1, 'f', file)])],
});

scenario("with default_permissions a user may not give root's file away, and no SETATTR is sent", {
  tasks: [USER],
  mount: checked,
  moves: [
    call('chown /f 1000 1000 -> EPERM', [
      rootAsked,
      lookedUp(1, 'f', file),
      asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA')),
      asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | 0o755 }, LONG))),
    ]),
  ],
});
