import { FOPEN_KEEP_CACHE } from '../../../src/abi/fuse.ts';
import { listing, set } from '../moves.ts';
import type { Trace } from '../trace.ts';

/** Basic system calls, everything believed. */
export const t2: Trace = {
  name: 't2',
  covers: 'basic system calls, everything believed',
  mounts: [
    {
      title: 'all',
      server: { entryValid: 100, attrValid: 100, negativeValid: 100 },
      play: [
        `
      ## stat root
        stat / -> mode=040755
          GETATTR n=1 flags=0 fh=0
      ## stat root again
        stat / -> mode=040755
      ## stat nonexist
        stat /x -> ENOENT
          LOOKUP n=1 'x'
      ## stat nonexist again (negative cached)
        stat /x -> ENOENT
      ## open O_CREAT x (negative cached)
        open /x O_CREAT|O_RDWR 0777 -> $fd
          CREATE n=1 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'x'
      ## fstat
        fstat $fd -> size=0
      ## write
        write $fd a*10 -> 10
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002
      ## fstat after write
        fstat $fd -> size=10
          GETATTR n=2 flags=0 fh=0
      ## fstat again
        fstat $fd -> size=10
      ## pread4
        pread $fd 4 0 -> aaaa
          READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## pread4 again
        pread $fd 4 0 -> aaaa
      ## fstat after read (atime inval)
        fstat $fd -> size=10
          GETATTR n=2 flags=0 fh=0
      ## pread 20 (past EOF) fresh attrs
        pread $fd 20 0 -> aaaaaaaaaa
      ## lseek end
        lseek $fd 0 SEEK_END -> 10
      ## stat root after create
        stat / -> mode=040755
          GETATTR n=1 flags=0 fh=0
      ## close
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## stat x
        stat /x -> size=10
      ## open x
        open /x O_RDONLY -> $fd
          OPEN n=2 flags=0x8000 open_flags=0x0
      ## pread4 after reopen (no KEEP_CACHE)
        pread $fd 4 0 -> aaaa
          READ n=2 fh=102 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8000
      ~
        close $fd
      `,
        set({ openFlags: FOPEN_KEEP_CACHE }),
        `
      ## open x KEEP_CACHE
        open /x O_RDONLY -> $fd
          OPEN n=2 flags=0x8000 open_flags=0x0
      ## pread4 after reopen
        pread $fd 4 0 -> aaaa
      ~
        close $fd
      `,
        set({ openFlags: 0 }),
        `
      ## mkdir d
        mkdir /d 0777
          LOOKUP n=1 'd'
          MKDIR n=1 mode=755 umask=22 'd'
      ## stat d
        stat /d -> ino=3
      ## mkdir d again (cached positive)
        mkdir /d 0777 -> EEXIST
          LOOKUP n=1 'd'
      ## link x y
        link /x /y
          LOOKUP n=1 'y'
          LINK n=1 oldnodeid=2 'y'
      ## stat x after link
        stat /x -> nlink=2
      ## stat y
        stat /y -> nlink=2
      ## stat z
        stat /z -> ENOENT
          LOOKUP n=1 'z'
      ## rename y z (z negative cached)
        rename /y /z
          LOOKUP n=1 'z'
          RENAME n=1 newdir=1 'y' -> 'z'
      ## stat z
        stat /z -> nlink=2
          GETATTR n=2 flags=0 fh=0
      ## stat y
        stat /y -> ENOENT
          LOOKUP n=1 'y'
      ## unlink z
        unlink /z
          UNLINK n=1 'z'
      ## stat z after unlink
        stat /z -> ENOENT
          LOOKUP n=1 'z'
      ## stat z again
        stat /z -> ENOENT
      ## stat x after unlink z
        stat /x -> nlink=1
          GETATTR n=2 flags=0 fh=0
      ## chmod x
        chmod /x 0600
          SETATTR n=2 MODE fh=0 size=0 mode=100600 uid=0 gid=0
      ## stat x
        stat /x -> mode=0100600
      ## chmod d
        chmod /d 0711
          SETATTR n=3 MODE fh=0 size=0 mode=40711 uid=0 gid=0
      ## stat d
        stat /d -> mode=040711
          LOOKUP n=1 'd'
      ## stat d again
        stat /d -> mode=040711
      ## setxattr x
        setxattr /x user.q 1 0
          SETXATTR n=2 size=1 flags=0 'user.q'
      ## stat x after setxattr
        stat /x -> nlink=1
          GETATTR n=2 flags=0 fh=0
      ## listdir
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=104 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=104 off=4 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=104 flags=0x18800 release_flags=0 lo=0
      ## stat root after listdir
        stat / -> nlink=2
          GETATTR n=1 flags=0 fh=0
      ## rmdir d
        rmdir /d
          RMDIR n=1 'd'
          FORGET n=3 nlookup=3
      ## symlink s
        symlink x /s
          LOOKUP n=1 's'
          SYMLINK n=1 's' -> 'x'
      ## readlink s
        readlink /s -> x
          READLINK n=4
      ## readlink s again
        readlink /s -> x
          READLINK n=4
      ## lstat s after readlink
        lstat /s -> size=1
          GETATTR n=4 flags=0 fh=0
      ## open O_CREAT x existing cached
        open /x O_CREAT|O_RDWR 0777 -> $fd
        close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0
          FLUSH n=2 fh=105 lo=Y
          RELEASE n=2 fh=105 flags=0x8002 release_flags=0 lo=0
      ## open O_CREAT|O_EXCL x existing cached
        open /x O_CREAT|O_RDWR|O_EXCL 0777 -> EEXIST
          LOOKUP n=1 'x'
      ## stat nn
        stat /nn -> ENOENT
          LOOKUP n=1 'nn'
      ## open O_CREAT|O_EXCL nn neg cached
        open /nn O_CREAT|O_RDWR|O_EXCL 0777 -> $fd
        close $fd
          LOOKUP n=1 'nn'
          CREATE n=1 flags=0x80c2 mode=100755 umask=22 open_flags=0x0 'nn'
          FLUSH n=5 fh=106 lo=Y
          RELEASE n=5 fh=106 flags=0x8002 release_flags=0 lo=0
      ## truncate x
        truncate /x 3
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=3 mode=0 uid=0 gid=0
      ## stat x
        stat /x -> size=3
      ## sync
        not: sync(2) is of all file systems of a machine; syncfs(2) is that of one
      `,
      ],
    },
  ],
};
