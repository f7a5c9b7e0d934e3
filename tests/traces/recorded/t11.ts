import { S_IFREG } from '../../scenarios/replies.ts';
import type { Trace } from '../trace.ts';
import { mounts as setIdMounts } from './t11-set-id.ts';
import { mounts as cachedSetIdMounts } from './t11-set-id-cached.ts';
import { ROOT, USER } from './t11-tasks.ts';

/** Who may enter, permissions, and how set-user-ID bits are taken. */
export const t11: Trace = {
  name: 't11',
  covers: 'who may enter, permissions, and how set-user-ID bits are taken',
  mounts: [
    {
      title: 'no allow_other: user 1000, and root with another group',
      server: { entryValid: 100, attrValid: 100 },
      mount: { allowOther: false },
      tasks: [ROOT, USER, { uid: 0, gid: 5 }],
      play: [
        `
      ~
        open /f O_CREAT|O_WRONLY 0666 -> $fd
        close $fd
      ## stat mnt
        @1 stat / -> EACCES
      ## stat f
        @1 stat /f -> EACCES
      ## statvfs
        @1 statfs / -> blocks=0
      ## open dir
        @1 open / O_RDONLY|O_NONBLOCK|O_DIRECTORY|O_CLOEXEC -> EACCES
      ## statx mask 0 on mnt
        @1 statx AT_FDCWD / 0 0
      ## chmod
        @1 chmod / 0700 -> EACCES
      ## listxattr
        @1 listxattr / 256 -> EACCES
      ## getxattr
        @1 getxattr / user.a 128 -> EACCES
      ## root w/ fsgid
        @2 stat / -> EACCES
      `,
      ],
    },
    {
      title: 'mounted for user 1000',
      server: { entryValid: 100, attrValid: 100 },
      mount: { allowOther: false, userId: 1000, groupId: 1000 },
      tasks: [ROOT, USER, { uid: 1000, gid: 5 }],
      play: [
        `
      ## root stat
        stat / -> EACCES
      ## uid1000 stat
        @1 stat / -> mode=040755
          GETATTR n=1 flags=0 fh=0
      ## uid1000 gid 5
        @2 stat / -> EACCES
      `,
      ],
    },
    {
      title: 'allow_other without default_permissions',
      server: { entryValid: 100, attrValid: 100, accessAllowed: true },
      tasks: [ROOT, USER],
      detail: 'caller',
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0600 -> $fd
        close $fd
        mkdir /d 0700
      ## uid 1000 open 0600 root file
        @1 open /f O_RDWR -> $fd
        @1 close $fd
          OPEN n=2 flags=0x8002 open_flags=0x0 uid=1000 gid=1000 pid=Y
          FLUSH n=2 fh=102 lo=Y uid=1000 gid=1000 pid=Y
          RELEASE n=2 fh=102 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## access R
        @1 access /f 4
          ACCESS n=2 mask=4 uid=1000 gid=1000 pid=Y
      ## creat in 0700 dir
        @1 open /d/x O_CREAT|O_RDWR 0777 -> $fd
        @1 close $fd
          LOOKUP n=3 'x' uid=1000 gid=1000 pid=Y
          CREATE n=3 flags=0x8042 mode=100755 umask=22 open_flags=0x0 'x' uid=1000 gid=1000 pid=Y
          FLUSH n=4 fh=103 lo=Y uid=1000 gid=1000 pid=Y
          RELEASE n=4 fh=103 flags=0x8002 release_flags=0 lo=0 uid=0 gid=0 pid=0
      ## chmod others file
        @1 chmod /f 0644
          SETATTR n=2 MODE fh=0 size=0 mode=100644 uid=0 gid=0 uid=1000 gid=1000 pid=Y
      ## chown
        @1 chown /f 1000 1000
          GETXATTR n=2 size=0 'security.capability' uid=1000 gid=1000 pid=Y
          GETATTR n=2 flags=0 fh=0 uid=1000 gid=1000 pid=Y
          SETATTR n=2 UID|GID fh=0 size=0 mode=0 uid=1000 gid=1000 uid=1000 gid=1000 pid=Y
      ## unlink
        @1 unlink /d/x
          UNLINK n=3 'x' uid=1000 gid=1000 pid=Y
          FORGET n=4 nlookup=1 uid=0 gid=0 pid=0
      ## utime
        @1 utimensat AT_FDCWD /f 1 1 0
          SETATTR n=2 ATIME|MTIME fh=0 size=0 mode=0 uid=0 gid=0 uid=1000 gid=1000 pid=Y
      `,
      ],
    },
    {
      title: 'allow_other and default_permissions',
      server: { entryValid: 100, attrValid: 100, accessAllowed: true },
      mount: { defaultPermissions: true },
      tasks: [ROOT, USER],
      play: [
        `
      ~
        open /f O_CREAT|O_RDWR 0600 -> $fd
        close $fd
        mkdir /d 0700
        chmod / 0755
      ## uid 1000 open 0600 root file
        @1 open /f O_RDWR -> EACCES
          GETATTR n=2 flags=0 fh=0
      ## again
        @1 open /f O_RDWR -> EACCES
          GETATTR n=2 flags=0 fh=0
      ## access R
        @1 access /f 4 -> EACCES
          GETATTR n=2 flags=0 fh=0
      ## creat in 0700 dir
        @1 open /d/x O_CREAT|O_RDWR 0777 -> EACCES
          GETATTR n=3 flags=0 fh=0
      ## creat in root 0755 dir
        @1 open /x O_CREAT|O_RDWR 0777 -> EACCES
          GETATTR n=1 flags=0 fh=0
          LOOKUP n=1 'x'
      ## chmod
        @1 chmod /f 0644 -> EPERM
      ## root access
        access /f 4
      ## chdir d
        @1 chdir /d -> EACCES
          GETATTR n=3 flags=0 fh=0
      `,
        ({ server }) => {
          server.nodeOf(2).mode = S_IFREG | 0o644;
        },
        `
      ## server chmod 644 then open
        @1 open /f O_RDONLY -> $fd
        @1 close $fd
          GETATTR n=2 flags=0 fh=0
          OPEN n=2 flags=0x8000 open_flags=0x0
          FLUSH n=2 fh=102 lo=Y
          RELEASE n=2 fh=102 flags=0x8000 release_flags=0 lo=0
      `,
      ],
    },
    ...setIdMounts,
    ...cachedSetIdMounts,
  ],
};
