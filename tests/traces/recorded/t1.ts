import { listing } from '../moves.ts';
import type { Trace } from '../trace.ts';

/** Basic system calls, nothing believed. */
export const t1: Trace = {
  name: 't1',
  covers: 'basic system calls, nothing believed',
  mounts: [
    {
      title: 'all',
      server: {},
      play: [
        `
      ## init
        umask 022
      ## stat root
        stat / -> mode=040755
          GETATTR n=1 flags=0 fh=0
      ## stat nonexist
        stat /x -> ENOENT
          LOOKUP n=1 'x'
      ## creat O_CREAT|O_RDWR|O_TRUNC 0666
        open /f O_CREAT|O_RDWR|O_TRUNC 0666 -> $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8242 mode=100644 umask=22 open_flags=0x0 'f'
      ## write 5
        write $fd hello -> 5
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=5 write_flags=0x0 lo=0 flags=0x8002
      ## write 5 again
        write $fd hello -> 5
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=5 size=5 write_flags=0x0 lo=0 flags=0x8002
      ## pread 5 off0
        pread $fd 5 0 -> hello
          READ n=2 fh=101 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
      ## pread past eof
        pread $fd 50 0 -> hellohello
          GETATTR n=2 flags=1 fh=101
      ## fstat
        fstat $fd -> size=10
          GETATTR n=2 flags=0 fh=0
      ## fsync
        fsync $fd
          FSYNC n=2 fh=101 flags=0
      ## fdatasync
        fdatasync $fd
          FSYNC n=2 fh=101 flags=1
      ## dup
        dup $fd -> $copy
      ## close dup
        close $copy
          FLUSH n=2 fh=101 lo=Y
      ## close
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## open existing O_RDONLY
        open /f O_RDONLY -> $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8000 open_flags=0x0
      ## close
        close $fd
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8000 release_flags=0 lo=0
      ## open O_CREAT existing O_RDWR
        open /f O_CREAT|O_RDWR 0777 -> $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
      ## close
        close $fd
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      ## open O_CREAT|O_EXCL existing
        open /f O_CREAT|O_RDWR|O_EXCL 0777 -> EEXIST
          LOOKUP n=1 'f'
      ## open O_TRUNC existing O_WRONLY
        open /f O_TRUNC|O_WRONLY -> $fd
          LOOKUP n=1 'f'
          OPEN n=2 flags=0x8001 open_flags=0x0
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=0 mode=0 uid=0 gid=0
      ## close
        close $fd
          FLUSH n=2 fh=104 lo=Y
          RELEASE n=2 fh=104 flags=0x8001 release_flags=0 lo=0
      ## mkdir d 0777
        mkdir /d 0777
          LOOKUP n=1 'd'
          MKDIR n=1 mode=755 umask=22 'd'
      ## mkdir d again
        mkdir /d 0777 -> EEXIST
          LOOKUP n=1 'd'
      ## mknod fifo
        mknod /p S_IFIFO|0666 0
          LOOKUP n=1 'p'
          MKNOD n=1 mode=10644 rdev=0x0 umask=22 'p'
      ## symlink
        symlink f /l
          LOOKUP n=1 'l'
          SYMLINK n=1 'l' -> 'f'
      ## readlink
        readlink /l -> f
          LOOKUP n=1 'l'
          READLINK n=5
      ## stat via symlink
        stat /l -> ino=2
          LOOKUP n=1 'l'
          READLINK n=5
          LOOKUP n=1 'f'
          GETATTR n=2 flags=0 fh=0
      ## link f d/f2
        link /f /d/f2
          LOOKUP n=1 'f'
          LOOKUP n=1 'd'
          LOOKUP n=3 'f2'
          LINK n=3 oldnodeid=2 'f2'
      ## rename f g
        rename /f /g
          LOOKUP n=1 'f'
          LOOKUP n=1 'g'
          RENAME n=1 newdir=1 'f' -> 'g'
      ## rename g over d/f2 (same inode)
        rename /g /d/f2
          LOOKUP n=1 'd'
          LOOKUP n=1 'g'
          LOOKUP n=3 'f2'
      ## unlink p
        unlink /p
          LOOKUP n=1 'p'
          UNLINK n=1 'p'
          FORGET n=4 nlookup=2
      ## unlink nonexist
        unlink /nope -> ENOENT
          LOOKUP n=1 'nope'
      ## rmdir nonempty
        rmdir /d -> ENOTEMPTY
          LOOKUP n=1 'd'
          RMDIR n=1 'd'
      ## unlink dir (EISDIR)
        unlink /d -> EISDIR
          LOOKUP n=1 'd'
      ## chmod
        chmod /d 0700
          LOOKUP n=1 'd'
          SETATTR n=3 MODE fh=0 size=0 mode=40700 uid=0 gid=0
      ## chown
        chown /d 5 6
          LOOKUP n=1 'd'
          SETATTR n=3 UID|GID fh=0 size=0 mode=0 uid=5 gid=6
      ## utime now
        utimensat AT_FDCWD /d now now 0
          LOOKUP n=1 'd'
          SETATTR n=3 ATIME|MTIME|ATIME_NOW|MTIME_NOW fh=0 size=0 mode=0 uid=0 gid=0
      ## utime set
        utimensat AT_FDCWD /d 1 2 0
          LOOKUP n=1 'd'
          SETATTR n=3 ATIME|MTIME fh=0 size=0 mode=0 uid=0 gid=0
      ## truncate path
        truncate /d/f2 10
          LOOKUP n=1 'd'
          LOOKUP n=3 'f2'
          GETXATTR n=2 size=0 'security.capability'
          SETATTR n=2 SIZE|LOCKOWNER fh=0 size=10 mode=0 uid=0 gid=0
      ## listdir
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=105 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=105 off=5 size=32768 read_flags=0x0 lo=0 flags=0x18800
          RELEASEDIR n=1 fh=105 flags=0x18800 release_flags=0 lo=0
      ## scandir stat
        open / O_RDONLY|O_NONBLOCK|O_DIRECTORY|O_CLOEXEC -> $listed
        fstat $listed
        getdents $listed 32768
        stat /d
        stat /l -> ENOENT
        close $listed
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=106 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          LOOKUP n=1 'd'
          GETATTR n=3 flags=0 fh=0
          LOOKUP n=1 'l'
          READLINK n=5
          LOOKUP n=1 'f'
          RELEASEDIR n=1 fh=106 flags=0x18800 release_flags=0 lo=0
      ## statvfs
        statfs / -> bsize=4096
          STATFS n=1
      ## access F_OK
        access /d F_OK
          LOOKUP n=1 'd'
          ACCESS n=3 mask=0
      ## access R_OK
        access /d R_OK
          LOOKUP n=1 'd'
      ## chdir
        chdir /d
          LOOKUP n=1 'd'
      ## setxattr
        setxattr /d/f2 user.a v 0
          LOOKUP n=1 'd'
          LOOKUP n=3 'f2'
          SETXATTR n=2 size=1 flags=0 'user.a'
      ## getxattr
        getxattr /d/f2 user.a 128 -> v
          LOOKUP n=1 'd'
          LOOKUP n=3 'f2'
          GETXATTR n=2 size=128 'user.a'
      ## listxattr
        listxattr /d/f2 256 -> user.a\\x00
          LOOKUP n=1 'd'
          LOOKUP n=3 'f2'
          LISTXATTR n=2 size=256
      ## removexattr
        removexattr /d/f2 user.a
          LOOKUP n=1 'd'
          LOOKUP n=3 'f2'
          REMOVEXATTR n=2 'user.a'
      `,
      ],
    },
  ],
};
