import { FOPEN_KEEP_CACHE } from '../../../src/abi/fuse.ts';
import type { InitFlag } from '../../../src/abi/init-flags.ts';
import { bytes } from '../../scenarios/replies.ts';
import { concatenated } from '../../scenarios/wire-format.ts';
import { notifies, packed } from '../moves.ts';
import type { Moment } from '../node.ts';
import type { Settings } from '../settings.ts';
import { BASE } from '../settings.ts';
import type { Change, Trace } from '../trace.ts';

const changing = (...flags: readonly InitFlag[]): Partial<Settings> => ({
  flags: [...BASE, ...flags],
  entryValid: 100,
  openFlags: FOPEN_KEEP_CACHE,
  writesChangeTimes: false,
});

/** The server's file is another: one char, so many times. */
const changed =
  (char: string, size: number, mtime?: Moment): Change =>
  ({ server }) => {
    const file = server.nodeOf(2);
    file.data = bytes(char.repeat(size));
    if (mtime !== undefined) file.mtime = mtime;
  };

/** Large requests, O_TRUNC, data that changes, symlinks that are kept. */
export const t18: Trace = {
  name: 't18',
  covers: 'large requests, O_TRUNC, data that changes, symlinks that are kept',
  mounts: [
    {
      title: 'requests larger than the room of a read',
      server: { maxWrite: 4096, maxPages: 256, room: 8192, entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        close $fd
      ## setxattr 9000
        setxattr /f user.a x*9000 0 -> E2BIG
      ## rename long
        not: the recorded run did nothing here
      ## creat long
        chdir /
        open a*4090 O_CREAT|O_RDWR 0777 -> $fd
        close $fd
          ACCESS n=1 mask=1
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
          FLUSH n=3 fh=102 lo=Y
          RELEASE n=3 fh=102 flags=0x8002 release_flags=0 lo=0
      ## rename long->long
        rename a*4090 b*4090 -> EIO
          LOOKUP n=1 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
      ## symlink long target
        symlink t*4095 b*4090 -> EIO
          LOOKUP n=1 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
      `,
      ],
    },
    {
      title: 'O_TRUNC with ATOMIC_O_TRUNC',
      server: { flags: [...BASE, 'ATOMIC_O_TRUNC'], entryValid: 100, attrValid: 100, openFlags: FOPEN_KEEP_CACHE },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd x*10000
      ## atomic open O_TRUNC
        open /f O_RDWR|O_TRUNC
          OPEN n=2 flags=0x8202 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
      ## fstat
        fstat $fd -> size=0
          GETATTR n=2 flags=0 fh=0
      ## pread
        pread $fd 10 0 -> ''
      ## O_CREAT|O_TRUNC existing
        open /f O_RDWR|O_TRUNC|O_CREAT 0777
          OPEN n=2 flags=0x8202 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
      ## O_CREAT|O_TRUNC new
        open /g O_RDWR|O_TRUNC|O_CREAT 0777
          LOOKUP n=1 'g'
          CREATE n=1 flags=0x8242 mode=100755 umask=22 open_flags=0x0 'g'
      ## O_RDONLY|O_TRUNC
        open /f O_RDONLY|O_TRUNC
          OPEN n=2 flags=0x8200 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
      `,
      ],
    },
    {
      title: 'O_TRUNC without it, and odd opens',
      server: { entryValid: 100, attrValid: 100, openFlags: FOPEN_KEEP_CACHE },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        close $fd
      ## non-atomic O_CREAT|O_TRUNC existing
        open /f O_RDWR|O_TRUNC|O_CREAT 0777
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=0 mode=0 uid=0 gid=0
      ## O_RDONLY|O_TRUNC
        open /f O_RDONLY|O_TRUNC
          OPEN n=2 flags=0x8000 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=0 mode=0 uid=0 gid=0
      ## open dir O_RDWR
        open / O_RDWR -> EISDIR
      ## open O_DIRECTORY on file
        open /f O_DIRECTORY -> ENOTDIR
      ## open O_PATH
        open /f O_PATH
      ## open O_NOFOLLOW|O_CLOEXEC|O_NOATIME|O_NONBLOCK
        open /f O_NOFOLLOW|O_CLOEXEC|O_NOATIME|O_NONBLOCK
          OPEN n=2 flags=0x68800 open_flags=0x0
      ## O_CREAT on dir
        open / O_CREAT|O_RDWR 0777 -> EISDIR
      `,
      ],
    },
    {
      title: 'data that changes: none',
      server: changing(),
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd 00*5000
        pread $fd 10000 0
      ## pread cached
        pread $fd 4 0 -> 0000
      `,
        changed('1', 10_000, [5, 5]),
        `
      ## mtime changed: fstat + pread
        fstat $fd -> mtime=5.000000005
        pread $fd 4 0 -> 0000
          GETATTR n=2 flags=0 fh=0
      `,
        changed('2', 9000),
        `
      ## size shrunk: fstat+pread
        fstat $fd -> size=9000
        pread $fd 4 0 -> 2222
          GETATTR n=2 flags=0 fh=0
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      `,
        changed('3', 12_000),
        `
      ## size grown: fstat+pread
        fstat $fd -> size=12000
        pread $fd 4 0 -> 3333
          GETATTR n=2 flags=0 fh=0
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      ## pread 20000 past eof
        pread $fd 20000 0
          GETATTR n=2 flags=1 fh=101
      `,
      ],
    },
    {
      title: 'data that changes: AUTO_INVAL_DATA',
      server: changing('AUTO_INVAL_DATA'),
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd 00*5000
        pread $fd 10000 0
      ## pread cached
        pread $fd 4 0 -> 0000
          GETATTR n=2 flags=1 fh=101
      `,
        changed('1', 10_000, [5, 5]),
        `
      ## mtime changed: fstat + pread
        fstat $fd -> mtime=5.000000005
        pread $fd 4 0 -> 1111
          GETATTR n=2 flags=0 fh=0
          GETATTR n=2 flags=1 fh=101
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      `,
        changed('2', 9000),
        `
      ## size shrunk: fstat+pread
        fstat $fd -> size=9000
        pread $fd 4 0 -> 2222
          GETATTR n=2 flags=0 fh=0
          GETATTR n=2 flags=1 fh=101
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      `,
        changed('3', 12_000),
        `
      ## size grown: fstat+pread
        fstat $fd -> size=12000
        pread $fd 4 0 -> 3333
          GETATTR n=2 flags=0 fh=0
          GETATTR n=2 flags=1 fh=101
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      ## pread 20000 past eof
        pread $fd 20000 0
          GETATTR n=2 flags=1 fh=101
      `,
      ],
    },
    {
      title: 'data that changes: EXPLICIT_INVAL_DATA',
      server: changing('EXPLICIT_INVAL_DATA'),
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd 00*5000
        pread $fd 10000 0
      ## pread cached
        pread $fd 4 0 -> 0000
      `,
        changed('1', 10_000, [5, 5]),
        `
      ## mtime changed: fstat + pread
        fstat $fd -> mtime=5.000000005
        pread $fd 4 0 -> 0000
          GETATTR n=2 flags=0 fh=0
      `,
        changed('2', 9000),
        `
      ## size shrunk: fstat+pread
        fstat $fd -> size=9000
        pread $fd 4 0 -> 0000
          GETATTR n=2 flags=0 fh=0
      `,
        changed('3', 12_000),
        `
      ## size grown: fstat+pread
        fstat $fd -> size=12000
        pread $fd 4 0 -> 0000
          GETATTR n=2 flags=0 fh=0
      ## pread 20000 past eof
        pread $fd 20000 0
          GETATTR n=2 flags=1 fh=101
      `,
      ],
    },
    {
      title: 'data that changes: both',
      server: changing('AUTO_INVAL_DATA', 'EXPLICIT_INVAL_DATA'),
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        write $fd 00*5000
        pread $fd 10000 0
      ## pread cached
        pread $fd 4 0 -> 0000
          GETATTR n=2 flags=1 fh=101
      `,
        changed('1', 10_000, [5, 5]),
        `
      ## mtime changed: fstat + pread
        fstat $fd -> mtime=5.000000005
        pread $fd 4 0 -> 1111
          GETATTR n=2 flags=0 fh=0
          GETATTR n=2 flags=1 fh=101
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      `,
        changed('2', 9000),
        `
      ## size shrunk: fstat+pread
        fstat $fd -> size=9000
        pread $fd 4 0 -> 2222
          GETATTR n=2 flags=0 fh=0
          GETATTR n=2 flags=1 fh=101
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      `,
        changed('3', 12_000),
        `
      ## size grown: fstat+pread
        fstat $fd -> size=12000
        pread $fd 4 0 -> 3333
          GETATTR n=2 flags=0 fh=0
          GETATTR n=2 flags=1 fh=101
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      ## pread 20000 past eof
        pread $fd 20000 0
          GETATTR n=2 flags=1 fh=101
      `,
      ],
    },
    {
      title: 'CACHE_SYMLINKS',
      server: { flags: [...BASE, 'CACHE_SYMLINKS'], entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        symlink tgt /l
      ## readlink
        readlink /l -> tgt
          READLINK n=2
      ## readlink
        readlink /l -> tgt
      `,
        notifies('inval inode', 2, packed('QQQ', 2, 0, 0), '40'),
        `
      ## readlink
        readlink /l -> tgt
          READLINK n=2
      `,
        notifies('inval attr only', 2, packed('QQQ', 2, -1, 0), '40'),
        `
      ## readlink
        readlink /l -> tgt
      `,
      ],
    },
    {
      title: 'EXPORT_SUPPORT',
      server: {},
      play: [
        { labels: ['name_to_handle_at'], because: 'name_to_handle_at(2): Fusewire exports to no NFS' },
        `
      ## open_by_handle cached
        not: open_by_handle_at(2): Fusewire exports to no NFS
      ## open_by_handle uncached
        not: open_by_handle_at(2): Fusewire exports to no NFS
      `,
      ],
    },
    {
      title: 'FUSE_ATTR_SUBMOUNT without SUBMOUNTS',
      server: { attrFlags: 1 },
      play: [
        `
      ~
        mkdir /d 0777
      ## stat d
        stat /d -> ino=2
          LOOKUP n=1 'd'
          LOOKUP n=1 'd'
          GETATTR n=2 flags=0 fh=0
          FORGET n=2 nlookup=1
          FORGET n=2 nlookup=1
      ## stat d
        stat /d -> ino=2
          LOOKUP n=1 'd'
          LOOKUP n=1 'd'
          GETATTR n=2 flags=0 fh=0
          FORGET n=2 nlookup=1
          FORGET n=2 nlookup=1
      `,
      ],
    },
    {
      title: 'O_APPEND with nothing believed',
      server: {},
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR|O_APPEND 0777 -> $fd
      ## w
        write $fd abc -> 3
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x0 lo=0 flags=0x8402
      `,
        ({ server }) => {
          const file = server.nodeOf(2);
          file.data = concatenated([file.data, bytes('server')]);
        },
        `
      ## append after server growth
        write $fd abc -> 3
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=3 size=3 write_flags=0x0 lo=0 flags=0x8402
      ## lseek end
        lseek $fd 0 SEEK_END -> 9
          GETATTR n=2 flags=1 fh=101
      `,
      ],
    },
  ],
};
