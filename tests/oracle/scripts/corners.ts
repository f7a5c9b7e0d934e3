import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat d/in 0644
  creat f 0644 -> $f
  symlink f l
  symlink d dl
  symlink nowhere dangling
`;

/** Where several rules meet: which of two errors comes first, and calls that reach a file in unusual ways. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'corners: links whose targets end in dots or slashes': `
        ${tree}
        symlink d/. dot
        symlink d/.. up
        symlink d/new/ slash
        symlink d/in/ file
        symlink ./d/./../d/in round
        stat dot/in
        stat up/f
        stat round
        open dot O_CREAT 0644 -> EISDIR
        open up O_CREAT|O_EXCL 0644 -> EEXIST
        open slash O_CREAT 0644 -> EISDIR
        open slash O_RDONLY -> ENOENT
        open file O_RDONLY -> ENOTDIR
        open file O_CREAT 0644 -> EISDIR
        mkdir slash 0755 -> EEXIST
        mkdir slash/ 0755 -> EEXIST
        rmdir dot -> ENOTDIR
        unlink slash
        rename dot round
        readlink round -> d/.
        stat round/in
      `,
      'corners: through a link to a directory': `
        ${tree}
        creat dl/new 0644
        stat d/new
        rename dl/in dl/out
        link dl/out dl/again
        mkdir dl/sub 0755
        unlink dl/again
        rmdir dl/sub/
        symlink ../f dl/back
        readlink dl/back -> ../f
        stat dl/back
        open dl/ O_RDONLY|O_NOFOLLOW -> $d
        getdents $d 1000
        open dl O_PATH|O_NOFOLLOW|O_DIRECTORY -> ENOTDIR
        open dl/ O_CREAT 0644 -> EISDIR
        open dangling/ O_CREAT 0644 -> EISDIR
        open dangling/x O_CREAT 0644 -> ENOENT
        truncate dl/out 5
        chdir dl
        getcwd -> /d
      `,
      'corners: which error comes first': `
        ${tree}
        open nope/x*256 O_RDONLY -> ENOENT
        openat $f x*256 O_RDONLY -> ENOTDIR
        openat 99 x*256 O_RDONLY -> EBADF
        mkdirat $f x*256 0755 -> ENOTDIR
        rename x*256 nope/y -> ENOENT
        rename f/x x*256 -> ENOTDIR
        rename d f/x -> ENOTDIR
        rename . nope/x -> ENOENT
        rename nope . -> EBUSY
        rename d/in d -> ENOTEMPTY
        link d x*256 -> ENAMETOOLONG
        link d nope/x -> ENOENT
        link nope d -> ENOENT
        link d d -> EEXIST
        link d d/new/ -> ENOENT
        symlink '' d -> ENOENT
        mknod d 0040755 0 -> EPERM
        mknod nope/x 0040755 0 -> EPERM
        rmdir d/in/ -> ENOTDIR
        rmdir nope/. -> ENOENT
        unlink nope/. -> ENOENT
        unlink f/. -> ENOTDIR
        truncate d/ 0 -> EISDIR
        truncate f -1 -> EINVAL
        open d/in/ O_CREAT|O_EXCL 0644 -> EISDIR
        open d/in/ O_TRUNC|O_WRONLY -> ENOTDIR
        open d O_WRONLY|O_NOFOLLOW|O_DIRECTORY -> EISDIR
        open f O_WRONLY|O_DIRECTORY -> ENOTDIR
        open l O_PATH|O_DIRECTORY -> ENOTDIR
        chdir f/.. -> ENOTDIR
        statfs f/ -> ENOTDIR
        access d/in/ F_OK -> ENOTDIR
      `,
      'corners: O_PATH descriptors as places': `
        ${tree}
        open f O_PATH -> $p
        open l O_PATH|O_NOFOLLOW -> $l
        open d O_PATH -> $d
        fstatat $p '' AT_EMPTY_PATH
        fstatat $l '' AT_EMPTY_PATH|AT_SYMLINK_NOFOLLOW
        statx $l '' AT_EMPTY_PATH 0x7ff
        fchmodat $p '' 0600 AT_EMPTY_PATH
        fchmodat $l '' 0600 AT_EMPTY_PATH -> EOPNOTSUPP
        fchownat $p '' 1 2 AT_EMPTY_PATH
        fchownat $l '' 3 4 AT_EMPTY_PATH
        lstat l
        utimensat $p '' 5 6 AT_EMPTY_PATH
        utimensat $l '' 7 8 AT_EMPTY_PATH
        lstat l
        utimensat $p NULL 5 6 0 -> EBADF
        faccessat $p '' R_OK AT_EMPTY_PATH
        linkat $p '' AT_FDCWD h AT_EMPTY_PATH
        linkat $l '' AT_FDCWD m AT_EMPTY_PATH
        readlink m -> f
        linkat $d '' AT_FDCWD n AT_EMPTY_PATH -> EPERM
        readlinkat $p '' -> ENOENT
        openat $p '' O_RDONLY -> ENOENT
        openat $d in O_RDONLY
        fchdir $d
        getcwd -> /d
        mkdirat $d sub 0755
        renameat2 $d in $d sub/in 0
        unlinkat $d sub AT_REMOVEDIR -> ENOTEMPTY
        dup $p -> $q
        fcntl $q F_GETFL
        unlink /f
        fstat $q
      `,
      'corners: one name after another in the same place': `
        creat x 0644 -> $a
        write $a file
        unlink x
        mkdir x 0755
        stat x
        open x O_RDONLY -> $b
        rmdir x
        symlink y x
        lstat x
        stat x -> ENOENT
        creat x 0600 -> $c
        write $c through
        stat y
        unlink x
        mknod x 0140644 0
        open x O_RDONLY -> ENXIO
        rename y x
        pread $a 10 0 -> EBADF
        open x O_RDONLY -> $e
        read $e 100 -> through
        fstat $a
        fstat $b
        stat x
      `,
      'corners: sizes of directories and counts of links': `
        mkdir a 0755
        stat a
        creat a/f 0644
        mkdir a/d 0755
        mkdir a/d/e 0755
        stat a
        stat a/d
        link a/f a/g
        stat a
        rename a/d/e a/e
        stat a
        stat a/d
        rename a/e a/d
        stat a
        stat a/d
        rmdir a/d
        unlink a/f
        unlink a/g
        stat a
        rmdir a
        stat /
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'corners: truncate and who may': `
        @0 open f O_CREAT|O_RDWR 0644 -> $f
        @0 write $f hello
        @1 truncate f 0 -> EACCES
        @1 truncate f 5 -> EACCES
        @1 truncate f -1 -> EINVAL
        @1 truncate / 0 -> EISDIR
        @0 fchmod $f 0666
        @1 truncate f 3
        @1 open f O_WRONLY -> $w
        @1 open f O_RDONLY -> $r
        @0 fchmod $f 0600
        @1 ftruncate $w 2
        @1 ftruncate $r 1 -> EINVAL
        @1 truncate f 1 -> EACCES
        @1 write $w X -> 1
        @1 open f O_RDONLY|O_TRUNC -> EACCES
        @0 pread $f 10 0 -> Xe
        @1 creat own 0444
        @1 truncate own 10 -> EACCES
        @1 open own O_WRONLY -> EACCES
        @1 open own O_RDONLY|O_TRUNC -> EACCES
        @1 stat own
      `,
      'corners: what the umask of a task leaves': `
        @0 umask 0 -> 18
        @1 umask 077 -> 18
        @2 umask 0777 -> 18
        @0 creat a 0666
        @1 creat b 0666
        @2 creat c 0666
        @0 mkdir d 0777
        @1 mkdir d/b 0777
        @2 mkdir d/c 0777
        @1 mknod d/s 0140777 0
        @2 symlink t d/l
        @2 lstat d/l
        @0 stat b
        @0 stat c
        @0 stat d/b
        @0 stat d/c
        @1 chmod b 0777
        @0 stat b
        @1 umask 0 -> 63
      `,
      'corners: descriptors keep what they were opened for': `
        @0 open f O_CREAT|O_RDWR 0666 -> $f
        @0 fchmod $f 0666
        @1 open f O_RDWR -> $a
        @2 open f O_RDONLY -> $b
        @0 chmod f 0
        @0 chown f 5 5
        @1 write $a data -> 4
        @2 pread $b 10 0 -> data
        @1 fsync $a
        @1 fstat $a
        @1 fchmod $a 0666 -> EPERM
        @1 fchown $a 1000 1000 -> EPERM
        @1 futimens $a now now -> EACCES
        @2 fgetxattr $b user.a 10 -> EACCES
        @1 fsetxattr $a user.a v 0 -> EACCES
        @2 flistxattr $b 100
        @0 unlink f
        @1 fstat $a
        @1 lseek $a 0 SEEK_END -> 4
      `,
      'corners: names of directories one may not search': `
        @0 mkdir d 0755
        @0 creat d/f 0644
        @1 open d O_PATH -> $d
        @1 chdir d
        @0 chmod d 0700
        @1 openat $d f O_RDONLY -> EACCES
        @1 openat $d x*256 O_RDONLY -> EACCES
        @1 openat $d . O_RDONLY -> EACCES
        @1 openat $d .. O_RDONLY -> EACCES
        @1 fstatat $d '' AT_EMPTY_PATH
        @1 fstat $d
        @1 stat f -> EACCES
        @1 stat /
        @1 stat ../d -> EACCES
        @1 getcwd -> /d
        @1 chdir . -> EACCES
        @1 chdir .. -> EACCES
        @1 fchdir $d -> EACCES
        @1 chdir /
        @1 unlinkat $d f 0 -> EACCES
        @1 mkdirat $d x 0755 -> EACCES
        @1 renameat2 $d f AT_FDCWD y 0 -> EACCES
        @1 fchmodat $d f 0644 0 -> EACCES
        @1 faccessat $d f F_OK 0 -> EACCES
        @1 readlinkat $d f -> EACCES
        @1 statx $d f 0 0x7ff -> EACCES
        @1 statx $d '' AT_EMPTY_PATH 0x7ff
      `,
      'corners: owners of sticky directories and of what is in them': `
        @1 mkdir t 0755
        @1 chmod t 01777
        @2 mkdir t/d 0755
        @2 creat t/d/f 0644
        @2 creat t/f 0644
        @0 creat t/r 0666
        @1 rename t/r t/s
        @1 unlink t/s
        @1 rename t/d u -> EACCES
        @1 rename t/f t/g
        @1 rmdir t/d -> ENOTEMPTY
        @2 rename t/d d
        @2 rename d t/d
        @2 unlink t/d/f
        @1 rmdir t/d
        @2 unlink t/g
        @2 creat t/g 0644
        @1 link t/g t/h -> EPERM
        @2 link t/g t/h
        @1 unlink t/h
      `,
    },
  ),
];
