import { describe, expect, test } from 'vitest';
import { EACCES, EEXIST, EIO, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR } from '../abi/errno.ts';
import {
  AT_FDCWD,
  AT_STATX_DONT_SYNC,
  AT_STATX_FORCE_SYNC,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_CTIME,
  STATX_MODE,
} from '../abi/linux.ts';
import { chmod } from '../syscalls/attributes.ts';
import { mkdir, mknod } from '../syscalls/mkdir.ts';
import { open } from '../syscalls/open.ts';
import { pread } from '../syscalls/read-write.ts';
import { renameat2 } from '../syscalls/rename.ts';
import { fstat, stat, statx } from '../syscalls/stat.ts';
import { utimensat } from '../syscalls/times.ts';
import { setxattr } from '../syscalls/xattr.ts';
import { Scenario } from './testing/scenario.ts';
import type { Script } from './testing/scripted-server.ts';

/** A server that caches well, with /f (nodeid 2) looked up. */
function cached(script: Partial<Script> = {}): Scenario {
  const m = new Scenario({ entryValid: 100, attrValid: 100, ...script });
  m.server.tree.file('f', new Uint8Array(10));
  m.trace((t) => stat(t, '/f'));
  return m;
}

const PROBE = "GETXATTR n=2 size=0 'security.capability'";

describe('O_TRUNC', () => {
  const SETATTR = 'SETATTR n=2 SIZE|LOCKOWNER fh=0 size=0 mode=0 uid=0 gid=0';

  test.each([
    ['O_RDWR', O_RDWR, '8002'],
    ['O_CREAT', O_RDWR | O_CREAT, '8002'],
    ['O_RDONLY', O_RDONLY, '8000'],
  ])('with %s is a SETATTR after OPEN', (_name, flags, shown) => {
    const m = cached();
    m.does((t) => open(t, '/f', O_TRUNC | flags), `OPEN n=2 flags=0x${shown} open_flags=0x0`, PROBE, SETATTR);
  });

  test.each([
    ['O_RDWR', O_RDWR, '8202'],
    ['O_CREAT', O_RDWR | O_CREAT, '8202'],
    ['O_RDONLY', O_RDONLY, '8200'],
  ])('with %s goes into OPEN with ATOMIC_O_TRUNC', (_name, flags, shown) => {
    const m = cached({ features: ['ATOMIC_O_TRUNC'] });
    const fd = m.does((t) => open(t, '/f', O_TRUNC | flags), `OPEN n=2 flags=0x${shown} open_flags=0x0`, PROBE);
    expect(m.superblock.inodeWith(2n)?.size).toBe(0);
    m.does((t) => fstat(t, fd), 'GETATTR n=2 flags=0 fh=0');
    if ((flags & O_RDWR) !== 0) m.does((t) => pread(t, fd, new Uint8Array(1), 0));
  });

  test('that cannot be done closes the file again', () => {
    const m = cached({ errors: { SETATTR: EACCES } });
    m.fails(
      EACCES,
      (t) => open(t, '/f', O_TRUNC | O_RDWR),
      'OPEN n=2 flags=0x8002 open_flags=0x0',
      PROBE,
      SETATTR,
      'RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0',
    );
  });

  test('of a file that cannot be opened does nothing', () => {
    const m = cached({ errors: { OPEN: EACCES } });
    m.fails(EACCES, (t) => open(t, '/f', O_TRUNC | O_RDWR), 'OPEN n=2 flags=0x8002 open_flags=0x0');
  });
});

