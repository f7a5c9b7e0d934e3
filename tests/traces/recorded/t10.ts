import { set } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

/** Locks, files without names, statx, fallocate, poll, flags of rename, permissions. */
export const t10: Trace = {
  name: 't10',
  covers: 'locks, files without names, statx, fallocate, poll, flags of rename, permissions',
  mounts: [
    {
      title: 'locks',
      server: { flags: [...BASE, 'POSIX_LOCKS', 'FLOCK_LOCKS'], entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## F_SETLK rd 10..19
        fcntl_lock $fd F_SETLK F_RDLCK 0 10 10
          SETLK n=2 fh=101 owner=Y start=10 end=0x13 type=0 pid=Y lk_flags=0
      ## F_SETLKW wr
        fcntl_lock $fd F_SETLKW F_WRLCK 0 0 0
          SETLKW n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=0
      ## F_UNLCK
        fcntl_lock $fd F_SETLKW F_UNLCK 0 0 0
          SETLKW n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=2 pid=0 lk_flags=0
      ## F_OFD_SETLK
        fcntl_lock $fd F_OFD_SETLK F_WRLCK 0 0 0
          SETLK n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=0
      ## F_OFD_GETLK
        fcntl_lock $fd F_OFD_GETLK F_WRLCK 0 0 0 -> type=2 whence=0 start=0 len=0 pid=0
          GETLK n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=0 lk_flags=0
      ## flock EX|NB
        flock $fd LOCK_EX|LOCK_NB
          SETLK n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=1
      ## flock EX
        flock $fd LOCK_EX
          SETLKW n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=1
      ## flock UN
        flock $fd LOCK_UN
          SETLKW n=2 fh=101 owner=Y start=0 end=0x7fffffffffffffff type=2 pid=0 lk_flags=1
      ## close after locks
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=2 lo=Y
      ~
        open /f O_RDONLY -> $fd
      ## F_SETLK wr on RDONLY fd
        fcntl_lock $fd F_SETLK F_WRLCK 0 0 0 -> EBADF
      `,
      ],
    },
    {
      title: 'no locks of the server',
      server: { entryValid: 100, attrValid: 100 },
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0644 -> $fd
      ## F_SETLK
        fcntl_lock $fd F_SETLK F_WRLCK 0 0 0
      ## flock
        flock $fd LOCK_EX
      ## close
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      `,
      ],
    },
    {
      title: 'tmpfile, statx, fallocate, lseek, rename2, poll',
      server: { entryValid: 100, attrValid: 100, hasTmpfile: true, statxMask: 0xfff, accessAllowed: true, revents: 1 },
      play: [
        `
      ## O_TMPFILE
        open / O_TMPFILE|O_RDWR 0640 -> $fd
          TMPFILE n=1 flags=0x418002 mode=100640 umask=22 open_flags=0x0 '/'
      ## write
        write $fd hello -> 5
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=101 off=0 size=5 write_flags=0x0 lo=0 flags=0x418002
      ## linkat from /proc fd
        linkat $fd '' AT_FDCWD /linked AT_EMPTY_PATH
          LOOKUP n=1 'linked'
          LINK n=1 oldnodeid=2 'linked'
      ## close
        close $fd
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x418002 release_flags=0 lo=0
      ## statx BASIC cached
        statx AT_FDCWD /linked 0 0x7ff -> size=5
      ## statx BTIME
        statx AT_FDCWD /linked 0 0xfff -> btime=777.000000005
          STATX n=2 flags=0 fh=0 sx_flags=0x0 sx_mask=0xfff
      ## statx BTIME again
        statx AT_FDCWD /linked 0 0xfff -> btime=777.000000005
      ## statx FORCE_SYNC BASIC
        statx AT_FDCWD /linked 0x2000 0x7ff -> size=5
          GETATTR n=2 flags=0 fh=0
      ## statx DONT_SYNC after inval
        chmod /linked 0600
        setxattr /linked user.a 1 0
        statx AT_FDCWD /linked 0x4000 0x7ff -> btime=777.000000005
          SETATTR n=2 MODE fh=0 size=0 mode=100600 uid=0 gid=0
          SETXATTR n=2 size=1 flags=0 'user.a'
      ## statx mask=MODE only
        statx AT_FDCWD /linked 0 2 -> btime=777.000000005
      ## statx mask=0
        statx AT_FDCWD /linked 0 0 -> btime=777.000000005
      ## statx mask ATIME
        statx AT_FDCWD /linked 0 0x20 -> btime=777.000000005
      ## statx mask CTIME
        statx AT_FDCWD /linked 0 0x80 -> size=5
          GETATTR n=2 flags=0 fh=0
      `,
        set({ statxMask: 0x7ff }),
        `
      ## statx BTIME force, server no btime
        statx AT_FDCWD /linked 0x2000 0xfff -> size=5
          STATX n=2 flags=0 fh=0 sx_flags=0x0 sx_mask=0xfff
      `,
        set({ statxMask: 0x7f }),
        `
      ## server mask partial 0x7f
        statx AT_FDCWD /linked 0x2000 0xfff
          STATX n=2 flags=0 fh=0 sx_flags=0x0 sx_mask=0xfff
      `,
        set({ statxMask: 0xfff }),
        `
      ~
        open /linked O_RDWR -> $fd
      ## fallocate 0 len 8192
        fallocate $fd 0 0 8192
          GETXATTR n=2 size=0 'security.capability'
          FALLOCATE n=2 fh=102 off=0 len=8192 mode=0x0
      ## fstat
        fstat $fd -> size=8192
          GETATTR n=2 flags=0 fh=0
      ## PUNCH|KEEP
        fallocate $fd FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE 0 4096
          GETXATTR n=2 size=0 'security.capability'
          FALLOCATE n=2 fh=102 off=0 len=4096 mode=0x3
      ## ZERO_RANGE
        fallocate $fd FALLOC_FL_ZERO_RANGE 0 100
          GETXATTR n=2 size=0 'security.capability'
          FALLOCATE n=2 fh=102 off=0 len=100 mode=0x10
      ## PUNCH w/o KEEP
        fallocate $fd FALLOC_FL_PUNCH_HOLE 0 10 -> EOPNOTSUPP
      ## INSERT
        fallocate $fd FALLOC_FL_INSERT_RANGE 0 4096 -> EOPNOTSUPP
      ## SEEK_DATA
        lseek $fd 5 SEEK_DATA -> 5
          LSEEK n=2 fh=102 off=5 whence=3
      ## SEEK_HOLE
        lseek $fd 5 SEEK_HOLE -> 8192
          LSEEK n=2 fh=102 off=5 whence=4
      ## SEEK_DATA beyond eof
        lseek $fd 99999 SEEK_DATA -> 99999
          LSEEK n=2 fh=102 off=99999 whence=3
      ## poll timeout 0, revents IN
        poll $fd 1 0 -> 1 1
          POLL n=2 fh=102 flags=0 events=0x19
      `,
        set({ revents: 0 }),
        `
      ## poll timeout 0 revents 0
        poll $fd 1 0 -> 0 0
          POLL n=2 fh=102 flags=0 events=0x19
      ## poll timeout 100 revents 0
        poll $fd 1 100 -> 0 0
          POLL n=2 fh=102 flags=1 events=0x19
          POLL n=2 fh=102 flags=1 events=0x19
      ## RENAME_NOREPLACE
        renameat2 AT_FDCWD /linked AT_FDCWD /l2 RENAME_NOREPLACE
          LOOKUP n=1 'l2'
          RENAME2 n=1 newdir=1 flags=0x1 'linked' -> 'l2'
      ~
        mkdir /dd 0777
      ## RENAME_EXCHANGE
        renameat2 AT_FDCWD /l2 AT_FDCWD /dd RENAME_EXCHANGE
          RENAME2 n=1 newdir=1 flags=0x2 'l2' -> 'dd'
      ## RENAME_WHITEOUT
        renameat2 AT_FDCWD /l2 AT_FDCWD /w RENAME_WHITEOUT
          LOOKUP n=1 'w'
          RENAME2 n=1 newdir=1 flags=0x4 'l2' -> 'w'
      ## flag 8
        renameat2 AT_FDCWD /w AT_FDCWD /w2 8 -> EINVAL
      ## NOREPLACE onto existing
        mkdir /ex 0777
        renameat2 AT_FDCWD /w AT_FDCWD /ex RENAME_NOREPLACE -> EEXIST
          LOOKUP n=1 'ex'
          MKDIR n=1 mode=755 umask=22 'ex'
          LOOKUP n=1 'ex'
      ## EXCHANGE|NOREPLACE
        renameat2 AT_FDCWD /w AT_FDCWD /ex 3 -> EINVAL
      ## EXCHANGE to missing
        renameat2 AT_FDCWD /w AT_FDCWD /nonex RENAME_EXCHANGE -> ENOENT
          LOOKUP n=1 'nonex'
      ## access X_OK
        access /ex X_OK
          ACCESS n=4 mask=1
      ## access all
        access /ex 7
          ACCESS n=4 mask=7
      ## faccessat eaccess
        faccessat AT_FDCWD /ex 4 AT_EACCESS
          ACCESS n=4 mask=4
      ## chdir
        chdir /ex
          ACCESS n=4 mask=1
      ## exec file via open flags
        not: the recorded run did nothing here
      ## exec script
        not: execve(2): Fusewire runs no programs
      ## exec non-x
        not: execve(2): Fusewire runs no programs
      `,
      ],
    },
  ],
};
