import { attributes, entry, LONG, ok, type Reply, S_IFDIR, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';

// A server may say that a file's owner or group is 4294967295, which is nobody's number.

const NOBODY = 0xffff_ffff;
const rootAsked: Moves = asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o777 }, LONG)));
const owned = (owner: { uid?: number; gid?: number }): Reply =>
  ok(entry({ nodeid: 5, mode: S_IFREG | 0o777, entryValid: LONG, attrValid: LONG, attributes: owner }));

for (const [what, owner] of [
  ['owner', { uid: NOBODY, gid: 7 }],
  ['group', { uid: 0, gid: NOBODY }],
] as const) {
  const shown = `uid=${'uid' in owner && owner.uid === NOBODY ? 65534 : 0} gid=${owner.gid === NOBODY ? 65534 : 7}`;
  scenario(`a file of no ${what} is shown as 65534's, and nobody changes it`, {
    mount: { defaultPermissions: true },
    moves: [
      call('stat /f ->', [rootAsked, lookedUp(1, 'f', owned(owner))], new RegExp(shown)),
      call('chmod /f 0600 -> EOVERFLOW', []),
      call('utimensat AT_FDCWD /f 1 1 0 -> EOVERFLOW', []),
      call('truncate /f 0 -> EACCES', []),
      call('open /f O_WRONLY -> EACCES', []),
      call('access /f 2 -> EACCES', []),
      call('access /f 4 -> 0', []),
      call('unlink /f -> EOVERFLOW', []),
      call('rename /f /g -> EOVERFLOW', [lookedUp(1, 'g', ok(entry({ nodeid: 0, mode: 0 })))]),
      call('link /f /g -> EOVERFLOW', [lookedUp(1, 'g', ok(entry({ nodeid: 0, mode: 0 })))]),
      call('setxattr /f user.a v 0 -> EPERM', []),
    ],
  });
}
