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
} from '../abi/fuse.ts';
import { S_IFDIR } from '../abi/linux.ts';
import type { fuse_setattr_in } from '../abi/structs.ts';
import type { Timespec } from '../task/clock.ts';
import type { Task } from '../task/task.ts';
import type { AttributeChange } from '../vfs/stat.ts';
import type { Handle } from './handle.ts';
import type { FuseInode } from './inode.ts';
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

/** Times of change that this kernel answers for. */
export interface OwnTimes {
  readonly mtime?: Timespec;
  readonly ctime?: Timespec;
}

/** The protocol that brought FATTR_CTIME. */
const MINOR_WITH_CTIME = 23;

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
  const body = { ...NOTHING };
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

function setCtime(body: fuse_setattr_in, { seconds, nanoseconds }: Timespec): void {
  body.valid |= FATTR_CTIME;
  body.ctime = seconds;
  body.ctimensec = nanoseconds;
}

/** The arguments of a SETATTR that tells the times of change which this kernel has set. @see Linux fs/fuse/inode.c, fuse_flush_times() */
export function ownTimesBody({ attributes, superblock }: FuseInode, handle: Handle | null): fuse_setattr_in {
  const { mtime, ctime } = attributes;
  const body = { ...NOTHING, valid: FATTR_MTIME, mtime: mtime.seconds, mtimensec: mtime.nanoseconds };
  if (superblock.connection.limits.minor >= MINOR_WITH_CTIME) setCtime(body, ctime);
  if (handle !== null) {
    body.valid |= FATTR_FH;
    body.fh = handle.fh;
  }
  return body;
}

/** A time in the grain that the server works with. @see Linux fs/inode.c, timestamp_truncate() */
export function timeFor({ superblock }: FuseInode, wanted: Timespec | 'now'): Timespec {
  const { limits, scheduler } = superblock.connection;
  const { seconds, nanoseconds } = wanted === 'now' ? scheduler.clock.wall() : wanted;
  return { seconds, nanoseconds: nanoseconds - (nanoseconds % limits.timeGran) };
}

/** Whether the server is told to take set-id bits: it said it would, so nobody else does. */
function takesSetId(task: Task, inode: FuseInode, { uid, gid, size }: AttributeChange): boolean {
  if (!inode.superblock.connection.features.HANDLE_KILLPRIV_V2) return false;
  if (inode.type !== S_IFDIR && (uid !== undefined || gid !== undefined)) return true;
  return size !== undefined && !mayKeepSetId(task.credentials);
}

const NOTHING: fuse_setattr_in = {
  valid: 0,
  fh: 0n,
  size: 0,
  lock_owner: 0n,
  atime: 0,
  mtime: 0,
  ctime: 0,
  atimensec: 0,
  mtimensec: 0,
  ctimensec: 0,
  mode: 0,
  uid: 0,
  gid: 0,
};
