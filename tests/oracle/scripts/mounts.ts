import { type Script, THREE_TASKS } from '../script.ts';
import { scriptTable } from '../script-table.ts';

/** What is mounted below: other ways into the same file system, which are other mounts to rename(2), link(2) and writers. */
export const scripts: readonly Script[] = scriptTable(
  { tasks: THREE_TASKS, setUp: 'mkdir d 0755\nmkdir d/e 0755\ncreat d/f 0644\nmkdir m 0755', compare: 'requests' },
  {
    'mounts: no link and no rename leads from one to the other': `
      bind_mount d m rw
      link d/f m/g -> EXDEV
      link m/f d/g -> EXDEV
      rename d/f m/g -> EXDEV
      rename m/f d/f -> EXDEV
      rename m/e n -> EXDEV
      renameat2 AT_FDCWD d/f AT_FDCWD m/f RENAME_EXCHANGE -> EXDEV
      link m/f m/g
      rename m/g m/h
      lstat d/h
      umount m
      umount m -> EINVAL
    `,
    'mounts: where one is, nothing is removed or moved': `
      bind_mount d m rw
      rmdir m -> EBUSY
      rename m n -> EBUSY
      rename d/e m -> EBUSY
      unlink m -> EISDIR
      rmdir d -> ENOTEMPTY
      rename d n
      rmdir m/e
      umount m
      rmdir m
    `,
    'mounts: a read-only one changes nothing, and the others do': `
      bind_mount d m ro
      chmod m/f 0600 -> EROFS
      chown m/f 1 1 -> EROFS
      @1 chmod m/f 0600 -> EROFS
      @1 unlink m/f -> EROFS
      @1 mkdir m/new 0755 -> EROFS
      utimensat AT_FDCWD m/f now now 0 -> EROFS
      setxattr m/f user.a v 0 -> EROFS
      open m/f O_RDONLY|O_TRUNC -> EROFS
      open m/new O_CREAT|O_RDONLY 0644 -> EROFS
      open m/f O_CREAT|O_RDONLY 0644 -> $f
      access m/f W_OK -> EROFS
      access m/f R_OK
      mkdir m/f 0755 -> EEXIST
      mkdir m/new 0755 -> EROFS
      unlink m/f -> EROFS
      unlink m/none -> EROFS
      rmdir m/e -> EROFS
      rename m/f m/g -> EROFS
      link m/f m/g -> EROFS
      symlink x m/l -> EROFS
      mknod m/p 010644 0 -> EROFS
      chmod d/f 0600
      stat m/f
      read $f 1
      close $f
      umount m
    `,
  },
);
