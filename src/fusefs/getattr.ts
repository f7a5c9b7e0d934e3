import { EACCES, EIO, ENOSYS } from '../abi/errno.ts';
import { FUSE_GETATTR_FH } from '../abi/fuse.ts';
import {
  AT_STATX_DONT_SYNC,
  AT_STATX_FORCE_SYNC,
  S_IFREG,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_SIZE,
  STATX_TYPE,
} from '../abi/linux.ts';
import { GETATTR, STATX } from '../abi/opcodes.ts';
import type { fuse_attr, fuse_statx } from '../abi/structs.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Timespec } from '../task/clock.ts';
import type { Task } from '../task/task.ts';
import type { Stat } from '../vfs/stat.ts';
import { isSane, time } from './attributes.ts';
import type { Handle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { learnAttributes } from './learn-attributes.ts';
import { expiry } from './validity.ts';

/** What a reply told, whether the caches took it over or knew better. */
interface Answer {
  readonly attr: fuse_attr;
  readonly btime: Timespec | null;
  /** What of it the server told: STATX_*. */
  readonly mask: number;
}

const TOO_LARGE = 2 ** 63;

/** {@link getattr} from the cache; undefined when it takes a request or fails. */
export function tryGetattr(task: Task, inode: FuseInode, mask: number, flags: number): Stat | undefined {
  const { superblock } = inode;
  if (inode.isBad || !superblock.admits(task) || mustAsk(inode, mask, flags)) return undefined;
  return inode.attributes.stat(superblock);
}

/**
 * The attributes for stat(2) and statx(2): `mask` and `flags` are statx's.
 * A caller who may not enter is told the device and nothing else, if he asks for nothing (mask 0).
 *
 * FUSE: GETATTR without a handle, or STATX when the birth time is wanted; nothing while the cache holds.
 *
 * @throws EIO for a bad inode and for attributes that make it one, EACCES; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_getattr()
 */
export function* getattr(task: Task, inode: FuseInode, mask: number, flags: number): Blocking<Stat> {
  const { superblock, attributes } = inode;
  inode.check();
  if (!superblock.admits(task)) {
    if (mask === 0) return deviceOnly(superblock.dev);
    throw EACCES;
  }
  const answer = yield* refresh(task, inode, mask, { flags });
  if (answer === null) return attributes.stat(superblock);
  return attributes.statOf(answer.attr, answer, superblock);
}

/**
 * Makes the cached attributes of `mask` (STATX_*) hold. `handle` is what the file is open with, if it is.
 *
 * FUSE: GETATTR, or STATX, or nothing. @returns what the server answered, null when it was not asked.
 *
 * @throws as {@link getattr}, without EACCES
 * @see Linux fs/fuse/dir.c, fuse_update_get_attr()
 */
export function* refresh(
  task: Task,
  inode: FuseInode,
  mask: number,
  { flags = 0, handle = null }: { readonly flags?: number; readonly handle?: Handle | null } = {},
): Blocking<Answer | null> {
  if (!mustAsk(inode, mask, flags)) return null;
  inode.forgetAcls();
  if (wantsStatx(inode, mask)) {
    try {
      return yield* askStatx(task, inode, handle);
    } catch (error) {
      if (error !== ENOSYS) throw error;
    }
    if (!mustAsk(inode, mask, flags)) return null;
  }
  return yield* askAttributes(task, inode, handle);
}

function mustAsk(inode: FuseInode, mask: number, flags: number): boolean {
  const wanted = mask & (wantsStatx(inode, mask) ? STATX_BASIC_STATS | STATX_BTIME : STATX_BASIC_STATS);
  if (wanted === 0) return false;
  if ((flags & AT_STATX_FORCE_SYNC) !== 0) return true;
  if ((flags & AT_STATX_DONT_SYNC) !== 0) return false;
  return !inode.attributes.holds(wanted, inode.superblock.now);
}

const wantsStatx = (inode: FuseInode, mask: number): boolean =>
  (mask & STATX_BTIME) !== 0 && !inode.superblock.connection.unsupported.has(STATX);

/**
 * Asks for the attributes whatever the cache says.
 *
 * FUSE: GETATTR, with the handle of a regular file if one is given.
 *
 * @throws EIO for a reply that makes the inode bad; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_do_getattr()
 */
export function* askAttributes(task: Task, inode: FuseInode, handle: Handle | null): Blocking<Answer> {
  const { superblock } = inode;
  const asked = superblock.versions.now();
  const { body } = yield* inode.call(task, GETATTR, { body: handleArguments(inode, handle) });
  const { attr, attr_valid, attr_valid_nsec } = body;
  requireSameFile(inode, attr);
  learnAttributes(inode, attr, { expires: expiry(superblock.now, attr_valid, attr_valid_nsec), asked });
  return { attr, btime: null, mask: STATX_BASIC_STATS };
}

/**
 * Marks the inode bad when attributes that came for it are impossible or another type's.
 *
 * @throws EIO then.
 */
export function requireSameFile(inode: FuseInode, attr: fuse_attr): void {
  if (isSane(attr) && inode.attributes.isOfType(attr.mode)) return;
  inode.isBad = true;
  throw EIO;
}

/** STATX of everything. @see Linux fs/fuse/dir.c, fuse_do_statx() */
function* askStatx(task: Task, inode: FuseInode, handle: Handle | null): Blocking<Answer> {
  const { superblock } = inode;
  const asked = superblock.versions.now();
  const { body } = yield* inode.call(task, STATX, {
    body: { ...handleArguments(inode, handle), sx_flags: 0, sx_mask: STATX_BASIC_STATS | STATX_BTIME },
  });
  const { stat } = body;
  if (!isPossible(inode, stat)) {
    inode.isBad = true;
    throw EIO;
  }
  const attr = attrOf(stat);
  const btime = (stat.mask & STATX_BTIME) === 0 ? null : time(stat.btime.tv_sec, stat.btime.tv_nsec);
  if ((stat.mask & STATX_BASIC_STATS) === STATX_BASIC_STATS) {
    const expires = expiry(superblock.now, body.attr_valid, body.attr_valid_nsec);
    learnAttributes(inode, attr, { expires, asked, btime });
  }
  return { attr, btime, mask: (stat.mask & (STATX_BASIC_STATS | STATX_BTIME)) | STATX_TYPE };
}

function isPossible(inode: FuseInode, { mask, size, mode }: fuse_statx): boolean {
  if ((mask & STATX_SIZE) !== 0 && size >= TOO_LARGE) return false;
  return (mask & STATX_TYPE) === 0 || inode.attributes.isOfType(mode);
}

/** The device number is left out: an inode's never changes. */
function attrOf(stat: fuse_statx): fuse_attr {
  const { ino, size, blocks, mode, nlink, uid, gid, blksize, atime, mtime, ctime } = stat;
  return {
    ino,
    size,
    blocks,
    mode,
    nlink,
    uid,
    gid,
    blksize,
    atime: atime.tv_sec,
    atimensec: atime.tv_nsec,
    mtime: mtime.tv_sec,
    mtimensec: mtime.tv_nsec,
    ctime: ctime.tv_sec,
    ctimensec: ctime.tv_nsec,
    rdev: 0,
    flags: 0,
  };
}

/** Directories have handles of another kind, which GETATTR does not take. */
function handleArguments(inode: FuseInode, handle: Handle | null): { getattr_flags: number; fh: bigint } {
  if (handle === null || inode.type !== S_IFREG) return { getattr_flags: 0, fh: 0n };
  return { getattr_flags: FUSE_GETATTR_FH, fh: handle.fh };
}

function deviceOnly(dev: number): Stat {
  const never = time(0, 0);
  const zeros = { ino: 0n, mode: 0, nlink: 0, uid: 0, gid: 0, rdev: 0, size: 0, blksize: 0, blocks: 0 };
  return { dev, ...zeros, atime: never, mtime: never, ctime: never, btime: null, mask: 0 };
}
