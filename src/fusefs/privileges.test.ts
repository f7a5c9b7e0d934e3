import { describe, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { EINTR, EIO } from '../abi/errno.ts';
import { FOPEN_DIRECT_IO } from '../abi/fuse.ts';
import type { InitFlag } from '../abi/init-flags.ts';
import { O_RDWR, O_TRUNC, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import { chown } from '../syscalls/attributes.ts';
import { open } from '../syscalls/open.ts';
import { write } from '../syscalls/read-write.ts';
import { fstat, stat } from '../syscalls/stat.ts';
import { ftruncate, truncate } from '../syscalls/truncate.ts';
import { credentialsOf } from '../task/credentials.ts';
import { ROOT } from './testing/machine.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

const USER = credentialsOf(1000, 1000);
const PROBE = "GETXATTR n=2 size=0 'security.capability'";
const OPEN = 'OPEN n=2 flags=0x8002 open_flags=0x0';
const GETATTR = 'GETATTR n=2 flags=0 fh=0';

const WRITE = (flags: number) => `WRITE n=2 fh=101 off=0 size=3 write_flags=0x${flags} lo=0 flags=0x8002`;
const SETATTR = (valid: string, rest = 'fh=0 size=0 mode=0 uid=0 gid=0') => `SETATTR n=2 ${valid} ${rest}`;

/** /f of mode 06777, nodeid 2, looked up; a user without capabilities goes on. */
function setId(features: InitFlag[], script: Partial<Script> = {}): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100, features: ['BIG_WRITES', ...features], ...script });
  m.server.tree.file('f', new Uint8Array(10), 0o6777);
  m.trace((t) => stat(t, '/f'));
  m.credentials = USER;
  return m;
}

const opened = (m: Scenario) => m.does((t) => open(t, '/f', O_RDWR), OPEN);
const put = (fd: number) => (t: ReturnType<Scenario['thread']>) => write(t, fd, bytes('abc'));

describe('set-id bits that nobody else takes', () => {
  const STRIPPED = SETATTR('MODE', 'fh=0 size=0 mode=100777 uid=0 gid=0');

  test('go before a write, once', () => {
    const m = setId([]);
    const fd = opened(m);
    m.does(put(fd), PROBE, GETATTR, STRIPPED, WRITE(0));
    m.does(put(fd), PROBE, WRITE(0).replace('off=0', 'off=3'));
  });

  test('go with a truncation', () => {
    const m = setId([]);
    m.does(
      (t) => truncate(t, '/f', 5),
      PROBE,
      GETATTR,
      SETATTR('MODE|SIZE|LOCKOWNER', 'fh=0 size=5 mode=100777 uid=0 gid=0'),
    );
  });

  test('go with an ftruncate, whose handle GETATTR has too', () => {
    const m = setId([]);
    const fd = opened(m);
    m.does(
      (t) => ftruncate(t, fd, 5),
      PROBE,
      'GETATTR n=2 flags=1 fh=101',
      SETATTR('MODE|SIZE|FH|LOCKOWNER', 'fh=101 size=5 mode=100777 uid=0 gid=0'),
    );
  });

  test('go with an open that truncates, of which SETATTR has no handle', () => {
    const m = setId([]);
    m.does(
      (t) => open(t, '/f', O_RDWR | O_TRUNC),
      OPEN,
      PROBE,
      'GETATTR n=2 flags=1 fh=101',
      SETATTR('MODE|SIZE|LOCKOWNER', 'fh=0 size=0 mode=100777 uid=0 gid=0'),
    );
  });

  test.each([
    ['a user', USER],
    ['root', ROOT],
  ])('go when %s gives the file away', (_name, credentials) => {
    const m = setId([]);
    m.credentials = credentials;
    m.does((t) => chown(t, '/f', 9, 9), PROBE, GETATTR, SETATTR('MODE|UID|GID', 'fh=0 size=0 mode=100777 uid=9 gid=9'));
  });

  test('stay when root writes', () => {
    const m = setId([]);
    m.credentials = ROOT;
    m.does(put(opened(m)), PROBE, WRITE(0));
  });

  test('that the server took meanwhile leave a change of nothing', () => {
    const m = setId([]);
    m.server.tree.node(2n).mode = S_IFREG | 0o777;
    m.does(put(opened(m)), PROBE, GETATTR, SETATTR(''), WRITE(0));
  });

  test('of a directory stay when it is given away', () => {
    const m = new Scenario({ entryValid: 100, attrValid: 100 });
    m.server.tree.make(1n, 'd', S_IFDIR | 0o2755);
    m.trace((t) => stat(t, '/d'));
    m.does((t) => chown(t, '/d', 9, 9), SETATTR('UID|GID', 'fh=0 size=0 mode=0 uid=9 gid=9'));
  });
});

