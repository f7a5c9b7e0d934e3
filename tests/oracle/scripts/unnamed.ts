import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** Gives the file of a descriptor a name. */
const named = (fd: string, path: string): string => `linkat ${fd} '' AT_FDCWD ${path} AT_EMPTY_PATH`;

/** open(2) with O_TMPFILE, and linkat(2) of what it makes. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'unnamed: what is refused': `
        mkdir d 0755
        creat f 0644
        symlink f l
        symlink nowhere dangling
        symlink loop loop
        symlink d dl
        open f O_TMPFILE|O_RDWR 0644 -> ENOTDIR
        open l O_TMPFILE|O_RDWR 0644 -> ENOTDIR
        open dl O_TMPFILE|O_RDWR|O_NOFOLLOW 0644 -> ENOTDIR
        open dangling O_TMPFILE|O_RDWR 0644 -> ENOENT
        open nope O_TMPFILE|O_RDWR 0644 -> ENOENT
        open loop O_TMPFILE|O_RDWR 0644 -> ELOOP
        open '' O_TMPFILE|O_RDWR 0644 -> ENOENT
        openat 99 d O_TMPFILE|O_RDWR 0644 -> EBADF
        open d O_TMPFILE|O_RDONLY 0644 -> EINVAL
        open d O_TMPFILE|O_RDWR|O_CREAT 0644 -> EINVAL
        stat d
      `,
      'unnamed: a file without a name is a file': `
        mkdir d 0755
        open d O_TMPFILE|O_RDWR 0644 -> $f
        fstat $f
        write $f hello
        pread $f 10 0
        fstat $f
        ftruncate $f 2
        fchmod $f 0600
        fchown $f 1000 1000
        fsetxattr $f user.a v 0
        flistxattr $f 100
        futimens $f 1000000000 omit
        fsync $f
        fcntl $f 3
        statx $f '' AT_EMPTY_PATH 0x7ff
        open d O_RDONLY -> $d
        getdents $d 4096
        stat d
        rmdir d
        write $f again
        fstat $f
        close $f
      `,
      'unnamed: flags that the server is told': `
        umask 027
        open . O_TMPFILE|O_WRONLY 0777 -> $a
        open . O_TMPFILE|O_RDWR|O_EXCL|O_TRUNC 07777 -> $b
        open . O_TMPFILE|O_RDWR|O_APPEND|O_TRUNC 0000 -> $c
        open . O_TMPFILE|O_RDWR|O_CLOEXEC|O_NONBLOCK|O_NOATIME|O_NOCTTY 0644 -> $d
        open . O_TMPFILE|O_RDWR|O_SYNC 0644 -> $e
        fstat $a
        fstat $b
        fstat $c
        fcntl $a 3
        fcntl $b 3
        fcntl $c 3
        fcntl $d 3
        fcntl $d 1
        write $c one
        write $c two
        pread $c 10 0
        dup $c -> $g
        close $c
        write $g three
      `,
      'unnamed: linkat gives the first name': `
        mkdir d 0755
        creat f 0644
        open d O_TMPFILE|O_RDWR 0644 -> $f
        write $f hello
        ${named('$f', 'f')} -> EEXIST
        ${named('$f', 'd')} -> EEXIST
        ${named('$f', '.')} -> EEXIST
        ${named('$f', 'nope/x')} -> ENOENT
        ${named('$f', 'x/')} -> ENOENT
        linkat $f '' AT_FDCWD x 0 -> ENOENT
        ${named('$f', 'x')}
        stat x
        fstat $f
        ${named('$f', 'd/y')}
        fstat $f
        lstat d/y
        stat d
        unlink x
        unlink d/y
        fstat $f
        ${named('$f', 'z')} -> ENOENT
        lstat z -> ENOENT
        close $f
      `,
      'unnamed: with O_EXCL there never is a name': `
        open . O_TMPFILE|O_RDWR|O_EXCL 0644 -> $f
        ${named('$f', 'x')} -> ENOENT
        lstat x -> ENOENT
        fstat $f
      `,
      'unnamed: a named one is found, renamed and kept': `
        open . O_TMPFILE|O_RDWR 0644 -> $f
        ${named('$f', 'x')}
        close $f
        rename x y
        open y O_RDWR -> $g
        write $g hello
        unlink y
        fstat $g
        ${named('$g', 'z')} -> ENOENT
      `,
      'unnamed: a name by rename from one to another': `
        open . O_TMPFILE|O_RDWR 0644 -> $f
        open . O_TMPFILE|O_RDWR 0644 -> $g
        ${named('$f', 'x')}
        ${named('$g', 'y')}
        rename x y
        fstat $f
        fstat $g
        ${named('$g', 'z')} -> ENOENT
      `,
      'unnamed: it is nothing to start from': `
        open . O_TMPFILE|O_RDWR 0644 -> $f
        openat $f x O_RDONLY -> ENOTDIR
        openat $f '' O_RDONLY -> ENOENT
        fchdir $f -> ENOTDIR
        mkdirat $f x 0755 -> ENOTDIR
        getdents $f 4096 -> ENOTDIR
        fstatat $f '' AT_EMPTY_PATH
        fchmodat $f '' 0600 AT_EMPTY_PATH
        faccessat $f '' 4 AT_EMPTY_PATH
        fstat $f
      `,
      'unnamed: in a removed directory': `
        mkdir d 0755
        open d O_RDONLY -> $d
        rmdir d
        openat $d . O_TMPFILE|O_RDWR 0644 -> ENOENT
      `,
    },
  ),
  ...scriptTable(
    { compare: 'requests', tasks: THREE_TASKS },
    {
      'unnamed: the directory must be writable': `
        @0 umask 0
        @0 mkdir d 0755
        @0 mkdir s 01777
        @0 mkdir g 02777
        @0 chown g 0 1001
        @1 open d O_TMPFILE|O_RDWR 0644 -> EACCES
        @1 open d O_TMPFILE|O_RDONLY 0644 -> EINVAL
        @1 open s O_TMPFILE|O_RDWR 0644 -> $s
        @1 fstat $s
        @1 umask 0
        @1 open g O_TMPFILE|O_RDWR 02777 -> $g
        @1 fstat $g
        @1 open g O_TMPFILE|O_RDWR|O_TRUNC 06777 -> $t
        @1 fstat $t
        @2 open g O_TMPFILE|O_RDWR 02777 -> $h
        @2 fstat $h
      `,
      'unnamed: who opened it names it': `
        @0 umask 0
        @0 mkdir d 0777
        @1 open d O_TMPFILE|O_RDWR 0000 -> $f
        @1 ${named('$f', 'd/x')}
        @1 write $f hello
        @1 stat d/x
        @2 open d/x O_RDONLY -> EACCES
        @2 open d O_TMPFILE|O_RDWR 0600 -> $g
        @0 chown d 0 0
        @0 chmod d 0755
        @2 ${named('$g', 'd/y')} -> EACCES
        @2 fstat $g
      `,
    },
  ),
];
