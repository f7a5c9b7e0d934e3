import { ENOSPC } from '../../../src/abi/errno.ts';
import { bytes } from '../../scenarios/replies.ts';
import { concatenated } from '../../scenarios/wire-format.ts';
import { set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

/** Direct I/O, and the flags of an open. */
export const t9: Trace = {
  name: 't9',
  covers: 'direct I/O, and the flags of an open',
  mounts: [
    {
      title: 'FOPEN_DIRECT_IO',
      server: { entryValid: 100, attrValid: 100, openFlags: 1 },
      play: [
        `
      ## creat
        open /f O_CREAT|O_RDWR 0644 -> $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f'
      ## pwrite 10@0
        pwrite $fd x*10 0 -> 10
          WRITE n=2 fh=101 off=0 size=10 write_flags=0x2 lo=Y flags=0x8002
      ## pwrite 300000@5
        pwrite $fd x*300000 5 -> 300000
          WRITE n=2 fh=101 off=5 size=131024 write_flags=0x2 lo=Y flags=0x8002
          WRITE n=2 fh=101 off=131029 size=131072 write_flags=0x2 lo=Y flags=0x8002
          WRITE n=2 fh=101 off=262101 size=37904 write_flags=0x2 lo=Y flags=0x8002
      ## pread 10@0
        pread $fd 10 0 -> xxxxxxxxxx
          READ n=2 fh=101 off=0 size=10 read_flags=0x2 lo=Y flags=0x8002
      ## pread 10@0
        pread $fd 10 0 -> xxxxxxxxxx
          READ n=2 fh=101 off=0 size=10 read_flags=0x2 lo=Y flags=0x8002
      ## pread 300000@0
        pread $fd 300000 0
          READ n=2 fh=101 off=0 size=130528 read_flags=0x2 lo=Y flags=0x8002
          READ n=2 fh=101 off=130528 size=131072 read_flags=0x2 lo=Y flags=0x8002
          READ n=2 fh=101 off=261600 size=38400 read_flags=0x2 lo=Y flags=0x8002
      ## pread past eof 10@400000
        pread $fd 10 400000 -> ''
          READ n=2 fh=101 off=400000 size=10 read_flags=0x2 lo=Y flags=0x8002
      ## fstat
        fstat $fd -> size=300005
          GETATTR n=2 flags=0 fh=0
      ## lseek end
        lseek $fd 0 SEEK_END -> 300005
      ## mmap shared (no ALLOW_MMAP)
        not: mmap(2): Fusewire has no memory of processes
      ## mmap shared PROT_READ
        not: mmap(2): Fusewire has no memory of processes
      ~
        open /f O_WRONLY|O_APPEND -> $append
      ## append
        write $append abc -> 3
          WRITE n=2 fh=102 off=300005 size=3 write_flags=0x2 lo=Y flags=0x8401
      `,
        ({ server }) => {
          const file = server.nodeOf(2);
          file.data = concatenated([file.data, bytes('grown')]);
        },
        `
      ## append after server-side growth
        write $append abc -> 3
          WRITE n=2 fh=102 off=300008 size=3 write_flags=0x2 lo=Y flags=0x8401
      `,
        set({ shortWrite: 4 }),
        `
      ## short write 4/10
        pwrite $fd x*10 0 -> 4
          WRITE n=2 fh=101 off=0 size=10 write_flags=0x2 lo=Y flags=0x8002
      `,
        set({ shortWrite: 1000000, writeResult: 11 }),
        `
      ## write ret 11>10
        pwrite $fd x*10 0 -> EIO
          WRITE n=2 fh=101 off=0 size=10 write_flags=0x2 lo=Y flags=0x8002
      `,
        set({ writeResult: null }),
        `
      ## O_DIRECT flag on top
        open /f O_RDWR|O_DIRECT -> $direct
        pwrite $direct x*10 0 -> 10
          OPEN n=2 flags=0xc002 open_flags=0x0
          WRITE n=2 fh=103 off=0 size=10 write_flags=0x2 lo=Y flags=0xc002
      ## sendfile
        not: sendfile(2): Fusewire does not send between files yet
      `,
        { labels: ['mmap private'], because: 'mmap(2): Fusewire has no memory of processes' },
      ],
    },
    {
      title: 'O_DIRECT without FOPEN_DIRECT_IO',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
        write $fd q*10000
      ## open O_DIRECT
        open /f O_RDWR|O_DIRECT -> $direct
          OPEN n=2 flags=0xc002 open_flags=0x0
      ## pread 10@3 (unaligned)
        pread $direct 10 3 -> qqqqqqqqqq
          READ n=2 fh=102 off=3 size=10 read_flags=0x2 lo=Y flags=0xc002
      ## pread 100@ 9990 (past eof)
        pread $direct 100 9990 -> qqqqqqqqqq
          GETATTR n=2 flags=1 fh=102
          READ n=2 fh=102 off=9990 size=100 read_flags=0x2 lo=Y flags=0xc002
      ## pread @20000
        pread $direct 100 20000 -> ''
      ## pwrite 10@3
        pwrite $direct D*10 3 -> 10
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=102 off=3 size=10 write_flags=0x2 lo=Y flags=0xc002
      ## cached pread on other fd
        pread $fd 20 0 -> qqqDDDDDDDDDDqqqqqqq
          READ n=2 fh=101 off=0 size=12288 read_flags=0x0 lo=0 flags=0x8002
      ## pwrite 300000
        pwrite $direct D*300000 0 -> 300000
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=102 off=0 size=130528 write_flags=0x2 lo=Y flags=0xc002
          WRITE n=2 fh=102 off=130528 size=131072 write_flags=0x2 lo=Y flags=0xc002
          WRITE n=2 fh=102 off=261600 size=38400 write_flags=0x2 lo=Y flags=0xc002
      `,
      ],
    },
    {
      title: 'O_DIRECT and ASYNC_DIO',
      server: { flags: [...BASE, 'ASYNC_DIO'], entryValid: 100, attrValid: 100 },
      detail: 'caller',
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR|O_DIRECT 0644 -> $direct
      ## pwrite 300000@0 (extending)
        pwrite $direct D*300000 0 -> 300000
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=0 size=130528 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=130528 size=131072 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=261600 size=38400 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
      ## pwrite 300000@0
        pwrite $direct D*300000 0 -> 300000
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=0 size=130528 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=130528 size=131072 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=261600 size=38400 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
      ## pread 400000@0
        pread $direct 400000 0
          GETATTR n=2 flags=1 fh=101 uid=0 gid=0 pid=Y
          READ n=2 fh=101 off=0 size=130528 read_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          READ n=2 fh=101 off=130528 size=131072 read_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          READ n=2 fh=101 off=261600 size=131072 read_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          READ n=2 fh=101 off=392672 size=544 read_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
      `,
        set({ errors: { WRITE: ENOSPC.number } }),
        `
      ## extending write fails
        pwrite $direct D*10 400000 -> ENOSPC
          GETXATTR n=2 size=0 'security.capability' uid=0 gid=0 pid=Y
          WRITE n=2 fh=101 off=400000 size=10 write_flags=0x2 lo=Y flags=0xc002 uid=0 gid=0 pid=Y
          SETATTR n=2 SIZE|FH|LOCKOWNER fh=101 size=300000 mode=0 uid=0 gid=0 uid=0 gid=0 pid=Y
      `,
      ],
    },
    {
      title: 'DIRECT_IO_ALLOW_MMAP',
      server: {},
      play: [{ labels: ['mmap, write, pread, msync'], because: 'mmap(2): Fusewire has no memory of processes' }],
    },
    {
      title: 'FOPEN_NONSEEKABLE, FOPEN_STREAM, FOPEN_NOFLUSH',
      server: { entryValid: 100, attrValid: 100, openFlags: 4 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## NONSEEKABLE lseek
        lseek $fd 0 SEEK_SET -> ESPIPE
      ## pread
        pread $fd 1 0 -> ESPIPE
      ## write
        write $fd ab -> 2
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=2 write_flags=0x0 lo=0 flags=0x8002
      ## write
        write $fd ab -> 2
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=2 size=2 write_flags=0x0 lo=0 flags=0x8002
      `,
        set({ openFlags: 16 }),
        `
      ~
        open /f O_RDWR -> $fd
      ## STREAM lseek
        lseek $fd 0 SEEK_SET -> ESPIPE
      ## pread
        pread $fd 1 0 -> ESPIPE
      ## write
        write $fd ab -> 2
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=102 off=0 size=2 write_flags=0x0 lo=0 flags=0x8002
      ## write
        write $fd ab -> 2
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=102 off=0 size=2 write_flags=0x0 lo=0 flags=0x8002
      `,
        set({ openFlags: 32 }),
        `
      ~
        open /f O_RDWR -> $fd
      ## NOFLUSH close
        close $fd
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      `,
        set({ openFlags: 128 }),
        `
      ## PASSTHROUGH w/o negotiated
        open /f O_RDWR -> EIO
          OPEN n=2 flags=0x8002 open_flags=0x0
          RELEASE n=2 fh=104 flags=0x8002 release_flags=0 lo=0
      `,
        set({ openFlags: 0xffff0000 }),
        `
      ## unknown FOPEN bits
        open /f O_RDWR -> $fd
        close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      `,
      ],
    },
  ],
};
