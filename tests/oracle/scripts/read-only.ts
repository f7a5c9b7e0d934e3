import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable, tree } from '../script-table.ts';
import { variants } from '../variants.ts';

/** Where something changes after the set-up. */
const remounted = (which: 'readOnly' | 'noexec' | 'dev'): string[] =>
  variants.filter(({ remount }) => remount?.[which] === true).map(({ name }) => name);

const setUp = `
  ${tree}
  creat x 0755
  mkdir p 0700
  creat p/f 0600
  mknod c 0020666 0xf000
  mknod b 0060666 0xf000
  mknod q 0010666 0
  creat mine 0644
  chown mine 1000 1000
  chmod f 0666
  chmod d 0777
  creat d/f 0666
  setxattr f user.a v 0
`;

/** Read-only, noexec and nodev mounts: which calls fail, and before what else. */
export const scripts: readonly Script[] = [
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests', setUp, variants: remounted('readOnly') },
    {
      'read-only: files are not opened to write, made or cut': `
        open f O_RDONLY -> $r
        read $r 10
        open f O_WRONLY
        open f O_RDWR
        open f O_RDONLY|O_TRUNC
        open f 3
        open f O_APPEND|O_WRONLY
        open f O_CREAT|O_RDONLY 0644
        open f O_CREAT|O_EXCL|O_RDWR 0644
        open f O_CREAT|O_RDWR 0644
        open new O_CREAT|O_RDWR 0644
        open new O_CREAT|O_RDONLY|O_EXCL 0644
        open new O_RDWR
        open nope/new O_CREAT|O_RDWR 0644
        open f/new O_CREAT|O_RDWR 0644
        open dangling O_CREAT|O_RDWR 0644
        open d O_RDWR
        open d O_TMPFILE|O_RDWR 0600
        open f O_TMPFILE|O_RDWR 0600
        open d O_RDONLY|O_DIRECTORY
        open s O_WRONLY
        open c O_WRONLY
        creat f 0644
        creat new 0644
        open f O_PATH
        open n*256 O_CREAT|O_RDWR 0644
        truncate f 0
        truncate d 0
        truncate s 0
        truncate nope 0
        truncate f -1
        ftruncate $r 0
        write $r x
        fallocate $r 0 0 10
        stat f
      `,
      'read-only: names are not made, moved or removed': `
        mkdir new 0755
        mkdir d 0755
        mkdir nope/new 0755
        mkdir . 0755
        mknod new 0100644 0
        mknod new 0020644 0
        mknod f 0100644 0
        mknod new 0040644 0
        symlink t new
        symlink t f
        link f new
        link f d
        link nope new
        link d new
        unlink f
        unlink nope
        unlink d
        unlink .
        rmdir d
        rmdir f
        rmdir nope
        rmdir .
        rmdir ..
        rename f new
        rename f f
        rename nope new
        rename nope/f new
        rename d d/e
        rename . new
        rename f nope/new
        renameat2 AT_FDCWD f AT_FDCWD d RENAME_EXCHANGE
        renameat2 AT_FDCWD f AT_FDCWD new 99
        linkat AT_FDCWD f AT_FDCWD new 99
      `,
      'read-only: attributes are not changed': `
        open f O_RDONLY -> $r
        chmod f 0600
        chmod nope 0600
        fchmod $r 0600
        fchmodat AT_FDCWD l 0600 AT_SYMLINK_NOFOLLOW
        chown f 0 0
        chown f -1 -1
        lchown l 0 0
        fchown $r 0 0
        @1 chmod f 0600
        @1 chown f 1000 1000
        utimensat AT_FDCWD f now now 0
        utimensat AT_FDCWD f omit omit 0
        utimensat AT_FDCWD f 5.1000000000 now 0
        utimensat AT_FDCWD nope now now 0
        futimens $r now now
        @1 utimensat AT_FDCWD f 5 5 0
        setxattr f user.a w 0
        setxattr f user.a w 9
        setxattr f '' w 0
        setxattr nope user.a w 0
        fsetxattr $r user.a w 0
        lsetxattr l user.a w 0
        setxattr f trusted.a w 0
        @1 setxattr f trusted.a w 0
        setxattr f security.capability v 0
        setxattr f system.posix_acl_access v 0
        removexattr f user.a
        removexattr f user.b
        removexattr f system.posix_acl_access
        fremovexattr $r user.a
        getxattr f user.a 10
        listxattr f 100
        stat f
        ioctl $r FS_IOC_SETFLAGS x*4
      `,
      'read-only: access says so, after what the path says, and before modes': `
        access f W_OK
        access f R_OK
        access f X_OK
        access f R_OK|W_OK|X_OK
        access d W_OK
        access s W_OK
        access c W_OK
        access q W_OK
        access nope W_OK
        access p/f W_OK
        @1 access p/f W_OK
        @1 access p W_OK
        @1 access f W_OK
        @1 access mine W_OK
        @1 access mine R_OK|W_OK
        @1 access s W_OK
        @2 access mine W_OK
        @2 access f W_OK
        @2 access s W_OK
        @1 open p/f O_RDWR
        @1 open p O_RDWR
        @2 open mine O_RDWR
        @2 open mine O_RDWR|O_TRUNC
        @2 open mine O_RDONLY|O_TRUNC
        @2 mkdir p/x 0755
        @2 unlink p/f
        @2 creat p/f 0644
        @2 truncate mine 0
        faccessat AT_FDCWD l W_OK AT_SYMLINK_NOFOLLOW
        faccessat AT_FDCWD dangling W_OK AT_SYMLINK_NOFOLLOW
      `,
      'read-only: reading does not make access times stale': `
        open f O_RDONLY -> $r
        fstat $r
        read $r 10
        fstat $r
        open d O_RDONLY -> $d
        fstat $d
        getdents $d 1000
        fstat $d
        readlink l
        lstat l
        statfs f
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests', setUp, variants: remounted('noexec') },
    {
      'noexec: files may not be executed, directories be searched': `
        access x X_OK -> EACCES
        access x R_OK|X_OK -> EACCES
        access x R_OK
        access d X_OK
        access q X_OK
        access f X_OK -> EACCES
        access l X_OK -> EACCES
        access nope X_OK -> ENOENT
        @1 access x X_OK -> EACCES
        @1 access d/f X_OK -> EACCES
        @1 stat d/f
        faccessat AT_FDCWD x X_OK AT_EACCESS -> EACCES
        faccessat AT_FDCWD l X_OK AT_SYMLINK_NOFOLLOW
        statfs x
      `,
    },
  ),
  ...scriptTable(
    { tasks: THREE_TASKS, compare: 'requests', setUp, variants: remounted('dev') },
    {
      'dev: devices without a driver are ENXIO, after permissions': `
        open c O_RDONLY -> ENXIO
        open b O_RDONLY -> ENXIO
        open c O_RDWR|O_TRUNC -> ENXIO
        chmod c 0600
        @1 open c O_RDONLY -> EACCES
        @1 open c O_CREAT|O_RDWR 0644 -> EACCES
        access c W_OK
        open c O_PATH
        stat c
      `,
    },
  ),
];
