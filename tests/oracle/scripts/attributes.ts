import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat f 0644 -> $f
  write $f hello
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop
  mknod s 0140644 0
`;

const shown = scriptTable(
  { compare: 'requests' },
  {
    'stat: what is not there': `
      ${tree}
      stat nope -> ENOENT
      stat '' -> ENOENT
      lstat '' -> ENOENT
      stat dangling -> ENOENT
      stat loop -> ELOOP
      stat loop/x -> ELOOP
      stat f/ -> ENOTDIR
      stat f/x -> ENOTDIR
      stat l/ -> ENOTDIR
      lstat l/ -> ENOTDIR
      lstat dangling/ -> ENOENT
      stat n*256 -> ENAMETOOLONG
      stat x*4096 -> ENAMETOOLONG
      lstat n*256 -> ENAMETOOLONG
      fstat 99 -> EBADF
      fstat -1 -> EBADF
    `,
    'stat: every kind of file': `
      ${tree}
      mknod p 0010640 0
      mknod c 0020600 259
      mknod b 0060600 2049
      stat f
      stat l
      lstat l
      stat dl
      lstat dl
      lstat dl/
      lstat dangling
      stat s
      stat p
      stat c
      stat b
      stat .
      stat ..
      stat /
      stat d/..
      fstat $f
      open . O_RDONLY -> $d
      fstat $d
    `,
    'fstatat: flags and descriptors': `
      ${tree}
      fstatat AT_FDCWD '' 0 -> ENOENT
      fstatat 99 '' 0 -> ENOENT
      fstatat 99 f 0 -> EBADF
      fstatat 99 '' AT_EMPTY_PATH -> EBADF
      fstatat -1 '' AT_EMPTY_PATH -> EBADF
      fstatat $f x 0 -> ENOTDIR
      fstatat AT_FDCWD f 1 -> EINVAL
      fstatat AT_FDCWD f 0x400 -> EINVAL
      fstatat 99 '' 0x200 -> EINVAL
      fstatat AT_FDCWD l 0
      fstatat AT_FDCWD l AT_SYMLINK_NOFOLLOW
      fstatat AT_FDCWD l AT_SYMLINK_NOFOLLOW|AT_NO_AUTOMOUNT
      fstatat AT_FDCWD '' AT_EMPTY_PATH
      fstatat $f '' AT_EMPTY_PATH
      fstatat 99 /f AT_EMPTY_PATH
      open l O_PATH|O_NOFOLLOW -> $l
      fstatat $l '' AT_EMPTY_PATH
      open d O_RDONLY -> $d
      fstatat $d ../f 0
      fstatat $d in 0 -> ENOENT
    `,
    'statx: flags and masks': `
      ${tree}
      statx AT_FDCWD f 0 0x80000000 -> EINVAL
      statx AT_FDCWD f 0x6000 0x7ff -> EINVAL
      statx AT_FDCWD f 1 0x7ff -> EINVAL
      statx AT_FDCWD f 0x400 0x7ff -> EINVAL
      statx AT_FDCWD nope 0 0x7ff -> ENOENT
      statx AT_FDCWD '' 0 0x7ff -> ENOENT
      statx 99 f 0 0x7ff -> EBADF
      statx 99 '' AT_EMPTY_PATH 0x7ff -> EBADF
      statx $f x 0 0x7ff -> ENOTDIR
      statx AT_FDCWD f 0 0
      statx AT_FDCWD f 0 0x7ff
      statx AT_FDCWD l AT_SYMLINK_NOFOLLOW 0x7ff
      statx $f '' AT_EMPTY_PATH 0x7ff
      statx AT_FDCWD '' AT_EMPTY_PATH 0x7ff
      statx AT_FDCWD f AT_STATX_FORCE_SYNC 0x7ff
      statx AT_FDCWD f AT_STATX_DONT_SYNC 0x7ff
      statx AT_FDCWD f 0 STATX_SIZE
      statx $f '' AT_EMPTY_PATH|AT_STATX_FORCE_SYNC STATX_SIZE|STATX_MTIME
      statx AT_FDCWD f AT_NO_AUTOMOUNT STATX_BASIC_STATS
    `,
    'statx: the time of birth': `
      creat f 0644 -> $f
      statx AT_FDCWD f 0 0xfff
      statx $f '' AT_EMPTY_PATH STATX_BTIME
      statx AT_FDCWD f AT_STATX_DONT_SYNC 0xfff
    `,
    'statfs and fstatfs': `
      ${tree}
      statfs nope -> ENOENT
      statfs '' -> ENOENT
      statfs f/x -> ENOTDIR
      statfs dangling -> ENOENT
      statfs loop -> ELOOP
      statfs n*256 -> ENAMETOOLONG
      fstatfs 99 -> EBADF
      statfs /
      statfs f
      statfs l
      statfs s
      fstatfs $f
      open d O_PATH -> $d
      fstatfs $d
    `,
  },
);

const modes = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'chmod: what is not there': `
        ${tree}
        chmod nope 0644 -> ENOENT
        chmod '' 0644 -> ENOENT
        chmod dangling 0644 -> ENOENT
        chmod loop 0644 -> ELOOP
        chmod f/ 0644 -> ENOTDIR
        chmod f/x 0644 -> ENOTDIR
        chmod n*256 0644 -> ENAMETOOLONG
        fchmod 99 0644 -> EBADF
        fchmodat 99 f 0644 0 -> EBADF
        fchmodat $f x 0644 0 -> ENOTDIR
        fchmodat AT_FDCWD '' 0644 0 -> ENOENT
        fchmodat AT_FDCWD f 0644 0x200 -> EINVAL
        fchmodat AT_FDCWD l 0644 AT_SYMLINK_NOFOLLOW -> EOPNOTSUPP
        fchmodat 99 '' 0644 AT_EMPTY_PATH -> EBADF
      `,
      'chmod: all bits, on every kind of file': `
        ${tree}
        chmod f 07777
        stat f
        chmod f 0
        stat f
        chmod l 0640
        stat f
        lstat l
        chmod d 01700
        stat d
        chmod s 0755
        stat s
        chmod f 0170644
        stat f
        fchmod $f 0600
        fstat $f
        fchmodat AT_FDCWD l 0444 0
        fchmodat AT_FDCWD f 0440 AT_SYMLINK_NOFOLLOW
        fchmodat $f '' 0400 AT_EMPTY_PATH
        stat f
        open d O_RDONLY -> $d
        fchmod $d 0711
        fchmodat $d ../f 0411 0
        fstat $d
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'chmod: only the owner and root': `
        @0 creat f 0666
        @0 mkdir d 0777
        @1 creat mine 0644
        @1 chmod f 0644 -> EPERM
        @1 chmod d 0755 -> EPERM
        @1 chmod / 0755 -> EPERM
        @1 chmod mine 0600
        @2 chmod mine 0600 -> EPERM
        @0 chmod mine 0666
        @2 open mine O_RDWR -> $o
        @2 fchmod $o 0644 -> EPERM
        @0 chown f 1000 1001
        @1 chmod f 0600
      `,
      'chmod: set-group-ID of a group that is not theirs is taken away': `
        @1 creat mine 0644
        @0 chown mine 1000 1001
        @1 chmod mine 02755
        @1 stat mine
        @0 chmod mine 02755
        @0 stat mine
        @1 chmod mine 0755
        @2 creat other 0644
        @0 chown other 1001 1000
        @2 chmod other 02755
        @2 stat other
        @1 mkdir d 0755
        @0 chown d 1000 1001
        @1 chmod d 02755
        @1 stat d
        @1 chmod mine 04755
        @1 stat mine
        @1 chmod mine 01644
        @1 stat mine
      `,
      'chmod: permission on the way': `
        @0 mkdir d 0700
        @1 creat f 0644
        @0 rename f d/f
        @1 chmod d/f 0600 -> EACCES
        @0 chmod d 0711
        @1 chmod d/f 0600
        @1 stat d/f
      `,
    },
  ),
];

