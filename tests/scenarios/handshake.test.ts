import { expect, test } from 'vitest';
import { FusewireWorld } from './fusewire-world.ts';
import { initAsked, initDone, initOut, MAX_PAGES } from './init.ts';
import { LinuxWorld, mountingProblem } from './linux-world.ts';
import { attributes, bytes, DIRECT_IO, entry, fails, ok, opened, refused, S_IFDIR, S_IFREG, wrote } from './replies.ts';
import { fieldOf } from './requests.ts';
import { answers, asked, call, ends, lookedUp, readFails, reads, signal, starts, waiting } from './scenario.ts';
import { scenario } from './scenarios.ts';
import { pack } from './wire-format.ts';
import { mountingOf, type World } from './world.ts';

// INIT: what a connection does before it is answered, and all that a server may answer.

const root = ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }));
const INIT_NAMES = { as: 'INIT' };

scenario('until INIT is answered calls wait, and INIT alone can be read', {
  init: 'told',
  moves: [
    starts('stat / ->'),
    waiting(2),
    reads('INIT', 0, INIT_NAMES),
    readFails('EAGAIN'),
    answers('INIT', ok(initOut())),
    asked('GETATTR', 1, {}, root),
    ends('stat /', /^mode=040755 /),
  ],
});

scenario('a task that waits for INIT does not mind signals, but for a fatal one', {
  init: 'told',
  moves: [
    starts('stat /'),
    waiting(2),
    signal('signal'),
    signal('killed'),
    ends('stat / -> killed'),
    waiting(1),
    initDone(),
  ],
});

scenario('a reply to INIT that is shorter than its header is EINVAL, and INIT can still be answered', {
  init: 'told',
  moves: [
    reads('INIT', 0),
    answers('INIT', refused(ok(), 'EINVAL', { len: 15 })),
    answers('INIT', ok(initOut())),
    call('stat / ->', [asked('GETATTR', 1, {}, root)], /^mode=040755 /),
  ],
});

scenario('a reply to INIT with an error that is none is EINVAL, and INIT can still be answered', {
  init: 'told',
  moves: [
    reads('INIT', 0),
    answers('INIT', refused(fails(1), 'EINVAL')),
    answers('INIT', refused(fails(-512), 'EINVAL')),
    answers('INIT', ok(initOut())),
    call('stat / ->', [asked('GETATTR', 1, {}, root)], /^mode=040755 /),
  ],
});

scenario('INIT answered with an error refuses every call with ECONNREFUSED, those that wait and later ones', {
  init: 'told',
  moves: [
    starts('stat /'),
    waiting(2),
    initAsked(fails('EPROTO')),
    ends('stat / -> ECONNREFUSED'),
    call('stat / -> ECONNREFUSED'),
    readFails('EAGAIN'),
  ],
});

scenario('INIT answered with too many bytes is EINVAL, and refuses every call', {
  init: 'told',
  moves: [initAsked(refused(ok(initOut(), new Uint8Array(8)), 'EINVAL')), call('stat / -> ECONNREFUSED')],
});

scenario('INIT answered with nothing has major 0, and refuses every call', {
  init: 'told',
  moves: [initAsked(ok()), call('stat / -> ECONNREFUSED')],
});

for (const major of [6, 8]) {
  scenario(`INIT answered with major ${major} refuses every call, and is not sent again`, {
    init: 'told',
    moves: [initDone({ major }), readFails('EAGAIN'), call('stat / -> ECONNREFUSED')],
  });
}

for (const minor of [99, 0xffff_ffff]) {
  scenario(`INIT answered with minor ${minor}, newer than there is, is fine`, {
    init: { minor },
    moves: [call('stat / ->', [asked('GETATTR', 1, {}, root)], /^mode=040755 /)],
  });
}

scenario('a server of 7.4 answers INIT with 8 bytes, and writes are of a page', {
  init: 'told',
  moves: [
    initAsked(ok(pack('init_out', { major: 7, minor: 4 }).subarray(0, 8))),
    call(
      'stat / ->',
      [asked('GETATTR', 1, {}, ok(attributes({ ino: 1, mode: S_IFDIR | 0o755 }).subarray(0, 96)))],
      /^mode=040755 /,
    ),
    readFails('EINVAL', { room: 8191 }),
    readFails('EAGAIN', { room: 8192 }),
  ],
});

