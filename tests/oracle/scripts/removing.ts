import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

const tree = `
  mkdir d 0755
  creat d/in 0644
  mkdir e 0755
  creat f 0644 -> $f
  symlink f l
  symlink d dl
  symlink nowhere dangling
  symlink loop loop
`;

/** unlink(2), unlinkat(2) and rmdir(2). */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'unlink: what cannot be': `
        ${tree}
        unlink nope -> ENOENT
        unlink '' -> ENOENT
        unlink nope/ -> ENOENT
        unlink nope/x -> ENOENT
        unlink d -> EISDIR
        unlink d/ -> EISDIR
        unlink . -> EISDIR
        unlink .. -> EISDIR
        unlink d/. -> EISDIR
        unlink d/.. -> EISDIR
        unlink / -> EISDIR
        unlink f/ -> ENOTDIR
        unlink l/ -> ENOTDIR
        unlink dl/ -> ENOTDIR
        unlink f/x -> ENOTDIR
        unlink loop/x -> ELOOP
        unlink n*256 -> ENAMETOOLONG
        unlink x*4096 -> ENAMETOOLONG
        unlinkat 99 f 0 -> EBADF
        unlinkat $f x 0 -> ENOTDIR
        unlinkat AT_FDCWD f 1 -> EINVAL
        unlinkat 99 '' 0x300 -> EINVAL
      `,
      'rmdir: what cannot be': `
        ${tree}
        rmdir nope -> ENOENT
        rmdir '' -> ENOENT
        rmdir nope/ -> ENOENT
        rmdir d -> ENOTEMPTY
        rmdir d/ -> ENOTEMPTY
        rmdir . -> EINVAL
        rmdir d/. -> EINVAL
        rmdir d/./ -> EINVAL
        rmdir .. -> ENOTEMPTY
        rmdir d/.. -> ENOTEMPTY
        rmdir / -> EBUSY
        rmdir nope/.. -> ENOENT
        rmdir f -> ENOTDIR
        rmdir f/ -> ENOTDIR
        rmdir l -> ENOTDIR
        rmdir dl -> ENOTDIR
        rmdir dl/ -> ENOTDIR
        rmdir dangling/ -> ENOTDIR
        rmdir d/in -> ENOTDIR
        rmdir f/x -> ENOTDIR
        rmdir loop/x -> ELOOP
        rmdir n*256 -> ENAMETOOLONG
        rmdir x*4096 -> ENAMETOOLONG
        unlinkat 99 d AT_REMOVEDIR -> EBADF
        unlinkat $f d AT_REMOVEDIR -> ENOTDIR
        unlinkat AT_FDCWD d AT_REMOVEDIR -> ENOTEMPTY
        unlinkat AT_FDCWD f AT_REMOVEDIR -> ENOTDIR
      `,
      'unlink: every kind of name': `
        ${tree}
        mknod s 0140644 0
        mknod p 0010644 0
        link f g
        unlink s
        unlink p
        unlink l
        unlink dl
        unlink dangling
        unlink loop
        unlink f
        fstat $f
        unlink g
        fstat $f
        open d O_PATH -> $d
        unlinkat $d in 0
        unlinkat $d in 0 -> ENOENT
        unlinkat $d ../e AT_REMOVEDIR
        unlinkat 99 /d AT_REMOVEDIR
        fstat $d
        stat /
      `,
      'unlink: an open file lives on': `
        open f O_CREAT|O_RDWR 0644 -> $f
        write $f hello
        unlink f
        fstat $f
        pread $f 10 0 -> hello
        write $f more -> 4
        open f O_RDONLY -> ENOENT
        creat f 0600 -> $new
        write $new other
        pread $f 20 0 -> hellomore
        fchmod $f 0400
        fchown $f 5 5
        futimens $f 7 7
        fsetxattr $f user.a v 0
        fgetxattr $f user.a 10 -> v
        fstat $f
        ftruncate $f 1
        close $f
        stat f
      `,
      'rmdir: a removed directory is dead, but still open': `
        mkdir d 0755
        mkdir d/e 0755
        open d/e O_RDONLY -> $e
        getdents $e 1000
        rmdir d/e
        stat d
        fstat $e
        lseek $e 0 SEEK_SET
        getdents $e 1000 -> ENOENT
        openat $e f O_CREAT 0644 -> ENOENT
        mkdirat $e x 0755 -> ENOENT
        unlinkat $e x 0 -> ENOENT
        fchmod $e 0700
        fchdir $e
        getcwd -> ENOENT
        stat ..
        mkdir /d/e 0755
        fstat $e
        getdents $e 1000 -> ENOENT
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'unlink: permission of the directory': `
        @0 mkdir d 0755
        @0 creat d/f 0666
        @0 mkdir d/e 0755
        @1 unlink d/f -> EACCES
        @1 unlink d/nope -> ENOENT
        @1 rmdir d/e -> EACCES
        @1 rmdir d/f -> EACCES
        @1 unlink d/e -> EACCES
        @1 rmdir d/nope -> ENOENT
        @0 chmod d 0722
        @1 unlink d/f -> EACCES
        @0 chmod d 0733
        @1 unlink d/f
        @1 rmdir d/e
        @1 rmdir d
      `,
      'unlink: a sticky directory keeps what belongs to others': `
        @0 mkdir t 0755
        @0 chmod t 01777
        @0 creat t/root 0666
        @1 creat t/one 0666
        @1 mkdir t/dir 0777
        @2 creat t/two 0666
        @1 unlink t/root -> EPERM
        @2 unlink t/one -> EPERM
        @2 rmdir t/dir -> EPERM
        @2 rmdir t/one -> EPERM
        @2 unlink t/dir -> EPERM
        @2 unlink t/nope -> ENOENT
        @1 unlink t/one
        @1 rmdir t/dir
        @0 chown t 1000 1000
        @1 unlink t/two
        @1 unlink t/root
      `,
    },
  ),
];
