import { type Script, type TaskSpec, THREE_TASKS } from '../script.ts';
import { scriptTable, tree } from '../script-table.ts';

const [root, user, other] = THREE_TASKS as [TaskSpec, TaskSpec, TaskSpec];

const everyId: readonly TaskSpec[] = [
  root,
  { ...root, uid: 1000, euid: 0, suid: 0 },
  { ...root, euid: 1000, suid: 0 },
  { ...root, suid: 1000 },
  { ...root, gid: 1000, egid: 0, sgid: 0 },
  { ...root, egid: 1000, sgid: 0 },
  { ...root, sgid: 1000 },
  { ...root, groups: [1000] },
];

/** Who may enter a file system at all, by each call: where it is one user's, and where it is everybody's. */
export const scripts: readonly Script[] = [
  {
    name: 'entering: all ids count, supplementary groups do not',
    compare: 'requests',
    tasks: everyId,
    setUp: 'creat f 0666',
    steps: everyId
      .flatMap((_, task) =>
        ['stat f', 'access f F_OK', 'access f R_OK|W_OK', 'open f O_RDWR', 'creat g 0644'].map(
          (step) => `@${task} ${step}`,
        ),
      )
      .join('\n'),
  },
  ...scriptTable(
    { compare: 'requests', tasks: [root, user, other], setUp: `${tree}\nchmod f 0666\nchmod d 0777\ncreat d/f 0666` },
    {
      'entering: calls by path': `
        @1 stat f
        @1 stat nope
        @1 stat /
        @1 stat .
        @1 lstat l
        @1 statx AT_FDCWD / 0 0
        @1 statx AT_FDCWD / 0 0x7ff
        @1 statx AT_FDCWD f 0 0
        @1 statfs /
        @1 statfs f
        @1 access / F_OK
        @1 access / X_OK
        @1 access f R_OK
        @1 open / O_RDONLY
        @1 open f O_RDONLY
        @1 open / O_PATH -> $p
        @1 fstat $p
        @1 fstatfs $p
        @1 openat $p f O_RDONLY
        @1 open new O_CREAT|O_RDWR 0644
        @1 open / O_TMPFILE|O_RDWR 0600
        @1 mkdir new 0755
        @1 mknod new 0100644 0
        @1 symlink t new
        @1 link f new
        @1 unlink f
        @1 rmdir d
        @1 rename f new
        @1 readlink l
        @1 chdir /
        @1 chdir d
        @1 chmod / 0777
        @1 chmod f 0777
        @1 chown / 1000 1000
        @1 truncate f 0
        @1 utimensat AT_FDCWD / now now 0
        @1 utimensat AT_FDCWD / 5 5 0
        @1 setxattr / user.a v 0
        @1 getxattr / user.a 10
        @1 getxattr / trusted.a 10
        @1 getxattr / security.a 10
        @1 getxattr / system.posix_acl_access 100
        @1 setxattr / system.posix_acl_access v 0
        @1 listxattr / 100
        @1 removexattr / user.a
        @1 getcwd
        @2 stat f
        @2 statfs /
        @0 stat f
      `,
    },
  ),
];
