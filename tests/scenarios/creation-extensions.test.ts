import { BIG_WRITES, CREATE_SUPP_GROUP, INIT_EXT, MAX_PAGES, SECURITY_CTX } from './init.ts';
import { attributes, entry, fails, LONG, ok, opened, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { concatenated, pack } from './wire-format.ts';

// What requests that make files carry behind their arguments, for servers that took SECURITY_CTX and CREATE_SUPP_GROUP.

const FLAGS = BIG_WRITES | MAX_PAGES | INIT_EXT;

/** No security module has a label. */
const noContext = pack('secctx_header', { size: 8 });

const GROUP_EXTENSION = 32;
const groupExtension = (group: number): Uint8Array =>
  concatenated([pack('ext_header', { size: 16, type: GROUP_EXTENSION }), pack('supp_groups', { nr_groups: 1, group })]);

/** A directory of group 2000 as node 4. */
const directory = ok(
  entry({ nodeid: 4, mode: S_IFDIR | 0o777, entryValid: LONG, attrValid: LONG, attributes: { gid: 2000 } }),
);

const directoryFound: Moves = call('stat /d', [lookedUp(1, 'd', directory)]);

/** Every call that makes a file in the directory, with what it sends. */
const making = (extensions: Uint8Array): Moves[] => [
  call('mkdir /d/a 0755 -> 0', [
    lookedUp(4, 'a', fails('ENOENT')),
    asked(
      'MKDIR',
      4,
      { fields: { mode: 0o755, umask: 0o22 }, names: ['a'], extensions },
      ok(entry({ nodeid: 5, mode: S_IFDIR | 0o755 })),
    ),
  ]),
  call('mknod /d/b 0010644 0 -> 0', [
    lookedUp(4, 'b', fails('ENOENT')),
    asked(
      'MKNOD',
      4,
      { fields: { mode: S_IFIFO | 0o644, umask: 0o22 }, names: ['b'], extensions },
      ok(entry({ nodeid: 6, mode: S_IFIFO | 0o644 })),
    ),
  ]),
  call('symlink there /d/c -> 0', [
    lookedUp(4, 'c', fails('ENOENT')),
    asked('SYMLINK', 4, { names: ['c', 'there'], extensions }, ok(entry({ nodeid: 7, mode: S_IFLNK | 0o777 }))),
  ]),
  call('open /d/e O_CREAT|O_WRONLY 0644 -> $e', [
    lookedUp(4, 'e', fails('ENOENT')),
    asked(
      'CREATE',
      4,
      { fields: { flags: 0x8041, mode: S_IFREG | 0o644, umask: 0o22 }, names: ['e'], extensions },
      ok(entry({ nodeid: 8, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }), opened(9)),
    ),
  ]),
  call('open /d O_TMPFILE|O_RDWR 0644 -> $t', [
    asked(
      'TMPFILE',
      4,
      { fields: { flags: 0x418002, mode: S_IFREG | 0o644, umask: 0o22 }, names: ['/'], extensions },
      ok(entry({ nodeid: 10, mode: S_IFREG | 0o644, attrValid: LONG }), opened(11)),
    ),
  ]),
];

const directoryAsked: Moves = asked(
  'GETATTR',
  4,
  {},
  ok(attributes({ ino: 4, mode: S_IFDIR | 0o777, gid: 2000 }, LONG)),
);

scenario('requests that make files have an empty security context where no security module has a label', {
  init: { flags: FLAGS, flags2: SECURITY_CTX },
  moves: [directoryFound, ...making(noContext)],
});

scenario('requests that make files have no extensions for a server that took none', {
  init: { flags: FLAGS, flags2: 0 },
  tasks: [{ uid: 0, gid: 0, groups: [2000] }],
  moves: [directoryFound, ...making(new Uint8Array(0))],
});

scenario("requests that make files tell the caller's supplementary group that is the directory's", {
  init: { flags: FLAGS, flags2: CREATE_SUPP_GROUP },
  tasks: [{ uid: 1000, gid: 1000, groups: [1999, 2000, 2001] }],
  moves: [directoryFound, ...making(groupExtension(2000))],
});

scenario("requests that make files tell no group that is the caller's own, or not the caller's", {
  init: { flags: FLAGS, flags2: CREATE_SUPP_GROUP },
  tasks: [
    { uid: 1000, gid: 2000, groups: [2000] },
    { uid: 1001, gid: 1001, groups: [1999] },
  ],
  moves: [
    directoryFound,
    ...making(new Uint8Array(0)),
    call('@1 mkdir /d/x 0755 -> 0', [
      lookedUp(4, 'x', fails('ENOENT'), { task: 1 }),
      asked(
        'MKDIR',
        4,
        { task: 1, fields: { mode: 0o755, umask: 0o22 }, names: ['x'] },
        ok(entry({ nodeid: 12, mode: S_IFDIR | 0o755 })),
      ),
    ]),
  ],
});

scenario('the security context comes before the group', {
  init: { flags: FLAGS, flags2: SECURITY_CTX | CREATE_SUPP_GROUP },
  tasks: [{ uid: 1000, gid: 1000, groups: [2000] }],
  moves: [directoryFound, ...making(concatenated([noContext, groupExtension(2000)]))],
});

scenario('LINK and RENAME have no extensions', {
  init: { flags: FLAGS, flags2: SECURITY_CTX | CREATE_SUPP_GROUP },
  tasks: [{ uid: 0, gid: 0, groups: [2000] }],
  moves: [
    directoryFound,
    call('stat /d/e', [
      lookedUp(4, 'e', ok(entry({ nodeid: 8, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG }))),
    ]),
    call('link /d/e /d/l -> 0', [
      lookedUp(4, 'l', fails('ENOENT')),
      asked(
        'LINK',
        4,
        { fields: { oldnodeid: 8 }, names: ['l'] },
        ok(entry({ nodeid: 8, mode: S_IFREG | 0o644, entryValid: LONG, attrValid: LONG })),
      ),
    ]),
    call('rename /d/e /d/r -> 0', [
      lookedUp(4, 'r', fails('ENOENT')),
      asked('RENAME', 4, { fields: { newdir: 4 }, names: ['e', 'r'] }, ok()),
    ]),
    call('stat /d', [directoryAsked]),
  ],
});
