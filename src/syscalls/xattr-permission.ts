import type { ByteString } from '../abi/bytes.ts';
import { EINVAL, ENODATA, EPERM } from '../abi/errno.ts';
import { S_IFDIR, S_IFREG, S_ISVTX } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type Inode, MAY_WRITE } from '../vfs/inode.ts';
import { isOwner, permission } from '../vfs/permission.ts';

/** Where Linux keeps what a program may do beyond its user. */
const FILE_CAPABILITIES = 'security.capability';
const REVISION_2 = 0x02;
const REVISION_3 = 0x03;

/**
 * Whether a value may be set at all: file capabilities must be some.
 *
 * @throws EINVAL, EPERM without CAP_SETFCAP
 * @see Linux security/commoncap.c, cap_convert_nscap()
 */
export function checkValue(task: Task, name: ByteString, value: Uint8Array): void {
  if (name !== FILE_CAPABILITIES || value.length === 0) return;
  const isKnown = (value.length === 20 && value[3] === REVISION_2) || (value.length === 24 && value[3] === REVISION_3);
  if (!isKnown) throw EINVAL;
  if (!task.credentials.capabilities.has('CAP_SETFCAP')) throw EPERM;
}

/**
 * Whether the task may read (MAY_READ) or change (MAY_WRITE) an extended attribute, by the rules of its name's space.
 * What may not be read looks absent.
 *
 * @throws EPERM or ENODATA for `trusted.` without CAP_SYS_ADMIN, and for `user.` on other than files and directories;
 *   EPERM for `user.` on another's sticky directory, and to change `security.` without CAP_SYS_ADMIN; EACCES
 * @see Linux fs/xattr.c, xattr_permission(), and security/commoncap.c, cap_inode_setxattr() and cap_inode_removexattr()
 */
export function* xattrPermission(task: Task, inode: Inode, name: ByteString, mask: number): Blocking<void> {
  if (name.startsWith('system.')) return;
  if (name.startsWith('security.')) {
    const needed = name === FILE_CAPABILITIES ? 'CAP_SETFCAP' : 'CAP_SYS_ADMIN';
    if (mask === MAY_WRITE && !task.credentials.capabilities.has(needed)) throw EPERM;
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