describe('a server with HANDLE_KILLPRIV', () => {
  test('is told by a change of nothing, at each write while the bits show', () => {
    const m = setId(['HANDLE_KILLPRIV']);
    const fd = opened(m);
    m.does(put(fd), PROBE, SETATTR(''), WRITE(0));
    m.does(put(fd), PROBE, SETATTR(''), WRITE(0).replace('off=0', 'off=3'));
  });

  test('takes them itself with a new size or owner', () => {
    const m = setId(['HANDLE_KILLPRIV']);
    m.does((t) => truncate(t, '/f', 5), PROBE, SETATTR('SIZE|LOCKOWNER', 'fh=0 size=5 mode=0 uid=0 gid=0'));
    m.does((t) => chown(t, '/f', 9, 9), PROBE, SETATTR('UID|GID', 'fh=0 size=0 mode=0 uid=9 gid=9'));
  });
});

describe('a server with HANDLE_KILLPRIV_V2', () => {
  test('is told by flags', () => {
    const m = setId(['HANDLE_KILLPRIV_V2']);
    const fd = opened(m);
    m.does(put(fd), PROBE, SETATTR(''), WRITE(4));
    m.does(
      (t) => truncate(t, '/f', 5),
      PROBE,
      SETATTR('SIZE|LOCKOWNER|KILL_SUIDGID', 'fh=0 size=5 mode=0 uid=0 gid=0'),
    );
    m.does((t) => chown(t, '/f', 9, 9), PROBE, SETATTR('UID|GID|KILL_SUIDGID', 'fh=0 size=0 mode=0 uid=9 gid=9'));
    m.credentials = ROOT;
    m.does((t) => chown(t, '/f', 9, 9), PROBE, SETATTR('UID|GID|KILL_SUIDGID', 'fh=0 size=0 mode=0 uid=9 gid=9'));
  });

  test('is told by OPEN when that truncates', () => {
    const m = setId(['HANDLE_KILLPRIV_V2', 'ATOMIC_O_TRUNC']);
    m.does((t) => open(t, '/f', O_RDWR | O_TRUNC), 'OPEN n=2 flags=0x8202 open_flags=0x1', PROBE);
  });

  test('is not asked for capabilities again until attributes come', () => {
    const m = setId(['HANDLE_KILLPRIV_V2']);
    m.credentials = ROOT;
    m.server.tree.node(2n).mode = S_IFREG | 0o644;
    m.clock.advance(100_001);
    const fd = m.does((t) => open(t, '/f', O_RDWR), "LOOKUP n=1 'f'", OPEN);
    m.does(put(fd), PROBE, WRITE(0));
    m.does(put(fd), WRITE(0).replace('off=0', 'off=3'));
    m.does((t) => fstat(t, fd), GETATTR);
    m.does(put(fd), PROBE, WRITE(0).replace('off=0', 'off=6'));
  });

  test('is asked each time while a set-group-id bit is there, though the group may not execute', () => {
    const m = setId(['HANDLE_KILLPRIV_V2']);
    m.credentials = ROOT;
    m.server.tree.node(2n).mode = S_IFREG | 0o2766;
    m.clock.advance(100_001);
    const fd = m.does((t) => open(t, '/f', O_RDWR), "LOOKUP n=1 'f'", OPEN);
    m.does(put(fd), PROBE, WRITE(0));
    m.does(put(fd), PROBE, WRITE(0).replace('off=0', 'off=3'));
  });
});

describe('capabilities', () => {
  const withCapabilities = () => {
    const m = setId([]);
    m.server.tree.node(2n).mode = S_IFREG | 0o777;
    m.clock.advance(100_001);
    m.trace((t) => stat(t, '/f'));
    m.server.tree.node(2n).xattrs.set('security.capability', new Uint8Array(20));
    return m;
  };
  const REMOVE = "REMOVEXATTR n=2 'security.capability'";

  test('go before a write', () => {
    const m = withCapabilities();
    const fd = opened(m);
    m.does(put(fd), PROBE, PROBE, REMOVE, SETATTR(''), WRITE(0));
    m.does(put(fd), PROBE, WRITE(0).replace('off=0', 'off=3'));
  });

  test('go with a truncation and a change of owner', () => {
    const m = withCapabilities();
    m.does(
      (t) => truncate(t, '/f', 1),
      PROBE,
      PROBE,
      REMOVE,
      SETATTR('SIZE|LOCKOWNER', 'fh=0 size=1 mode=0 uid=0 gid=0'),
    );
    m.server.tree.node(2n).xattrs.set('security.capability', new Uint8Array(20));
    m.does((t) => chown(t, '/f', 9, 9), PROBE, GETATTR, REMOVE, SETATTR('UID|GID', 'fh=0 size=0 mode=0 uid=9 gid=9'));
  });

  test.each([EIO, EINTR])('that cannot be asked for because of %s are none', (error) => {
    const m = withCapabilities();
    m.server.script.errors.GETXATTR = error;
    m.does(put(opened(m)), PROBE, WRITE(0));
  });
});

test('a file opened for direct I/O leaves it all to the server, whatever was negotiated', () => {
  const m = setId([], { openFlags: FOPEN_DIRECT_IO });
  const fd = opened(m);
  m.does(put(fd), 'WRITE n=2 fh=101 off=0 size=3 write_flags=0x6 lo=Y flags=0x8002');
  m.credentials = ROOT;
  m.does(put(fd), 'WRITE n=2 fh=101 off=3 size=3 write_flags=0x2 lo=Y flags=0x8002');
});
