import { EACCES, ENODATA, EOPNOTSUPP, EPERM, ERANGE } from '../abi/errno.ts';
import { S_IFDIR, S_IFLNK } from '../abi/linux.ts';
import { type Acl, type AclName, checkAcl, encodeAcl } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Inode } from '../vfs/inode.ts';
import { isOwner } from '../vfs/permission.ts';
import { exclusively } from './locking.ts';

/**
 * A list as getxattr(2) gives it, whoever asks; for `size` 0 its length.
 *
 * @throws EOPNOTSUPP for a symlink; ENODATA; ERANGE
 * @see Linux fs/posix_acl.c, do_get_acl()
 */
export function* readAcl(task: Task, inode: Inode, name: AclName, size: number): Blocking<Uint8Array | number> {
  if (inode.type === S_IFLNK) throw EOPNOTSUPP;
  const acl = yield* inode.getAcl(task, name);
  if (acl === null) throw ENODATA;
  const value = encodeAcl(acl);
  if (size === 0) return value.length;
  if (value.length > size) throw ERANGE;
  return value;
}

/**
 * Sets a list, or takes it away for null.
 *
 * @throws EOPNOTSUPP for a symlink; EACCES for a default list of what is no directory; EPERM for another's file; EINVAL for
 *   a list that may not be
 * @see Linux fs/posix_acl.c, vfs_set_acl(), vfs_remove_acl() and set_posix_acl()
 */
export function* changeAcl(task: Task, inode: Inode, name: AclName, acl: Acl | null): Blocking<void> {
  yield* exclusively(
    task,
    inode.lock,
    () => `inode ${inode.ino} to change ${name}`,
    function* () {
      if (inode.type === S_IFLNK) throw EOPNOTSUPP;
      if (name === 'system.posix_acl_default' && inode.type !== S_IFDIR) {
        if (acl !== null) throw EACCES;
        return;
      }
      if (!isOwner(task.credentials, inode)) throw EPERM;
      if (acl !== null) checkAcl(acl);
      yield* inode.setAcl(task, name, acl);
    },
  );
}
