import { EACCES, EBUSY, EISDIR, ENOENT, ENOTDIR, EOVERFLOW, EPERM, EROFS } from '../abi/errno.ts';
import { S_IFDIR, S_IFLNK, S_IFREG, S_IRWXG, S_ISVTX, S_IXUGO } from '../abi/linux.ts';
import type { Acl } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';
import { type Credentials, inGroup } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import { aclAllows } from './acl-permission.ts';
import type { Dentry } from './dentry.ts';
import { type Inode, MAY_EXEC, MAY_READ, MAY_WRITE } from './inode.ts';
import type { Mount } from './mount.ts';

const writable = new Set([S_IFREG, S_IFDIR, S_IFLNK]);

/**
 * Whether the task may do `mask` with an inode.
 *
 * @throws EROFS to write a file, directory or symlink of a read-only file system; EACCES, also to write what nobody owns; what the
 *   server answers.
 * @see Linux fs/namei.c, inode_permission() and sb_permission()
 */
export function* permission(task: Task, inode: Inode, mask: number): Blocking<void> {
  if (tryPermission(task, inode, mask) === undefined) yield* inode.permission(task, mask);
}

/** {@link permission} from the caches: true when they allow it, undefined when they do not know. @throws as it */
export function tryPermission(task: Task, inode: Inode, mask: number): true | undefined {
  if ((mask & MAY_WRITE) !== 0 && inode.superblock.isReadOnly && writable.has(inode.type)) throw EROFS;
  if ((mask & MAY_WRITE) !== 0 && inode.hasNoOwner) throw EACCES;
  const answer = inode.tryPermission(task, mask);
  if (answer === false) throw EACCES;
  return answer;
}

/** @throws EROFS on a read-only mount. @see Linux fs/namespace.c, mnt_want_write() */
export function checkWritable(mount: Mount): void {
  if (mount.isReadOnly) throw EROFS;
}

/**
 * Whether the task may make a name in a directory.
 *
 * @throws ENOENT in a removed directory, EACCES
 * @see Linux fs/namei.c, may_create()
 */
export function* mayCreate(task: Task, dir: Inode): Blocking<void> {
  if (dir.isDead) throw ENOENT;
  yield* permission(task, dir, MAY_WRITE | MAY_EXEC);
}

/**
 * Whether the task may remove a positive dentry from its directory.
 *
 * @throws EOVERFLOW for what nobody owns, EACCES, EPERM for another's file in a sticky directory, ENOTDIR or EISDIR for the wrong kind, EBUSY for a
 *   mountpoint or a file system's root, ENOENT in a removed directory
 * @see Linux fs/namei.c, may_delete()
 */
export function* mayDelete(task: Task, dir: Inode, victim: Dentry, kind: 'directory' | 'file'): Blocking<void> {
  const inode = victim.inode as Inode;
  if (inode.hasNoOwner) throw EOVERFLOW;
  yield* permission(task, dir, MAY_WRITE | MAY_EXEC);
  if (dir.enforcesModes && isStuck(task.credentials, dir, inode)) throw EPERM;
  if (kind === 'directory' && inode.type !== S_IFDIR) throw ENOTDIR;
  if (kind === 'directory' && victim.parent === null) throw EBUSY;
  if (kind === 'file' && inode.type === S_IFDIR) throw EISDIR;
  if (dir.isDead) throw ENOENT;
}

/** Whether the inode is theirs, or CAP_FOWNER makes it so. @see Linux fs/inode.c, inode_owner_or_capable() */
export const isOwner = (credentials: Credentials, inode: Inode): boolean =>
  inode.uid === credentials.fsuid || (credentials.capabilities.has('CAP_FOWNER') && !inode.hasNoOwner);

/** Whether a sticky directory keeps the task from removing this file. @see Linux fs/namei.c, __check_sticky() */
function isStuck(credentials: Credentials, dir: Inode, inode: Inode): boolean {
  if ((dir.mode & S_ISVTX) === 0) return false;
  return dir.uid !== credentials.fsuid && !isOwner(credentials, inode);
}

/**
 * Whether mode bits, an access control list and capabilities allow `mask`: what file systems that leave the check to the
 * kernel use. `acl` is the file's list where it has one and {@link isAclAsked}.
 *
 * @throws EIO for a list without sense
 * @see Linux fs/namei.c, generic_permission()
 */
export const modeAllows = (credentials: Credentials, inode: Inode, mask: number, acl: Acl | null = null): boolean =>
  classAllows(credentials, inode, mask & RWX, acl) || capabilitiesAllow(credentials, inode, mask);

/** Whether a check looks at the list of a file that may have one: the owner has none above him, and it gives to groups at least. */
export const isAclAsked = (credentials: Credentials, inode: Inode): boolean =>
  inode.uid !== credentials.fsuid && (inode.mode & S_IRWXG) !== 0;

const RWX = MAY_READ | MAY_WRITE | MAY_EXEC;

/** @see Linux fs/namei.c, acl_permission_check() */
function classAllows(credentials: Credentials, inode: Inode, wanted: number, acl: Acl | null): boolean {
  if (acl !== null) return aclAllows(credentials, inode, acl, wanted);
  const shift = inode.uid === credentials.fsuid ? 6 : inGroup(credentials, inode.gid) ? 3 : 0;
  return (wanted & ~(inode.mode >> shift)) === 0;
}

/** Whether the task may do `mask` whatever the file's owner says; nobody may with a file that has none. @see Linux kernel/capability.c, capable_wrt_inode_uidgid() */
export function capabilitiesAllow({ capabilities }: Credentials, inode: Inode, mask: number): boolean {
  const wanted = mask & RWX;
  if (inode.hasNoOwner) return false;
  if (inode.type === S_IFDIR) {
    if ((wanted & MAY_WRITE) === 0 && capabilities.has('CAP_DAC_READ_SEARCH')) return true;
    return capabilities.has('CAP_DAC_OVERRIDE');
  }
  if (wanted === MAY_READ && capabilities.has('CAP_DAC_READ_SEARCH')) return true;
  if ((wanted & MAY_EXEC) !== 0 && (inode.mode & S_IXUGO) === 0) return false;
  return capabilities.has('CAP_DAC_OVERRIDE');
}