scenario('a server of 7.8 names files with 120 bytes; 128 are too many', {
  init: { minor: 8 },
  moves: [
    call(
      'lstat /f ->',
      [lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644, attrValid: 1000 }).subarray(0, 120)))],
      /^mode=0100644 /,
    ),
    call('lstat /g -> EIO', [lookedUp(1, 'g', refused(ok(entry({ nodeid: 6, mode: S_IFREG | 0o644 })), 'EINVAL'))]),
  ],
});

scenario('a server of 7.22 answers INIT with 24 bytes', {
  init: 'told',
  moves: [
    initAsked(ok(initOut({ minor: 22, flags: 0 }).subarray(0, 24))),
    call('stat / ->', [asked('GETATTR', 1, {}, root)], /^mode=040755 /),
  ],
});

scenario('a name may have 1024 bytes', {
  init: { flags: 0 },
  moves: [
    call(`lstat /${'n'.repeat(1024)} -> ENOENT`, [lookedUp(1, 'n'.repeat(1024), fails('ENOENT'))]),
    call(`lstat /${'n'.repeat(1025)} -> ENAMETOOLONG`),
  ],
});

scenario('a name may have 4000 bytes with MAX_PAGES', {
  init: { flags: MAX_PAGES, max_pages: 2 },
  moves: [call(`lstat /${'n'.repeat(4000)} -> ENOENT`, [lookedUp(1, 'n'.repeat(4000), fails('ENOENT'))])],
});

scenario('a max_write below a page is a page', {
  init: { max_write: 1 },
  moves: [readFails('EINVAL', { room: 8191 }), readFails('EAGAIN', { room: 8192 })],
});

scenario('the device is read with room for max_write and 80 bytes, though no WRITE will be so long', {
  init: { max_write: 1 << 20, max_pages: 1 },
  moves: [readFails('EINVAL', { room: (1 << 20) + 79 }), readFails('EAGAIN', { room: (1 << 20) + 80 })],
});

scenario('a server of 7.11 is sent CREATE and MKNOD without the umask', {
  init: { minor: 11 },
  moves: [
    call('open /f O_CREAT|O_WRONLY 0666 -> $f', [
      lookedUp(1, 'f', fails('ENOENT')),
      asked(
        'CREATE',
        1,
        { older: 'create_in_before_12', fields: { flags: 0x8041, mode: S_IFREG | 0o644 }, names: ['f'] },
        ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }), opened(9)),
      ),
    ]),
    call('mknod /n S_IFREG|0666 0 -> 0', [
      lookedUp(1, 'n', fails('ENOENT')),
      asked(
        'MKNOD',
        1,
        { older: 'mknod_in_before_12', fields: { mode: S_IFREG | 0o644 }, names: ['n'] },
        ok(entry({ nodeid: 6, mode: S_IFREG | 0o644 })),
      ),
    ]),
  ],
});

scenario('a server of 7.8 is sent WRITE with 24 bytes before what is written', {
  init: { minor: 8 },
  moves: [
    call('open /f O_WRONLY -> $f', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }).subarray(0, 120))),
      asked('OPEN', 5, { fields: { flags: 0x8001 } }, ok(opened(9, DIRECT_IO))),
    ]),
    call('write $f hello -> 5', [
      asked(
        'WRITE',
        5,
        { older: 'write_in_before_9', fields: { fh: 9, size: 5, write_flags: 2 }, data: bytes('hello') },
        ok(wrote(5)),
      ),
    ]),
  ],
});

scenario('a server of 7.22 is not asked to rename with flags', {
  init: { minor: 22 },
  moves: [
    call('renameat2 -100 /f -100 /g 1 -> EINVAL', [
      lookedUp(1, 'f', ok(entry({ nodeid: 5, mode: S_IFREG | 0o644 }))),
      lookedUp(1, 'g', fails('ENOENT')),
    ]),
  ],
});

const offeredBy = async (world: World): Promise<bigint> => {
  const message = await world.read(0, 8192);
  const [flags = 0, flags2 = 0] = ['flags', 'flags2'].map((field) => fieldOf('INIT', message, field));
  return (BigInt(flags2) << 32n) | BigInt(flags);
};

test('Fusewire offers no flag in INIT that Linux does not offer', async (context) => {
  const problem = mountingProblem();
  context.skip(problem !== null, problem ?? '');
  await using linux = await LinuxWorld.mount(mountingOf({ moves: [] }));
  await using fusewire = new FusewireWorld(mountingOf({ moves: [] }));
  const both = { linux: await offeredBy(linux), fusewire: await offeredBy(fusewire) };
  expect(both.fusewire & ~both.linux).toBe(0n);
  expect(both.fusewire).not.toBe(0n);
});
