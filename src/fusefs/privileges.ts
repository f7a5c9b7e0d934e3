import { EOPNOTSUPP, Errno } from '../abi/errno.ts';
import { S_IFREG, S_ISGID, S_ISUID, S_IXGRP } from '../abi/linux.ts';
import { GETXATTR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import { type Credentials, inGroup } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';
import { getxattr, removexattr } from './xattr.ts';

/** Where Linux keeps a file's capabilities. */
const CAPABILITIES = 'security.capability';

/** What a change of data or owner takes away from a file. Linux's ATTR_KILL_SUID and ATTR_KILL_SGID, and ATTR_KILL_PRIV. */
export interface Privileges {
  readonly setId: boolean;
  readonly capabilities: boolean;
}

/** For files without privileges, and changes that leave them alone. */
export const NOTHING_LOST: Privileges = { setId: false, capabilities: false };

/**
 * What a write or truncation by this task takes away.
 *
 * FUSE: GETXATTR security.capability, unless an earlier check found that there is nothing to take.
 *
 * @see Linux fs/inode.c, dentry_needs_remove_privs()
 */
export function* lostByWriting(task: Task, inode: FuseInode): Blocking<Privileges> {
  if (inode.attributes.hasNoPrivileges) return NOTHING_LOST;
  const setId = inode.type === S_IFREG && isSetId(inode, task.credentials) && !mayKeepSetId(task.credentials);
  return { setId, capabilities: yield* hasCapabilities(task, inode) };
}

/**
 * Whether the file carries capabilities. Whatever the server answers but a size means no.
 *
 * FUSE: GETXATTR of size 0, until it was answered with ENOSYS once.
 *
 * @see Linux security/commoncap.c, cap_inode_need_killpriv()
 */
export function* hasCapabilities(task: Task, inode: FuseInode): Blocking<boolean> {
  if (inode.superblock.connection.unsupported.has(GETXATTR)) return false;
  try {
    return ((yield* getxattr(task, inode, CAPABILITIES, 0)) as number) > 0;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

/** Takes the file's capabilities away. FUSE: REMOVEXATTR. @see Linux security/commoncap.c, cap_inode_killpriv() */
export function* removeCapabilities(task: Task, inode: FuseInode): Blocking<void> {
  try {
    yield* removexattr(task, inode, CAPABILITIES);
  } catch (error) {
    if (error !== EOPNOTSUPP) throw error;
  }
}

/** Whether writing leaves a file's set-id bits alone when this task does it. */
export const mayKeepSetId = ({ capabilities }: Credentials): boolean => capabilities.has('CAP_FSETID');

/** Whether the mode has a set-id bit that runs programs as somebody else. @see Linux fs/attr.c, setattr_should_drop_suidgid() */
export function isSetId(inode: FuseInode, credentials: Credentials): boolean {
  const { mode } = inode;
  if ((mode & S_ISUID) !== 0) return true;
  if ((mode & S_ISGID) === 0) return false;
  return (mode & S_IXGRP) !== 0 || !inGroup(credentials, inode.gid);
}

/** Whether a mode has bits that make programs run as somebody else. */
export const hasSetId = (mode: number): boolean => withoutSetId(mode) !== mode;

/** A mode without the bits that make programs run as somebody else. */
export const withoutSetId = (mode: number): number => mode & ~((mode & S_IXGRP) === 0 ? S_ISUID : S_ISUID | S_ISGID);
