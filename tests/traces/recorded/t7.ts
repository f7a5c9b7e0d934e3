import { EACCES } from '../../../src/abi/errno.ts';
import { answeringAsUsual, set } from '../moves.ts';
import type { Trace } from '../trace.ts';

/** So many reads, one after the other. */
const reads = (count: number, size: number): string => `read $fd2 ${size}\n`.repeat(count);

/** Files: writes split, reads ahead, limits of INIT. */
export const t7: Trace = {
  name: 't7',
  covers: 'files: writes split, reads ahead, limits of INIT',
  mounts: [
    {
      title: 'write-through and reads',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ## creat
        open /f O_CREAT|O_RDWR 0644 -> $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f'
      ## pwrite 10000 @100
        pwrite $fd x*10000 100 -> 10000
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=100 size=3996 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=4096 size=6004 write_flags=0x0 lo=0 flags=0x8002
      ## pwrite 300000 @0
        pwrite $fd x*300000 0 -> 300000
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=131072 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=131072 size=131072 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=262144 size=37856 write_flags=0x0 lo=0 flags=0x8002
      ## pwrite 300000 @4000 (cached)
        pwrite $fd x*300000 4000 -> 300000
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=4000 size=127072 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=131072 size=131072 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=262144 size=41856 write_flags=0x0 lo=0 flags=0x8002
      ## pread 100 @0 cached?
        pread $fd 100 0
      ## pread 100 @ 8192
        pread $fd 100 8192
      ## pread 300000 @0
        pread $fd 300000 0
      ~
        open /f O_RDWR -> $fd2
      ## reopened: sequential 4096 reads
        read $fd2 4096
        read $fd2 4096
        read $fd2 4096
          READ n=2 fh=102 off=0 size=16384 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=16384 size=32768 read_flags=0x0 lo=0 flags=0x8002
      ## read 8 more
        ${reads(8, 4096)}
          READ n=2 fh=102 off=49152 size=65536 read_flags=0x0 lo=0 flags=0x8002
      ## read rest
        ${reads(5, 65536)}
          READ n=2 fh=102 off=114688 size=131072 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=245760 size=61440 read_flags=0x0 lo=0 flags=0x8002
          GETATTR n=2 flags=1 fh=102
      ~
        close $fd2
        open /f O_RDWR -> $fd2
      ## reopened: random 10 @100000
        pread $fd2 10 100000
          READ n=2 fh=103 off=98304 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## random 10 @200001
        pread $fd2 10 200001
          READ n=2 fh=103 off=196608 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ~
        posix_fadvise $fd2 0 0 POSIX_FADV_RANDOM
        close $fd2
        open /f O_RDWR -> $fd2
        posix_fadvise $fd2 0 0 POSIX_FADV_RANDOM
      ## FADV_RANDOM 10 @100000
        pread $fd2 10 100000
          READ n=2 fh=104 off=98304 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## FADV_RANDOM 20000 @0
        pread $fd2 20000 0
          READ n=2 fh=104 off=0 size=20480 read_flags=0x0 lo=0 flags=0x8002
      `,
        set({ errors: { READ: EACCES.number } }),
        `
      ~
        close $fd2
        open /f O_RDWR -> $fd2
      ## READ error EACCES 10@0
        pread $fd2 10 0 -> EACCES
          READ n=2 fh=105 off=0 size=16384 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=105 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      `,
        answeringAsUsual,
        `
      ~
        open /f O_WRONLY|O_APPEND -> $append
      ## O_APPEND write 5 attrs cached
        write $append abcde -> 5
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=106 off=304000 size=5 write_flags=0x0 lo=0 flags=0x8401
      ## O_APPEND write 5 again (attr invalid)
        write $append abcde -> 5
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=106 off=304005 size=5 write_flags=0x0 lo=0 flags=0x8401
      ## ftruncate 10
        ftruncate $fd 10
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|FH|LOCKOWNER fh=101 size=10 mode=0 uid=0 gid=0
      ## ftruncate 5000 (extend)
        ftruncate $fd 5000
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|FH|LOCKOWNER fh=101 size=5000 mode=0 uid=0 gid=0
      ## write O_SYNC
        open /f O_WRONLY|O_SYNC -> $sync
        write $sync zz -> 2
          OPEN n=2 flags=0x109001 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=107 off=0 size=2 write_flags=0x0 lo=0 flags=0x109001
          FSYNC n=2 fh=107 flags=0
      ## pwritev2 RWF_DSYNC
        not: pwritev2(2) with RWF_DSYNC: Fusewire has no flags of single writes
      `,
      ],
    },
    {
      title: 'no BIG_WRITES',
      server: { flags: ['ASYNC_READ', 'PARALLEL_DIROPS'], maxWrite: 65536, entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## no BIG_WRITES pwrite 10000@0
        pwrite $fd x*10000 0 -> 10000
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=4096 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=4096 size=4096 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=8192 size=1808 write_flags=0x0 lo=0 flags=0x8002
      `,
      ],
    },
    {
      title: 'max_write 100',
      server: {
        flags: ['ASYNC_READ', 'BIG_WRITES', 'PARALLEL_DIROPS'],
        maxWrite: 100,
        minor: 12,
        entryValid: 100,
        attrValid: 100,
      },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## max_write=100 (->4096) pwrite 10000@0
        pwrite $fd x*10000 0 -> 10000
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=4096 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=4096 size=4096 write_flags=0x0 lo=0 flags=0x8002
          WRITE n=2 fh=101 off=8192 size=1808 write_flags=0x0 lo=0 flags=0x8002
      `,
      ],
    },
    {
      title: 'max_read 8192, no ASYNC_READ',
      server: { flags: ['BIG_WRITES', 'PARALLEL_DIROPS'], maxWrite: 65536, entryValid: 100, attrValid: 100 },
      mount: { maxRead: 8192 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
        write $fd x*100000
        close $fd
        open /f O_RDWR -> $fd
      ## pread 50000
        pread $fd 50000 0
          READ n=2 fh=102 off=0 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=8192 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=16384 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=24576 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=32768 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=40960 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=49152 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=57344 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=65536 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=73728 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=81920 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=90112 size=8192 read_flags=0x0 lo=0 flags=0x8002
          READ n=2 fh=102 off=98304 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## mount opts
        not: Fusewire has no /proc/self/mountinfo
      `,
      ],
    },
    {
      title: 'mmap',
      server: {},
      play: [
        {
          labels: ['mmap read', 'mmap write + exit', 'mmap write + msync + exit', 'map private'],
          because: 'mmap(2): Fusewire has no memory of processes',
        },
      ],
    },
  ],
};
