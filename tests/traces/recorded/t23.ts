import { EACCES, EEXIST, ENOENT, type Errno } from '../../../src/abi/errno.ts';
import { answeringAsUsual, set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Change, Trace } from '../trace.ts';

const failing = (opcode: string, error: Errno): Change => set({ errors: { [opcode]: error.number } });

/** Errors of names, entries that change, and how long they are believed. */
export const t23: Trace = {
  name: 't23',
  covers: 'errors of names, entries that change, and how long they are believed',
  mounts: [
    {
      title: 'no security.capability with HANDLE_KILLPRIV_V2',
      server: { flags: [...BASE, 'HANDLE_KILLPRIV_V2'], entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## write
        write $fd a -> 1
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=1 write_flags=0x0 lo=0 flags=0x8002
      ## write
        write $fd a -> 1
          WRITE n=2 fh=101 off=1 size=1 write_flags=0x0 lo=0 flags=0x8002
      ## fstat (refresh)
        fstat $fd -> size=2
          GETATTR n=2 flags=0 fh=0
      ## write
        write $fd a -> 1
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=2 size=1 write_flags=0x0 lo=0 flags=0x8002
      `,
      ],
    },
    {
      title: 'errors',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
        close $fd
      `,
        failing('UNLINK', ENOENT),
        `
      ## UNLINK -> ENOENT
        unlink /f -> ENOENT
          UNLINK n=1 'f'
          FORGET n=2 nlookup=1
      `,
        answeringAsUsual,
        `
      ## stat f
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
        failing('UNLINK', EACCES),
        `
      ## UNLINK -> EACCES
        unlink /f -> EACCES
          UNLINK n=1 'f'
      `,
        answeringAsUsual,
        `
      ## stat f
        stat /f -> ino=2
      `,
        failing('MKDIR', EEXIST),
        `
      ## MKDIR -> EEXIST
        mkdir /q 0777 -> EEXIST
          LOOKUP n=1 'q'
          MKDIR n=1 mode=755 umask=22 'q'
      `,
        failing('RENAME', ENOENT),
        `
      ## RENAME -> ENOENT
        rename /f /g -> ENOENT
          LOOKUP n=1 'g'
          RENAME n=1 newdir=1 'f' -> 'g'
          FORGET n=2 nlookup=1
      `,
        answeringAsUsual,
        `
      ## stat f
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
      ],
    },
    {
      title: 'entries that must be asked for each time',
      server: { entryValid: 0, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## stat ok: LOOKUP refreshes attrs
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
        failing('LOOKUP', EACCES),
        `
      ## LOOKUP -> EACCES
        stat /f -> EACCES
          LOOKUP n=1 'f'
          LOOKUP n=1 'f'
      `,
        failing('LOOKUP', ENOENT),
        `
      ## LOOKUP -> ENOENT
        stat /f -> ENOENT
          LOOKUP n=1 'f'
      `,
        answeringAsUsual,
        `
      ## back
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
        set({ nodeids: { 2: 50 } }),
        ({ server }) => server.alias(50, server.nodeOf(2)),
        `
      ## nodeid changes 2->50
        stat /f -> ino=2
          LOOKUP n=1 'f'
          LOOKUP n=1 'f'
          FORGET n=50 nlookup=1
      ## old fd fstat
        fstat $fd -> ino=2
      `,
      ],
    },
    {
      title: 'ENOENT is not kept',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ## stat x (ENOENT error)
        stat /x -> ENOENT
          LOOKUP n=1 'x'
      ## stat x again
        stat /x -> ENOENT
          LOOKUP n=1 'x'
      `,
      ],
    },
    {
      title: 'half a second',
      server: { entryValid: 0.5, attrValid: 0.5 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        close $fd
      ## stat
        stat /f -> ino=2
      ## stat after .6s
        pause 600
        stat /f -> ino=2
          LOOKUP n=1 'f'
      `,
      ],
    },
    {
      title: 'for ever',
      server: { entryValid: 2 ** 62, attrValid: 2 ** 62 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0777 -> $fd
        close $fd
      ## stat
        stat /f -> ino=2
      `,
      ],
    },
  ],
};
