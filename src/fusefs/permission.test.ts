import { describe, expect, test } from 'vitest';
import { toBytes as bytes } from '../abi/bytes.ts';
import { EACCES, ENOENT, EPERM } from '../abi/errno.ts';
import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  R_OK,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  S_ISVTX,
  W_OK,
  X_OK,
} from '../abi/linux.ts';
import { access, faccessat } from '../syscalls/access.ts';
import { chmod, chown } from '../syscalls/attributes.ts';
import { close } from '../syscalls/descriptors.ts';
import { getdents } from '../syscalls/getdents.ts';
import { open, openat } from '../syscalls/open.ts';
import { rename } from '../syscalls/rename.ts';
import { stat, statx } from '../syscalls/stat.ts';
import { statfs } from '../syscalls/statfs.ts';
import { utimensat } from '../syscalls/times.ts';
import { truncate } from '../syscalls/truncate.ts';
import { rmdir, unlink } from '../syscalls/unlink.ts';
import { chdir } from '../syscalls/working-directory.ts';
import { getxattr, listxattr } from '../syscalls/xattr.ts';
import { credentialsOf } from '../task/credentials.ts';
import { MAY_EXEC } from '../vfs/inode.ts';
import { permission } from '../vfs/permission.ts';
import type { FuseMountOptions } from './options.ts';
import { ROOT } from './testing/machine.ts';
import { Scenario } from './testing/scenario.ts';

const USER = credentialsOf(1000, 1000);
const TIME = { seconds: 1, nanoseconds: 0 };

/** /f of mode 0600 (nodeid 2) and /d of mode 0700 (nodeid 3), both root's, looked up as root; the user goes on. */
function mounted(options: Partial<FuseMountOptions>): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100 }, options);
  m.server.tree.make(1n, 'f', S_IFREG | 0o600);
  m.server.tree.make(1n, 'd', S_IFDIR | 0o700);
  for (const path of ['/', '/f', '/d']) m.trace((t) => stat(t, path));
  m.credentials = USER;
  return m;
}

describe('a file system that is not for others', () => {
  const options = { allowOther: false, userId: 1000, groupId: 1000 };

  test('is closed to root', () => {
    const m = new Scenario({}, options);
    m.fails(EACCES, (t) => stat(t, '/'));
    m.fails(EACCES, (t) => open(t, '/', O_RDONLY));
    m.fails(EACCES, (t) => chmod(t, '/', 0o700));
    m.fails(EACCES, (t) => listxattr(t, '/', 100));
    m.fails(EACCES, (t) => getxattr(t, '/', 'user.a', 100));
    m.fails(EACCES, (t) => access(t, '/', R_OK));
  });

  test('gives root a statfs of zeros, and the device number alone to who asks for nothing', () => {
    const m = new Scenario({}, options);
    expect(m.does((t) => statfs(t, '/'))).toMatchObject({ type: 0x65735546, blocks: 0, bsize: 0 });
    expect(m.does((t) => statx(t, AT_FDCWD, '/', 0, 0))).toMatchObject({ dev: 42, ino: 0n, mode: 0 });
  });

  test('is open to its owner', () => {
    const m = new Scenario({}, options);
    m.credentials = USER;
    m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
  });

  test.each(['uid', 'euid', 'suid', 'gid', 'egid', 'sgid'] as const)('is closed when %s differs', (id) => {
    const m = new Scenario({}, options);
    m.credentials = { ...USER, [id]: 5 };
    m.fails(EACCES, (t) => stat(t, '/'));
  });
});

