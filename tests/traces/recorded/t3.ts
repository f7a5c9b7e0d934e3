import { ENOSYS as NOSYS } from '../../../src/abi/errno.ts';
import { listing } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

/** What this server does not know. */
const MISSING = (
  'OPEN CREATE FLUSH FSYNC GETXATTR SETXATTR LISTXATTR REMOVEXATTR OPENDIR FSYNCDIR LSEEK FALLOCATE COPY_FILE_RANGE_64 ' +
  'COPY_FILE_RANGE RENAME2 LINK ACCESS TMPFILE STATX POLL IOCTL SETLK GETLK SETLKW'
).split(' ');

/** ENOSYS, and what is remembered of it. */
export const t3: Trace = {
  name: 't3',
  covers: 'ENOSYS, and what is remembered of it',
  mounts: [
    {
      title: 'all',
      server: {
        flags: [...BASE, 'POSIX_LOCKS', 'FLOCK_LOCKS', 'HAS_IOCTL_DIR'],
        entryValid: 100,
        attrValid: 100,
        errors: Object.fromEntries(MISSING.map((name) => [name, NOSYS.number])),
      },
      play: [
        `
      ## creat (CREATE ENOSYS; OPEN ENOSYS)
        open /f O_CREAT|O_RDWR 0644 -> $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f'
          MKNOD n=1 mode=100644 rdev=0x0 umask=22 'f'
          OPEN n=2 flags=0x8002 open_flags=0x0
      ## creat 2
        open /f2 O_CREAT|O_RDWR 0644 -> $fd2
          LOOKUP n=1 'f2'
          MKNOD n=1 mode=100644 rdev=0x0 umask=22 'f2'
      ## write
        write $fd x*100 -> 100
          GETXATTR n=2 size=0 'security.capability'
          WRITE n=2 fh=0 off=0 size=100 write_flags=0x0 lo=0 flags=0x8002
      ## write
        write $fd x*100 -> 100
          WRITE n=2 fh=0 off=100 size=100 write_flags=0x0 lo=0 flags=0x8002
      ## close
        close $fd2
          FLUSH n=3 fh=0 lo=Y
      ## fsync
        fsync $fd
          FSYNC n=2 fh=0 flags=0
      ## fsync
        fsync $fd
      ## getxattr
        getxattr /f user.a 128 -> EOPNOTSUPP
      ## setxattr
        setxattr /f user.a 1 0 -> EOPNOTSUPP
          SETXATTR n=2 size=1 flags=0 'user.a'
      ## setxattr
        setxattr /f user.a 1 0 -> EOPNOTSUPP
      ## listxattr
        listxattr /f 256 -> EOPNOTSUPP
          LISTXATTR n=2 size=256
      ## listxattr
        listxattr /f 256 -> EOPNOTSUPP
      ## removexattr
        removexattr /f user.a -> EOPNOTSUPP
          REMOVEXATTR n=2 'user.a'
      ## removexattr
        removexattr /f user.a -> EOPNOTSUPP
      ## listdir
        ${listing('/')}
          OPENDIR n=1 flags=0x18800 open_flags=0x0
          GETATTR n=1 flags=0 fh=0
          READDIR n=1 fh=0 off=0 size=32768 read_flags=0x0 lo=0 flags=0x18800
          READDIR n=1 fh=0 off=4 size=32768 read_flags=0x0 lo=0 flags=0x18800
      ## listdir 2
        ${listing('/')}
          GETATTR n=1 flags=0 fh=0
      ## open dir
        open / O_RDONLY -> $dir
      ## fsync dir
        fsync $dir
          FSYNCDIR n=1 fh=0 flags=0
      ## fsync dir
        fsync $dir
      ~
        close $dir
      ## SEEK_DATA
        lseek $fd 0 SEEK_DATA -> 0
          LSEEK n=2 fh=0 off=0 whence=3
          GETATTR n=2 flags=1 fh=0
      ## SEEK_HOLE
        lseek $fd 0 SEEK_HOLE -> 200
      ## SEEK_DATA past
        lseek $fd 500 SEEK_DATA -> ENXIO
      ## posix_fallocate
        fallocate $fd 0 0 300 -> EOPNOTSUPP
        fstatfs $fd
        pwrite $fd \\x00 299 -> 1
          FALLOCATE n=2 fh=0 off=0 len=300 mode=0x0
          STATFS n=2
          WRITE n=2 fh=0 off=299 size=1 write_flags=0x0 lo=0 flags=0x8002
      ## fallocate
        fallocate $fd 0 0 300 -> EOPNOTSUPP
      ## fallocate
        fallocate $fd 0 0 300 -> EOPNOTSUPP
      ## fallocate COLLAPSE
        fallocate $fd FALLOC_FL_COLLAPSE_RANGE 0 4096 -> EOPNOTSUPP
      ~
        open /f2 O_RDWR -> $fd2
      ## copy_file_range
        copy_file_range $fd 0 $fd2 0 10 0 -> 10
          COPY_FILE_RANGE_64 n=2 fh=0 off=0 to n=3 fh=0 off=0 len=10 flags=0
          COPY_FILE_RANGE n=2 fh=0 off=0 to n=3 fh=0 off=0 len=10 flags=0
          READ n=2 fh=0 off=0 size=4096 read_flags=0x0 lo=0 flags=0x8002
          WRITE n=3 fh=0 off=0 size=10 write_flags=0x0 lo=0 flags=0x8002
      ## copy_file_range
        copy_file_range $fd 0 $fd2 20 10 0 -> 10
          WRITE n=3 fh=0 off=20 size=10 write_flags=0x0 lo=0 flags=0x8002
      ## rename2 NOREPLACE
        renameat2 AT_FDCWD /f AT_FDCWD /zz RENAME_NOREPLACE -> EINVAL
          LOOKUP n=1 'zz'
          RENAME2 n=1 newdir=1 flags=0x1 'f' -> 'zz'
      ## rename2 NOREPLACE
        renameat2 AT_FDCWD /f AT_FDCWD /zz RENAME_NOREPLACE -> EINVAL
          LOOKUP n=1 'zz'
      ## rename2 EXCHANGE
        renameat2 AT_FDCWD /f AT_FDCWD /f2 RENAME_EXCHANGE -> EINVAL
      ## link
        link /f /ln -> EPERM
          LOOKUP n=1 'ln'
          LINK n=1 oldnodeid=2 'ln'
      ## link
        link /f /ln -> EPERM
          LOOKUP n=1 'ln'
      ## access
        access /f R_OK
          ACCESS n=2 mask=4
      ## access
        access /f R_OK
      ## O_TMPFILE
        open / O_TMPFILE|O_RDWR 0777 -> EOPNOTSUPP
          TMPFILE n=1 flags=0x418002 mode=100755 umask=22 open_flags=0x0 '/'
      ## O_TMPFILE
        open / O_TMPFILE|O_RDWR 0777 -> EOPNOTSUPP
      ## poll
        poll $fd 3 100 -> 1 1
          POLL n=2 fh=0 flags=1 events=0x1b
      ## poll
        poll $fd 3 100 -> 1 1
      ## ioctl FIONREAD-like 0x80045601
        ioctl $fd 0x80045601 \\x00*4 -> ENOTTY
          IOCTL n=2 fh=0 flags=0x0 cmd=0x80045601 in=0 out=4
      ## ioctl again
        ioctl $fd 0x80045601 \\x00*4 -> ENOTTY
          IOCTL n=2 fh=0 flags=0x0 cmd=0x80045601 in=0 out=4
      ## setlk
        fcntl_lock $fd F_SETLK F_WRLCK 0 0 0 -> ENOSYS
          SETLK n=2 fh=0 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=0
      ## setlk
        fcntl_lock $fd F_SETLK F_WRLCK 0 0 0 -> ENOSYS
          SETLK n=2 fh=0 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=0
      ## flock
        flock $fd LOCK_EX|LOCK_NB -> ENOSYS
          SETLK n=2 fh=0 owner=Y start=0 end=0x7fffffffffffffff type=1 pid=Y lk_flags=1
      ## close
        close $fd
      `,
      ],
    },
  ],
};
