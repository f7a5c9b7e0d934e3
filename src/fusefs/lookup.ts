import { EINTR, EIO, ELOOP, ENOENT, ENOMEM, Errno } from '../abi/errno.ts';
import { FUSE_ATTR_SUBMOUNT, FUSE_ROOT_ID } from '../abi/fuse.ts';
import { S_IFDIR } from '../abi/linux.ts';
import { LOOKUP } from '../abi/opcodes.ts';
import type { fuse_entry_out } from '../abi/structs.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { isSane } from './attributes.ts';
import type { FuseInode } from './inode.ts';
import { learnAttributes } from './learn-attributes.ts';
import type { FuseSuperblock } from './superblock.ts';
import { expiry, isValid } from './validity.ts';
import type { Moment } from './versions.ts';

/** Whether a cached name may be used without asking. For one that never expires the clock is not read: walks are short. */
export const isCurrent = (dentry: Dentry, superblock: FuseSuperblock): boolean =>
  (dentry.expires === Number.POSITIVE_INFINITY || isValid(dentry.expires, superblock.now)) &&
  dentry.epoch === superblock.versions.epoch &&
  (dentry.inode as FuseInode | null)?.isBad !== true;

/**
 * Asks for a name in a directory and ties what comes to `dentry`, or to the dentry that the directory found has already.
 * That the name is absent may be believed only if the server said so with a validity, not with ENOENT.
 *
 * FUSE: LOOKUP.
 *
 * @throws EIO for a bad directory or a reply without sense, ELOOP for a directory found below itself; what the server
 *   answers.
 * @see Linux fs/fuse/dir.c, fuse_lookup()
 */
export function* lookup(task: Task, dir: FuseInode, dentry: Dentry): Blocking<Dentry> {
  const { superblock } = dir;
  dir.check();
  const asked = superblock.versions.now();
  const reply = yield* dir.oneAtATime(task, () => dir.ask(task, LOOKUP, { names: [dentry.name] }));
  if (reply instanceof Errno) {
    if (reply !== ENOENT) throw reply;
    dentry.attach(null);
    dentry.expires = 0;
    dentry.epoch = asked.epoch;
    return dentry;
  }
  const entry = reply.body;
  if (entry.nodeid === 0n) {
    dentry.attach(null);
    setExpiry(dentry, entry, superblock);
    dentry.epoch = asked.epoch;
    return dentry;
  }
  if (!isSane(entry.attr)) throw EIO;
  if (entry.nodeid === FUSE_ROOT_ID) {
    superblock.inodeOf({ ...entry, generation: 0n }, asked).release();
    throw EIO;
  }
  const tied = tie(superblock.inodeOf(entry, asked), dentry, entry, asked.epoch);
  dir.isReaddirplusAdvised = true;
  return tied;
}

/**
 * Ties an inode that a reply named, and that is held for this, to a dentry; returns the one to go on with.
 * `epoch` is that in which the name was asked for.
 *
 * @throws ELOOP for a directory found below itself.
 */
export function tie(
  inode: FuseInode,
  dentry: Dentry,
  entry: fuse_entry_out,
  epoch: number = inode.superblock.versions.epoch,
): Dentry {
  try {
    const tied = splice(inode, dentry);
    setExpiry(tied, entry, inode.superblock);
    tied.epoch = epoch;
    return tied;
  } finally {
    inode.release();
  }
}

/** A directory has one name: found under another, its dentry moves there. @see Linux fs/dcache.c, d_splice_alias() */
function splice(inode: FuseInode, dentry: Dentry): Dentry {
  const alias = inode.type === S_IFDIR ? inode.alias : null;
  if (alias === null || alias === dentry) {
    dentry.attach(inode);
    return dentry;
  }
  if (alias.isAncestorOf(dentry)) throw ELOOP;
  alias.moveTo(dentry.parent as Dentry, dentry.name);
  alias.attach(inode);
  return alias;
}

/** How long a name may be believed, by the reply that gave it. @see Linux fs/fuse/dir.c, fuse_change_entry_timeout() */
export function setExpiry(
  dentry: Dentry,
  { entry_valid, entry_valid_nsec }: fuse_entry_out,
  { now }: FuseSuperblock,
): void {
  dentry.expires = expiry(now, entry_valid, entry_valid_nsec);
}

/**
 * Asks whether a cached name still names the same file. If it does, name and attributes hold anew.
 *
 * FUSE: LOOKUP, and FORGET when the name means another file now; nothing for a negative dentry, a bad inode, or a name of an older epoch.
 *
 * @throws ENOMEM, EINTR: no statement about the name. The server's other errors are: the lookup that follows reports
 *   them.
 * @see Linux fs/fuse/dir.c, fuse_dentry_revalidate()
 */
export function* revalidate(task: Task, dentry: Dentry, superblock: FuseSuperblock): Blocking<boolean> {
  const inode = dentry.inode as FuseInode | null;
  const dir = dentry.parent?.inode as FuseInode | null | undefined;
  if (inode === null || inode.isBad || !dir || dentry.epoch !== superblock.versions.epoch) return false;
  inode.hold();
  try {
    const asked = superblock.versions.now();
    const reply = yield* dir.ask(task, LOOKUP, { names: [dentry.name] });
    if (reply === ENOMEM || reply === EINTR) throw reply;
    return !(reply instanceof Errno) && stillNames(dentry, inode, reply.body, asked);
  } finally {
    inode.release();
  }
}

/** Compares the answer to a revalidation, and keeps count of it. */
function stillNames(dentry: Dentry, inode: FuseInode, entry: fuse_entry_out, asked: Moment): boolean {
  const { superblock } = inode;
  const { nodeid, attr, attr_valid, attr_valid_nsec } = entry;
  if (nodeid === 0n) return false;
  if (nodeid !== inode.nodeid || (attr.flags & FUSE_ATTR_SUBMOUNT) !== 0) {
    superblock.connection.forget(nodeid, 1);
    return false;
  }
  inode.nlookup++;
  if (!isSane(attr) || !inode.isNamedBy(entry)) return false;
  inode.forgetAcls();
  learnAttributes(inode, attr, { expires: expiry(superblock.now, attr_valid, attr_valid_nsec), asked });
  setExpiry(dentry, entry, superblock);
  return true;
}
