import type { TraceMount } from '../trace.ts';
import { believing, RENEWED, ROOT, USER } from './t11-tasks.ts';

/** Who takes set-user-ID bits, the client or the server. */
export const mounts: readonly TraceMount[] = [
  {
    title: 'set-user-ID bits, no flag',
    server: believing(),
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
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE fh=0 size=0 mode=100777 uid=0 gid=0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## uid1000 write 2nd time
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=102 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 truncate
        @1 truncate /f 5
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE|SIZE|LOCKOWNER fh=0 size=5 mode=100777 uid=0 gid=0
      `,
      ...RENEWED,
      `
      ## uid1000 ftruncate
        @1 open /f O_RDWR -> $fd
        @1 ftruncate $fd 5
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=1 fh=103
          SETATTR n=2 MODE|SIZE|FH|LOCKOWNER fh=103 size=5 mode=100777 uid=0 gid=0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 O_TRUNC
        @1 open /f O_RDWR|O_TRUNC -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=1 fh=104
          SETATTR n=2 MODE|SIZE|LOCKOWNER fh=0 size=0 mode=100777 uid=0 gid=0
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 chown
        @1 chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE|UID|GID fh=0 size=0 mode=100777 uid=1000 gid=1000
      `,
      ...RENEWED,
      `
      ## uid1000 fallocate
        @1 open /f O_RDWR -> $fd
        @1 fallocate $fd 0 0 100
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE fh=0 size=0 mode=100777 uid=0 gid=0
          FALLOCATE n=2 fh=105 off=0 len=100 mode=0x0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root write
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=106 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=106 lo=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root chown
        chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          GETATTR n=2 flags=0 fh=0
          SETATTR n=2 MODE|UID|GID fh=0 size=0 mode=100777 uid=1000 gid=1000
      `,
    ],
  },
  {
    title: 'set-user-ID bits, HANDLE_KILLPRIV',
    server: believing('HANDLE_KILLPRIV'),
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
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## uid1000 write 2nd time
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=102 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 truncate
        @1 truncate /f 5
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=5 mode=0 uid=0 gid=0
      `,
      ...RENEWED,
      `
      ## uid1000 ftruncate
        @1 open /f O_RDWR -> $fd
        @1 ftruncate $fd 5
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|FH|LOCKOWNER fh=103 size=5 mode=0 uid=0 gid=0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 O_TRUNC
        @1 open /f O_RDWR|O_TRUNC -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 chown
        @1 chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
      ...RENEWED,
      `
      ## uid1000 fallocate
        @1 open /f O_RDWR -> $fd
        @1 fallocate $fd 0 0 100
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          FALLOCATE n=2 fh=105 off=0 len=100 mode=0x0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root write
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=106 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=106 lo=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root chown
        chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
    ],
  },
  {
    title: 'set-user-ID bits, HANDLE_KILLPRIV_V2',
    server: believing('HANDLE_KILLPRIV_V2'),
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
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x4 lo=0 flags=0x8002
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## uid1000 write 2nd time
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=102 off=0 size=3 write_flags=0x4 lo=0 flags=0x8002
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 truncate
        @1 truncate /f 5
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER|KILL_SUIDGID fh=0 size=5 mode=0 uid=0 gid=0
      `,
      ...RENEWED,
      `
      ## uid1000 ftruncate
        @1 open /f O_RDWR -> $fd
        @1 ftruncate $fd 5
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|FH|LOCKOWNER|KILL_SUIDGID fh=103 size=5 mode=0 uid=0 gid=0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 O_TRUNC
        @1 open /f O_RDWR|O_TRUNC -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER|KILL_SUIDGID fh=0 size=0 mode=0 uid=0 gid=0
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 chown
        @1 chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID|KILL_SUIDGID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
      ...RENEWED,
      `
      ## uid1000 fallocate
        @1 open /f O_RDWR -> $fd
        @1 fallocate $fd 0 0 100
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          FALLOCATE n=2 fh=105 off=0 len=100 mode=0x0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root write
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=106 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=106 lo=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root chown
        chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID|KILL_SUIDGID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
    ],
  },
  {
    title: 'set-user-ID bits, HANDLE_KILLPRIV_V2 and ATOMIC_O_TRUNC',
    server: believing('HANDLE_KILLPRIV_V2', 'ATOMIC_O_TRUNC'),
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
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=101 off=0 size=3 write_flags=0x4 lo=0 flags=0x8002
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## uid1000 write 2nd time
        @1 open /f O_RDWR -> $fd
        @1 write $fd abc -> 3
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          WRITE n=2 fh=102 off=0 size=3 write_flags=0x4 lo=0 flags=0x8002
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 truncate
        @1 truncate /f 5
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER|KILL_SUIDGID fh=0 size=5 mode=0 uid=0 gid=0
      `,
      ...RENEWED,
      `
      ## uid1000 ftruncate
        @1 open /f O_RDWR -> $fd
        @1 ftruncate $fd 5
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|FH|LOCKOWNER|KILL_SUIDGID fh=103 size=5 mode=0 uid=0 gid=0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 O_TRUNC
        @1 open /f O_RDWR|O_TRUNC -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8202 open_flags=0x1
          GETXATTR n=2 size=0 'security.capability'
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## uid1000 chown
        @1 chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID|KILL_SUIDGID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
      ...RENEWED,
      `
      ## uid1000 fallocate
        @1 open /f O_RDWR -> $fd
        @1 fallocate $fd 0 0 100
        @1 close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2  fh=0 size=0 mode=0 uid=0 gid=0
          FALLOCATE n=2 fh=105 off=0 len=100 mode=0x0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root write
        open /f O_RDWR -> $fd
        write $fd abc -> 3
        close $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=106 off=0 size=3 write_flags=0x0 lo=0 flags=0x8002
          FLUSH n=2 fh=106 lo=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0
      `,
      ...RENEWED,
      `
      ## root chown
        chown /f 1000 1000
          LOOKUP n=1 'f'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 UID|GID|KILL_SUIDGID fh=0 size=0 mode=0 uid=1000 gid=1000
      `,
    ],
  },
];