describe('a file system whose server checks permissions', () => {
  test('has modes, owners and sticky bits that nobody here minds', () => {
    const m = mounted({});
    m.server.tree.node(1n).mode |= S_ISVTX;
    const fd = m.does((t) => open(t, '/f', O_RDWR), 'OPEN n=2 flags=0x8002 open_flags=0x0');
    m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
    m.does(
      (t) => open(t, '/d/x', O_CREAT | O_RDWR, 0o777),
      "LOOKUP n=3 'x'",
      "CREATE n=3 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'x'",
    );
    m.does((t) => chmod(t, '/f', 0o644), 'SETATTR n=2 MODE fh=0 size=0 mode=100644 uid=0 gid=0');
    m.does(
      (t) => utimensat(t, AT_FDCWD, '/f', [TIME, TIME], 0),
      'SETATTR n=2 ATIME|MTIME fh=0 size=0 mode=0 uid=0 gid=0',
    );
    m.does((t) => rename(t, '/f', '/g'), "LOOKUP n=1 'g'", "RENAME n=1 newdir=1 'f' -> 'g'");
    m.does((t) => unlink(t, '/g'), "UNLINK n=1 'g'", 'FORGET n=2 nlookup=1');
  });

  test('is asked by access(2) and chdir(2)', () => {
    const m = mounted({});
    m.does((t) => access(t, '/f', R_OK | W_OK), 'ACCESS n=2 mask=6');
    m.does((t) => access(t, '/d', X_OK), 'ACCESS n=3 mask=1');
    m.does((t) => chdir(t, '/d'), 'ACCESS n=3 mask=1');
    m.server.script.errors.ACCESS = EACCES;
    m.fails(EACCES, (t) => access(t, '/f', R_OK), 'ACCESS n=2 mask=4');
  });

  test('is not asked about a symbolic link itself', () => {
    const m = mounted({});
    m.server.tree.make(1n, 'l', S_IFLNK | 0o777);
    m.does((t) => faccessat(t, AT_FDCWD, '/l', X_OK, AT_SYMLINK_NOFOLLOW), "LOOKUP n=1 'l'");
    m.server.tree.make(1n, 'closed', S_IFLNK | 0o600);
    m.fails(EACCES, (t) => faccessat(t, AT_FDCWD, '/closed', R_OK, AT_SYMLINK_NOFOLLOW), "LOOKUP n=1 'closed'");
  });

  test('executes no file without an x bit, and asks for the mode again before it says so', () => {
    const m = mounted({});
    const inode = m.superblock.inodeWith(2n);
    if (inode === undefined) throw new Error('nodeid 2 is not known');
    m.fails(EACCES, (t) => permission(t, inode, MAY_EXEC), 'GETATTR n=2 flags=0 fh=0');
    m.server.tree.node(2n).mode = S_IFREG | 0o100;
    m.does((t) => permission(t, inode, MAY_EXEC), 'GETATTR n=2 flags=0 fh=0');
    m.does((t) => permission(t, inode, MAY_EXEC));
  });
});

