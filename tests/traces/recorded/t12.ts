import type { TaskSpec } from '../../oracle/script.ts';
import { S_IFDIR } from '../../scenarios/replies.ts';
import { packed } from '../moves.ts';
import { BASE } from '../settings.ts';
import type { Trace } from '../trace.ts';

const ROOT = { uid: 0, gid: 0 };

const user = (groups: readonly number[]): TaskSpec => ({ uid: 1000, gid: 1000, groups });

/** Version, and entries of tag, permissions and id: the owner 6, user 1001 7, the group 4, the mask 7, others 4. */
const ACL = [
  packed('I', 2),
  ...[
    [1, 6, -1],
    [2, 7, 1001],
    [4, 4, -1],
    [0x10, 7, -1],
    [0x20, 4, -1],
  ].map((entry) => packed('HHi', ...entry)),
]
  .flatMap((part) => [...part])
  .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  .join('');

/** Umask, extensions of requests, access control lists, long names. */
export const t12: Trace = {
  name: 't12',
  covers: 'umask, extensions of requests, access control lists, long names',
  mounts: [
    {
      title: 'DONT_MASK',
      server: { flags: [...BASE, 'DONT_MASK'], entryValid: 100, attrValid: 100 },
      tasks: [{ uid: 0, gid: 0, umask: 0o027 }],
      play: [
        `
      ## creat 0666
        open /f O_CREAT|O_RDWR 0666 -> $fd
        close $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100666 umask=27 open_flags=0x0 'f'
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## mkdir 01777
        mkdir /d 01777
          LOOKUP n=1 'd'
          MKDIR n=1 mode=1777 umask=27 'd'
      ## mknod 0666
        mknod /n S_IFREG|0666 0
          LOOKUP n=1 'n'
          MKNOD n=1 mode=100666 rdev=0x0 umask=27 'n'
      ## mknod chr
        mknod /c S_IFCHR|0666 0x1312c88
          LOOKUP n=1 'c'
          MKNOD n=1 mode=20666 rdev=0x1312c88 umask=27 'c'
      ## creat 07777
        open /f7 O_CREAT|O_RDWR 07777 -> $fd
        close $fd
          LOOKUP n=1 'f7'
          CREATE n=1 flags=0x8042 mode=107777 umask=27 open_flags=0x0 'f7'
          FLUSH n=6 fh=102 lo=Y
          RELEASE n=6 fh=102 flags=0x8002 release_flags=0 lo=0
      `,
      ],
    },
    {
      title: 'the client masks',
      server: { entryValid: 100, attrValid: 100 },
      tasks: [{ uid: 0, gid: 0, umask: 0o027 }],
      play: [
        `
      ## creat 0666
        open /f O_CREAT|O_RDWR 0666 -> $fd
        close $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100640 umask=27 open_flags=0x0 'f'
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## mkdir 01777
        mkdir /d 01777
          LOOKUP n=1 'd'
          MKDIR n=1 mode=1750 umask=27 'd'
      ## mknod sock
        mknod /s S_IFSOCK|0666 0
          LOOKUP n=1 's'
          MKNOD n=1 mode=140640 rdev=0x0 umask=27 's'
      `,
      ],
    },
    {
      title: 'CREATE_SUPP_GROUP and SECURITY_CTX',
      server: { flags: [...BASE, 'CREATE_SUPP_GROUP', 'SECURITY_CTX'], entryValid: 100, attrValid: 100 },
      detail: 'caller',
      tasks: [ROOT, user([2000, 3000]), user([2000]), user([3000]), { uid: 1000, gid: 2000 }],
      play: [
        ({ server }) => {
          server.root.gid = 2000;
          server.root.mode = S_IFDIR | 0o777;
        },
        `
      ~
        utimensat AT_FDCWD / now now 0
      ## uid1000 grp 2000 supp creat
        @1 open /f O_CREAT|O_RDWR 0666 -> $fd
        @1 close $fd
          LOOKUP n=1 'f' uid=1000 gid=1000 pid=Y
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f' ext=24:0800000000000000100000002000000001000000d0070000 uid=1000 gid=1000 pid=Y
          FLUSH n=2 fh=101 lo=Y uid=1000 gid=1000 pid=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## mkdir
        @1 mkdir /d 0777
          LOOKUP n=1 'd' uid=1000 gid=1000 pid=Y
          MKDIR n=1 mode=755 umask=22 'd' ext=24:0800000000000000100000002000000001000000d0070000 uid=1000 gid=1000 pid=Y
      ## symlink
        @2 symlink a /l
          LOOKUP n=1 'l' uid=1000 gid=1000 pid=Y
          SYMLINK n=1 'l' -> 'a' ext=24:0800000000000000100000002000000001000000d0070000 uid=1000 gid=1000 pid=Y
      ## not member creat
        @3 open /f2 O_CREAT|O_RDWR 0666 -> $fd
        @3 close $fd
          LOOKUP n=1 'f2' uid=1000 gid=1000 pid=Y
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f2' ext=8:0800000000000000 uid=1000 gid=1000 pid=Y
          FLUSH n=5 fh=102 lo=Y uid=1000 gid=1000 pid=Y
          RELEASE n=5 fh=102 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## fsgid 2000
        @4 open /f3 O_CREAT|O_RDWR 0666 -> $fd
        @4 close $fd
          LOOKUP n=1 'f3' uid=1000 gid=2000 pid=Y
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f3' ext=8:0800000000000000 uid=1000 gid=2000 pid=Y
          FLUSH n=6 fh=103 lo=Y uid=1000 gid=2000 pid=Y
          RELEASE n=6 fh=103 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## link
        @2 link /f /ln
          LOOKUP n=1 'ln' uid=1000 gid=1000 pid=Y
          LINK n=1 oldnodeid=2 'ln' uid=1000 gid=1000 pid=Y
      ## rename
        @2 rename /f /fr
          LOOKUP n=1 'fr' uid=1000 gid=1000 pid=Y
          RENAME n=1 newdir=1 'f' -> 'fr' uid=1000 gid=1000 pid=Y
      `,
      ],
    },
    {
      title: 'POSIX_ACL',
      server: { flags: [...BASE, 'POSIX_ACL', 'SETXATTR_EXT'], entryValid: 100, attrValid: 100, accessAllowed: true },
      tasks: [ROOT, user([]), { uid: 1001, gid: 1001 }],
      play: [
        ({ server }) => {
          server.root.mode = S_IFDIR | 0o777;
        },
        `
      ~
        utimensat AT_FDCWD / now now 0
      `,
        {
          labels: ['/proc/self/mountinfo shows default_permissions'],
          because: 'Fusewire has no /proc; that POSIX_ACL means default_permissions shows in the steps',
        },
        `
      ## creat
        @1 open /f O_CREAT|O_RDWR 0666 -> $fd
        @1 close $fd
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f'
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## open other user
        @2 open /f O_RDWR -> EACCES
          GETATTR n=1 flags=0 fh=0
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          GETXATTR n=2 size=4096 'system.posix_acl_access'
          GETATTR n=2 flags=0 fh=0
          GETXATTR n=2 size=4096 'system.posix_acl_access'
      ## open other user again
        @2 open /f O_RDWR -> EACCES
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          GETATTR n=2 flags=0 fh=0
          GETXATTR n=2 size=4096 'system.posix_acl_access'
      ## setxattr acl
        @1 setxattr /f system.posix_acl_access ${ACL} 0
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          SETXATTR n=2 size=44 flags=0 'system.posix_acl_access'
      ## stat
        stat /f -> mode=0100644
          GETATTR n=2 flags=0 fh=0
      ## getxattr acl
        getxattr /f system.posix_acl_access 128 -> ${ACL}
          GETXATTR n=2 size=4096 'system.posix_acl_access'
      ## getxattr acl again (cached)
        getxattr /f system.posix_acl_access 128 -> ${ACL}
      ## open 1001 rw (acl)
        @2 open /f O_RDWR -> $fd
        @2 close $fd
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          OPEN n=2 flags=0x8002 open_flags=0x0
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0
      ## 1001 again
        @2 open /f O_RDWR -> $fd
        @2 close $fd
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          OPEN n=2 flags=0x8002 open_flags=0x0
          FLUSH n=2 fh=103 lo=Y
          RELEASE n=2 fh=103 flags=0x8002 release_flags=0 lo=0
      ## setxattr acl by other
        @2 setxattr /f system.posix_acl_access ${ACL} 0 -> EPERM
          GETXATTR n=1 size=4096 'system.posix_acl_access'
      ## setxattr bad acl
        @1 setxattr /f system.posix_acl_access xx 0 -> EINVAL
          GETXATTR n=1 size=4096 'system.posix_acl_access'
      ## remove acl
        @1 removexattr /f system.posix_acl_access
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          REMOVEXATTR n=2 'system.posix_acl_access'
      ## mkdir
        @1 mkdir /d 0777
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          LOOKUP n=1 'd'
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          MKDIR n=1 mode=755 umask=22 'd'
      ## chmod
        @1 chmod /f 0600
          GETATTR n=1 flags=0 fh=0
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          SETATTR n=2 MODE fh=0 size=0 mode=100600 uid=0 gid=0
      ## open 1001
        @2 open /f O_RDWR -> EACCES
          GETXATTR n=1 size=4096 'system.posix_acl_access'
          GETATTR n=2 flags=0 fh=0
      `,
      ],
    },
    {
      title: 'lists without POSIX_ACL',
      server: { flags: [...BASE, 'SETXATTR_EXT'], entryValid: 100, attrValid: 100, accessAllowed: true },
      tasks: [ROOT, user([])],
      play: [
        `
      ## creat
        @1 open /f O_CREAT|O_RDWR 0666 -> $fd
        @1 close $fd
          LOOKUP n=1 'f'
          CREATE n=1 flags=0x8042 mode=100644 umask=22 open_flags=0x0 'f'
          FLUSH n=2 fh=101 lo=Y
          RELEASE n=2 fh=101 flags=0x8002 release_flags=0 lo=0
      ## setxattr acl
        @1 setxattr /f system.posix_acl_access ${ACL} 0
          SETXATTR n=2 size=44 flags=0 'system.posix_acl_access'
      ## getxattr acl
        getxattr /f system.posix_acl_access 4096 -> ${ACL}
          GETXATTR n=2 size=4096 'system.posix_acl_access'
      ## getxattr again
        getxattr /f system.posix_acl_access 4096 -> ${ACL}
          GETXATTR n=2 size=4096 'system.posix_acl_access'
      `,
      ],
    },
    {
      title: 'long names without MAX_PAGES',
      server: { flags: ['ASYNC_READ'] },
      play: [
        `
      ~
        chdir /
      ## no MAX_PAGES lookup 1024
        stat a*1024 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      ## no MAX_PAGES lookup 1025
        stat a*1025 -> ENAMETOOLONG
      ## mkdir 1025
        mkdir a*1025 0777 -> ENAMETOOLONG
      ## pathconf NAME_MAX
        statfs / -> namelen=255
          STATFS n=1
      `,
      ],
    },
    {
      title: 'long names with one page',
      server: { flags: ['ASYNC_READ', 'MAX_PAGES'], maxPages: 1 },
      play: [
        `
      ~
        chdir /
      ## max_pages=1 lookup 1024
        stat a*1024 -> ENOENT
          LOOKUP n=1 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
      ## max_pages=1 lookup 1025
        stat a*1025 -> ENAMETOOLONG
      `,
      ],
    },
  ],
};
