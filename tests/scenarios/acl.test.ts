import { BIG_WRITES, MAX_PAGES, POSIX_ACL, SETXATTR_EXT } from './init.ts';
import { attributes, bytes, entry, fails, LONG, ok, type Reply, S_IFDIR, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves, writes } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { concatenated, pack } from './wire-format.ts';

// Access control lists of a server that takes POSIX_ACL: what it answers when it is asked for them, and how it is told
// of new ones. What lists allow is compared by the oracle, in scripts/acl-enforced.ts.

const USER = { uid: 1000, gid: 1000 };
const NAME = 'system.posix_acl_access';
const init = { flags: BIG_WRITES | MAX_PAGES | POSIX_ACL };

const line = (tag: number, permissions: number, id = -1): number[] => [tag, 0, permissions, 0, ...idBytes(id)];
const idBytes = (id: number): number[] => [0, 8, 16, 24].map((shift) => (id >>> shift) & 0xff);
const listOf = (...lines: readonly number[][]): Uint8Array => Uint8Array.from([2, 0, 0, 0, ...lines.flat()]);

const [owner, group, others] = [line(1, 6), line(4, 4), line(0x20, 0)];
const named = [line(2, 6, 1000), line(0x10, 7)] as const;
const granting = listOf(owner, named[0], group, named[1], others);

/** The root is the user's, so that its list is asked of nobody. */
const rootAsked: Moves = asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755, uid: 1000 }, LONG)));
const fileOf = (mode: number, owned: { uid?: number; gid?: number } = {}): Reply =>
  ok(entry({ nodeid: 5, mode: S_IFREG | mode, entryValid: LONG, attrValid: LONG, attributes: owned }));
const found = (mode: number): Moves => [rootAsked, lookedUp(1, 'f', fileOf(mode))];
const attributesAsked = (mode: number): Moves =>
  asked('GETATTR', 5, {}, ok(attributes({ ino: 5, mode: S_IFREG | mode }, LONG)));
const aclAsked = (reply: Reply): Moves => asked('GETXATTR', 5, { fields: { size: 4096 }, names: [NAME] }, reply);

for (const [what, reply, result] of [
  ['ENODATA is none', fails('ENODATA'), '0'],
  ['nothing is none', ok(), '0'],
  ['one without lines is none', ok(listOf()), '0'],
  ['EAGAIN is none', fails('EAGAIN'), '0'],
  ['ENOSYS is none', fails('ENOSYS'), '0'],
  ['EOPNOTSUPP is passed on', fails('EOPNOTSUPP'), 'EOPNOTSUPP'],
  ['EIO is passed on', fails('EIO'), 'EIO'],
  ['ERANGE is E2BIG', fails('ERANGE'), 'E2BIG'],
  ['half a line is EINVAL', ok(Uint8Array.from([2, 0, 0, 0, 1])), 'EINVAL'],
  ['another version is EOPNOTSUPP', ok(Uint8Array.from([3, 0, 0, 0])), 'EOPNOTSUPP'],
  ['an unknown line is EINVAL', ok(listOf(line(3, 6))), 'EINVAL'],
  ['one in which nothing is for everybody is EIO', ok(listOf(owner)), 'EIO'],
  ['one that names the caller decides', ok(granting), '0'],
] as const) {
  scenario(`a list is asked for when modes alone do not decide: ${what}`, {
    tasks: [USER],
    init,
    moves: [call(`access /f 4 -> ${result}`, [found(0o644), aclAsked(reply)])],
  });
}

scenario('a list that the server does not show denies, and is asked for twice', {
  tasks: [USER],
  init,
  moves: [
    call('access /f 4 -> EACCES', [
      found(0o644),
      aclAsked(fails('EACCES')),
      attributesAsked(0o644),
      aclAsked(fails('EACCES')),
    ]),
  ],
});

scenario('a list that the server does not show to root does not matter', {
  tasks: [{ uid: 0, gid: 0 }],
  init,
  moves: [
    call('access /f 6 -> 0', [
      asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }, LONG))),
      lookedUp(1, 'f', fileOf(0o644, { uid: 1000 })),
      aclAsked(fails('EACCES')),
    ]),
  ],
});

scenario('a list that denies is asked for again with the attributes, and kept', {
  tasks: [USER],
  init,
  moves: [
    call('access /f 1 -> EACCES', [
      found(0o674),
      aclAsked(ok(granting)),
      attributesAsked(0o674),
      aclAsked(ok(granting)),
    ]),
    call('access /f 4 -> 0'),
    call('access /f 2 -> 0'),
  ],
});

