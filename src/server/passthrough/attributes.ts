import { FATTR_ATIME, FATTR_ATIME_NOW, FATTR_GID, FATTR_MTIME, FATTR_MTIME_NOW, FATTR_UID } from '../../abi/fuse.ts';
import { makedev } from '../../abi/linux.ts';
import type { fuse_attr, fuse_setattr_in, fuse_statx } from '../../abi/structs.ts';
import { timeOf } from '../time.ts';
import type { HostTime } from './host.ts';

/** What leaves an id as it is: chown(2)'s -1. */
const SAME_ID = 0xffffffff;

/** Attributes as the protocol has them, with the inode number that the client shall see. */
export const attrOf = (stat: fuse_statx, ino: bigint): fuse_attr => ({
  ino,
  size: stat.size,
  blocks: stat.blocks,
  atime: stat.atime.tv_sec,
  mtime: stat.mtime.tv_sec,
  ctime: stat.ctime.tv_sec,
  atimensec: stat.atime.tv_nsec,
  mtimensec: stat.mtime.tv_nsec,
  ctimensec: stat.ctime.tv_nsec,
  mode: stat.mode,
  nlink: stat.nlink,
  uid: stat.uid,
  gid: stat.gid,
  rdev: makedev(stat.rdev_major, stat.rdev_minor),
  blksize: stat.blksize,
  flags: 0,
});

/** The owner that a SETATTR asks for. */
export const ownerOf = ({ valid, uid, gid }: fuse_setattr_in): readonly [uid: number, gid: number] => [
  (valid & FATTR_UID) === 0 ? SAME_ID : uid,
  (valid & FATTR_GID) === 0 ? SAME_ID : gid,
];

/** The times that a SETATTR asks for. */
export function timesOf(body: fuse_setattr_in): readonly [atime: HostTime, mtime: HostTime] {
  const { valid } = body;
  const time = (set: number, now: number, seconds: number, nanoseconds: number): HostTime => {
    if ((valid & now) !== 0) return 'now';
    return (valid & set) === 0 ? 'omit' : timeOf(seconds, nanoseconds);
  };
  return [
    time(FATTR_ATIME, FATTR_ATIME_NOW, body.atime, body.atimensec),
    time(FATTR_MTIME, FATTR_MTIME_NOW, body.mtime, body.mtimensec),
  ];
}