const owners = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'chown: what is not there': `
        ${tree}
        chown nope 1 1 -> ENOENT
        chown '' 1 1 -> ENOENT
        lchown '' 1 1 -> ENOENT
        chown dangling 1 1 -> ENOENT
        chown loop 1 1 -> ELOOP
        chown f/x 1 1 -> ENOTDIR
        lchown l/ 1 1 -> ENOTDIR
        chown n*256 1 1 -> ENAMETOOLONG
        fchown 99 1 1 -> EBADF
        fchownat 99 f 1 1 0 -> EBADF
        fchownat $f x 1 1 0 -> ENOTDIR
        fchownat AT_FDCWD '' 1 1 0 -> ENOENT
        fchownat AT_FDCWD f 1 1 0x200 -> EINVAL
        fchownat 99 '' 1 1 AT_EMPTY_PATH -> EBADF
      `,
      'chown: either, both and none': `
        ${tree}
        chown f 1000 1001
        stat f
        chown f -1 7
        stat f
        chown f 8 -1
        stat f
        chown f -1 -1
        stat f
        chown l 5 5
        lchown l 6 6
        lchown dangling 9 9
        lstat l
        lstat dangling
        stat f
        fchown $f 10 10
        fchownat AT_FDCWD l 11 11 0
        fchownat AT_FDCWD l 12 12 AT_SYMLINK_NOFOLLOW
        fchownat $f '' 13 -1 AT_EMPTY_PATH
        fstat $f
        lstat l
        chown d 1 2
        stat d
      `,
      'chown: set-id bits go, by root too, but not from directories': `
        creat f 06755
        chown f 1 1
        stat f
        chmod f 06755
        chown f -1 2
        stat f
        chmod f 06755
        chown f -1 -1
        stat f
        chmod f 06745
        chown f 3 3
        stat f
        mkdir d 0755
        chmod d 07755
        chown d 1 1
        stat d
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'chown: what users may': `
        @0 creat f 0666
        @1 creat mine 0644
        @1 chown f 1000 -1 -> EPERM
        @1 chown f -1 1000 -> EPERM
        @1 chown f -1 -1
        @1 chown mine 1001 -1 -> EPERM
        @1 chown mine 0 0 -> EPERM
        @1 chown mine -1 1001 -> EPERM
        @1 chown mine 1000 1000
        @1 chown mine -1 1000
        @1 chown mine -1 -1
        @2 creat other 0644
        @2 chown other -1 1000
        @2 chown other 1001 1000
        @2 chown other -1 1001
        @2 chown other -1 0 -> EPERM
        @2 chown other 1000 1000 -> EPERM
        @2 lchown mine -1 1000 -> EPERM
        @2 stat other
      `,
      'chown: set-id bits go when a user changes the group': `
        @2 creat f 0755
        @2 chmod f 06755
        @2 chown f -1 1000
        @2 stat f
        @2 chmod f 06755
        @2 chown f 1001 -1
        @2 stat f
        @2 chmod f 06755
        @2 chown f -1 -1
        @2 stat f
        @2 chmod f 02745
        @2 stat f
        @2 chown f -1 1001
        @2 stat f
      `,
      'write and truncate: set-id bits go when a user changes the content': `
        @1 open f O_CREAT|O_RDWR 0777 -> $f
        @1 chmod f 06777
        @2 open f O_RDWR -> $g
        @2 write $g x -> 1
        @2 stat f
        @1 chmod f 06777
        @2 truncate f 0
        @2 stat f
        @1 chmod f 06777
        @2 ftruncate $g 10
        @2 stat f
        @1 chmod f 06777
        @2 open f O_TRUNC|O_WRONLY -> $h
        @2 stat f
        @1 chmod f 06767
        @2 write $g x
        @2 stat f
        @1 chmod f 06777
        @1 pwrite $f own 0
        @1 stat f
        @1 chmod f 06777
        @0 truncate f 1
        @0 stat f
      `,
    },
  ),
];

const times = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'utimensat: what cannot be': `
        ${tree}
        utimensat AT_FDCWD nope 1 1 0 -> ENOENT
        utimensat AT_FDCWD '' 1 1 0 -> ENOENT
        utimensat AT_FDCWD dangling 1 1 0 -> ENOENT
        utimensat AT_FDCWD loop 1 1 0 -> ELOOP
        utimensat AT_FDCWD f/x 1 1 0 -> ENOTDIR
        utimensat AT_FDCWD n*256 1 1 0 -> ENAMETOOLONG
        utimensat 99 f 1 1 0 -> EBADF
        utimensat $f x 1 1 0 -> ENOTDIR
        utimensat AT_FDCWD f 1 1 0x200 -> EINVAL
        utimensat AT_FDCWD f 1.1000000000 1 0 -> EINVAL
        utimensat AT_FDCWD f 1 1.-1 0 -> EINVAL
        utimensat AT_FDCWD nope 1.1000000000 1 0 -> ENOENT
        utimensat AT_FDCWD nope omit omit 0 -> 0
        utimensat 99 NULL omit omit 0 -> 0
        utimensat 99 NULL 1 1 0 -> EBADF
        utimensat $f NULL 1 1 AT_SYMLINK_NOFOLLOW -> EINVAL
        utimensat AT_FDCWD NULL 1 1 0 -> EFAULT
        futimens 99 1 1 -> EBADF
        futimens -1 now now -> EBADF
        futimens $f 1.1000000000 1 -> EINVAL
      `,
      'utimensat: times as they are given': `
        ${tree}
        utimensat AT_FDCWD f 1000000000 1234567890.123456789 0
        stat f
        utimensat AT_FDCWD f omit 5 0
        stat f
        utimensat AT_FDCWD f 6 omit 0
        stat f
        utimensat AT_FDCWD f omit omit 0
        stat f
        utimensat AT_FDCWD f -5.7 -1 0
        stat f
        utimensat AT_FDCWD f 0 0.999999999 0
        stat f
        utimensat AT_FDCWD f 4294967296 99999999999 0
        stat f
        utimensat AT_FDCWD l 7 7 AT_SYMLINK_NOFOLLOW
        lstat l
        utimensat AT_FDCWD l 8 8 0
        utimensat $f NULL 9 9 0
        fstat $f
        utimensat $f '' 10 10 AT_EMPTY_PATH
        futimens $f 11 omit
        fstat $f
        utimensat AT_FDCWD d 12 12 0
        stat d
      `,
      'utimensat: now is the server own time': `
        ${tree}
        utimensat AT_FDCWD f now now 0
        stat f
        utimensat AT_FDCWD f now 5 0
        stat f
        utimensat AT_FDCWD f 5 now 0
        stat f
        utimensat AT_FDCWD f now omit 0
        stat f
        futimens $f omit now
        fstat $f
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'utimensat: who may': `
        @0 creat f 0644
        @1 utimensat AT_FDCWD f 1 1 0 -> EPERM
        @1 utimensat AT_FDCWD f now now 0 -> EACCES
        @1 utimensat AT_FDCWD f now omit 0 -> EPERM
        @1 utimensat AT_FDCWD f omit now 0 -> EPERM
        @1 utimensat AT_FDCWD f 1 now 0 -> EPERM
        @1 utimensat AT_FDCWD f omit omit 0 -> 0
        @0 chmod f 0666
        @1 utimensat AT_FDCWD f now now 0 -> 0
        @1 utimensat AT_FDCWD f 1 1 0 -> EPERM
        @1 utimensat AT_FDCWD f now omit 0 -> EPERM
        @1 open f O_RDONLY -> $r
        @1 futimens $r now now -> 0
        @1 futimens $r 1 1 -> EPERM
        @1 creat mine 0
        @1 utimensat AT_FDCWD mine 1 1 0 -> 0
        @1 utimensat AT_FDCWD mine now now 0 -> 0
        @1 utimensat AT_FDCWD mine now omit 0 -> 0
        @0 utimensat AT_FDCWD mine 2 2 0 -> 0
        @1 stat mine
      `,
    },
  ),
];

/** stat(2), statx(2), statfs(2), chmod(2), chown(2), utimensat(2) and their families. */
export const scripts: readonly Script[] = [...shown, ...modes, ...owners, ...times];