describe('opening', () => {
  test('passes flags on, but those of the call alone', () => {
    const m = cached();
    m.does(
      (t) => open(t, '/f', O_NOFOLLOW | O_CLOEXEC | O_NOATIME | O_NONBLOCK),
      'OPEN n=2 flags=0x68800 open_flags=0x0',
    );
  });

  test('with O_PATH, or what the type forbids, sends nothing', () => {
    const m = cached();
    m.does((t) => open(t, '/f', O_PATH));
    m.fails(EISDIR, (t) => open(t, '/', O_RDWR));
    m.fails(EISDIR, (t) => open(t, '/', O_CREAT | O_RDWR, 0o600));
    m.fails(ENOTDIR, (t) => open(t, '/f', O_DIRECTORY));
  });

  test('a dangling symlink with O_CREAT makes its target', () => {
    const m = new Scenario();
    m.server.tree.make(1n, 'l', S_IFLNK | 0o777).target = 'new';
    m.does(
      (t) => open(t, '/l', O_CREAT | O_RDWR, 0o666),
      "LOOKUP n=1 'l'",
      'READLINK n=2',
      "LOOKUP n=1 'new'",
      "CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'new'",
    );
    m.fails(EEXIST, (t) => open(t, '/l', O_CREAT | O_EXCL | O_RDWR, 0o666), "LOOKUP n=1 'l'");
  });

  test('a name that CREATE says exists is EEXIST, and looked up anew', () => {
    const m = new Scenario({ negativeValid: 100, errors: { CREATE: EEXIST } });
    m.fails(ENOENT, (t) => stat(t, '/n'), "LOOKUP n=1 'n'");
    m.fails(
      EEXIST,
      (t) => open(t, '/n', O_CREAT | O_RDWR, 0o666),
      "CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'n'",
    );
    m.fails(ENOENT, (t) => stat(t, '/n'), "LOOKUP n=1 'n'");
  });
});

describe('modes', () => {
  test('lose the umask, which the server is told too', () => {
    const m = new Scenario();
    m.process.umask = 0o027;
    m.does(
      (t) => open(t, '/f', O_CREAT | O_RDWR, 0o666),
      "LOOKUP n=1 'f'",
      "CREATE n=1 flags=0x8042 mode=100640 umask=27 open_flags=0x0 'f'",
    );
    m.does((t) => mkdir(t, '/d', 0o1777), "LOOKUP n=1 'd'", "MKDIR n=1 mode=1750 umask=27 'd'");
  });

  test('keep what the umask forbids with DONT_MASK', () => {
    const m = new Scenario({ features: ['DONT_MASK'] });
    m.process.umask = 0o027;
    m.does(
      (t) => open(t, '/f', O_CREAT | O_RDWR, 0o7777),
      "LOOKUP n=1 'f'",
      "CREATE n=1 flags=0x8042 mode=107777 umask=27 open_flags=0x0 'f'",
    );
    m.does((t) => mkdir(t, '/d', 0o1777), "LOOKUP n=1 'd'", "MKDIR n=1 mode=1777 umask=27 'd'");
    m.does(
      (t) => mknod(t, '/c', S_IFCHR | 0o666, 0x1312c88),
      "LOOKUP n=1 'c'",
      "MKNOD n=1 mode=20666 rdev=0x1312c88 umask=27 'c'",
    );
  });
});

test('pipes and devices show their type and number', () => {
  const m = new Scenario({ attrValid: 100 });
  m.run((t) => mknod(t, '/p', S_IFIFO | 0o600, 0));
  m.run((t) => mknod(t, '/c', S_IFCHR | 0o600, 0x103));
  expect(m.run((t) => stat(t, '/p'))).toMatchObject({ mode: S_IFIFO | 0o600, rdev: 0 });
  expect(m.run((t) => stat(t, '/c'))).toMatchObject({ mode: S_IFCHR | 0o600, rdev: 0x103 });
});

describe('renameat2', () => {
  const renamed = (from: string, to: string, flags: number) => (t: ReturnType<Scenario['thread']>) =>
    renameat2(t, AT_FDCWD, from, AT_FDCWD, to, flags);

  test('with flags sends RENAME2', () => {
    const m = cached();
    m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
    m.does(renamed('/f', '/g', RENAME_NOREPLACE), "LOOKUP n=1 'g'", "RENAME2 n=1 newdir=1 flags=0x1 'f' -> 'g'");
    m.does(renamed('/g', '/w', RENAME_WHITEOUT), "LOOKUP n=1 'w'", "RENAME2 n=1 newdir=1 flags=0x4 'g' -> 'w'");
  });

  test('exchanges what the names stand for', () => {
    const m = cached();
    m.server.tree.make(1n, 'd', S_IFDIR | 0o755);
    m.does((t) => stat(t, '/d'), "LOOKUP n=1 'd'");
    m.does(renamed('/f', '/d', RENAME_EXCHANGE), "RENAME2 n=1 newdir=1 flags=0x2 'f' -> 'd'");
    expect(m.does((t) => stat(t, '/f'), 'GETATTR n=3 flags=0 fh=0').ino).toBe(3n);
    expect(m.does((t) => stat(t, '/d'), 'GETATTR n=2 flags=0 fh=0').ino).toBe(2n);
  });

  test('with what cannot be is refused after the lookups', () => {
    const m = cached();
    m.server.tree.file('g', new Uint8Array(0));
    m.fails(EEXIST, renamed('/f', '/g', RENAME_NOREPLACE), "LOOKUP n=1 'g'");
    m.fails(ENOENT, renamed('/f', '/nothing', RENAME_EXCHANGE), "LOOKUP n=1 'nothing'");
  });
});

