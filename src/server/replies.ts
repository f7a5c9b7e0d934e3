import type { fuse_attr, fuse_attr_out, fuse_entry_out } from '../abi/structs.ts';
import type { Time } from './time.ts';
import { attrValidity, entryValidity } from './validity.ts';

/** What a file system knows of an inode; what is left out is 0, and `nlink` 1. */
export interface Attributes {
  /** The number that stat(2) shows. */
  readonly ino: bigint;
  readonly mode: number; // type (S_IF*) and permissions
  readonly nlink?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly rdev?: number; // as makedev() makes it
  readonly size?: number; // bytes
  readonly blocks?: number; // of 512 bytes; default what the size needs
  readonly blksize?: number; // bytes; default 4096
  readonly atime?: Time | Date;
  readonly mtime?: Time | Date;
  readonly ctime?: Time | Date;
}

/** For how many seconds the client may believe a reply; left out: not at all. Infinity is as long as there can be. */
export interface Validity {
  readonly entry?: number;
  readonly attr?: number;
}

const BLOCK = 4096; // bytes

/** The answer to LOOKUP and whatever makes an inode: CREATE's and TMPFILE's `entry` too. */
export function entryReply(nodeid: bigint, attributes: Attributes, validity: Validity = {}): fuse_entry_out {
  const { entry_valid, entry_valid_nsec } = entryValidity(validity.entry ?? 0);
  const { attr_valid, attr_valid_nsec } = attrValidity(validity.attr ?? 0);
  const attr = attrOf(attributes);
  return { nodeid, generation: 0n, entry_valid, entry_valid_nsec, attr_valid, attr_valid_nsec, attr };
}

/** The answer to LOOKUP that there is no such name, which the client may believe for so many seconds. */
export const absentReply = (seconds: number): Partial<fuse_entry_out> => ({ nodeid: 0n, ...entryValidity(seconds) });

/** The answer to GETATTR and SETATTR, which the client may believe for so many seconds. */
export function attrReply(attributes: Attributes, seconds = 0): fuse_attr_out {
  const { attr_valid, attr_valid_nsec } = attrValidity(seconds);
  return { attr_valid, attr_valid_nsec, attr: attrOf(attributes) };
}

/** Attributes as the protocol has them. */
export function attrOf(attributes: Attributes): fuse_attr {
  const { ino, mode, nlink = 1, uid = 0, gid = 0, rdev = 0, size = 0, blksize = BLOCK } = attributes;
  const atime = timeOf(attributes.atime);
  const mtime = timeOf(attributes.mtime);
  const ctime = timeOf(attributes.ctime);
  return {
    ino,
    size,
    blocks: attributes.blocks ?? Math.ceil(size / 512),
    atime: atime.seconds,
    mtime: mtime.seconds,
    ctime: ctime.seconds,
    atimensec: atime.nanoseconds,
    mtimensec: mtime.nanoseconds,
    ctimensec: ctime.nanoseconds,
    mode,
    nlink,
    uid,
    gid,
    rdev,
    blksize,
    flags: 0,
  };
}

function timeOf(time: Time | Date = EPOCH): Time {
  if (!(time instanceof Date)) return time;
  const seconds = Math.floor(time.getTime() / 1000);
  return { seconds, nanoseconds: Math.round((time.getTime() - seconds * 1000) * 1e6) };
}

const EPOCH: Time = { seconds: 0, nanoseconds: 0 };
