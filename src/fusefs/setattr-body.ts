import {
  FATTR_ATIME,
  FATTR_ATIME_NOW,
  FATTR_FH,
  FATTR_GID,
  FATTR_KILL_SUIDGID,
  FATTR_LOCKOWNER,
  FATTR_MODE,
  FATTR_MTIME,
  FATTR_MTIME_NOW,
  FATTR_SIZE,
  FATTR_UID,
} from '../abi/fuse.ts';
import { S_IFDIR } from '../abi/linux.ts';
import type { fuse_setattr_in } from '../abi/structs.ts';
import type { Task } from '../task/task.ts';
import type { AttributeChange } from '../vfs/stat.ts';
import type { Handle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { NO_CHANGE, type OwnTimes, setCtime, timeFor } from './own-times.ts';
import { mayKeepSetId } from './privileges.ts';

/** What a SETATTR is to do. */
export interface SetattrRequest {
  readonly change: AttributeChange;
  /** With the type, and instead of the one in `change`. */
  readonly mode: number | undefined;
  /** What the file is open with, if the server is to know. */
  readonly handle: Handle | null;
  /** The times of change that this kernel has set itself, to be told in their own values; without, the server sets them. */
  readonly own?: OwnTimes;
}

/**
 * The arguments of a SETATTR. Times are cut to the grain that the server works with.
 *
 * @see Linux fs/fuse/dir.c, iattr_to_fattr()
 */
export function setattrBody(
  task: Task,
  inode: FuseInode,
  { change, mode, handle, own = {} }: SetattrRequest,
): fuse_setattr_in {
  const body = { ...NO_CHANGE };
  if (mode !== undefined) {
    body.valid |= FATTR_MODE;
    body.mode = mode;
  }
  if (change.uid !== undefined) {
    body.valid |= FATTR_UID;
    body.uid = change.uid;
  }
  if (change.gid !== undefined) {
    body.valid |= FATTR_GID;
    body.gid = change.gid;
  }
  if (change.size !== undefined) {
    body.valid |= FATTR_SIZE | FATTR_LOCKOWNER;
    body.size = change.size;
    body.lock_owner = inode.superblock.lockOwner(task);
  }
  setTimes(body, inode, own.mtime === undefined ? change : { ...change, mtime: own.mtime });
  if (own.ctime !== undefined) setCtime(body, own.ctime);
  if (handle !== null) {
    body.valid |= FATTR_FH;
    body.fh = handle.fh;
  }
  if (takesSetId(task, inode, change)) body.valid |= FATTR_KILL_SUIDGID;
  return body;
}

function setTimes(body: fuse_setattr_in, inode: FuseInode, { atime, mtime }: AttributeChange): void {
  if (atime !== undefined) {
    const { seconds, nanoseconds } = timeFor(inode, atime);
    body.valid |= atime === 'now' ? FATTR_ATIME | FATTR_ATIME_NOW : FATTR_ATIME;
    body.atime = seconds;
    body.atimensec = nanoseconds;
  }
  if (mtime !== undefined) {
    const { seconds, nanoseconds } = timeFor(inode, mtime);
    body.valid |= mtime === 'now' ? FATTR_MTIME | FATTR_MTIME_NOW : FATTR_MTIME;
    body.mtime = seconds;
    body.mtimensec = nanoseconds;
  }
}

/** Whether the server is told to take set-id bits: it said it would, so nobody else does. */
function takesSetId(task: Task, inode: FuseInode, { uid, gid, size }: AttributeChange): boolean {
  if (!inode.superblock.connection.features.HANDLE_KILLPRIV_V2) return false;
  if (inode.type !== S_IFDIR && (uid !== undefined || gid !== undefined)) return true;
  return size !== undefined && !mayKeepSetId(task.credentials);
}
