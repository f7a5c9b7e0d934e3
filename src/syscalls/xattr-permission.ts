import type { ByteString } from '../abi/bytes.ts';
import { ENODATA, EPERM } from '../abi/errno.ts';
import { S_IFDIR, S_IFREG, S_ISVTX } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type Inode, MAY_WRITE } from '../vfs/inode.ts';
import { isOwner, permission } from '../vfs/permission.ts';
import { FILE_CAPABILITIES } from './file-capabilities.ts';

/**
 * Whether the task may read (MAY_READ) or change (MAY_WRITE) an extended attribute, by the rules of its name's space.
 * What may not be read looks absent. Who may change a file's capabilities is asked elsewhere: see file-capabilities.ts.
 *
 * @throws EPERM to change those of what nobody owns; EPERM or ENODATA for `trusted.` without CAP_SYS_ADMIN, and for `user.` on other than files and directories;
 *   EPERM for `user.` on another's sticky directory, and to change `security.` without CAP_SYS_ADMIN; EACCES
 * @see Linux fs/xattr.c, xattr_permission(), and security/commoncap.c, cap_inode_setxattr() and cap_inode_removexattr()
 */
export function* xattrPermission(task: Task, inode: Inode, name: ByteString, mask: number): Blocking<void> {
  if (mask === MAY_WRITE && inode.hasNoOwner) throw EPERM;
  if (name.startsWith('system.')) return;
  if (name.startsWith('security.')) {
    const isChecked = name === FILE_CAPABILITIES || mask !== MAY_WRITE;
    if (!isChecked && !task.credentials.capabilities.has('CAP_SYS_ADMIN')) throw EPERM;
    return;
  }
  const refused = mask === MAY_WRITE ? EPERM : ENODATA;
  if (name.startsWith('trusted.')) {
    if (!task.credentials.capabilities.has('CAP_SYS_ADMIN')) throw refused;
    return;
  }
  if (name.startsWith('user.')) {
    if (inode.type !== S_IFREG && inode.type !== S_IFDIR) throw refused;
    const isSticky = inode.type === S_IFDIR && (inode.mode & S_ISVTX) !== 0;
    if (isSticky && mask === MAY_WRITE && !isOwner(task.credentials, inode)) throw EPERM;
  }
  yield* permission(task, inode, mask);
}