describe('a file system with default_permissions', () => {
  const options = { defaultPermissions: true };

  test('asks for the mode again each time it denies', () => {
    const m = mounted(options);
    m.fails(EACCES, (t) => open(t, '/f', O_RDWR), 'GETATTR n=2 flags=0 fh=0');
    m.fails(EACCES, (t) => open(t, '/f', O_RDWR), 'GETATTR n=2 flags=0 fh=0');
    m.fails(EACCES, (t) => access(t, '/f', R_OK), 'GETATTR n=2 flags=0 fh=0');
    m.fails(EACCES, (t) => open(t, '/d/x', O_CREAT | O_RDWR, 0o777), 'GETATTR n=3 flags=0 fh=0');
    m.fails(EACCES, (t) => chdir(t, '/d'), 'GETATTR n=3 flags=0 fh=0');
    m.server.tree.node(2n).mode = S_IFREG | 0o644;
    m.does((t) => open(t, '/f', O_RDONLY), 'GETATTR n=2 flags=0 fh=0', 'OPEN n=2 flags=0x8000 open_flags=0x0');
    m.does((t) => access(t, '/f', R_OK));
  });

  test('looks a name up before it refuses to create it', () => {
    const m = mounted(options);
    m.fails(EACCES, (t) => open(t, '/x', O_CREAT | O_RDWR, 0o777), 'GETATTR n=1 flags=0 fh=0', "LOOKUP n=1 'x'");
  });

  test('asks for modes that have expired before it believes them', () => {
    const m = mounted({ ...options });
    m.server.tree.node(2n).mode = S_IFREG | 0o666;
    m.server.script.attrValid = 1;
    m.clock.advance(100_001);
    m.does(
      (t) => open(t, '/f', O_RDWR),
      'GETATTR n=1 flags=0 fh=0',
      "LOOKUP n=1 'f'",
      'OPEN n=2 flags=0x8002 open_flags=0x0',
    );
  });

  test('lets only owners change modes, owners and times', () => {
    const m = mounted(options);
    m.fails(EPERM, (t) => chmod(t, '/f', 0o644));
    m.fails(EPERM, (t) => utimensat(t, AT_FDCWD, '/f', [TIME, TIME], 0));
    m.fails(EPERM, (t) => utimensat(t, AT_FDCWD, '/f', ['now', 'omit'], 0));
    m.fails(EACCES, (t) => utimensat(t, AT_FDCWD, '/f', ['now', 'now'], 0), 'GETATTR n=2 flags=0 fh=0');
    m.fails(
      EPERM,
      (t) => chown(t, '/f', 1000, 1000),
      "GETXATTR n=2 size=0 'security.capability'",
      'GETATTR n=2 flags=0 fh=0',
    );
    m.fails(EACCES, (t) => truncate(t, '/f', 0), 'GETATTR n=2 flags=0 fh=0');
  });

  test('lets who may write set times to now, and an owner give the file to a group of his', () => {
    const m = mounted(options);
    const node = m.server.tree.node(2n);
    node.mode = S_IFREG | 0o666;
    m.does(
      (t) => utimensat(t, AT_FDCWD, '/f', ['now', 'now'], 0),
      'GETATTR n=2 flags=0 fh=0',
      'SETATTR n=2 ATIME|MTIME|ATIME_NOW|MTIME_NOW fh=0 size=0 mode=0 uid=0 gid=0',
    );
    node.uid = 1000;
    m.clock.advance(100_001);
    m.trace((t) => stat(t, '/f'));
    m.credentials = credentialsOf(1000, 1000, [1000, 50]);
    const before = ["GETXATTR n=2 size=0 'security.capability'", 'GETATTR n=2 flags=0 fh=0'];
    m.does((t) => chown(t, '/f', -1, 50), ...before, 'SETATTR n=2 GID fh=0 size=0 mode=0 uid=0 gid=50');
    m.fails(EPERM, (t) => chown(t, '/f', -1, 60), ...before);
  });

  test('asks for the mode once when who does not own the file sets its times to now', () => {
    const m = new Scenario({}, options);
    m.server.tree.make(1n, 'f', S_IFREG | 0o666);
    m.credentials = USER;
    m.does(
      (t) => utimensat(t, AT_FDCWD, '/f', ['now', 'now'], 0),
      'GETATTR n=1 flags=0 fh=0',
      "LOOKUP n=1 'f'",
      'GETATTR n=2 flags=0 fh=0',
      'SETATTR n=2 ATIME|MTIME|ATIME_NOW|MTIME_NOW fh=0 size=0 mode=0 uid=0 gid=0',
    );
  });

  test('asks for the mode of a removed directory to search it, not to make a file in it', () => {
    const m = new Scenario({}, options);
    m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
    const fd = m.trace((t) => open(t, '/d', O_DIRECTORY)).result as number;
    m.trace((t) => rmdir(t, '/d'));
    m.fails(ENOENT, (t) => openat(t, fd, 'f', O_CREAT, 0o644), 'GETATTR n=2 flags=0 fh=0');
  });

  test('takes the setgid bit from a mode that somebody outside the group sets', () => {
    const m = mounted(options);
    const node = m.server.tree.node(2n);
    node.uid = 1000;
    node.gid = 7;
    m.clock.advance(100_001);
    m.trace((t) => stat(t, '/f'));
    m.does((t) => chmod(t, '/f', 0o2755), 'SETATTR n=2 MODE fh=0 size=0 mode=100755 uid=0 gid=0');
  });

  test('minds sticky directories', () => {
    const m = mounted(options);
    m.server.tree.node(1n).mode = S_IFDIR | S_ISVTX | 0o777;
    m.clock.advance(100_001);
    m.trace((t) => stat(t, '/f'));
    m.fails(EPERM, (t) => unlink(t, '/f'));
    m.credentials = ROOT;
    m.does((t) => unlink(t, '/f'), "UNLINK n=1 'f'", 'FORGET n=2 nlookup=2');
  });

  test('never sends ACCESS, and lets root do everything', () => {
    const m = mounted(options);
    m.credentials = ROOT;
    m.does((t) => access(t, '/f', R_OK | W_OK));
    m.does((t) => chdir(t, '/d'));
    m.fails(EACCES, (t) => access(t, '/f', X_OK), 'GETATTR n=2 flags=0 fh=0');
  });
});

test('the sticky bit shows in stat, whoever minds it', () => {
  const m = new Scenario();
  m.server.tree.node(1n).mode = S_IFDIR | S_ISVTX | 0o777;
  expect(m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0').mode).toBe(S_IFDIR | S_ISVTX | 0o777);
});

test('a read-only file system has access times that reading leaves alone', () => {
  const m = new Scenario({ entryValid: 100, attrValid: 100 }, { readOnly: true });
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
  const fd = m.run((t) => open(t, '/', O_RDONLY));
  m.trace((t) => getdents(t, fd, 4096));
  m.does((t) => stat(t, '/'));
});

test('security attributes are read whatever the mode, others are not', () => {
  const m = mounted({ defaultPermissions: true });
  m.server.tree.node(2n).xattrs.set('security.abc', bytes('1'));
  expect(m.does((t) => getxattr(t, '/f', 'security.abc', 9), "GETXATTR n=2 size=9 'security.abc'")).toEqual(bytes('1'));
  m.fails(EACCES, (t) => getxattr(t, '/f', 'user.abc', 9), 'GETATTR n=2 flags=0 fh=0');
});
