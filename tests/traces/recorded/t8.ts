import { ENOSPC } from '../../../src/abi/errno.ts';
import { bytes, S_IFREG } from '../../scenarios/replies.ts';
import { answeringAsUsual, forgets, set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

/** The writeback cache. */
export const t8: Trace = {
  name: 't8',
  covers: 'the writeback cache',
  mounts: [
    {
      title: 'all',
      server: { flags: [...BASE, 'WRITEBACK_CACHE'], entryValid: 100, attrValid: 100 },
      detail: 'caller',
      play: [
        `
      ## creat
        pause 20
        open /f O_CREAT|O_RDWR 0644 -> $fd
          LOOKUP n=1 'f' uid=0 gid=0 pid=Y
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f' uid=0 gid=0 pid=Y
      ## pwrite 100@0
        pause 20
        pwrite $fd x*100 0 -> 100
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## pwrite 100@100
        pause 20
        pwrite $fd y*100 100 -> 100
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## fstat
        pause 20
        fstat $fd -> size=200
        fstat $fd
      ## fsync
        pause 20
        fsync $fd
          WRITE n=2 fh=101 off=0 size=200 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          SETATTR n=2 MTIME|FH|CTIME fh=101 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          FSYNC n=2 fh=101 flags=0 uid=0 gid=0 pid=Y
      ## pwrite 10@50
        pause 20
        pwrite $fd z*10 50 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## close
        pause 20
        close $fd
          WRITE n=2 fh=101 off=0 size=200 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          SETATTR n=2 MTIME|FH|CTIME fh=101 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          FLUSH n=2 fh=101 lo=Y uid=0 gid=0 pid=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## stat
        pause 20
        stat /f -> size=200
          GETATTR n=2 flags=0 fh=0 uid=0 gid=0 pid=Y
      ## open O_WRONLY
        pause 20
        open /f O_WRONLY -> $fd
          OPEN n=2 flags=0x8001 open_flags=0x0 uid=0 gid=0 pid=Y
      ## pwrite 10@20 (partial, uncached)
        pause 20
        pwrite $fd w*10 20 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          READ n=2 fh=102 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8001 uid=0 gid=0 pid=Y
      ## pwrite 10@5000 (beyond eof)
        pause 20
        pwrite $fd w*10 5000 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## close
        pause 20
        close $fd
          WRITE n=2 fh=102 off=0 size=5010 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          SETATTR n=2 MTIME|FH|CTIME fh=102 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          FLUSH n=2 fh=102 lo=Y uid=0 gid=0 pid=Y
          RELEASE n=2 fh=102 flags=0x8001 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## open O_APPEND
        pause 20
        open /f O_WRONLY|O_APPEND -> $fd
          OPEN n=2 flags=0x8401 open_flags=0x0 uid=0 gid=0 pid=Y
      ## append 10
        pause 20
        write $fd a*10 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          READ n=2 fh=103 off=4096 size=4096 read_flags=0x0 lo=0 flags=0x8401 uid=0 gid=0 pid=Y
      ## append 10
        pause 20
        write $fd a*10 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## ftruncate 100
        pause 20
        ftruncate $fd 100
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          SETATTR n=2 SIZE|MTIME|FH|LOCKOWNER|CTIME fh=103 size=100 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## fchmod
        pause 20
        fchmod $fd 0600
          SETATTR n=2 MTIME|FH|CTIME fh=103 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          SETATTR n=2 MODE|CTIME fh=0 size=0 mode=100600 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## futimes
        pause 20
        futimens $fd 5 6
          SETATTR n=2 ATIME|MTIME|CTIME fh=0 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## write
        pause 20
        write $fd a*10 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          READ n=2 fh=103 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8401 uid=0 gid=0 pid=Y
      ## utimes now
        pause 20
        futimens $fd now now
          SETATTR n=2 ATIME|MTIME|ATIME_NOW|CTIME fh=0 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## write
        pause 20
        write $fd a*10 -> 10
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## link (ctime)
        pause 20
        link /f /g
          LOOKUP n=1 'g' uid=0 gid=0 pid=Y
          LINK n=1 oldnodeid=2 'g' uid=0 gid=0 pid=Y
          SETATTR n=2 MTIME|FH|CTIME fh=103 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## setxattr
        pause 20
        setxattr /f user.a 1 0
          SETXATTR n=2 size=1 flags=0 'user.a' uid=0 gid=0 pid=Y
          SETATTR n=2 MTIME|FH|CTIME fh=103 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## rename
        pause 20
        rename /g /h
          LOOKUP n=1 'h' uid=0 gid=0 pid=Y
          RENAME n=1 newdir=1 'g' -> 'h' uid=0 gid=0 pid=Y
          SETATTR n=2 MTIME|FH|CTIME fh=103 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## unlink
        pause 20
        unlink /h
          UNLINK n=1 'h' uid=0 gid=0 pid=Y
          SETATTR n=2 MTIME|FH|CTIME fh=103 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## close
        pause 20
        close $fd
          WRITE n=2 fh=103 off=0 size=120 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          FLUSH n=2 fh=103 lo=Y uid=0 gid=0 pid=Y
          RELEASE n=2 fh=103 flags=0x8401 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## truncate path to 50
        pause 20
        truncate /f 50
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          SETATTR n=2 SIZE|MTIME|LOCKOWNER|CTIME fh=0 size=50 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## open O_TRUNC
        pause 20
        open /f O_WRONLY|O_TRUNC -> $fd
          OPEN n=2 flags=0x8001 open_flags=0x0 uid=0 gid=0 pid=Y
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          SETATTR n=2 SIZE|MTIME|LOCKOWNER|CTIME fh=0 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      ## pwrite 10MB? 1MB
        pause 20
        pwrite $fd a*1000000 0 -> 1000000
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## fdatasync
        pause 20
        fdatasync $fd
          WRITE n=2 fh=104 off=0 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=131072 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=262144 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=393216 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=524288 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=655360 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=786432 size=131072 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          WRITE n=2 fh=104 off=917504 size=82496 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          SETATTR n=2 MTIME|FH|CTIME fh=104 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          FSYNC n=2 fh=104 flags=1 uid=0 gid=0 pid=Y
      ## close
        pause 20
        close $fd
          FLUSH n=2 fh=104 lo=Y uid=0 gid=0 pid=Y
          RELEASE n=2 fh=104 flags=0x8001 release_flags=0 lo=0 uid=0 gid=0 pid=0
      `,
        ({ server }) => {
          server.nodeOf(2).data = bytes('short');
        },
        `
      ## reopen (server size 5 now)
        pause 20
        open /f O_RDONLY -> $fd
          OPEN n=2 flags=0x8000 open_flags=0x0 uid=0 gid=0 pid=Y
      `,
        set({ attrValid: 0 }),
        ({ server }) => {
          server.nodeOf(2).mtime = [123, 0];
        },
        `
      ## utime force attr refresh; fstat
        pause 20
        fstat $fd -> size=1000000
        fstat $fd
          GETATTR n=2 flags=0 fh=0 uid=0 gid=0 pid=Y
          GETATTR n=2 flags=0 fh=0 uid=0 gid=0 pid=Y
      ## pread
        pause 20
        pread $fd 10 0
          READ n=2 fh=105 off=0 size=16384 read_flags=0x0 lo=0 flags=0x8000 uid=0 gid=0 pid=Y
      ~
        close $fd
      `,
        set({ entryValid: 0 }),
        forgets('f'),
        `
      ## after drop_caches stat
        pause 20
        stat /f -> size=5
        stat /f -> mtime=123.000000000
          LOOKUP n=1 'f' uid=0 gid=0 pid=Y
          GETATTR n=2 flags=0 fh=0 uid=0 gid=0 pid=Y
          LOOKUP n=1 'f' uid=0 gid=0 pid=Y
          GETATTR n=2 flags=0 fh=0 uid=0 gid=0 pid=Y
      ~
        open /f O_RDWR -> $fd
      `,
        set({ errors: { WRITE: ENOSPC.number } }),
        `
      ## write (server ENOSPC)
        pause 20
        pwrite $fd 1 0 -> 1
          GETATTR n=2 flags=1 fh=106 uid=0 gid=0 pid=Y
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          READ n=2 fh=106 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002 uid=0 gid=0 pid=Y
      ## fsync
        pause 20
        fsync $fd -> ENOSPC
          WRITE n=2 fh=106 off=0 size=5 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
      ## fsync again
        pause 20
        fsync $fd
          SETATTR n=2 MTIME|FH|CTIME fh=106 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          FSYNC n=2 fh=106 flags=0 uid=0 gid=0 pid=Y
      ## write
        pause 20
        pwrite $fd 1 0 -> 1
          GETATTR n=2 flags=1 fh=106 uid=0 gid=0 pid=Y
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
      ## close
        pause 20
        close $fd -> ENOSPC
          WRITE n=2 fh=106 off=0 size=5 write_flags=0x1 lo=0 flags=0x0 uid=0 gid=0 pid=0
          SETATTR n=2 MTIME|FH|CTIME fh=106 size=0 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
          RELEASE n=2 fh=106 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      `,
        answeringAsUsual,
        ({ server }) => {
          const file = server.nodeOf(2);
          file.mode = S_IFREG | 0o6755;
          file.uid = 1000;
        },
        `
      ## open
        pause 20
        open /f O_RDWR -> $fd
          LOOKUP n=1 'f' uid=0 gid=0 pid=Y
          OPEN n=2 flags=0x8002 open_flags=0x0 uid=0 gid=0 pid=Y
      `,
      ],
    },
  ],
};
