import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

// No step may wait for a lock: a call that could is made only where nothing is in the way.

const FILES = `
  creat f 0666
  creat g 0666
  mkdir d 0777
`;

/** flock(2), and fcntl(2) with struct flock. */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests', tasks: THREE_TASKS, setUp: FILES },
  {
    'flock: errors, in their order': `
      flock 99 LOCK_SH -> EBADF
      flock 99 0 -> EINVAL
      flock 99 LOCK_NB -> EINVAL
      flock 99 3 -> EINVAL
      flock 99 16 -> EINVAL
      flock 99 LOCK_MAND -> 0
      flock 99 LOCK_MAND|64 -> 0
      flock -1 LOCK_UN -> EBADF
      open f O_PATH -> $p
      flock $p LOCK_SH -> EBADF
      flock $p LOCK_UN -> EBADF
      open f 3 -> $i
      flock $i LOCK_SH|LOCK_NB -> EBADF
      flock $i LOCK_UN -> 0
    `,
    'flock: shared and exclusive, between open files and between processes': `
      open f O_RDONLY -> $a
      open f O_WRONLY -> $b
      @1 open f O_RDONLY -> $c
      flock $a LOCK_EX|LOCK_NB -> 0
      flock $b LOCK_SH|LOCK_NB -> EAGAIN
      @1 flock $c LOCK_EX|LOCK_NB -> EAGAIN
      flock $a LOCK_SH|LOCK_NB -> 0
      flock $b LOCK_SH|LOCK_NB -> 0
      @1 flock $c LOCK_EX|LOCK_NB -> EAGAIN
      @1 flock $c LOCK_SH|LOCK_NB -> 0
      flock $b LOCK_UN -> 0
      flock $b LOCK_UN|LOCK_NB -> 0
      close $a
      @1 flock $c LOCK_EX|LOCK_NB -> 0
      @1 flock $c LOCK_EX|LOCK_NB -> 0
      flock $b LOCK_SH|LOCK_NB -> EAGAIN
      @1 flock $c LOCK_UN -> 0
      flock $b LOCK_SH|LOCK_NB -> 0
    `,
    'flock: a change of type that fails loses the lock': `
      open f O_RDONLY -> $a
      open f O_RDONLY -> $b
      open f O_RDONLY -> $c
      flock $a LOCK_SH|LOCK_NB
      flock $b LOCK_SH|LOCK_NB
      flock $a LOCK_EX|LOCK_NB
      flock $b LOCK_UN
      flock $c LOCK_EX|LOCK_NB
    `,
    'flock: copies share the lock until the last is closed': `
      open f O_RDWR -> $a
      open f O_RDWR -> $b
      flock $a LOCK_EX|LOCK_NB -> 0
      dup $a -> $c
      close $a
      flock $b LOCK_EX|LOCK_NB -> EAGAIN
      flock $c LOCK_SH|LOCK_NB -> 0
      close $c
      flock $b LOCK_EX|LOCK_NB -> 0
    `,
    'flock: forms that may wait, where nothing is in the way': `
      open f O_RDWR -> $a
      flock $a LOCK_SH -> 0
      flock $a LOCK_EX -> 0
      flock $a LOCK_UN -> 0
      close $a
    `,
    'flock and fcntl: locks of both kinds do not meet': `
      open f O_RDWR -> $a
      @1 open f O_RDWR -> $b
      flock $a LOCK_EX|LOCK_NB -> 0
      @1 fcntl_lock $b F_SETLK F_WRLCK SEEK_SET 0 0 -> 0
      @1 close $b
    `,
    'flock and fcntl: directories': `
      open d O_RDONLY -> $a
      open d O_RDONLY -> $b
      @1 open d O_RDONLY -> $c
      flock $a LOCK_EX|LOCK_NB -> 0
      flock $b LOCK_SH|LOCK_NB -> EAGAIN
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 0 -> EBADF
      fcntl_lock $a F_SETLK F_RDLCK SEEK_SET 0 10 -> 0
      @1 fcntl_lock $c F_GETLK F_WRLCK SEEK_SET 5 1 -> type=0 whence=0 start=0 len=10 pid=Y
      close $a
      flock $b LOCK_SH|LOCK_NB -> 0
      @1 fcntl_lock $c F_GETLK F_WRLCK SEEK_SET 5 1 -> type=2 whence=0 start=5 len=1 pid=0
    `,
    'fcntl_lock: errors of the descriptor': `
      fcntl_lock 99 F_SETLK 7 9 -1 0 -> EBADF
      fcntl_lock -1 F_GETLK F_RDLCK SEEK_SET 0 0 -> EBADF
      open f O_PATH -> $p
      fcntl_lock $p F_SETLK F_RDLCK SEEK_SET 0 0 -> EBADF
      fcntl_lock $p F_OFD_GETLK F_RDLCK SEEK_SET 0 0 -> EBADF
      open f O_RDONLY -> $r
      open f O_WRONLY -> $w
      fcntl_lock $r F_SETLK F_WRLCK SEEK_SET 0 1 -> EBADF
      fcntl_lock $w F_SETLK F_RDLCK SEEK_SET 0 1 -> EBADF
      fcntl_lock $r F_SETLKW F_WRLCK SEEK_SET 0 1 -> EBADF
      fcntl_lock $r F_OFD_SETLK F_WRLCK SEEK_SET 0 1 -> EBADF
      fcntl_lock $r F_OFD_SETLK F_WRLCK SEEK_SET 0 1 5 -> EBADF
      fcntl_lock $w F_OFD_SETLKW F_RDLCK SEEK_SET 0 1 -> EBADF
      fcntl_lock $r F_SETLK F_UNLCK SEEK_SET 0 1 -> 0
      fcntl_lock $r F_GETLK F_WRLCK SEEK_SET 0 1 -> type=2 whence=0 start=0 len=1 pid=0
      fcntl_lock $w F_GETLK F_RDLCK SEEK_SET 0 1 77 -> type=2 whence=0 start=0 len=1 pid=Y
      fcntl_lock $r 9999 F_RDLCK SEEK_SET 0 1 -> EINVAL
    `,
    'fcntl_lock: errors of the struct': `
      open f O_RDWR -> $f
      fcntl_lock $f F_GETLK F_UNLCK SEEK_SET 0 0 -> EINVAL
      fcntl_lock $f F_GETLK 3 SEEK_SET 0 0 -> EINVAL
      fcntl_lock $f F_GETLK F_UNLCK SEEK_SET 2^63-1 2 -> EINVAL
      fcntl_lock $f F_OFD_GETLK 3 SEEK_SET 0 0 -> EINVAL
      fcntl_lock $f F_OFD_GETLK F_RDLCK SEEK_SET 0 0 1 -> EINVAL
      fcntl_lock $f F_OFD_SETLK F_RDLCK SEEK_SET 0 0 1 -> EINVAL
      fcntl_lock $f F_OFD_SETLKW F_RDLCK SEEK_SET 0 0 -1 -> EINVAL
      fcntl_lock $f F_SETLK 3 SEEK_SET 0 0 -> EINVAL
      fcntl_lock $f F_SETLK -1 SEEK_SET 0 0 -> EINVAL
      fcntl_lock $f F_SETLK 3 SEEK_SET 2^63-1 2 -> EOVERFLOW
      fcntl_lock $f F_SETLK F_RDLCK 3 0 0 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK -1 2^63-1 2 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET -1 0 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET -2^63 0 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 0 -1 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 10 -11 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 10 -2^63 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 2^63-1 2 -> EOVERFLOW
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 2 2^63-1 -> EOVERFLOW
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 1 2^63-1 -> 0
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 2^63-1 1 -> 0
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 2^63-1 0 -> 0
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 10 -10 -> 0
      write $f x*100
      fcntl_lock $f F_SETLK F_RDLCK SEEK_CUR 2^63-1 0 -> EOVERFLOW
      fcntl_lock $f F_SETLK F_RDLCK SEEK_END 2^63-1 0 -> EOVERFLOW
      fcntl_lock $f F_SETLK F_RDLCK SEEK_CUR -101 0 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_END -101 0 -> EINVAL
      fcntl_lock $f F_SETLK F_RDLCK SEEK_CUR -100 0 -> 0
    `,
    'fcntl_lock: ranges from the position, from the end, and backwards': `
      open f O_RDWR -> $f
      @1 open f O_RDWR -> $g
      write $f x*100
      lseek $f 40 SEEK_SET
      fcntl_lock $f F_SETLK F_WRLCK SEEK_CUR -10 5 -> 0
      @1 fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 0 0 -> type=1 whence=0 start=30 len=5 pid=Y
      fcntl_lock $f F_SETLK F_UNLCK SEEK_SET 0 0 -> 0
      fcntl_lock $f F_SETLK F_WRLCK SEEK_END -10 -5 -> 0
      @1 fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 0 0 -> type=1 whence=0 start=85 len=5 pid=Y
      fcntl_lock $f F_SETLK F_UNLCK SEEK_SET 0 0 -> 0
      fcntl_lock $f F_SETLK F_RDLCK SEEK_END 0 0 -> 0
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_CUR 0 0 -> type=0 whence=0 start=100 len=0 pid=Y
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_CUR 0 100 -> type=2 whence=1 start=0 len=100 pid=0
    `,
    'fcntl_lock: processes exclude each other, their own locks do not': `
      open f O_RDWR -> $a
      open f O_RDWR -> $b
      @1 open f O_RDWR -> $c
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 10 -> 0
      fcntl_lock $b F_SETLK F_WRLCK SEEK_SET 5 10 -> 0
      fcntl_lock $b F_GETLK F_WRLCK SEEK_SET 0 0 -> type=2 whence=0 start=0 len=0 pid=0
      @1 fcntl_lock $c F_SETLK F_RDLCK SEEK_SET 14 1 -> EAGAIN
      @1 fcntl_lock $c F_SETLK F_RDLCK SEEK_SET 15 1 -> 0
      @1 fcntl_lock $c F_GETLK F_RDLCK SEEK_SET 0 0 -> type=1 whence=0 start=0 len=15 pid=Y
      fcntl_lock $a F_SETLK F_RDLCK SEEK_SET 0 20 -> 0
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 20 -> EAGAIN
      @1 fcntl_lock $c F_SETLK F_UNLCK SEEK_SET 0 0 -> 0
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 20 -> 0
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 20 0 -> 0
      fcntl_lock $a F_SETLKW F_UNLCK SEEK_SET 0 0 -> 0
      fcntl_lock $a F_SETLKW F_RDLCK SEEK_SET 0 20 -> 0
    `,
    'fcntl_lock: ranges are split and joined': `
      open f O_RDWR -> $f
      @1 open f O_RDWR -> $g
      fcntl_lock $f F_SETLK F_WRLCK SEEK_SET 0 100 -> 0
      fcntl_lock $f F_SETLK F_UNLCK SEEK_SET 40 20 -> 0
      @1 fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 0 0 -> type=1 whence=0 start=0 len=40 pid=Y
      @1 fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 40 0 -> type=1 whence=0 start=60 len=40 pid=Y
      @1 fcntl_lock $g F_GETLK F_RDLCK SEEK_SET 40 20 -> type=2 whence=0 start=40 len=20 pid=0
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 30 40 -> 0
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 29 0 -> type=1 whence=0 start=0 len=30 pid=Y
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 30 0 -> type=0 whence=0 start=30 len=40 pid=Y
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 70 0 -> type=1 whence=0 start=70 len=30 pid=Y
      fcntl_lock $f F_SETLK F_WRLCK SEEK_SET 30 10 -> 0
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 0 0 -> type=1 whence=0 start=0 len=40 pid=Y
      fcntl_lock $f F_SETLK F_WRLCK SEEK_SET 40 30 -> 0
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 0 0 -> type=1 whence=0 start=0 len=100 pid=Y
      fcntl_lock $f F_SETLK F_RDLCK SEEK_SET 100 0 -> 0
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 100 1 -> type=0 whence=0 start=100 len=0 pid=Y
      fcntl_lock $f F_SETLK F_UNLCK SEEK_SET 50 100 -> 0
      @1 fcntl_lock $g F_GETLK F_WRLCK SEEK_SET 50 0 -> type=0 whence=0 start=150 len=0 pid=Y
      fcntl_lock $f F_SETLK F_UNLCK SEEK_SET 0 0 -> 0
      @1 fcntl_lock $g F_SETLK F_WRLCK SEEK_SET 0 0 -> 0
    `,
    'fcntl_lock: of several owners the first is shown': `
      open f O_RDWR -> $a
      @1 open f O_RDWR -> $b
      @2 open f O_RDWR -> $c
      @1 fcntl_lock $b F_SETLK F_RDLCK SEEK_SET 50 10 -> 0
      fcntl_lock $a F_SETLK F_RDLCK SEEK_SET 0 100 -> 0
      @2 fcntl_lock $c F_GETLK F_WRLCK SEEK_SET 0 0 -> type=0 whence=0 start=50 len=10 pid=Y
      @1 fcntl_lock $b F_SETLK F_RDLCK SEEK_SET 10 10 -> 0
      @2 fcntl_lock $c F_GETLK F_WRLCK SEEK_SET 0 0 -> type=0 whence=0 start=10 len=10 pid=Y
      @1 fcntl_lock $b F_SETLK F_UNLCK SEEK_SET 0 0 -> 0
      @1 fcntl_lock $b F_SETLK F_RDLCK SEEK_SET 20 10 -> 0
      @2 fcntl_lock $c F_GETLK F_WRLCK SEEK_SET 0 0 -> type=0 whence=0 start=0 len=100 pid=Y
    `,
    'fcntl_lock: any close of the file by the process ends its locks': `
      open f O_RDWR -> $a
      open f O_RDONLY -> $b
      @1 open f O_RDWR -> $c
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 0 -> 0
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 0 1 -> EAGAIN
      open f O_PATH -> $p
      close $p
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 0 1 -> EAGAIN
      close $b
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 0 1 -> 0
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 5 0 -> 0
      open g O_RDONLY -> $g
      dup2 $g $a
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 0 0 -> 0
    `,
    'fcntl_lock: locks of open files': `
      open f O_RDWR -> $a
      open f O_RDWR -> $b
      @1 open f O_RDWR -> $c
      fcntl_lock $a F_OFD_SETLK F_WRLCK SEEK_SET 0 10 -> 0
      fcntl_lock $b F_OFD_SETLK F_RDLCK SEEK_SET 5 10 -> EAGAIN
      fcntl_lock $b F_SETLK F_RDLCK SEEK_SET 5 10 -> EAGAIN
      fcntl_lock $b F_GETLK F_RDLCK SEEK_SET 5 10 -> type=1 whence=0 start=0 len=10 pid=-1
      fcntl_lock $a F_GETLK F_RDLCK SEEK_SET 5 10 -> type=1 whence=0 start=0 len=10 pid=-1
      fcntl_lock $a F_OFD_GETLK F_RDLCK SEEK_SET 5 10 -> type=2 whence=0 start=5 len=10 pid=0
      fcntl_lock $a F_OFD_GETLK F_UNLCK SEEK_SET 5 10
      fcntl_lock $b F_OFD_GETLK F_UNLCK SEEK_SET 5 10
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 20 10 -> 0
      fcntl_lock $a F_OFD_GETLK F_RDLCK SEEK_SET 0 0
      fcntl_lock $a F_OFD_SETLK F_RDLCK SEEK_SET 20 1 -> EAGAIN
      dup $a -> $d
      close $a
      fcntl_lock $b F_OFD_SETLK F_RDLCK SEEK_SET 5 10 -> EAGAIN
      close $d
      fcntl_lock $b F_OFD_SETLK F_RDLCK SEEK_SET 5 10 -> 0
      fcntl_lock $b F_OFD_SETLKW F_WRLCK SEEK_SET 0 5 -> 0
      fcntl_lock $b F_OFD_SETLKW F_UNLCK SEEK_SET 0 0 -> 0
      close $b
    `,
    'fcntl_lock: EINTR of a server to who has no signal': `
      open f O_RDWR -> $f
      fcntl_lock $f F_SETLK F_WRLCK SEEK_SET 4711 1 -> 0
      fcntl_lock $f F_SETLKW F_RDLCK SEEK_SET 4711 1 -> 0
      fcntl_lock $f F_OFD_SETLK F_UNLCK SEEK_SET 4711 1 -> 0
    `,
    'fcntl_lock: by a removed name, and on the file of a new one': `
      open f O_RDWR -> $a
      fcntl_lock $a F_SETLK F_WRLCK SEEK_SET 0 0 -> 0
      link f h
      @1 open h O_RDWR -> $b
      @1 fcntl_lock $b F_SETLK F_RDLCK SEEK_SET 0 1 -> EAGAIN
      unlink f
      unlink h
      @1 fcntl_lock $b F_SETLK F_RDLCK SEEK_SET 0 1 -> EAGAIN
      umask 0
      creat f 0666 -> $n
      @1 open f O_RDWR -> $c
      @1 fcntl_lock $c F_SETLK F_WRLCK SEEK_SET 0 0 -> 0
    `,
  },
);
