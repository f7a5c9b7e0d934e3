import type { Script } from '../script.ts';
import { scriptTable, tree } from '../script-table.ts';

/** stat(2), lstat(2), fstat(2), fstatat(2), statx(2), statfs(2) and fstatfs(2). */
export const scripts: readonly Script[] = scriptTable(
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
    'statx: which fields are told, before and after the time of birth is known': `
      ${tree}
      statx AT_FDCWD / 0 0
      statx AT_FDCWD d 0 STATX_MODE
      statx AT_FDCWD d AT_STATX_DONT_SYNC 0xfff
      statx AT_FDCWD d 0 0xfff
      statx AT_FDCWD d 0 0x7ff
      statx AT_FDCWD d 0 0x7fffffff
      chmod d 0700
      statx AT_FDCWD d AT_STATX_DONT_SYNC STATX_MODE
      statx AT_FDCWD d 0 STATX_CTIME|STATX_BTIME
      statx AT_FDCWD d AT_STATX_FORCE_SYNC STATX_MODE
      statx AT_FDCWD d AT_STATX_FORCE_SYNC STATX_BTIME
      statx AT_FDCWD d AT_STATX_FORCE_SYNC 0
      statx AT_FDCWD d AT_STATX_FORCE_SYNC 0x1000
      statx $f '' AT_EMPTY_PATH|AT_STATX_FORCE_SYNC 0xfff
      write $f more
      statx $f '' AT_EMPTY_PATH STATX_MODE|STATX_NLINK
      statx $f '' AT_EMPTY_PATH STATX_SIZE
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
