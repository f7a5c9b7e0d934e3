import { describe, expect, test } from 'vitest';
import { EEXIST } from '../abi/errno.ts';
import { mkdir, mknod } from './mkdir.ts';
import { stat } from './stat.ts';
import { Machine } from './testing/machine.ts';
import { table } from './testing/table.ts';

const existing = `
  mkdir d 0755
  creat f 0644
  symlink nowhere dangling
  symlink d dl`;

describe('mkdir', () => {
  table({
    'takes permission bits and the sticky bit, without the umask; no other': `
      umask 027
      mkdir d 01777
      stat d mode -> 041750
      mkdir e 07777
      stat e mode -> 041750`,
    'a name with slashes behind it is as good': `
      mkdir d/ 0755
      mkdir e/// 0755
      stat e type -> 040000`,
    'an existing name of any kind is EEXIST': `${existing}
      mkdir d 0755 -> EEXIST
      mkdir d/ 0755 -> EEXIST
      mkdir f 0755 -> EEXIST
      mkdir f/ 0755 -> EEXIST
      mkdir dangling 0755 -> EEXIST
      mkdir dangling/ 0755 -> EEXIST
      mkdir dl 0755 -> EEXIST`,
    'dots and the root are EEXIST': `${existing}
      mkdir . 0755 -> EEXIST
      mkdir .. 0755 -> EEXIST
      mkdir d/. 0755 -> EEXIST
      mkdir d/.. 0755 -> EEXIST
      mkdir / 0755 -> EEXIST
      mkdir // 0755 -> EEXIST`,
    'a missing parent is ENOENT, a file as parent ENOTDIR, a dangling one ENOENT': `${existing}
      mkdir no/d 0755 -> ENOENT
      mkdir f/d 0755 -> ENOTDIR
      mkdir dangling/d 0755 -> ENOENT
      mkdir '' 0755 -> ENOENT`,
    'a name of 256 bytes is ENAMETOOLONG': `
      mkdir n*255 0755
      mkdir n*256 0755 -> ENAMETOOLONG
      mkdir n*256/x 0755 -> ENAMETOOLONG`,
    'a directory that may not be written is EACCES, one that may not be searched too': `
      mkdir d 0755
      mkdir s 0755
      chmod s 0766
      as 1000
      mkdir d/x 0755 -> EACCES
      mkdir d/. 0755 -> EEXIST
      mkdir s/x 0755 -> EACCES`,
    'an existing name is EEXIST before EACCES and EROFS': `
      mkdir d 0755
      mkdir d/e 0755
      mkdir m 0755
      mount m ro
      mkdir m 0755 -> EEXIST
      mkdir m/x 0755 -> EROFS
      as 1000
      mkdir d/e 0755 -> EEXIST
      mkdir m/x 0755 -> EROFS`,
    'a removed directory is ENOENT': `
      mkdir d 0755
      open d O_DIRECTORY -> $d
      rmdir d
      mkdirat $d x 0755 -> ENOENT`,
    'links of the parent grow by one': `
      mkdir d 0755
      stat d nlink -> 2
      mkdir d/e 0755
      stat d nlink -> 3`,
    'relative to a descriptor': `
      mkdir d 0755
      open d O_PATH -> $d
      mkdirat $d e 0755
      mkdirat 99 e 0755 -> EBADF
      mkdirat 99 /e 0755
      stat d/e type -> 040000`,
    'the group comes from a set-group-ID directory, and the bit with it': `
      mkdir d 0755
      chown d 0 77
      chmod d 02777
      as 1000
      mkdir d/e 0755
      stat d/e gid -> 77
      stat d/e mode -> 042755`,
  });
});

describe('mknod', () => {
  table({
    'a directory is EPERM, a symlink or an unknown type EINVAL, before the path is looked at': `
      mknod '' 040755 0 -> EPERM
      mknod '' 0120755 0 -> EINVAL
      mknod '' 0150755 0 -> EINVAL
      mknod '' 0100755 0 -> ENOENT`,
    'no type means a regular file': `
      mknod f 0640 0
      stat f mode -> 0100640`,
    'pipes and sockets need no capability, and have no device number': `
      chmod . 0777
      as 1000
      mknod p 0010666 5
      mknod s 0140666 5
      stat p mode -> 010644
      stat p rdev -> 0
      stat s mode -> 0140644`,
    'devices need CAP_MKNOD, but for the whiteout': `
      mknod b 0060600 2049
      stat b rdev -> 2049
      stat b mode -> 060600
      chmod . 0777
      as 1000
      mknod c 0020666 259 -> EPERM
      mknod b2 0060666 0 -> EPERM
      mknod w 0020666 0`,
    'an existing name is EEXIST before EPERM, EACCES before EPERM': `
      creat f 0644
      mkdir d 0755
      chmod . 0777
      as 1000
      mknod f 0020666 259 -> EEXIST
      mknod d/c 0020666 259 -> EACCES`,
    'a slash behind the name is ENOENT, or EEXIST when there is something': `${existing}
      mknod new/ 0100644 0 -> ENOENT
      mknod f/ 0100644 0 -> EEXIST
      mknod d/ 0100644 0 -> EEXIST`,
    'dots are EEXIST': `${existing}
      mknod . 0100644 0 -> EEXIST
      mknod d/.. 0100644 0 -> EEXIST`,
    'a dangling symlink is EEXIST': `${existing}
      mknod dangling 0100644 0 -> EEXIST
      stat nowhere size -> ENOENT`,
    'a read-only mount is EROFS, behind a slash ENOENT': `
      mkdir m 0755
      mount m ro
      mknod m/f 0100644 0 -> EROFS
      mknod m/f/ 0100644 0 -> ENOENT`,
    'relative to a descriptor': `
      mkdir d 0755
      open d O_RDONLY -> $d
      mknodat $d f 0100600 0
      stat d/f mode -> 0100600
      mknodat 99 f 0100600 0 -> EBADF`,
  });
});

test('a name is asked about even if it is known, there or absent', () => {
  const machine = new Machine();
  expect(machine.logOf((task) => mkdir(task, '/d', 0o755))).toEqual(['lookup d', 'mkdir d']);
  expect(machine.failureOf((task) => mkdir(task, '/d', 0o755))).toBe(EEXIST);
  expect(machine.tree.log.at(-1)).toBe('revalidate d');
  machine.failureOf((task) => stat(task, '/f'));
  expect(machine.logOf((task) => mknod(task, '/f', 0o644, 0))).toEqual(['lookup f', 'mknod f']);
});
