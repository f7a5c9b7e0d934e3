import type { Script } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** close(2), dup(2), dup2(2), dup3(2), fcntl(2), umask(2). */
export const scripts: readonly Script[] = scriptTable(
  { compare: 'requests' },
  {
    'descriptors: what is not open is EBADF': `
      close 99 -> EBADF
      close -1 -> EBADF
      close 2000000000 -> EBADF
      dup 99 -> EBADF
      dup -1 -> EBADF
      dup2 99 5 -> EBADF
      dup2 99 99 -> EBADF
      dup3 99 5 0 -> EBADF
      fcntl 99 F_GETFD -> EBADF
      fcntl -1 F_GETFL -> EBADF
      fcntl 99 9999 0 -> EBADF
      fcntl 99 F_DUPFD 0 -> EBADF
      fsync 99 -> EBADF
      fdatasync 99 -> EBADF
      read 99 0 -> EBADF
      write 99 '' -> EBADF
      lseek 99 0 SEEK_SET -> EBADF
      fstat 99 -> EBADF
      fchdir 99 -> EBADF
      getdents 99 100 -> EBADF
    `,
    'dup: the lowest number that is free': `
      open f O_CREAT|O_RDWR 0644 -> $a
      dup $a -> 4
      dup $a -> 5
      close 4 -> 0
      open f O_RDONLY -> $b
      dup $b -> 6
      close 3 -> 0
      close 3 -> EBADF
      dup 5 -> 3
    `,
    'dup2: onto another descriptor, itself, and beyond the table': `
      open f O_CREAT|O_RDWR 0644 -> $f
      open g O_CREAT|O_RDWR 0644 -> $g
      write $f file -> 4
      dup2 $f $f -> 3
      dup2 $f 9 -> 9
      dup2 $f $g -> 4
      pread $g 4 0 -> file
      dup2 $f 1023 -> 1023
      dup2 $f 1024 -> EBADF
      dup2 $f 2000000 -> EBADF
      dup2 $f -1 -> EBADF
      close 1023 -> 0
      close 9 -> 0
      fstat 9 -> EBADF
    `,
    'dup3: its flags': `
      open f O_CREAT|O_RDWR 0644 -> $f
      dup3 $f $f 0 -> EINVAL
      dup3 $f 7 1 -> EINVAL
      dup3 99 99 0 -> EINVAL
      dup3 99 7 1 -> EINVAL
      dup3 $f 1024 0 -> EBADF
      dup3 $f -1 0 -> EBADF
      dup3 $f 7 O_CLOEXEC -> 7
      fcntl 7 F_GETFD -> 1
      dup3 $f 8 0 -> 8
      fcntl 8 F_GETFD -> 0
      dup3 $f 7 0 -> 7
      fcntl 7 F_GETFD -> 0
    `,
    'fcntl: F_DUPFD': `
      open f O_CREAT|O_RDWR 0644 -> $f
      fcntl $f F_DUPFD 10 -> 10
      fcntl $f F_DUPFD 10 -> 11
      fcntl $f F_DUPFD 0 -> 4
      fcntl $f F_DUPFD_CLOEXEC 20 -> 20
      fcntl 20 F_GETFD -> 1
      fcntl 10 F_GETFD -> 0
      fcntl $f F_DUPFD 1024 -> EINVAL
      fcntl $f F_DUPFD -1 -> EINVAL
      fcntl $f F_DUPFD 1023 -> 1023
      fcntl $f F_DUPFD 1023 -> EMFILE
    `,
    'fcntl: flags of the descriptor and of the open file': `
      open f O_CREAT|O_RDWR 0644 -> $f
      dup $f -> 4
      fcntl $f F_GETFD -> 0
      fcntl $f F_SETFD 1 -> 0
      fcntl $f F_GETFD -> 1
      fcntl 4 F_GETFD -> 0
      fcntl $f F_SETFD 2 -> 0
      fcntl $f F_GETFD -> 0
      fcntl $f F_GETFL -> 32770
      fcntl $f F_SETFL O_APPEND|O_NONBLOCK -> 0
      fcntl 4 F_GETFL -> 35842
      fcntl $f F_SETFL O_WRONLY|O_CREAT|O_TRUNC -> 0
      fcntl $f F_GETFL -> 32770
      fcntl $f F_SETFL 0 -> 0
      fcntl $f 9999 0 -> EINVAL
      fcntl $f -1 0 -> EINVAL
    `,
    'fcntl: O_NOATIME and O_DIRECT by F_SETFL': `
      open f O_CREAT|O_RDWR 0644 -> $f
      fcntl $f F_SETFL O_NOATIME -> 0
      fcntl $f F_GETFL -> 294914
      open . O_RDONLY -> $d
      fcntl $d F_SETFL O_APPEND -> 0
      fcntl $d F_GETFL -> 33792
    `,
    'descriptors: copies share the position, and the last close releases': `
      open f O_CREAT|O_RDWR 0644 -> $f
      write $f hello -> 5
      dup $f -> 4
      lseek 4 1 SEEK_SET -> 1
      read $f 2 -> el
      read 4 10 -> lo
      fcntl $f F_SETFL O_APPEND
      lseek $f 0 SEEK_SET
      write 4 ! -> 1
      pread $f 10 0 -> hello!
      close $f
      read 4 1 -> ''
      close 4
      read 4 1 -> EBADF
    `,
    'umask: only permission bits, and what they take': `
      umask 077 -> 18
      umask 07777 -> 63
      umask 0 -> 511
      mkdir a 0777
      stat a
      umask 0777
      mkdir b 0777
      stat b
      creat c 0666
      stat c
      mknod e 0140666 0
      stat e
      symlink t f
      lstat f
    `,
    'fsync and fdatasync: files, directories, without writing': `
      open f O_CREAT|O_RDWR 0644 -> $f
      fsync $f -> 0
      write $f hello
      fdatasync $f -> 0
      fsync $f -> 0
      open f O_RDONLY -> $r
      fsync $r -> 0
      mkdir d 0755
      open d O_RDONLY -> $d
      fsync $d -> 0
      fdatasync $d -> 0
      unlink f
      fsync $f -> 0
      rmdir d
      fsync $d -> 0
    `,
  },
);
