import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable, tree } from '../script-table.ts';

/** utimensat(2) and futimens(3). */
export const scripts: readonly Script[] = [
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
