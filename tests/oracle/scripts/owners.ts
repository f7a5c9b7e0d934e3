import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable, tree } from '../script-table.ts';

/** chown(2) and its family, and the set-id bits that a change of owner or content takes. */
export const scripts: readonly Script[] = [
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
