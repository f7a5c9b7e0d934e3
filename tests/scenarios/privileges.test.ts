import { ATOMIC_O_TRUNC, BIG_WRITES, HANDLE_KILLPRIV, HANDLE_KILLPRIV_V2, MAX_PAGES } from './init.ts';
import { OWNER } from './read-requests.ts';
import { attributes, bytes, DIRECT_IO, entry, fails, LONG, ok, opened, type Reply, S_IFREG, wrote } from './replies.ts';
import { asked, call, lookedUp, type Moves } from './scenario.ts';
import { scenario } from './scenarios.ts';
import type { Fields } from './wire-format.ts';

// Who takes set-user-ID and its like away: the kernel, by SETATTR of a mode, or a server that said it would.

const USER = { uid: 1000, gid: 1000 };
const MODE = S_IFREG | 0o6777;
const STRIPPED = S_IFREG | 0o777;

/** FATTR_* of the header. */
const [MODE_BIT, UID, SIZE, LOCKOWNER, KILL_SUIDGID] = [1, 2, 8, 512, 2048] as const;

const fileOf = (mode: number): Reply => ok(entry({ nodeid: 5, mode, entryValid: LONG, attrValid: LONG }));
const attrOf = (mode: number, size = 0): Reply => ok(attributes({ ino: 5, mode, size }, LONG));
const found: Moves = lookedUp(1, 'f', fileOf(MODE));
const capabilityAsked: Moves = asked('GETXATTR', 5, { names: ['security.capability'] }, fails('ENODATA'));
const attributesAsked: Moves = asked('GETATTR', 5, {}, attrOf(MODE));
const setattr = (fields: Fields, size = 0): Moves => asked('SETATTR', 5, { fields }, attrOf(STRIPPED, size));

const openedToWrite = (open_flags = 0): Moves =>
  call('open /f O_WRONLY -> $f', [found, asked('OPEN', 5, { fields: { flags: 0x8001 } }, ok(opened(9, open_flags)))]);
const written = (fields: Fields = {}): Moves =>
  asked('WRITE', 5, { fields: { fh: 9, size: 1, flags: 0x8001, ...fields }, data: bytes('x') }, ok(wrote(1)));

const negotiated = {
  'the kernel': 0,
  'a server with HANDLE_KILLPRIV': HANDLE_KILLPRIV,
  'a server with HANDLE_KILLPRIV_V2': HANDLE_KILLPRIV_V2,
} as const;

const modeStripped: Moves = [attributesAsked, setattr({ valid: MODE_BIT, mode: STRIPPED })];

/** What a write by a user, a change of size by him, and any chown send before their end. */
const table: Readonly<Record<keyof typeof negotiated, Readonly<Record<'write' | 'truncate' | 'chown', Moves>>>> = {
  'the kernel': {
    write: [capabilityAsked, modeStripped, written()],
    truncate: [
      capabilityAsked,
      attributesAsked,
      setattr({ valid: MODE_BIT | SIZE | LOCKOWNER, mode: STRIPPED, size: 3, lock_owner: OWNER }, 3),
    ],
    chown: [capabilityAsked, attributesAsked, setattr({ valid: MODE_BIT | UID, mode: STRIPPED, uid: 7 })],
  },
  'a server with HANDLE_KILLPRIV': {
    write: [capabilityAsked, setattr({ valid: 0 }), written()],
    truncate: [capabilityAsked, setattr({ valid: SIZE | LOCKOWNER, size: 3, lock_owner: OWNER }, 3)],
    chown: [capabilityAsked, setattr({ valid: UID, uid: 7 })],
  },
  'a server with HANDLE_KILLPRIV_V2': {
    write: [capabilityAsked, setattr({ valid: 0 }), written({ write_flags: 4 })],
    truncate: [capabilityAsked, setattr({ valid: SIZE | LOCKOWNER | KILL_SUIDGID, size: 3, lock_owner: OWNER }, 3)],
    chown: [capabilityAsked, setattr({ valid: UID | KILL_SUIDGID, uid: 7 })],
  },
};

for (const who of Object.keys(negotiated) as (keyof typeof negotiated)[]) {
  const init = { flags: BIG_WRITES | MAX_PAGES | negotiated[who] };
  scenario(`set-id bits at a write by a user: taken by ${who}`, {
    tasks: [USER],
    init,
    moves: [openedToWrite(), call('write $f x -> 1', [table[who].write])],
  });
  scenario(`set-id bits at a change of size by a user: taken by ${who}`, {
    tasks: [USER],
    init,
    moves: [call('truncate /f 3 -> 0', [found, table[who].truncate])],
  });
  scenario(`set-id bits at a chown by root: taken by ${who}`, {
    init,
    moves: [call('chown /f 7 -1 -> 0', [found, table[who].chown])],
  });
  scenario(
    `set-id bits at a direct write by a user: the server is told, also where otherwise they are taken by ${who}`,
    {
      tasks: [USER],
      init,
      moves: [openedToWrite(DIRECT_IO), call('write $f x -> 1', [written({ write_flags: 6, lock_owner: OWNER })])],
    },
  );
}

scenario('set-id bits at a write by root stay, and servers are not told to take them', {
  init: { flags: BIG_WRITES | MAX_PAGES | HANDLE_KILLPRIV_V2 },
  moves: [openedToWrite(), call('write $f x -> 1', [capabilityAsked, written()])],
});

scenario('set-id bits at an open with O_TRUNC: a server with ATOMIC_O_TRUNC and HANDLE_KILLPRIV_V2 is told in OPEN', {
  tasks: [USER],
  init: { flags: BIG_WRITES | MAX_PAGES | HANDLE_KILLPRIV_V2 | ATOMIC_O_TRUNC },
  moves: [
    call('open /f O_WRONLY|O_TRUNC -> $f', [
      found,
      asked('OPEN', 5, { fields: { flags: 0x8201, open_flags: 1 } }, ok(opened(9))),
      capabilityAsked,
    ]),
  ],
});
