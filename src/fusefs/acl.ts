import { E2BIG, ENODATA, EOPNOTSUPP, ERANGE } from '../abi/errno.ts';
import { FUSE_SETXATTR_ACL_KILL_SGID } from '../abi/fuse.ts';
import { PAGE_SIZE, STATX_BASIC_STATS } from '../abi/linux.ts';
import { GETXATTR, SETXATTR } from '../abi/opcodes.ts';
import { type Acl, type AclName, decodeAcl, encodeAcl } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';
import { type Credentials, inGroup } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';
import { removexattr, setxattr } from './xattr.ts';

/**
 * A file's access control list, null when there is none. Kept until attributes are asked for again, of servers that took
 * POSIX_ACL.
 *
 * FUSE: GETXATTR with a page of room.
 *
 * @throws EIO for a bad inode, E2BIG for a list of more than a page, EINVAL and EOPNOTSUPP for what is no list; what the
 *   server answers.
 * @see Linux fs/fuse/acl.c, fuse_get_acl() and fuse_get_inode_acl()
 */
export const getAcl = (task: Task, inode: FuseInode, name: AclName): Blocking<Acl | null> =>
  inode.acls.get(name, () => askAcl(task, inode, name));

function* askAcl(task: Task, inode: FuseInode, name: AclName): Blocking<Acl | null> {
  inode.check();
  const { unsupported } = inode.superblock.connection;
  if (unsupported.has(GETXATTR)) return null;
  let value: Uint8Array;
  try {
    const call = { body: { size: PAGE_SIZE }, names: [name], room: PAGE_SIZE };
    value = (yield* inode.call(task, GETXATTR, call)).data;
  } catch (error) {
    if (error === ENODATA || (error === EOPNOTSUPP && unsupported.has(GETXATTR))) return null;
    throw error === ERANGE ? E2BIG : error;
  }
  return value.length === 0 ? null : decodeAcl(value);
}

/**
 * Sets an access control list, or takes it away for null, of which ENODATA tells that there was none. A server that took
 * POSIX_ACL changes the mode itself, so attributes and lists are stale afterwards, and it is told whether the set-group-ID
 * bit must go.
 *
 * FUSE: SETXATTR, REMOVEXATTR.
 *
 * @throws EIO for a bad inode, EOPNOTSUPP if the server has no SETXATTR, E2BIG for a list of more than a page; what the
 *   server answers.
 * @see Linux fs/fuse/acl.c, fuse_set_acl()
 */
export function* setAcl(task: Task, inode: FuseInode, name: AclName, acl: Acl | null): Blocking<void> {
  inode.check();
  const { features, unsupported } = inode.superblock.connection;
  if (unsupported.has(SETXATTR)) throw EOPNOTSUPP;
  const value = acl === null ? null : encodeAcl(acl);
  if (value !== null && value.length > PAGE_SIZE) throw E2BIG;
  try {
    if (value === null) return yield* removexattr(task, inode, name);
    const losesSetgid = features.POSIX_ACL && !mayKeepSetgid(task.credentials, inode);
    yield* setxattr(task, inode, name, value, { more: losesSetgid ? FUSE_SETXATTR_ACL_KILL_SGID : 0 });
  } finally {
    if (features.POSIX_ACL) {
      inode.forgetAcls();
      inode.attributes.invalidate(STATX_BASIC_STATS);
    }
  }
}

/** @see Linux fs/inode.c, in_group_or_capable() */
const mayKeepSetgid = (credentials: Credentials, { gid }: FuseInode): boolean =>
  inGroup(credentials, gid) || credentials.capabilities.has('CAP_FSETID');
