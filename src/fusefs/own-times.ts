import { FATTR_CTIME, FATTR_FH, FATTR_MTIME } from '../abi/fuse.ts';
import type { fuse_setattr_in } from '../abi/structs.ts';
import type { Timespec } from '../task/clock.ts';
import type { Handle } from './handle.ts';
import type { FuseInode } from './inode.ts';

/** Times of change that this kernel answers for. */
export interface OwnTimes {
  readonly mtime?: Timespec;
  readonly ctime?: Timespec;
}

/** The protocol that brought FATTR_CTIME. */
const MINOR_WITH_CTIME = 23;

/** Has a SETATTR tell the change time. */
export function setCtime(body: fuse_setattr_in, { seconds, nanoseconds }: Timespec): void {
  body.valid |= FATTR_CTIME;
  body.ctime = seconds;
  body.ctimensec = nanoseconds;
}

/** The arguments of a SETATTR that tells the times of change which this kernel has set. @see Linux fs/fuse/inode.c, fuse_flush_times() */
export function ownTimesBody({ attributes, superblock }: FuseInode, handle: Handle | null): fuse_setattr_in {
  const { mtime, ctime } = attributes;
  const body = { ...NO_CHANGE, valid: FATTR_MTIME, mtime: mtime.seconds, mtimensec: mtime.nanoseconds };
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

/** The arguments of a SETATTR that changes nothing. */
export const NO_CHANGE: fuse_setattr_in = {
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
