import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable, tree } from '../script-table.ts';

/** chmod(2), fchmod(2) and fchmodat(2). */
export const scripts: readonly Script[] = [
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