describe('statx', () => {
  const ask =
    (mask: number, flags = 0) =>
    (t: ReturnType<Scenario['thread']>) =>
      statx(t, AT_FDCWD, '/f', flags, mask);
  const BOTH = STATX_BASIC_STATS | STATX_BTIME;
  const STATX = 'STATX n=2 flags=0 fh=0 sx_flags=0x0 sx_mask=0xfff';
  const GETATTR = 'GETATTR n=2 flags=0 fh=0';
  const birth = { seconds: 777, nanoseconds: 5 };

  test('asks for the birth time once', () => {
    const m = cached({ statxMask: BOTH });
    expect(m.does(ask(STATX_BASIC_STATS)).btime).toBeNull();
    expect(m.does(ask(BOTH), STATX).btime).toEqual(birth);
    expect(m.does(ask(BOTH)).btime).toEqual(birth);
  });

  test('asks, or does not ask, as its flags say', () => {
    const m = cached({ statxMask: BOTH });
    m.does(ask(STATX_BASIC_STATS, AT_STATX_FORCE_SYNC), GETATTR);
    m.clock.advance(100_001);
    m.trace((t) => stat(t, '/f'));
    m.does((t) => setxattr(t, '/f', 'user.a', new Uint8Array(1), 0), "SETXATTR n=2 size=1 flags=0 'user.a'");
    m.does(ask(STATX_BASIC_STATS, AT_STATX_DONT_SYNC));
    m.does(ask(STATX_MODE));
    m.does(ask(0));
    m.does(ask(STATX_CTIME), GETATTR);
  });

  test('tells what a reply has that lacks fields, but does not keep it', () => {
    const m = cached({ statxMask: STATX_MODE });
    m.server.tree.node(2n).mode = 0o100600;
    expect(m.does(ask(BOTH), STATX)).toMatchObject({ mode: 0o100600, btime: null });
    expect(m.does(ask(STATX_MODE)).mode).toBe(0o100644);
  });

  test('with another type makes the inode bad, and without users forgotten', () => {
    const m = cached({ statxMask: BOTH });
    m.server.tree.node(2n).mode = S_IFDIR | 0o755;
    m.fails(EIO, ask(BOTH), STATX);
    m.does(ask(STATX_MODE), "LOOKUP n=1 'f'", 'FORGET n=2 nlookup=1');
  });
});

test('times are cut to the grain that the server works with', () => {
  const m = new Scenario({ init: { time_gran: 1_000_000 }, hold: ['SETATTR'] });
  const sent: number[] = [];
  m.connection.events.on(({ step, request }) => {
    if (step === 'queued' && request.opcode.name === 'SETATTR') {
      sent.push((request.call.body as { mtimensec: number }).mtimensec);
    }
  });
  const time = { seconds: 5, nanoseconds: 123_456_789 };
  m.start((t) => utimensat(t, AT_FDCWD, '/', ['omit', time], 0));
  expect(sent).toEqual([123_000_000]);
});

test('a change that another one overtook is told, but asked for again', () => {
  const m = cached({ hold: ['SETATTR'] });
  const { end } = m.start((t) => chmod(t, '/f', 0o600));
  m.superblock.inodeWith(2n)?.attributes.unlinked();
  m.server.letGo();
  m.settle();
  expect(end()).toBeUndefined();
  m.server.takeLog();
  m.does((t) => stat(t, '/f'), 'GETATTR n=2 flags=0 fh=0');
});

test.each([
  [['MAX_PAGES'], 4095],
  [[], 1024],
] as const)('with %s a name has at most %d bytes', (features, most) => {
  const m = new Scenario({ features: [...features] });
  const name = 'n'.repeat(most);
  m.fails(ENOENT, (t) => statx(t, AT_FDCWD, name.slice(1), 0, STATX_MODE), `LOOKUP n=1 '${'n'.repeat(40)}'`);
  m.fails(ENAMETOOLONG, (t) => statx(t, AT_FDCWD, `/${'n'.repeat(most + 1)}`, 0, STATX_MODE));
});
