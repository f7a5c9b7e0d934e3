import { EACCES, EINTR, EIO, EPERM, Errno } from '../abi/errno.ts';
import { S_IALLUGO, S_IFDIR, S_IFREG, S_ISGID, S_ISUID, STATX_BASIC_STATS } from '../abi/linux.ts';
import { SETATTR } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import { inGroup } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { isOwner } from '../vfs/permission.ts';
import { type AttributeChange, isTouch } from '../vfs/stat.ts';
import type { FuseFile } from './file.ts';
import { askAttributes, requireSameFile } from './getattr.ts';
import type { FuseInode } from './inode.ts';
import { learnChanged } from './learn-attributes.ts';
import {
  hasCapabilities,
  hasSetId,
  lostByWriting,
  NOTHING_LOST,
  type Privileges,
  removeCapabilities,
  withoutSetId,
} from './privileges.ts';
import { setattrBody } from './setattr-body.ts';
import { expiry } from './validity.ts';

/**
 * Changes attributes. A new owner and a new size take set-id bits and capabilities away.
 *
 * FUSE: for a new size, and a new owner of what is no directory, GETXATTR security.capability and perhaps REMOVEXATTR of
 * it, and GETATTR when set-id bits may go; then SETATTR. No SETATTR for an open(2) that has cut the file already.
 *
 * @throws EIO for a bad inode or one that the reply makes bad, EACCES; with `defaultPermissions` EPERM; what the server
 *   answers.
 * @see Linux fs/attr.c, notify_change(), and fs/fuse/dir.c, fuse_setattr()
 */
export function* setattr(task: Task, inode: FuseInode, dentry: Dentry, change: AttributeChange): Blocking<void> {
  const lost = yield* lostBy(task, inode, change);
  yield* apply(task, inode, { change, lost, isForced: change.size !== undefined });
  if (inode.type === S_IFDIR && change.mode !== undefined) dentry.expires = 0;
}

/**
 * Takes from a file what a write by this task takes: set-id bits and capabilities.
 *
 * FUSE: GETXATTR security.capability; then, where there is something to take, as {@link setattr}.
 *
 * @throws as {@link setattr}
 * @see Linux fs/inode.c, file_remove_privs()
 */
export function* removePrivileges(task: Task, inode: FuseInode): Blocking<void> {
  if (inode.type !== S_IFREG || inode.attributes.hasNoPrivileges) return;
  const lost = yield* lostByWriting(task, inode);
  if (lost.setId || lost.capabilities) {
    yield* apply(task, inode, { change: {}, lost: yield* lookAgain(task, inode, lost), isForced: true });
  }
  const { HANDLE_KILLPRIV_V2 } = inode.superblock.connection.features;
  // A set-group-id bit without execution by the group counts here: whom it concerns depends on the caller. Linux's is_sxid().
  if (HANDLE_KILLPRIV_V2 && (inode.mode & (S_ISUID | S_ISGID)) === 0) inode.attributes.hasNoPrivileges = true;
}

/**
 * Cuts a file back to the size it had before a write that failed; that this may fail too changes nothing.
 *
 * FUSE: SETATTR of the size, with the handle.
 *
 * @see Linux fs/fuse/file.c, fuse_do_truncate()
 */
export function* restoreSize(task: Task, { inode, handle }: FuseFile, size: number): Blocking<void> {
  try {
    yield* send(task, inode, { change: { size }, mode: undefined, handle });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

function* lostBy(task: Task, inode: FuseInode, { size, isChown }: AttributeChange): Blocking<Privileges> {
  if (size !== undefined) return yield* lookAgain(task, inode, yield* lostByWriting(task, inode));
  if (isChown !== true || inode.type === S_IFDIR) return NOTHING_LOST;
  return { setId: true, capabilities: yield* hasCapabilities(task, inode) };
}

/** Linux asks for capabilities a second time before it takes them. */
function* lookAgain(task: Task, inode: FuseInode, lost: Privileges): Blocking<Privileges> {
  return lost.capabilities ? { ...lost, capabilities: yield* hasCapabilities(task, inode) } : lost;
}

interface Application {
  readonly change: AttributeChange;
  readonly lost: Privileges;
  /** Whoever may do what this is part of may do this too. */
  readonly isForced: boolean;
}

/** @see Linux fs/fuse/dir.c, fuse_setattr() and fuse_do_setattr() */
function* apply(task: Task, inode: FuseInode, { change, lost, isForced }: Application): Blocking<void> {
  const { superblock } = inode;
  const { features } = superblock.connection;
  inode.check();
  if (!superblock.admits(task)) throw EACCES;
  const handle = (change.file as FuseFile | null | undefined)?.handle ?? null;
  let mode = change.mode === undefined ? undefined : inode.type | (change.mode & S_IALLUGO);
  if (lost.setId && !features.HANDLE_KILLPRIV && !features.HANDLE_KILLPRIV_V2) {
    yield* askAttributes(task, inode, handle);
    if (hasSetId(inode.mode)) mode = withoutSetId(inode.mode);
  }
  if (superblock.enforcesModes && !isForced) mode = checkOwner(task, inode, change, mode);
  if (lost.capabilities) yield* removeCapabilities(task, inode);
  if (change.size !== undefined && inode.type !== S_IFREG) throw EIO;
  if (change.isOpening === true && features.ATOMIC_O_TRUNC) {
    inode.attributes.cut();
    inode.mapping.truncate(0);
  } else yield* send(task, inode, { change, mode, handle: change.isOpening === true ? null : handle });
  inode.forgetAcls();
}

/**
 * What the kernel allows by ownership where it checks that itself. Returns the mode to set.
 *
 * @throws EPERM
 * @see Linux fs/attr.c, setattr_prepare()
 */
function checkOwner(
  task: Task,
  inode: FuseInode,
  change: AttributeChange,
  mode: number | undefined,
): number | undefined {
  const { credentials } = task;
  const { capabilities, fsuid } = credentials;
  const { uid, gid, atime, mtime } = change;
  const isFsOwner = fsuid === inode.uid;
  const mayGive = capabilities.has('CAP_CHOWN');
  if (uid !== undefined && !(isFsOwner && uid === inode.uid) && !mayGive) throw EPERM;
  if (gid !== undefined && !(isFsOwner && (gid === inode.gid || inGroup(credentials, gid))) && !mayGive) throw EPERM;
  const setsTime = (atime !== undefined || mtime !== undefined) && !isTouch(change);
  if ((mode !== undefined || setsTime) && !isOwner(credentials, inode)) throw EPERM;
  if (mode === undefined || inGroup(credentials, gid ?? inode.gid) || capabilities.has('CAP_FSETID')) return mode;
  return mode & ~S_ISGID;
}

function* send(task: Task, inode: FuseInode, request: Parameters<typeof setattrBody>[2]): Blocking<void> {
  const { attributes, superblock } = inode;
  const asked = superblock.versions.now();
  const isTruncation = request.change.size !== undefined;
  if (isTruncation) attributes.isSizeChanging = true;
  try {
    const { body } = yield* inode.call(task, SETATTR, { body: setattrBody(task, inode, request) });
    const { attr, attr_valid, attr_valid_nsec } = body;
    requireSameFile(inode, attr);
    learnChanged(inode, attr, { expires: expiry(superblock.now, attr_valid, attr_valid_nsec), asked });
  } catch (error) {
    if (error === EINTR) attributes.invalidate(STATX_BASIC_STATS);
    throw error;
  } finally {
    if (isTruncation) attributes.isSizeChanging = false;
  }
}
