import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** What the kernel knows of names and attributes after something changed, and what it asks again. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'knowing: names that were absent a moment ago': `
        stat a -> ENOENT
        stat a -> ENOENT
        creat a 0644
        stat a
        stat b -> ENOENT
        mkdir b 0755
        stat b
        stat c -> ENOENT
        symlink a c
        stat c
        stat d -> ENOENT
        mknod d 0140644 0
        stat d
        stat e -> ENOENT
        link a e
        stat e
        stat f -> ENOENT
        rename e f
        stat f
        stat e -> ENOENT
        stat b/x -> ENOENT
        open b/x O_RDONLY -> ENOENT
        open b/x O_CREAT|O_EXCL 0644
        unlink b/y -> ENOENT
        rmdir b/y -> ENOENT
        mkdir b/y 0755
        stat b/y
      `,
      'knowing: names that are gone': `
        creat a 0644
        stat a
        unlink a
        stat a -> ENOENT
        mkdir a 0755
        stat a
        rmdir a
        stat a -> ENOENT
        symlink t a
        lstat a
        unlink a
        creat a 0600
        stat a
        creat b 0644
        rename b a
        stat b -> ENOENT
        stat a
        renameat2 AT_FDCWD a AT_FDCWD b RENAME_NOREPLACE
        stat a -> ENOENT
        stat b
      `,
      'knowing: attributes after names changed': `
        creat f 0644 -> $f
        mkdir d 0755
        stat f
        link f g
        stat f
        stat g
        stat /
        unlink g
        stat f
        stat /
        rename f d/f
        stat d/f
        stat d
        stat /
        mkdir d/e 0755
        stat d
        rename d/e e
        stat d
        stat e
        stat /
        rmdir e
        stat /
        symlink t l
        stat /
        fstat $f
        unlink d/f
        fstat $f
      `,
      'knowing: attributes after contents changed': `
        open f O_CREAT|O_RDWR 0644 -> $f
        stat f
        write $f hello
        stat f
        stat f
        pwrite $f x 100
        fstat $f
        read $f 10
        stat f
        truncate f 3
        stat f
        ftruncate $f 200
        fstat $f
        lseek $f 0 SEEK_END
        open f O_TRUNC|O_WRONLY -> $t
        stat f
        write $t y
        lseek $f 0 SEEK_END -> 1
        statx $f '' AT_EMPTY_PATH|AT_STATX_DONT_SYNC 0x7ff
        write $t z
        statx $f '' AT_EMPTY_PATH STATX_MODE
        statx $f '' AT_EMPTY_PATH STATX_SIZE
        close $t
        stat f
      `,
      'knowing: attributes after attributes changed': `
        creat f 0644 -> $f
        stat f
        chmod f 0600
        stat f
        chown f 5 6
        stat f
        utimensat AT_FDCWD f 1 2 0
        stat f
        fchmod $f 0640
        fstat $f
        setxattr f user.a v 0
        stat f
        removexattr f user.a
        stat f
        getxattr f user.a 10 -> ENODATA
        stat f
        mkdir d 0755
        stat d
        chmod d 0700
        stat d
        setxattr d user.a v 0
        stat d
      `,
      'knowing: exchanged names': `
        creat f 0644
        mkdir d 0755
        creat d/in 0600
        stat f
        stat d
        stat d/in
        renameat2 AT_FDCWD f AT_FDCWD d RENAME_EXCHANGE
        stat f
        stat d
        stat f/in
        stat d/in -> ENOTDIR
        renameat2 AT_FDCWD f/in AT_FDCWD d RENAME_EXCHANGE
        stat f/in
        stat d
        stat f
        stat /
      `,
      'knowing: a directory that moved with all that is in it': `
        mkdir a 0755
        mkdir a/b 0755
        creat a/b/f 0644 -> $f
        stat a/b/f
        rename a/b c
        stat a/b -> ENOENT
        stat a/b/f -> ENOENT
        stat c/f
        mkdir a/b 0755
        stat a/b/f -> ENOENT
        rename c a/b
        stat c -> ENOENT
        stat a/b/f
        write $f x
        stat a/b/f
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'knowing: what another task changed': `
        @1 open f O_CREAT|O_RDWR 0666 -> $f
        @1 fchmod $f 0666
        @2 stat f
        @2 open f O_RDWR -> $g
        @1 write $f hello
        @2 read $g 10 -> hello
        @2 stat f
        @2 ftruncate $g 2
        @1 pread $f 10 0 -> he
        @1 fstat $f
        @1 chmod f 0600
        @2 stat f
        @2 open f O_RDONLY -> EACCES
        @2 write $g more -> 4
        @1 stat f
        @0 unlink f
        @1 fstat $f
        @2 stat f -> ENOENT
        @1 link f g -> ENOENT
        @2 fstat $g
      `,
      'knowing: modes that deny are asked for again': `
        @0 mkdir d 0700
        @0 creat d/f 0644
        @1 stat d/f -> EACCES
        @1 stat d/f -> EACCES
        @0 chmod d 0755
        @1 stat d/f
        @1 open d/f O_RDWR -> EACCES
        @0 chown d/f 1000 1000
        @1 open d/f O_RDWR
        @0 chmod d 0700
        @1 open d/f O_RDWR -> EACCES
        @1 access d X_OK -> EACCES
        @2 chdir d -> EACCES
      `,
    },
  ),
];