scenario('ENOSYS to GETXATTR means that there are no lists, for good', {
  tasks: [USER],
  init,
  moves: [
    call('access /f 4 -> 0', [found(0o644), aclAsked(fails('ENOSYS'))]),
    call('access /f 2 -> EACCES', [attributesAsked(0o644)]),
  ],
});

scenario('a list is forgotten when the server says that the inode has changed', {
  tasks: [USER],
  init,
  moves: [
    call('access /f 4 -> 0', [found(0o644), aclAsked(ok(granting))]),
    call('access /f 4 -> 0'),
    writes(
      concatenated([
        pack('out_header', { len: 40, error: 2 }),
        pack('notify_inval_inode_out', { ino: 5, off: 0xffff_ffff_ffff_ffffn }),
      ]),
      '40',
    ),
    call('access /f 4 -> 0', [attributesAsked(0o644), aclAsked(fails('ENODATA'))]),
  ],
});

scenario('POSIX_ACL makes the kernel check modes: no ACCESS, and EPERM without a request', {
  tasks: [USER],
  init,
  moves: [
    call('access /f 4 -> EACCES', [found(0o600), attributesAsked(0o600)]),
    call('chmod /f 0777 -> EPERM'),
    call('utimensat AT_FDCWD /f 5 5 0 -> EPERM'),
  ],
});

scenario('without POSIX_ACL a list is asked for by getxattr(2) alone, each time', {
  tasks: [USER],
  mount: { defaultPermissions: true },
  moves: [
    call('access /f 4 -> 0', [found(0o644)]),
    call(`getxattr /f ${NAME} 100 ->`, [aclAsked(ok(granting))], /^\\x02/),
    call(`getxattr /f ${NAME} 0 -> ${granting.length}`, [aclAsked(ok(granting))]),
    call('access /f 2 -> EACCES', [attributesAsked(0o644)]),
  ],
});

const small = listOf(line(1, 6), line(4, 6), line(0x20, 4));
const text = [...small].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

for (const [what, gid, flags, fields] of [
  ['a member of the group leaves set-group-ID', 1000, POSIX_ACL | SETXATTR_EXT, { setxattr_flags: 0 }],
  ['nobody else does', 1001, POSIX_ACL | SETXATTR_EXT, { setxattr_flags: 1 }],
  ['that is not said without POSIX_ACL', 1001, SETXATTR_EXT, { setxattr_flags: 0 }],
  ['that is not said without SETXATTR_EXT', 1001, POSIX_ACL, {}],
] as const) {
  scenario(`SETXATTR of a list: ${what}`, {
    tasks: [USER],
    mount: { defaultPermissions: true },
    init: { flags: BIG_WRITES | MAX_PAGES | flags },
    moves: [
      call(`setxattr /f ${NAME} ${text} 1 -> 0`, [
        rootAsked,
        lookedUp(1, 'f', fileOf(0o2775, { uid: 1000, gid })),
        asked(
          'SETXATTR',
          5,
          {
            fields: { size: small.length, ...fields },
            names: [NAME],
            data: small,
            ...((flags & SETXATTR_EXT) === 0 ? {} : { older: 'setxattr_in_extended' as const }),
          },
          ok(),
        ),
      ]),
    ],
  });
}

scenario('SETXATTR with SETXATTR_EXT has room for more flags, of other attributes too', {
  init: { flags: BIG_WRITES | MAX_PAGES | SETXATTR_EXT },
  moves: [
    call('setxattr /f user.a v XATTR_REPLACE -> 0', [
      lookedUp(1, 'f', fileOf(0o644)),
      asked(
        'SETXATTR',
        5,
        { fields: { size: 1, flags: 2 }, names: ['user.a'], data: bytes('v'), older: 'setxattr_in_extended' },
        ok(),
      ),
    ]),
  ],
});

scenario('a list that the server does not take leaves attributes and lists stale all the same', {
  tasks: [USER],
  init,
  moves: [
    call(`setxattr /f ${NAME} ${text} 0 -> ENOSPC`, [
      rootAsked,
      lookedUp(1, 'f', fileOf(0o664, { uid: 1000, gid: 1000 })),
      asked('SETXATTR', 5, { fields: { size: small.length }, names: [NAME], data: small }, fails('ENOSPC')),
    ]),
    call('stat /f ->', [attributesAsked(0o644)], /^mode=0100644 /),
    call('stat /f ->', [], /^mode=0100644 /),
  ],
});
