import { expect, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { EINVAL, ENOSYS, EOPNOTSUPP, EPERM } from '../abi/errno.ts';
import {
  AT_FDCWD,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  S_IFREG,
  STATX_BASIC_STATS,
  STATX_BTIME,
} from '../abi/linux.ts';
import { access } from '../syscalls/access.ts';
import { chmod } from '../syscalls/attributes.ts';
import { close } from '../syscalls/descriptors.ts';
import { getdents } from '../syscalls/getdents.ts';
import { link } from '../syscalls/link.ts';
import { open } from '../syscalls/open.ts';
import { write } from '../syscalls/read-write.ts';
import { renameat2 } from '../syscalls/rename.ts';
import { stat, statx } from '../syscalls/stat.ts';
import { fsync } from '../syscalls/sync.ts';
import { getxattr, listxattr, removexattr, setxattr } from '../syscalls/xattr.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

/** A server that caches well and has none of these operations. */
function without(operations: string, script: Partial<Script> = {}): Scenario {
  const errors = Object.fromEntries(operations.split(' ').map((name) => [name, ENOSYS]));
  return new Scenario({ entryValid: 100, attrValid: 100, errors, ...script });
}

test('without CREATE, files are made with MKNOD and opened', () => {
  const m = without('CREATE', { features: ['ATOMIC_O_TRUNC'] });
  m.does(
    (t) => open(t, '/f', O_CREAT | O_RDWR | O_TRUNC, 0o400),
    "LOOKUP n=1 'f'",
    "CREATE n=1 flags=0x8242 mode=100400 umask=22 open_flags=0x0 'f'",
    "MKNOD n=1 mode=100400 rdev=0x0 umask=22 'f'",
    'OPEN n=2 flags=0x8202 open_flags=0x0',
  );
  m.does(
    (t) => open(t, '/g', O_CREAT | O_RDWR | O_EXCL, 0o400),
    "LOOKUP n=1 'g'",
    "MKNOD n=1 mode=100400 rdev=0x0 umask=22 'g'",
    'OPEN n=3 flags=0x8002 open_flags=0x0',
  );
});

test('without CREATE, O_TRUNC with O_EXCL is told to OPEN alone', () => {
  const m = without('CREATE', { features: ['ATOMIC_O_TRUNC'] });
  m.does(
    (t) => open(t, '/f', O_CREAT | O_EXCL | O_RDWR | O_TRUNC, 0o400),
    "LOOKUP n=1 'f'",
    "CREATE n=1 flags=0x80c2 mode=100400 umask=22 open_flags=0x0 'f'",
    "MKNOD n=1 mode=100400 rdev=0x0 umask=22 'f'",
    'OPEN n=2 flags=0x8202 open_flags=0x0',
  );
});

test('without OPEN, a file opened with O_TRUNC looks empty even when its attributes came meanwhile', () => {
  const m = without('OPEN', { features: ['ATOMIC_O_TRUNC'] });
  m.server.tree.file('f', new Uint8Array(10)).mode = S_IFREG | 0o4777;
  m.trace((t) => open(t, '/f', O_RDONLY));
  m.credentials = credentialsOf(1000, 1000);
  const probes = ["GETXATTR n=2 size=0 'security.capability'", 'GETATTR n=2 flags=1 fh=0'];
  m.does((t) => open(t, '/f', O_WRONLY | O_TRUNC), ...probes);
  expect(m.does((t) => stat(t, '/f')).size).toBe(0);
});

test('without OPEN, files are open by themselves and never released', () => {
  const m = without('OPEN GETXATTR FLUSH');
  m.server.tree.file('f', new Uint8Array(0));
  const fd = m.does((t) => open(t, '/f', O_RDWR), "LOOKUP n=1 'f'", 'OPEN n=2 flags=0x8002 open_flags=0x0');
  m.does((t) => open(t, '/f', O_RDONLY));
  m.does(
    (t) => write(t, fd, bytes('x')),
    "GETXATTR n=2 size=0 'security.capability'",
    'WRITE n=2 fh=0 off=0 size=1 write_flags=0x0 lo=0 flags=0x8002',
  );
  m.does((t) => write(t, fd, bytes('x')), 'WRITE n=2 fh=0 off=1 size=1 write_flags=0x0 lo=0 flags=0x8002');
  m.does((t) => close(t, fd), 'FLUSH n=2 fh=0 lo=Y');
});

test('without OPEN, not even a file that CREATE opened is released', () => {
  const m = without('OPEN');
  const fd = m.does(
    (t) => open(t, '/f', O_CREAT | O_RDWR, 0o600),
    "LOOKUP n=1 'f'",
    "CREATE n=1 flags=0x8042 mode=100600 umask=22 open_flags=0x0 'f'",
  );
  m.does((t) => open(t, '/f', O_RDONLY), 'OPEN n=2 flags=0x8000 open_flags=0x0');
  m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y');
});

test('without OPENDIR, directories are read and never released', () => {
  const m = without('OPENDIR FSYNCDIR');
  const fd = m.does((t) => open(t, '/', O_RDONLY), 'OPENDIR n=1 flags=0x8000 open_flags=0x0');
  m.does((t) => getdents(t, fd, 4096), 'READDIR n=1 fh=0 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000');
  m.does((t) => fsync(t, fd), 'FSYNCDIR n=1 fh=0 flags=0');
  m.does((t) => fsync(t, fd));
  m.does((t) => close(t, fd));
  m.does((t) => open(t, '/', O_RDONLY));
});

test('FLUSH, FSYNC and ACCESS are left out, and succeed', () => {
  const m = without('FLUSH FSYNC ACCESS');
  const fd = m.does(
    (t) => open(t, '/f', O_CREAT | O_RDWR, 0o600),
    "LOOKUP n=1 'f'",
    "CREATE n=1 flags=0x8042 mode=100600 umask=22 open_flags=0x0 'f'",
  );
  m.does((t) => fsync(t, fd), 'FSYNC n=2 fh=101 flags=0');
  m.does((t) => fsync(t, fd));
  m.does((t) => access(t, '/f', R_OK), 'ACCESS n=2 mask=4');
  m.does((t) => access(t, '/f', R_OK));
  m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  const again = m.does((t) => open(t, '/f', O_RDWR), 'OPEN n=2 flags=0x8002 open_flags=0x0');
  m.does((t) => close(t, again), 'RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0');
});

test('extended attributes are each remembered to be missing', () => {
  const m = without('GETXATTR SETXATTR LISTXATTR REMOVEXATTR');
  m.server.tree.file('f', new Uint8Array(0));
  m.fails(EOPNOTSUPP, (t) => getxattr(t, '/f', 'user.a', 9), "LOOKUP n=1 'f'", "GETXATTR n=2 size=9 'user.a'");
  m.fails(EOPNOTSUPP, (t) => getxattr(t, '/f', 'user.a', 9));
  m.fails(EOPNOTSUPP, (t) => setxattr(t, '/f', 'user.a', bytes('1'), 0), "SETXATTR n=2 size=1 flags=0 'user.a'");
  m.fails(EOPNOTSUPP, (t) => setxattr(t, '/f', 'user.a', bytes('1'), 0));
  m.fails(EOPNOTSUPP, (t) => listxattr(t, '/f', 256), 'LISTXATTR n=2 size=256');
  m.fails(EOPNOTSUPP, (t) => listxattr(t, '/f', 256));
  m.fails(EOPNOTSUPP, (t) => removexattr(t, '/f', 'user.a'), "REMOVEXATTR n=2 'user.a'");
  m.fails(EOPNOTSUPP, (t) => removexattr(t, '/f', 'user.a'));
});

test('without RENAME2, flags are EINVAL; without LINK, links are EPERM', () => {
  const m = without('RENAME2 LINK');
  m.server.tree.file('f', new Uint8Array(0));
  m.server.tree.file('f2', new Uint8Array(0));
  const rename = (to: string, flags: number) => (t: ReturnType<Scenario['thread']>) =>
    renameat2(t, AT_FDCWD, '/f', AT_FDCWD, to, flags);
  m.fails(
    EINVAL,
    rename('/zz', RENAME_NOREPLACE),
    "LOOKUP n=1 'f'",
    "LOOKUP n=1 'zz'",
    "RENAME2 n=1 newdir=1 flags=0x1 'f' -> 'zz'",
  );
  m.fails(EINVAL, rename('/zz', RENAME_NOREPLACE), "LOOKUP n=1 'zz'");
  m.fails(EINVAL, rename('/f2', RENAME_EXCHANGE), "LOOKUP n=1 'f2'");
  m.fails(EPERM, (t) => link(t, '/f', '/ln'), "LOOKUP n=1 'ln'", "LINK n=1 oldnodeid=2 'ln'");
  m.fails(EPERM, (t) => link(t, '/f', '/ln'), "LOOKUP n=1 'ln'");
});

test('a protocol before 7.23 has no RENAME2', () => {
  const m = new Scenario({ init: { minor: 22 } });
  m.server.tree.file('f', new Uint8Array(0));
  m.fails(
    EINVAL,
    (t) => renameat2(t, AT_FDCWD, '/f', AT_FDCWD, '/g', RENAME_NOREPLACE),
    "LOOKUP n=1 'f'",
    "LOOKUP n=1 'g'",
  );
});

test('without STATX, the birth time is not known', () => {
  const m = without('');
  const mask = STATX_BASIC_STATS | STATX_BTIME;
  const { btime } = m.does(
    (t) => statx(t, AT_FDCWD, '/', 0, mask),
    'STATX n=1 flags=0 fh=0 sx_flags=0x0 sx_mask=0xfff',
    'GETATTR n=1 flags=0 fh=0',
  );
  expect(btime).toBeNull();
  m.does((t) => statx(t, AT_FDCWD, '/', 0, mask));
});

test('other operations are asked for again each time', () => {
  const m = without('SETATTR');
  m.fails(ENOSYS, (t) => chmod(t, '/', 0o700), 'SETATTR n=1 MODE fh=0 size=0 mode=40700 uid=0 gid=0');
  m.fails(ENOSYS, (t) => chmod(t, '/', 0o700), 'SETATTR n=1 MODE fh=0 size=0 mode=40700 uid=0 gid=0');
});
