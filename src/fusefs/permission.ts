import { EACCES, EAGAIN } from '../abi/errno.ts';
import { S_IFLNK, S_IFREG, S_IXUGO, STATX_GID, STATX_MODE, STATX_UID } from '../abi/linux.ts';
import { ACCESS } from '../abi/opcodes.ts';
import { ACL_ACCESS, type Acl } from '../abi/posix-acl.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Credentials } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import { MAY_ACCESS, MAY_CHDIR, MAY_EXEC, MAY_READ, MAY_WRITE } from '../vfs/inode.ts';
import { capabilitiesAllow, isAclAsked, modeAllows } from '../vfs/permission.ts';
import { getAcl } from './acl.ts';
import { askAttributes } from './getattr.ts';
import type { FuseInode } from './inode.ts';
import type { FuseMountOptions } from './options.ts';

/** What a check of modes looks at. */
const CHECKED = STATX_MODE | STATX_UID | STATX_GID;

/**
 * Whether somebody may enter the file system at all. Without `allowOther` all their ids must be the mounter's: root too.
 *
 * @see Linux fs/fuse/dir.c, fuse_allow_current_process()
 */
export function admits({ allowOther, userId, groupId }: FuseMountOptions, credentials: Credentials): boolean {
  if (allowOther) return true;
  const { uid, euid, suid, gid, egid, sgid } = credentials;
  return [uid, euid, suid].every((id) => id === userId) && [gid, egid, sgid].every((id) => id === groupId);
}

/**
 * {@link permission} from the caches; undefined when it takes a request, or to fail with another errno than EACCES.
 * Symbolic links have no such operation in Linux: their modes decide as they are known, on every mount.
 */
export function tryPermission(task: Task, inode: FuseInode, mask: number): boolean | undefined {
  const { superblock, attributes } = inode;
  if (inode.isBad) return undefined;
  if (inode.type === S_IFLNK) return modeAllows(task.credentials, inode, mask);
  if (!superblock.admits(task)) return false;
  if (superblock.enforcesModes) {
    if (!attributes.holds(CHECKED, superblock.now)) return undefined;
    const acl = isAclNeeded(task, inode) ? inode.acls.tryGet(ACL_ACCESS) : null;
    return acl === null ? modeAllows(task.credentials, inode, mask) || undefined : undefined;
  }
  const execution = needsExecuteBit(inode, mask);
  if (execution && !attributes.holds(CHECKED, superblock.now)) return undefined;
  if ((mask & (MAY_ACCESS | MAY_CHDIR)) !== 0) return superblock.connection.unsupported.has(ACCESS) || undefined;
  return !execution || hasExecuteBit(inode) || undefined;
}

/**
 * Whether the task may do `mask` with a file.
 *
 * With `defaultPermissions` the cached mode decides, or the access control list of a server that took POSIX_ACL; what
 * denies is asked for again first. Otherwise the server
 * decides: access(2) and chdir(2) ask it, all else is let through, save the execution of a file that nobody may execute.
 *
 * FUSE: GETATTR when the mode is stale or denies; GETXATTR when the list is not known; ACCESS.
 *
 * @throws EIO for a bad inode, EACCES; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_permission()
 */
export function* permission(task: Task, inode: FuseInode, mask: number): Blocking<void> {
  const { superblock } = inode;
  inode.check();
  if (!superblock.admits(task)) throw EACCES;
  const { enforcesModes } = superblock;
  if (enforcesModes || needsExecuteBit(inode, mask)) {
    const refreshed = !inode.attributes.holds(CHECKED, superblock.now);
    if (refreshed) yield* askModes(task, inode);
    if (enforcesModes) return yield* checkModes(task, inode, mask, refreshed);
    if ((mask & (MAY_ACCESS | MAY_CHDIR)) === 0) return yield* checkExecutable(task, inode, refreshed);
  }
  if ((mask & (MAY_ACCESS | MAY_CHDIR)) !== 0) {
    yield* inode.call(task, ACCESS, { body: { mask: mask & (MAY_READ | MAY_WRITE | MAY_EXEC) } });
  }
}

const needsExecuteBit = (inode: FuseInode, mask: number): boolean => (mask & MAY_EXEC) !== 0 && inode.type === S_IFREG;

const hasExecuteBit = (inode: FuseInode): boolean => (inode.mode & S_IXUGO) !== 0;

const isAclNeeded = (task: Task, inode: FuseInode): boolean =>
  inode.superblock.connection.features.POSIX_ACL && isAclAsked(task.credentials, inode);

function* checkModes(task: Task, inode: FuseInode, mask: number, refreshed: boolean): Blocking<void> {
  if (yield* isAllowed(task, inode, mask)) return;
  if (refreshed) throw EACCES;
  yield* askModes(task, inode);
  if (!(yield* isAllowed(task, inode, mask))) throw EACCES;
}

/** Whether modes, list and capabilities allow it. A list that the server denies counts as one that denies. */
function* isAllowed(task: Task, inode: FuseInode, mask: number): Blocking<boolean> {
  let acl: Acl | null = null;
  try {
    if (isAclNeeded(task, inode)) acl = yield* getAcl(task, inode, ACL_ACCESS);
  } catch (error) {
    if (error === EACCES) return capabilitiesAllow(task.credentials, inode, mask);
    // Linux takes this errno of a server for its own word that there is no list.
    if (error !== EAGAIN) throw error;
  }
  return modeAllows(task.credentials, inode, mask, acl);
}

function* checkExecutable(task: Task, inode: FuseInode, refreshed: boolean): Blocking<void> {
  if (hasExecuteBit(inode)) return;
  if (!refreshed) yield* askModes(task, inode);
  if (!hasExecuteBit(inode)) throw EACCES;
}

/** @see Linux fs/fuse/dir.c, fuse_perm_getattr() */
function* askModes(task: Task, inode: FuseInode): Blocking<void> {
  inode.forgetAcls();
  yield* askAttributes(task, inode, null);
}
