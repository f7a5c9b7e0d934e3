import { describe, expect, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { EACCES, EIO, ENOENT, ENOSYS, EOPNOTSUPP, EPERM } from '../abi/errno.ts';
import { FOPEN_PASSTHROUGH } from '../abi/fuse.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_EXCL,
  O_NOATIME,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  S_IFDIR,
} from '../abi/linux.ts';
import { close } from '../syscalls/descriptors.ts';
import { linkat } from '../syscalls/link.ts';
import { open } from '../syscalls/open.ts';
import { write } from '../syscalls/read-write.ts';
import { fstat, stat } from '../syscalls/stat.ts';
import { unlink } from '../syscalls/unlink.ts';
import { credentialsOf } from '../task/credentials.ts';
import { entryOf } from './testing/operations.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const caching = (script: Partial<Script> = {}): Scenario =>
  new Scenario({ entryValid: 100, attrValid: 100, ...script });
const made =
  (flags = 0, mode = 0o666) =>
  (task: ReturnType<Scenario['thread']>) =>
    open(task, '/', O_TMPFILE | O_RDWR | flags, mode);
const named = (fd: number, name: string) => (task: ReturnType<Scenario['thread']>) =>
  linkat(task, fd, '', AT_FDCWD, name, AT_EMPTY_PATH);

const TMPFILE = "TMPFILE n=1 flags=0x418002 mode=100644 umask=22 open_flags=0x0 '/'";

test('TMPFILE is one request, and what it made is used like any file until it is forgotten', () => {
  const m = caching();
  const fd = m.does(made(), TMPFILE);
  expect(m.does((t) => fstat(t, fd))).toMatchObject({ ino: 2n, nlink: 0 });
  m.does(
    (t) => write(t, fd, bytes('x')),
    "GETXATTR n=2 size=0 'security.capability'",
    'WRITE n=2 fh=101 off=0 size=1 write_flags=0x0 lo=0 flags=0x418002',
  );
  m.does(
    (t) => close(t, fd),
    'FLUSH n=2 fh=101 lo=Y',
    'RELEASE n=2 fh=101 flags=0x418002 release_flags=0 lo=0',
    'FORGET n=2 nlookup=1',
  );
  expect(m.superblock.inodeWith(2n)).toBeUndefined();
});

test('its directory is looked at anew, and no name is cached in it', () => {
  const m = caching();
  m.trace((t) => stat(t, '/'));
  m.does(made(), TMPFILE);
  expect(m.superblock.root.children.size).toBe(0);
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
});

test('the flags go on as they are, but what only the call needs', () => {
  const m = caching({ features: ['DONT_MASK', 'HANDLE_KILLPRIV_V2'] });
  m.credentials = credentialsOf(1000, 1000);
  const road = 'TMPFILE n=1 flags=0x418';
  m.does(made(O_EXCL | O_TRUNC), `${road}282 mode=100666 umask=22 open_flags=0x0 '/'`);
  m.does(made(O_TRUNC, 0o6777), `${road}202 mode=106777 umask=22 open_flags=0x1 '/'`);
});

describe('linkat with the descriptor', () => {
  test('is LOOKUP and LINK, and the lookups of both add up', () => {
    const m = caching();
    const fd = m.does(made(), TMPFILE);
    m.does(named(fd, '/f'), "LOOKUP n=1 'f'", "LINK n=1 oldnodeid=2 'f'");
    expect(m.does((t) => stat(t, '/f'))).toMatchObject({ ino: 2n, nlink: 1 });
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x418002 release_flags=0 lo=0');
    m.does((t) => unlink(t, '/f'), "UNLINK n=1 'f'", 'FORGET n=2 nlookup=2');
  });

  test('is ENOENT for a file that was made with O_EXCL, or has lost its name again', () => {
    const m = caching();
    const never = m.does(made(O_EXCL), TMPFILE.replace('8002', '8082'));
    m.fails(ENOENT, named(never, '/f'), "LOOKUP n=1 'f'");
    const once = m.does(made(), TMPFILE);
    m.does(named(once, '/f'), "LOOKUP n=1 'f'", "LINK n=1 oldnodeid=3 'f'");
    m.does((t) => unlink(t, '/f'), "UNLINK n=1 'f'");
    m.fails(ENOENT, named(once, '/f'), "LOOKUP n=1 'f'");
  });

  test('may be tried again when the server refuses it', () => {
    const m = caching({ errors: { LINK: EACCES } });
    const fd = m.does(made(), TMPFILE);
    m.fails(EACCES, named(fd, '/f'), "LOOKUP n=1 'f'", "LINK n=1 oldnodeid=2 'f'");
    m.server.script.errors = {};
    m.does(named(fd, '/f'), "LOOKUP n=1 'f'", "LINK n=1 oldnodeid=2 'f'");
  });
});

test('a server without TMPFILE is asked once: EOPNOTSUPP', () => {
  const m = caching({ errors: { TMPFILE: ENOSYS } });
  m.fails(EOPNOTSUPP, made(), TMPFILE);
  m.fails(EOPNOTSUPP, made());
});

test('what the server answers is what open gives', () => {
  const m = caching({ errors: { TMPFILE: EACCES } });
  m.fails(EACCES, made(), TMPFILE);
  m.fails(EACCES, (t) => open(t, '/', O_TMPFILE | O_WRONLY, 0o644), TMPFILE.replace('8002', '8001'));
});

describe('a reply without sense is EIO, and nothing is given back', () => {
  test.each([
    ['a directory', { nodeid: 2n, mode: S_IFDIR | 0o755 }],
    ['the root', { nodeid: 1n, mode: 0o100644 }],
    ['no file', { nodeid: 0n, mode: 0o100644 }],
  ])('%s', (_name, { nodeid, mode }) => {
    const m = caching();
    const node = m.server.tree.unnamed(mode, { uid: 0, gid: 0 });
    const entry = { ...entryOf(m.server, node), nodeid };
    m.server.script.answers = { TMPFILE: { body: { entry, open: { fh: 9n, open_flags: 0, backing_id: 0 } } } };
    m.fails(EIO, made(), TMPFILE);
  });
});

test('a handle that was not agreed upon is given back with the file: EIO', () => {
  const m = caching({ openFlags: FOPEN_PASSTHROUGH });
  m.fails(EIO, made(), TMPFILE, 'RELEASE n=2 fh=101 flags=0x418002 release_flags=0 lo=0', 'FORGET n=2 nlookup=1');
});

test('a file that its owner is not told to be ours is released with O_NOATIME: EPERM', () => {
  const m = caching();
  m.credentials = credentialsOf(1000, 1000);
  const node = m.server.tree.unnamed(0o100644, { uid: 5, gid: 5 });
  m.server.script.answers = {
    TMPFILE: { body: { entry: entryOf(m.server, node), open: { fh: 9n, open_flags: 0, backing_id: 0 } } },
  };
  m.fails(
    EPERM,
    made(O_NOATIME),
    TMPFILE.replace('418002', '458002'),
    'RELEASE n=2 fh=9 flags=0x458002 release_flags=0 lo=0',
    'FORGET n=2 nlookup=1',
  );
});
