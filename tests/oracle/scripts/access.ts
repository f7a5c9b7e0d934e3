import type { Script } from '../script.ts';
import { THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** access(2), faccessat2(2), and what permissions on the way to a file allow. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { compare: 'requests' },
    {
      'access: what cannot be': `
        creat f 0644 -> $f
        symlink nowhere dangling
        symlink loop loop
        access nope F_OK -> ENOENT
        access '' F_OK -> ENOENT
        access dangling F_OK -> ENOENT
        access loop F_OK -> ELOOP
        access f/ F_OK -> ENOTDIR
        access f/x F_OK -> ENOTDIR
        access n*256 F_OK -> ENAMETOOLONG
        access x*4096 F_OK -> ENAMETOOLONG
        access f 8 -> EINVAL
        access nope 8 -> EINVAL
        access f -1 -> EINVAL
        faccessat 99 f F_OK 0 -> EBADF
        faccessat $f x F_OK 0 -> ENOTDIR
        faccessat AT_FDCWD f F_OK 1 -> EINVAL
        faccessat AT_FDCWD '' F_OK 0 -> ENOENT
        faccessat 99 '' F_OK AT_EMPTY_PATH -> EBADF
      `,
      'access: root may read and write all, and execute what anybody may': `
        creat f 0
        mkdir d 0
        symlink f l
        access f R_OK|W_OK
        access f X_OK -> EACCES
        access f 7 -> EACCES
        chmod f 0001
        access f 7
        access d 7
        access l R_OK
        faccessat AT_FDCWD l X_OK AT_SYMLINK_NOFOLLOW
        faccessat AT_FDCWD l 7 AT_EACCESS
        faccessat AT_FDCWD '' 7 AT_EMPTY_PATH
        open f O_PATH -> $p
        faccessat $p '' X_OK AT_EMPTY_PATH
        faccessat $p '' W_OK AT_EMPTY_PATH|AT_EACCESS
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests' },
    {
      'access: the bits of the owner': `
        @1 creat f 0604
        @1 access f F_OK
        @1 access f R_OK
        @1 access f W_OK
        @1 access f X_OK -> EACCES
        @1 access f R_OK|W_OK
        @1 access f R_OK|X_OK -> EACCES
        @1 access f 7 -> EACCES
        @1 chmod f 0700
        @1 access f 7
        @1 chmod f 0077
        @1 access f R_OK -> EACCES
        @1 access f W_OK -> EACCES
        @1 access f X_OK -> EACCES
        @1 access f F_OK
      `,
      'access: the bits of the group': `
        @1 creat f 0640
        @2 access f R_OK
        @2 access f W_OK -> EACCES
        @2 access f X_OK -> EACCES
        @1 chmod f 0650
        @2 access f 7 -> EACCES
        @2 access f R_OK|X_OK
        @1 chmod f 0607
        @2 access f R_OK -> EACCES
        @2 access f F_OK
        @2 faccessat AT_FDCWD f R_OK AT_EACCESS -> EACCES
      `,
      'access: the bits of others': `
        @0 creat f 0770
        @1 access f R_OK -> EACCES
        @1 access f W_OK -> EACCES
        @1 access f X_OK -> EACCES
        @1 access f F_OK
        @0 chmod f 0005
        @1 access f R_OK|X_OK
        @1 access f W_OK -> EACCES
        @1 faccessat AT_FDCWD f X_OK AT_EACCESS
        @1 faccessat AT_FDCWD f W_OK AT_EACCESS -> EACCES
        @0 access f W_OK
      `,
      'access: directories and what is in them': `
        @0 mkdir d 0755
        @0 creat d/f 0644
        @0 chmod d 0710
        @1 access d R_OK -> EACCES
        @1 access d/f F_OK -> EACCES
        @1 access d/nope F_OK -> EACCES
        @1 stat d/f -> EACCES
        @1 stat d
        @1 chdir d -> EACCES
        @0 chown d 0 1000
        @1 access d X_OK
        @1 access d/f R_OK
        @1 access d R_OK -> EACCES
        @1 chdir d
        @1 open . O_RDONLY -> EACCES
        @1 access f R_OK
        @2 stat d/f
        @2 open d O_RDONLY -> EACCES
        @0 chmod d 0644
        @1 stat f -> EACCES
        @1 stat . -> EACCES
        @1 stat .. -> EACCES
        @1 getcwd -> /d
        @1 open /d O_RDONLY -> $d
        @1 getdents $d 1000
        @1 fchdir $d -> EACCES
      `,
      'walking: search permission is asked for every directory on the way': `
        @0 mkdir a 0755
        @0 mkdir a/b 0755
        @0 mkdir a/b/c 0755
        @0 creat a/b/c/f 0666
        @1 stat a/b/c/f
        @0 chmod a/b 0700
        @1 stat a/b/c/f -> EACCES
        @1 stat a/b
        @1 stat a/b/. -> EACCES
        @1 stat a/b/.. -> EACCES
        @1 mkdir a/b/x 0755 -> EACCES
        @1 unlink a/b/nope -> EACCES
        @1 rmdir a/b/c -> EACCES
        @1 rename a/b/c a/x -> EACCES
        @1 link a/b/c/f g -> EACCES
        @1 symlink t a/b/l -> EACCES
        @1 readlink a/b/l -> EACCES
        @1 truncate a/b/c/f 0 -> EACCES
        @1 chmod a/b/c/f 0 -> EACCES
        @1 utimensat AT_FDCWD a/b/c/f now now 0 -> EACCES
        @1 getxattr a/b/c/f user.a 10 -> EACCES
        @1 statfs a/b/c/f -> EACCES
        @1 chdir a/b/c -> EACCES
        @1 mknod a/b/n 0100644 0 -> EACCES
        @0 chmod a/b 0711
        @1 stat a/b/c/f
      `,
      'walking: a symbolic link leads where its target may be reached': `
        @0 mkdir d 0755
        @0 creat d/f 0644
        @0 chmod d 0700
        @0 symlink d/f l
        @1 lstat l
        @1 readlink l -> d/f
        @1 stat l -> EACCES
        @1 open l O_RDONLY -> EACCES
        @1 open l O_CREAT|O_RDWR 0644 -> EACCES
        @0 mkdir t 0755
        @0 chmod t 01777
        @1 symlink /d t/l
        @0 stat t/l
        @0 open t/l/f O_RDONLY
        @2 stat t/l
        @2 stat t/l/f -> EACCES
      `,
    },
  ),
];
