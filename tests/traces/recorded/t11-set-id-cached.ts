import type { TraceMount } from '../trace.ts';
import { believing, RENEWED, ROOT, USER } from './t11-tasks.ts';

/** The same with the writeback cache and with direct I/O. */
export const mounts: readonly TraceMount[] = [
  {
    title: 'set-user-ID bits, HANDLE_KILLPRIV_V2 and WRITEBACK_CACHE',
    server: believing('HANDLE_KILLPRIV_V2', 'WRITEBACK_CACHE'),
    tasks: [ROOT, USER],
    play: [
      ...RENEWED,
      `
      ## uid1000 write
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x4 lo=0 flags=0x8002
          SETATTR n=2 MTIME|FH|CTIME fh=101 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## uid1000 write 2nd time
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=102 off=0 size=3 write_flags=0x4 lo=0 flags=0x8002
          SETATTR n=2 MTIME|FH|CTIME fh=102 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 truncate
        pause 20
        @1 truncate /f 5
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|MTIME|LOCKOWNER|CTIME|KILL_SUIDGID fh=0 size=5 mode=0 uid=0 gid=0
      `,
      ...RENEWED,
      `
      ## uid1000 ftruncate
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 ftruncate $fd 5
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|MTIME|FH|LOCKOWNER|CTIME|KILL_SUIDGID fh=103 size=5 mode=0 uid=0 gid=0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 O_TRUNC
        pause 20
        @1 open /f O_RDWR|O_TRUNC -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|MTIME|LOCKOWNER|CTIME|KILL_SUIDGID fh=0 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 chown
        pause 20
        @1 chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID|CTIME|KILL_SUIDGID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
      ...RENEWED,
      `
      ## uid1000 fallocate
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 fallocate $fd 0 0 100
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          FALLOCATE n=2 fh=105 off=0 len=100 mode=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=105 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root write
        pause 20
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          READ n=2 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=106 off=0 size=10 write_flags=0x1 lo=0 flags=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=106 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=106 lo=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root chown
        pause 20
        chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID|CTIME|KILL_SUIDGID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
    ],
  },
  {
    title: 'set-user-ID bits, WRITEBACK_CACHE',
    server: believing('WRITEBACK_CACHE'),
    tasks: [ROOT, USER],
    play: [
      ...RENEWED,
      `
      ## uid1000 write
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE fh=0 size=0 mode=100777 uid=0 gid=0
          READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=0 size=10 write_flags=0x1 lo=0 flags=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=101 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## uid1000 write 2nd time
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          READ n=2 fh=102 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=102 off=0 size=10 write_flags=0x1 lo=0 flags=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=102 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 truncate
        pause 20
        @1 truncate /f 5
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE|SIZE|MTIME|LOCKOWNER|CTIME fh=0 size=5 mode=100777 uid=0 gid=0
      `,
      ...RENEWED,
      `
      ## uid1000 ftruncate
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 ftruncate $fd 5
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=1 fh=103
          SETATTR n=2 MODE|SIZE|MTIME|FH|LOCKOWNER|CTIME fh=103 size=5 mode=100777 uid=0 gid=0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 O_TRUNC
        pause 20
        @1 open /f O_RDWR|O_TRUNC -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=1 fh=104
          SETATTR n=2 MODE|SIZE|MTIME|LOCKOWNER|CTIME fh=0 size=0 mode=100777 uid=0 gid=0
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 chown
        pause 20
        @1 chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE|UID|GID|CTIME fh=0 size=0 mode=100777 uid=1000 gid=1000
      `,
      ...RENEWED,
      `
      ## uid1000 fallocate
        pause 20
        @1 open /f O_RDWR -> $fd
        @1 fallocate $fd 0 0 100
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE fh=0 size=0 mode=100777 uid=0 gid=0
          FALLOCATE n=2 fh=105 off=0 len=100 mode=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=105 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root write
        pause 20
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          READ n=2 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=106 off=0 size=10 write_flags=0x1 lo=0 flags=0x0
          SETATTR n=2 MTIME|FH|CTIME fh=106 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=106 lo=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root chown
        pause 20
        chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE|UID|GID|CTIME fh=0 size=0 mode=100777 uid=1000 gid=1000
      `,
    ],
  },
  {
    title: 'set-user-ID bits, HANDLE_KILLPRIV_V2 and direct I/O',
    server: { ...believing('HANDLE_KILLPRIV_V2'), openFlags: 1 },
    tasks: [ROOT, USER],
    play: [
      ...RENEWED,
      `
      ## uid1000 write
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x6 lo=Y flags=0x8002
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      `,
    ],
  },
  {
    title: 'set-user-ID bits, direct I/O',
    server: { ...believing(), openFlags: 1 },
    tasks: [ROOT, USER],
    play: [
      ...RENEWED,
      `
      ## uid1000 write
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x6 lo=Y flags=0x8002
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## root write
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          WRITE n=2 fh=102 off=0 size=3 write_flags=0x2 lo=Y flags=0x8002
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
    ],
  },
];
