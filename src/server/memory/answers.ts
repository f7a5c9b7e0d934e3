import { major, minor, STATX_BASIC_STATS, STATX_BTIME } from '../../abi/linux.ts';
import type { fuse_attr_out, fuse_entry_out, fuse_statx, fuse_statx_out, fuse_sx_time } from '../../abi/structs.ts';
import { type Attributes, absentReply, attrReply, entryReply } from '../replies.ts';
import type { Time } from '../time.ts';
import { attrValidity } from '../validity.ts';
import { type Inode, SpecialFile } from './inode.ts';

const BLOCK = 4096; // bytes

/** How long the client may believe what it was told, in seconds. */
export interface Timeouts {
  readonly entry: number;
  readonly negative: number;
  readonly attr: number;
}

/** Puts inodes into replies, with the validity times that were asked for. */
export class Answers {
  readonly #timeouts: Timeouts;

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts;
  }

  /** An entry, which adds one to what the client has to forget. */
  entry(inode: Inode): fuse_entry_out {
    inode.nlookup++;
    return this.uncountedEntry(inode);
  }

  /** An entry that the caller counts, or not, once it knows whether it will be sent. */
  uncountedEntry(inode: Inode): fuse_entry_out {
    return entryReply(inode.nodeid, attributesOf(inode), this.#timeouts);
  }

  /** That there is no such name. */
  absence(): Partial<fuse_entry_out> {
    return absentReply(this.#timeouts.negative);
  }

  attributes(inode: Inode): fuse_attr_out {
    return attrReply(attributesOf(inode), this.#timeouts.attr);
  }

  statx(inode: Inode): fuse_statx_out {
    const { attr_valid, attr_valid_nsec } = attrValidity(this.#timeouts.attr);
    return { attr_valid, attr_valid_nsec, flags: 0, stat: statxOf(inode) };
  }
}

const rdevOf = (inode: Inode): number => (inode instanceof SpecialFile ? inode.rdev : 0);

const attributesOf = (inode: Inode): Attributes => ({
  ino: inode.nodeid,
  mode: inode.mode,
  nlink: inode.nlink,
  uid: inode.uid,
  gid: inode.gid,
  rdev: rdevOf(inode),
  size: inode.size,
  blocks: Math.ceil(inode.allocated / 512),
  blksize: BLOCK,
  atime: inode.atime,
  mtime: inode.mtime,
  ctime: inode.ctime,
});

function statxOf(inode: Inode): fuse_statx {
  const rdev = rdevOf(inode);
  return {
    mask: STATX_BASIC_STATS | STATX_BTIME,
    blksize: BLOCK,
    attributes: 0n,
    nlink: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    mode: inode.mode,
    ino: inode.nodeid,
    size: inode.size,
    blocks: Math.ceil(inode.allocated / 512),
    attributes_mask: 0n,
    atime: statxTime(inode.atime),
    btime: statxTime(inode.btime),
    ctime: statxTime(inode.ctime),
    mtime: statxTime(inode.mtime),
    rdev_major: major(rdev),
    rdev_minor: minor(rdev),
    dev_major: 0,
    dev_minor: 0,
  };
}

const statxTime = ({ seconds, nanoseconds }: Time): fuse_sx_time => ({ tv_sec: seconds, tv_nsec: nanoseconds });
