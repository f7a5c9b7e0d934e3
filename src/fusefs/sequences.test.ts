import { expect, test } from 'vitest';
import { toBytes as bytes, fromText, toText } from '../abi/bytes.ts';
import { EEXIST, EISDIR, ENOENT, ENOTEMPTY } from '../abi/errno.ts';
import {
  AT_FDCWD,
  F_OK,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  S_IFIFO,
  SEEK_END,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import { access } from '../syscalls/access.ts';
import { chmod, chown } from '../syscalls/attributes.ts';
import { close, dup } from '../syscalls/descriptors.ts';
import { getdents } from '../syscalls/getdents.ts';
import { link, readlink, symlink } from '../syscalls/link.ts';
import { mkdir, mknod } from '../syscalls/mkdir.ts';
import { open } from '../syscalls/open.ts';
import { lseek, pread, write } from '../syscalls/read-write.ts';
import { rename } from '../syscalls/rename.ts';
import { fstat, lstat, stat } from '../syscalls/stat.ts';
import { statfs } from '../syscalls/statfs.ts';
import { fdatasync, fsync } from '../syscalls/sync.ts';
import { utimensat } from '../syscalls/times.ts';
import { truncate } from '../syscalls/truncate.ts';
import { rmdir, unlink } from '../syscalls/unlink.ts';
import { chdir } from '../syscalls/working-directory.ts';
import { getxattr, listxattr, removexattr, setxattr } from '../syscalls/xattr.ts';
import type { Blocking } from '../task/blocking.ts';

import { Scenario } from './testing/scenario.ts';

// What a real kernel sent (Linux 6.18) for the same calls and a server that answers the same.

const PROBE = (nodeid: number) => `GETXATTR n=${nodeid} size=0 'security.capability'`;
const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NONBLOCK;

function* readAt(task: Thread, fd: number, size: number, offset: number): Blocking<string> {
  const buffer = new Uint8Array(size);
  const length = yield* pread(task, fd, buffer, offset);
  return toText(String.fromCharCode(...buffer.subarray(0, length)));
}

function* list(task: Thread, path: string): Blocking<string[]> {
  const fd = yield* open(task, path, OPEN_DIRECTORY);
  const names: string[] = [];
  for (;;) {
    const entries = yield* getdents(task, fd, 32768);
    if (entries.length === 0) break;
    names.push(...entries.map(({ name }) => name));
  }
  yield* close(task, fd);
  return names;
}

test('regular files, with a server that lets nothing be cached', () => {
  const m = new Scenario({ features: ['ASYNC_READ', 'BIG_WRITES', 'PARALLEL_DIROPS', 'MAX_PAGES'] });
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
  m.fails(ENOENT, (t) => stat(t, '/x'), "LOOKUP n=1 'x'");
  const fd = m.does(
    (t) => open(t, '/f', O_CREAT | O_RDWR | O_TRUNC, 0o666),
    "LOOKUP n=1 'f'",
    "CREATE n=1 flags=0x8242 mode=100644 umask=22 open_flags=0x0 'f'",
  );
  m.does(
    (t) => write(t, fd, bytes('hello')),
    PROBE(2),
    'WRITE n=2 fh=101 off=0 size=5 write_flags=0x0 lo=0 flags=0x8002',
  );
  m.does(
    (t) => write(t, fd, bytes('hello')),
    PROBE(2),
    'WRITE n=2 fh=101 off=5 size=5 write_flags=0x0 lo=0 flags=0x8002',
  );
  m.does((t) => fstat(t, fd), 'GETATTR n=2 flags=0 fh=0');
  m.does((t) => fsync(t, fd), 'FSYNC n=2 fh=101 flags=0');
  m.does((t) => fdatasync(t, fd), 'FSYNC n=2 fh=101 flags=1');
  const copy = m.does((t) => dup(t, fd));
  m.does((t) => close(t, copy), 'FLUSH n=2 fh=101 lo=Y');
  m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  const reader = m.does((t) => open(t, '/f', O_RDONLY), "LOOKUP n=1 'f'", 'OPEN n=2 flags=0x8000 open_flags=0x0');
  m.does((t) => close(t, reader), 'FLUSH n=2 fh=102 lo=Y', 'RELEASE n=2 fh=102 flags=0x8000 release_flags=0 lo=0');
  m.does((t) => open(t, '/f', O_CREAT | O_RDWR, 0o666), "LOOKUP n=1 'f'", 'OPEN n=2 flags=0x8002 open_flags=0x0');
  m.fails(EEXIST, (t) => open(t, '/f', O_CREAT | O_EXCL | O_RDWR, 0o666), "LOOKUP n=1 'f'");
  m.does(
    (t) => open(t, '/f', O_TRUNC | O_WRONLY),
    "LOOKUP n=1 'f'",
    'OPEN n=2 flags=0x8001 open_flags=0x0',
    PROBE(2),
    'SETATTR n=2 SIZE|LOCKOWNER fh=0 size=0 mode=0 uid=0 gid=0',
  );
});

test('names, with a server that lets nothing be cached', () => {
  const m = new Scenario();
  m.server.tree.file('f', new Uint8Array(0));
  m.does((t) => mkdir(t, '/d', 0o777), "LOOKUP n=1 'd'", "MKDIR n=1 mode=755 umask=22 'd'");
  m.fails(EEXIST, (t) => mkdir(t, '/d', 0o777), "LOOKUP n=1 'd'");
  m.does((t) => mknod(t, '/p', S_IFIFO | 0o666, 0), "LOOKUP n=1 'p'", "MKNOD n=1 mode=10644 rdev=0x0 umask=22 'p'");
  m.does((t) => symlink(t, 'f', '/l'), "LOOKUP n=1 'l'", "SYMLINK n=1 'l' -> 'f'");
  expect(m.does((t) => readlink(t, '/l'), "LOOKUP n=1 'l'", 'READLINK n=5')).toBe('f');
  m.does((t) => stat(t, '/l'), "LOOKUP n=1 'l'", 'READLINK n=5', "LOOKUP n=1 'f'", 'GETATTR n=2 flags=0 fh=0');
  m.does(
    (t) => link(t, '/f', '/d/f2'),
    "LOOKUP n=1 'f'",
    "LOOKUP n=1 'd'",
    "LOOKUP n=3 'f2'",
    "LINK n=3 oldnodeid=2 'f2'",
  );
  m.does((t) => rename(t, '/f', '/g'), "LOOKUP n=1 'f'", "LOOKUP n=1 'g'", "RENAME n=1 newdir=1 'f' -> 'g'");
  m.does((t) => rename(t, '/g', '/d/f2'), "LOOKUP n=1 'd'", "LOOKUP n=1 'g'", "LOOKUP n=3 'f2'");
  m.does((t) => unlink(t, '/p'), "LOOKUP n=1 'p'", "UNLINK n=1 'p'", 'FORGET n=4 nlookup=2');
  m.fails(ENOENT, (t) => unlink(t, '/nope'), "LOOKUP n=1 'nope'");
  m.fails(ENOTEMPTY, (t) => rmdir(t, '/d'), "LOOKUP n=1 'd'", "RMDIR n=1 'd'");
  m.fails(EISDIR, (t) => unlink(t, '/d'), "LOOKUP n=1 'd'");
});

test('attributes and directories, with a server that lets nothing be cached', () => {
  const m = new Scenario();
  const { tree } = m.server;
  tree.make(1n, 'd', 0o040755);
  tree.make(2n, 'f2', 0o100644);
  m.does((t) => chmod(t, '/d', 0o700), "LOOKUP n=1 'd'", 'SETATTR n=2 MODE fh=0 size=0 mode=40700 uid=0 gid=0');
  m.does((t) => chown(t, '/d', 5, 6), "LOOKUP n=1 'd'", 'SETATTR n=2 UID|GID fh=0 size=0 mode=0 uid=5 gid=6');
  m.does(
    (t) => utimensat(t, AT_FDCWD, '/d', ['now', 'now'], 0),
    "LOOKUP n=1 'd'",
    'SETATTR n=2 ATIME|MTIME|ATIME_NOW|MTIME_NOW fh=0 size=0 mode=0 uid=0 gid=0',
  );
  const time = { seconds: 1, nanoseconds: 0 };
  m.does(
    (t) => utimensat(t, AT_FDCWD, '/d', [time, time], 0),
    "LOOKUP n=1 'd'",
    'SETATTR n=2 ATIME|MTIME fh=0 size=0 mode=0 uid=0 gid=0',
  );
  m.does(
    (t) => utimensat(t, AT_FDCWD, '/d', ['omit', time], 0),
    "LOOKUP n=1 'd'",
    'SETATTR n=2 MTIME fh=0 size=0 mode=0 uid=0 gid=0',
  );
  m.does(
    (t) => truncate(t, '/d/f2', 10),
    "LOOKUP n=1 'd'",
    "LOOKUP n=2 'f2'",
    PROBE(3),
    'SETATTR n=3 SIZE|LOCKOWNER fh=0 size=10 mode=0 uid=0 gid=0',
  );
  const names = m.does(
    (t) => list(t, '/'),
    'OPENDIR n=1 flags=0x18800 open_flags=0x0',
    'READDIR n=1 fh=101 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800',
    'READDIR n=1 fh=101 off=3 size=32768 read_flags=0x0 lo=0 flags=0x18800',
    'RELEASEDIR n=1 fh=101 flags=0x18800 release_flags=0 lo=0',
  );
  expect(names).toEqual(['.', '..', 'd']);
  m.does((t) => statfs(t, '/'), 'STATFS n=1');
  m.does((t) => access(t, '/d', F_OK), "LOOKUP n=1 'd'", 'ACCESS n=2 mask=0');
  m.does((t) => access(t, '/d', R_OK), "LOOKUP n=1 'd'", 'ACCESS n=2 mask=4');
  m.does((t) => chdir(t, '/d'), "LOOKUP n=1 'd'", 'ACCESS n=2 mask=1');
  const walk = ["LOOKUP n=1 'd'", "LOOKUP n=2 'f2'"];
  m.does((t) => setxattr(t, '/d/f2', 'user.a', bytes('v'), 0), ...walk, "SETXATTR n=3 size=1 flags=0 'user.a'");
  expect(m.does((t) => getxattr(t, '/d/f2', 'user.a', 128), ...walk, "GETXATTR n=3 size=128 'user.a'")).toEqual(
    bytes('v'),
  );
  expect(m.does((t) => listxattr(t, '/d/f2', 256), ...walk, 'LISTXATTR n=3 size=256')).toEqual(bytes('user.a\0'));
  m.does((t) => removexattr(t, '/d/f2', 'user.a'), ...walk, "REMOVEXATTR n=3 'user.a'");
});

test('regular files, with a server that lets names and attributes be cached', () => {
  const m = new Scenario({ entryValid: 100, attrValid: 100, negativeValid: 100 });
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
  m.does((t) => stat(t, '/'));
  m.fails(ENOENT, (t) => stat(t, '/x'), "LOOKUP n=1 'x'");
  m.fails(ENOENT, (t) => stat(t, '/x'));
  const fd = m.does(
    (t) => open(t, '/x', O_CREAT | O_RDWR, 0o777),
    "CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'x'",
  );
  m.does((t) => fstat(t, fd));
  m.does(
    (t) => write(t, fd, bytes('aaaaaaaaaa')),
    PROBE(2),
    'WRITE n=2 fh=101 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002',
  );
  m.does((t) => fstat(t, fd), 'GETATTR n=2 flags=0 fh=0');
  m.does((t) => fstat(t, fd));
  m.does((t) => readAt(t, fd, 4, 0), 'READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002');
  m.does((t) => fstat(t, fd), 'GETATTR n=2 flags=0 fh=0');
  expect(m.does((t) => lseek(t, fd, 0, SEEK_END))).toBe(10);
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
  m.does((t) => close(t, fd), 'FLUSH n=2 fh=101 lo=Y', 'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0');
  m.does((t) => stat(t, '/x'));
  m.does((t) => open(t, '/x', O_RDONLY), 'OPEN n=2 flags=0x8000 open_flags=0x0');
  m.does((t) => open(t, '/x', O_CREAT | O_RDWR, 0o777), 'OPEN n=2 flags=0x8002 open_flags=0x0');
  m.fails(EEXIST, (t) => open(t, '/x', O_CREAT | O_EXCL | O_RDWR, 0o777), "LOOKUP n=1 'x'");
  m.fails(ENOENT, (t) => stat(t, '/nn'), "LOOKUP n=1 'nn'");
  m.does(
    (t) => open(t, '/nn', O_CREAT | O_EXCL | O_RDWR, 0o777),
    "LOOKUP n=1 'nn'",
    "CREATE n=1 flags=0x80c2 mode=100755 umask=22 open_flags=0x0 'nn'",
  );
  m.does((t) => truncate(t, '/x', 3), PROBE(2), 'SETATTR n=2 SIZE|LOCKOWNER fh=0 size=3 mode=0 uid=0 gid=0');
  expect(m.does((t) => stat(t, '/x')).size).toBe(3);
});

test('names, with a server that lets names and attributes be cached', () => {
  const m = new Scenario({ entryValid: 100, attrValid: 100, negativeValid: 100 });
  m.server.tree.file('x', new Uint8Array(10));
  m.does((t) => stat(t, '/x'), "LOOKUP n=1 'x'");
  m.does((t) => mkdir(t, '/d', 0o755), "LOOKUP n=1 'd'", "MKDIR n=1 mode=755 umask=22 'd'");
  m.does((t) => stat(t, '/d'));
  m.fails(EEXIST, (t) => mkdir(t, '/d', 0o755), "LOOKUP n=1 'd'");
  m.does((t) => link(t, '/x', '/y'), "LOOKUP n=1 'y'", "LINK n=1 oldnodeid=2 'y'");
  expect(m.does((t) => stat(t, '/x')).nlink).toBe(2);
  m.does((t) => stat(t, '/y'));
  m.fails(ENOENT, (t) => stat(t, '/z'), "LOOKUP n=1 'z'");
  m.does((t) => rename(t, '/y', '/z'), "LOOKUP n=1 'z'", "RENAME n=1 newdir=1 'y' -> 'z'");
  m.does((t) => stat(t, '/z'), 'GETATTR n=2 flags=0 fh=0');
  m.fails(ENOENT, (t) => stat(t, '/y'), "LOOKUP n=1 'y'");
  m.does((t) => unlink(t, '/z'), "UNLINK n=1 'z'");
  m.fails(ENOENT, (t) => stat(t, '/z'), "LOOKUP n=1 'z'");
  m.fails(ENOENT, (t) => stat(t, '/z'));
  expect(m.does((t) => stat(t, '/x'), 'GETATTR n=2 flags=0 fh=0').nlink).toBe(1);
  m.does((t) => chmod(t, '/x', 0o600), 'SETATTR n=2 MODE fh=0 size=0 mode=100600 uid=0 gid=0');
  m.does((t) => stat(t, '/x'));
  m.does((t) => chmod(t, '/d', 0o711), 'SETATTR n=3 MODE fh=0 size=0 mode=40711 uid=0 gid=0');
  m.does((t) => stat(t, '/d'), "LOOKUP n=1 'd'");
  m.does((t) => stat(t, '/d'));
  m.does((t) => setxattr(t, '/x', 'user.q', bytes('v'), 0), "SETXATTR n=2 size=1 flags=0 'user.q'");
  m.does((t) => stat(t, '/x'), 'GETATTR n=2 flags=0 fh=0');
  m.does((t) => rmdir(t, '/d'), "RMDIR n=1 'd'", 'FORGET n=3 nlookup=3');
  m.does((t) => symlink(t, 'x', '/s'), "LOOKUP n=1 's'", "SYMLINK n=1 's' -> 'x'");
  m.does((t) => readlink(t, '/s'), 'READLINK n=4');
  m.does((t) => readlink(t, '/s'), 'READLINK n=4');
  m.does((t) => lstat(t, '/s'), 'GETATTR n=4 flags=0 fh=0');
});

test('listing a directory makes its access time stale', () => {
  const m = new Scenario({ attrValid: 100 });
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
  m.trace((t) => list(t, '/'));
  m.does((t) => stat(t, '/'), 'GETATTR n=1 flags=0 fh=0');
});

test('a name in bytes that are no text travels as it is', () => {
  const m = new Scenario();
  m.does((t) => mkdir(t, '/\xff\x80', 0o755), "LOOKUP n=1 '\xff\x80'", "MKDIR n=1 mode=755 umask=22 '\xff\x80'");
  m.fails(ENOENT, (t) => stat(t, `/${fromText('é')}`), "LOOKUP n=1 '\xc3\xa9'");
});
