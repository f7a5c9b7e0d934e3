import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat f 0644 -> $f
  write $f hello
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop
`;

/** open(2), openat(2) and creat(2). */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'open: names that lead nowhere': `
        open nope O_RDONLY -> ENOENT
        open '' O_RDONLY -> ENOENT
        open nope/f O_RDONLY -> ENOENT
        open nope/f O_CREAT 0644 -> ENOENT
        open nope O_WRONLY|O_TRUNC -> ENOENT
        open nope O_EXCL -> ENOENT
        open nope O_PATH|O_CREAT 0644 -> ENOENT
        creat '' 0644 -> ENOENT
        creat nope/f 0644 -> ENOENT
      `,
      'open: a file where a directory must be': `
        ${tree}
        open f/x O_RDONLY -> ENOTDIR
        open f/ O_RDONLY -> ENOTDIR
        open f/. O_RDONLY -> ENOTDIR
        open f/.. O_RDONLY -> ENOTDIR
        open f/x O_CREAT 0644 -> ENOTDIR
        open l/ O_NOFOLLOW -> ENOTDIR
        open f O_DIRECTORY -> ENOTDIR
        open l O_DIRECTORY -> ENOTDIR
        open l O_DIRECTORY|O_NOFOLLOW -> ENOTDIR
        open f O_PATH|O_DIRECTORY -> ENOTDIR
      `,
      'open: a directory where a file must be': `
        ${tree}
        open d O_WRONLY -> EISDIR
        open d O_RDWR -> EISDIR
        open d O_TRUNC -> EISDIR
        open dl O_WRONLY -> EISDIR
        open . O_RDWR -> EISDIR
        open / O_WRONLY -> EISDIR
        open d O_CREAT 0644 -> EISDIR
        open d/. O_CREAT 0644 -> EISDIR
        open d/.. O_CREAT 0644 -> EISDIR
        open / O_CREAT 0644 -> EISDIR
        open f/ O_CREAT 0644 -> EISDIR
        open new/ O_CREAT 0644 -> EISDIR
        creat d 0644 -> EISDIR
        creat . 0644 -> EISDIR
        creat new/ 0644 -> EISDIR
      `,
      'open: O_EXCL refuses all that is there': `
        ${tree}
        open f O_CREAT|O_EXCL 0644 -> EEXIST
        open d O_CREAT|O_EXCL 0644 -> EEXIST
        open l O_CREAT|O_EXCL 0644 -> EEXIST
        open dangling O_CREAT|O_EXCL 0644 -> EEXIST
        open loop O_CREAT|O_EXCL 0644 -> EEXIST
        open . O_CREAT|O_EXCL 0644 -> EEXIST
        open d/.. O_CREAT|O_EXCL 0644 -> EEXIST
        open / O_CREAT|O_EXCL 0644 -> EEXIST
        open f/ O_CREAT|O_EXCL 0644 -> EISDIR
        open f/x O_CREAT|O_EXCL 0644 -> ENOTDIR
        open new O_CREAT|O_EXCL|O_RDWR 0600 -> $new
        fstat $new
        open new O_CREAT|O_EXCL|O_RDWR 0600 -> EEXIST
        open f O_EXCL
      `,
      'open: symbolic links that are not to be followed': `
        ${tree}
        open l O_NOFOLLOW -> ELOOP
        open dangling O_NOFOLLOW -> ELOOP
        open dl O_NOFOLLOW -> ELOOP
        open l O_CREAT|O_NOFOLLOW 0644 -> ELOOP
        open dangling O_CREAT|O_NOFOLLOW 0644 -> ELOOP
        open loop O_RDONLY -> ELOOP
        open loop O_CREAT 0644 -> ELOOP
        open loop/x O_RDONLY -> ELOOP
        open dl/ O_NOFOLLOW
        open dl O_DIRECTORY
        open l O_PATH|O_NOFOLLOW -> $p
        fstat $p
        readlinkat $p '' -> f
      `,
      'open: flags that go together with none': `
        ${tree}
        open d O_CREAT|O_DIRECTORY 0644 -> EINVAL
        open new O_CREAT|O_DIRECTORY 0644 -> EINVAL
        open '' O_CREAT|O_DIRECTORY 0644 -> EINVAL
        open d 020000002 0644 -> EINVAL
        open d O_TMPFILE 0644 -> EINVAL
        open d O_TMPFILE|O_RDWR|O_CREAT 0644 -> EINVAL
        open f O_TMPFILE|O_RDWR 0644 -> ENOTDIR
        open nope O_TMPFILE|O_RDWR 0644 -> ENOENT
        lstat new -> ENOENT
      `,
      'open: long names and paths': `
        creat n*255 0644
        creat n*256 0644 -> ENAMETOOLONG
        open n*256 O_RDONLY -> ENAMETOOLONG
        open n*256/x O_RDONLY -> ENAMETOOLONG
        open n*255/x O_RDONLY -> ENOTDIR
        open ./*2047 O_RDONLY
        open ./*2047n O_RDONLY -> ENOENT
        open ./*2048 O_RDONLY -> ENAMETOOLONG
        open x*4095 O_RDONLY -> ENAMETOOLONG
        open x*4096 O_RDONLY -> ENAMETOOLONG
        open n*255 O_RDONLY
      `,
      'open: what is no file that can be read': `
        mknod s 0140644 0
        open s O_RDONLY -> ENXIO
        open s O_RDWR -> ENXIO
        open s O_TRUNC -> ENXIO
        open s O_CREAT 0644 -> ENXIO
        open s O_CREAT|O_EXCL 0644 -> EEXIST
        open s O_DIRECTORY -> ENOTDIR
        open s O_PATH -> $s
        fstat $s
        read $s 1 -> EBADF
      `,
      'open: an existing file keeps its mode and is emptied if asked': `
        ${tree}
        open f O_CREAT|O_RDWR 0600 -> $a
        fstat $a
        read $a 10 -> hello
        open f O_TRUNC -> $b
        read $b 10 -> ''
        fstat $b
        write $f again -> 5
        creat f 0600 -> $c
        fstat $c
        write $c x -> 1
        read $c 1 -> EBADF
        open f O_CREAT|O_TRUNC|O_RDWR 0600 -> $e
        fstat $e
      `,
      'open: the mode of a new file': `
        umask 027 -> 18
        open a O_CREAT 0777 -> $a
        fstat $a
        open b O_CREAT 07777 -> $b
        fstat $b
        open c O_CREAT 0140644 -> $c
        fstat $c
        open e O_CREAT|O_RDWR 0 -> $e
        write $e mine -> 4
        pread $e 4 0 -> mine
        creat g 0666 -> $g
        fstat $g
      `,
      'open: dangling links make their targets': `
        ${tree}
        symlink d/second first
        symlink ../third d/second
        symlink new/ slashed
        symlink no/new missing
        open dangling O_CREAT|O_WRONLY 0644 -> $n
        write $n made -> 4
        stat nowhere
        lstat dangling
        open first O_CREAT|O_WRONLY 0644
        stat third
        open slashed O_CREAT|O_WRONLY 0644 -> EISDIR
        open missing O_CREAT|O_WRONLY 0644 -> ENOENT
      `,
      'open: access mode 3 gives nothing to read or write': `
        creat f 0644 -> $w
        write $w hello
        open f 3 -> $fd
        read $fd 5 -> EBADF
        write $fd x -> EBADF
        ftruncate $fd 0 -> EINVAL
        fstat $fd
        fcntl $fd F_GETFL -> 32771
        close $fd
      `,
      'open: flags as they are kept': `
        open f O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_RDWR|O_APPEND|O_NONBLOCK|O_CLOEXEC 0644 -> $a
        fcntl $a F_GETFL -> 35842
        fcntl $a F_GETFD -> 1
        open . O_DIRECTORY|O_NOFOLLOW -> $d
        fcntl $d F_GETFL -> 229376
        open f O_RDWR|04000000 -> $s
        fcntl $s F_GETFL -> 1085442
        open f O_PATH|O_TRUNC|O_RDWR|O_APPEND -> $p
        fcntl $p F_GETFL -> 2097152
        open . O_PATH|O_DIRECTORY|O_CLOEXEC -> $q
        fcntl $q F_GETFL -> 2162688
        fcntl $q F_GETFD -> 1
        open f 0x20000000 -> $u
        fcntl $u F_GETFL -> 32768
        open f O_NOATIME -> $n
        fcntl $n F_GETFL
      `,
      'openat: relative to a descriptor': `
        ${tree}
        openat 99 '' O_RDONLY -> ENOENT
        openat 99 x*5000 O_RDONLY -> ENAMETOOLONG
        openat 99 f O_RDONLY -> EBADF
        openat -1 f O_RDONLY -> EBADF
        openat 99 / O_RDONLY
        openat $f x O_RDONLY -> ENOTDIR
        openat $f . O_RDONLY -> ENOTDIR
        openat $f '' O_RDONLY -> ENOENT
        open d O_PATH -> $d
        openat $d in O_RDONLY -> ENOENT
        openat $d in O_CREAT|O_RDWR 0640 -> $in
        fstat $in
        openat $d ../d/in O_RDONLY
        openat $d /d/in O_RDONLY
        openat $d .. O_RDONLY -> $root
        openat $root f O_RDONLY
        openat AT_FDCWD f O_RDONLY
        open l O_PATH|O_NOFOLLOW -> $link
        openat $link x O_RDONLY -> ENOTDIR
      `,
      'openat: a removed directory takes nothing new': `
        mkdir d 0755
        open d O_DIRECTORY -> $d
        rmdir d
        openat $d f O_CREAT 0644 -> ENOENT
        openat $d f O_RDONLY -> ENOENT
        openat $d n*256 O_CREAT 0644 -> ENOENT
        openat $d . O_RDONLY
        openat $d .. O_RDONLY
        fstat $d
      `,
      'open: O_PATH is good for places alone': `
        ${tree}
        open f O_PATH -> $p
        fstat $p
        read $p 1 -> EBADF
        pread $p 1 0 -> EBADF
        readv $p 1 -> EBADF
        write $p x -> EBADF
        pwrite $p x 0 -> EBADF
        lseek $p 0 SEEK_SET -> EBADF
        ftruncate $p 0 -> EBADF
        fsync $p -> EBADF
        fdatasync $p -> EBADF
        fchmod $p 0600 -> EBADF
        fchown $p 0 0 -> EBADF
        futimens $p 1 1 -> EBADF
        fgetxattr $p user.a 10 -> EBADF
        fsetxattr $p user.a v 0 -> EBADF
        flistxattr $p 10 -> EBADF
        fremovexattr $p user.a -> EBADF
        getdents $p 100 -> EBADF
        fcntl $p F_SETFL 0 -> EBADF
        fcntl $p F_DUPFD 0
        fstatfs $p
        fstatat $p '' AT_EMPTY_PATH
        fchdir $p -> ENOTDIR
        close $p -> 0
        close $p -> EBADF
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'open: permission bits of owner, group and others': `
        @0 open f O_CREAT 0640 -> $f
        @0 fchown $f 1000 1000
        @1 open f O_RDWR
        @2 open f O_RDONLY
        @2 open f O_WRONLY -> EACCES
        @2 open f O_RDWR -> EACCES
        @2 open f O_TRUNC -> EACCES
        @0 chmod f 0066
        @1 open f O_RDONLY -> EACCES
        @1 open f O_WRONLY -> EACCES
        @1 open f 3 -> EACCES
        @2 open f O_RDWR
        @0 chmod f 0006
        @2 open f O_RDONLY -> EACCES
        @0 open f O_RDWR
        @1 open f O_PATH
      `,
      'open: permission on the way': `
        @0 mkdir d 0700
        @0 creat d/f 0666
        @1 open d/f O_RDONLY -> EACCES
        @1 open d/nope O_RDONLY -> EACCES
        @1 open d/nope O_CREAT 0644 -> EACCES
        @1 open d/f O_PATH -> EACCES
        @1 open d O_RDONLY -> EACCES
        @1 open d O_PATH -> $d
        @1 openat $d f O_RDONLY -> EACCES
        @0 chmod d 0711
        @1 openat $d f O_RDONLY
        @1 open d/f O_RDWR
        @1 open d/nope O_CREAT 0644 -> EACCES
        @1 open d O_RDONLY -> EACCES
        @1 openat $d f O_CREAT|O_EXCL 0644 -> EEXIST
        @1 open d/f O_CREAT|O_RDWR 0644
      `,
      'open: O_NOATIME is for the owner': `
        @0 creat f 0666
        @1 open f O_NOATIME -> EPERM
        @1 creat mine 0644
        @1 open mine O_NOATIME
        @0 open mine O_NOATIME
        @2 open mine O_NOATIME -> EPERM
      `,
      'open: who a new file belongs to': `
        @0 mkdir d 0755
        @0 chown d 0 1000
        @0 chmod d 02777
        @1 open d/a O_CREAT 02755 -> $a
        @1 fstat $a
        @2 open d/b O_CREAT 02755 -> $b
        @2 fstat $b
        @0 chown d 0 77
        @1 open d/c O_CREAT 02755 -> $c
        @1 fstat $c
        @1 open d/e O_CREAT 02644 -> $e
        @1 fstat $e
        @0 open d/g O_CREAT 02755 -> $g
        @0 fstat $g
        @1 open h O_CREAT 06755 -> $h
        @1 fstat $h
      `,
      'open: a sticky directory keeps what others made': `
        @0 mkdir t 0755
        @0 chmod t 01777
        @1 creat t/f 0666
        @2 open t/f O_RDWR
        @2 open t/f O_CREAT|O_RDWR 0644
        @2 creat t/f 0644
        @1 symlink f t/l
        @2 open t/l O_RDONLY
        @0 open t/l O_CREAT|O_RDWR 0644
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS },
    {
      'open: O_TMPFILE where it cannot be written': `
        @0 mkdir d 0755
        @1 open d O_TMPFILE|O_RDWR 0644 -> EACCES
        @1 open d O_TMPFILE|O_RDONLY 0644 -> EINVAL
        @1 open d O_TMPFILE|O_WRONLY|O_CREAT 0644 -> EINVAL
      `,
    },
  ),
];
