import {
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_CTIME,
  FATTR_FH,
  FATTR_GID,
  FATTR_KILL_SUIDGID,
  FATTR_LOCKOWNER,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
} from '../../abi/fuse.ts';
import { S_IALLUGO, S_IFMT, S_ISGID, S_ISUID, S_IXGRP } from '../../abi/linux.ts';
import type { fuse_setattr_in } from '../../abi/structs.ts';
import { timeOf } from '../time.ts';
import { followMode } from './acl.ts';
import { Directory, type Inode } from './inode.ts';
import type { Tree } from './tree.ts';

/**
 * Changes an inode as a SETATTR asks. With HANDLE_KILLPRIV_V2 (`killsPrivileges`) one that asks for nothing stands for
 * the loss of set-user-ID and its like, before an operation that has no flag for it.
 *
 * @throws EISDIR, EINVAL for the size of what is no regular file; EFBIG; in either case nothing is changed.
 */
export function setattr(tree: Tree, inode: Inode, change: fuse_setattr_in, killsPrivileges: boolean): void {
  const { valid } = change;
  const has = (bit: number): boolean => (valid & bit) !== 0;
  const time = tree.now();
  if (has(FATTR_SIZE)) {
    tree.file(inode.nodeid).content.truncate(change.size);
    inode.modified(time);
  }
  const asksNothing = (valid & ~(FATTR_FH | FATTR_LOCKOWNER)) === 0;
  if (has(FATTR_KILL_SUIDGID) || (asksNothing && killsPrivileges)) dropPrivileges(inode);
  if (has(FATTR_MODE)) {
    inode.mode = (inode.mode & S_IFMT) | (change.mode & S_IALLUGO);
    followMode(inode);
  }
  if (has(FATTR_UID)) inode.uid = change.uid;
  if (has(FATTR_GID)) inode.gid = change.gid;
  if (has(FATTR_ATIME)) {
    inode.atime = has(FATTR_ATIME_NOW) ? time : timeOf(change.atime, change.atimensec);
  }
  if (has(FATTR_MTIME)) {
    inode.mtime = has(FATTR_MTIME_NOW) ? time : timeOf(change.mtime, change.mtimensec);
  }
  inode.ctime = has(FATTR_CTIME) ? timeOf(change.ctime, change.ctimensec) : time;
}

/** What a write by somebody without CAP_FSETID, and any chown, takes from a file: see inode(7), S_ISUID and S_ISGID. */
export function dropPrivileges(inode: Inode): void {
  if (inode instanceof Directory) return;
  inode.mode &= ~S_ISUID;
  if ((inode.mode & S_IXGRP) !== 0) inode.mode &= ~S_ISGID;
  inode.xattrs.delete('security.capability');
}
