import { E2BIG, ENODATA, EOPNOTSUPP, ERANGE } from '../abi/errno.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { GETXATTR, SETXATTR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type Acl, type AclName, decodeAcl, encodeAcl } from '../vfs/posix-acl.ts';
import type { FuseInode } from './inode.ts';
import { removexattr, setxattr } from './xattr.ts';

/**
 * A file's access control list, null when there is none. It is asked for each time, and not enforced: POSIX_ACL is not
 * offered to servers.
 *
 * FUSE: GETXATTR with a page of room.
 *
 * @throws EIO for a bad inode, E2BIG for a list of more than a page, EINVAL and EOPNOTSUPP for what is no list; what the
 *   server answers.
 * @see Linux fs/fuse/acl.c, fuse_get_acl()
 */
export function* getAcl(task: Task, inode: FuseInode, name: AclName): Blocking<Acl | null> {
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
 * Sets an access control list, or takes it away for null, of which ENODATA tells that there was none.
 *
 * FUSE: SETXATTR, REMOVEXATTR.
 *
 * @throws EIO for a bad inode, EOPNOTSUPP if the server has no SETXATTR, E2BIG for a list of more than a page; what the
 *   server answers.
 * @see Linux fs/fuse/acl.c, fuse_set_acl()
 */
export function* setAcl(task: Task, inode: FuseInode, name: AclName, acl: Acl | null): Blocking<void> {
  inode.check();
  if (inode.superblock.connection.unsupported.has(SETXATTR)) throw EOPNOTSUPP;
  if (acl === null) {
    yield* removexattr(task, inode, name);
    return;
  }
  const value = encodeAcl(acl);
  if (value.length > PAGE_SIZE) throw E2BIG;
  yield* setxattr(task, inode, name, value, 0);
}
