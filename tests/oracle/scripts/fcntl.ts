import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const words = (...values: number[]): string =>
  values
    .map((value) => [0, 8, 16, 24].map((at) => `\\x${((value >>> at) & 0xff).toString(16).padStart(2, '0')}`).join(''))
    .join('');

/** No process has such a number. */
const NO_PID = 0x3fff_ffff;

/** fcntl(2) beside duplication, flags and locks, and close_range(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests', tasks: THREE_TASKS },
  {
    'fcntl: what O_PATH descriptors take': `
      creat f 0644 -> $f
      open f O_PATH -> $p
      fcntl $p F_DUPFD 20 -> 20
      fcntl $p F_DUPFD_QUERY 20 -> 1
      fcntl $p F_DUPFD_QUERY $f -> 0
      fcntl $p F_CREATED_QUERY -> 0
      fcntl $p F_GETFD -> 0
      fcntl $p F_SETFD 1 -> 0
      fcntl $p F_GETFL
      fcntl $p F_SETFL 0 -> EBADF
      fcntl $p F_GETOWN -> EBADF
      fcntl $p F_SETOWN 0 -> EBADF
      fcntl $p F_GETSIG -> EBADF
      fcntl $p F_GETLEASE -> EBADF
      fcntl $p F_SETLEASE 2 -> EBADF
      fcntl $p F_NOTIFY 0 -> EBADF
      fcntl $p F_GETPIPE_SZ -> EBADF
      fcntl $p F_GETLK 0 -> EBADF
      fcntl_bytes $p F_GET_RW_HINT ${words(0, 0)} -> EBADF
      fcntl $p 9999 -> EBADF
      fcntl 99 F_DUPFD_QUERY 99 -> EBADF
    `,
    'fcntl: duplicates and who made a file': `
      open f O_CREAT|O_RDWR 0644 -> $f
      open f O_CREAT|O_RDWR 0644 -> $g
      dup $f -> $h
      fcntl $f F_DUPFD_QUERY $f -> 1
      fcntl $f F_DUPFD_QUERY $g -> 0
      fcntl $f F_DUPFD_QUERY $h -> 1
      fcntl $f F_DUPFD_QUERY 99 -> EBADF
      fcntl $f F_CREATED_QUERY -> 1
      fcntl $g F_CREATED_QUERY -> 0
      fcntl $h F_CREATED_QUERY -> 1
    `,
    'fcntl: who made a file without a name': `
      open . O_TMPFILE|O_RDWR 0644 -> $t
      fcntl $t F_CREATED_QUERY
    `,
    'fcntl: owners and signals': `
      creat f 0644 -> $f
      fcntl $f F_GETOWN -> 0
      fcntl $f F_GETSIG -> 0
      fcntl_bytes $f F_GETOWN_EX ${words(7, 7)}
      fcntl $f F_SETSIG 65 -> EINVAL
      fcntl $f F_SETSIG -1 -> EINVAL
      fcntl_bytes $f F_GETOWN_EX ${words(7, 7)}
      fcntl $f F_SETSIG 64 -> 0
      fcntl $f F_GETSIG -> 64
      fcntl_bytes $f F_GETOWN_EX ${words(7, 7)}
      fcntl $f F_SETSIG 0 -> 0
      fcntl $f F_SETOWN 0 -> 0
      fcntl $f F_GETOWN -> 0
      fcntl_bytes $f F_GETOWN_EX ${words(7, 7)}
      fcntl $f F_SETOWN ${NO_PID} -> ESRCH
      fcntl $f F_SETOWN -${NO_PID} -> ESRCH
      fcntl $f F_SETOWN -2147483648 -> EINVAL
      fcntl_bytes $f F_SETOWN_EX ${words(3, 0)} -> EINVAL
      fcntl_bytes $f F_SETOWN_EX ${words(2, NO_PID)} -> ESRCH
      fcntl_bytes $f F_SETOWN_EX ${words(2, 0)}
      fcntl_bytes $f F_GETOWN_EX ${words(7, 7)}
      fcntl $f F_GETOWN_EX 0 -> EFAULT
      fcntl $f F_SETOWN_EX 0 -> EFAULT
    `,
    'fcntl: leases that nobody gets': `
      creat f 0644 -> $f
      open . O_RDONLY -> $d
      fcntl $f F_GETLEASE -> 2
      fcntl $d F_GETLEASE -> 2
      fcntl $f F_SETLEASE 2 -> EAGAIN
      fcntl $d F_SETLEASE 2 -> EINVAL
      fcntl $d F_SETLEASE 0 -> EINVAL
      fcntl $f F_SETLEASE 3 -> EINVAL
      chmod f 0666
      @1 open f O_RDONLY -> $u
      @1 fcntl $u F_SETLEASE 0
      @1 fcntl $u F_SETLEASE 2
      @1 fcntl $u F_SETLEASE 5 -> EINVAL
    `,
    'fcntl: hints of how long what is written lasts': `
      creat f 0644 -> $f
      fcntl_bytes $f F_GET_RW_HINT ${words(7, 7)}
      fcntl_bytes $f F_SET_RW_HINT ${words(5, 0)}
      fcntl_bytes $f F_GET_RW_HINT ${words(7, 7)}
      fcntl_bytes $f F_SET_RW_HINT ${words(6, 0)} -> EINVAL
      fcntl_bytes $f F_SET_RW_HINT ${words(1, 1)} -> EINVAL
      open f O_RDONLY -> $g
      fcntl_bytes $g F_GET_RW_HINT ${words(7, 7)}
      fcntl $f F_GET_RW_HINT 0 -> EFAULT
      fcntl $f F_SET_RW_HINT 0 -> EFAULT
      chmod f 0666
      @1 open f O_RDONLY -> $u
      @1 fcntl_bytes $u F_SET_RW_HINT ${words(0, 0)}
    `,
    'fcntl: what files here are not': `
      creat f 0644 -> $f
      fcntl $f F_GETPIPE_SZ -> EBADF
      fcntl $f F_SETPIPE_SZ 4096 -> EBADF
      fcntl $f 1033 1 -> EINVAL
      fcntl $f 1034 -> EINVAL
      fcntl $f 1037 0 -> EINVAL
      fcntl $f 1029 -> EINVAL
      fcntl $f 7777 -> EINVAL
      fcntl $f -1 -> EINVAL
      fcntl $f F_GETLK 0 -> EFAULT
      fcntl $f F_SETLK 0 -> EFAULT
      fcntl $f F_OFD_SETLKW 0 -> EFAULT
    `,
    'close_range: which are closed': `
      open f O_CREAT|O_RDWR 0644 -> $a
      dup $a -> $b
      dup2 $a 20
      dup2 $a 30
      close_range 21 20 0 -> EINVAL
      close_range 20 30 1 -> EINVAL
      close_range 40 50 0 -> 0
      close_range 20 29 4 -> 0
      fcntl 20 F_GETFD -> 1
      fcntl 30 F_GETFD -> 0
      close_range $b 20 0 -> 0
      fcntl $b F_GETFD -> EBADF
      fcntl 20 F_GETFD -> EBADF
      fcntl 30 F_GETFD -> 0
      close_range 3 -1 0 -> 0
      fcntl $a F_GETFD -> EBADF
      fcntl 30 F_GETFD -> EBADF
      open f O_RDONLY -> 3
    `,
  },
);
