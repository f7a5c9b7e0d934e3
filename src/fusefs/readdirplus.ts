import type { DirentPlus } from '../abi/dirent.ts';
import { ELOOP } from '../abi/errno.ts';
import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { Dentry } from '../vfs/dentry.ts';
import { isSane } from './attributes.ts';
import type { FuseInode } from './inode.ts';
import { learnAttributes } from './learn-attributes.ts';
import { setExpiry, tie } from './lookup.ts';
import { expiry } from './validity.ts';
import type { Moment } from './versions.ts';

/**
 * Whether a directory is read on from `cookie` by READDIRPLUS. Where the server leaves it to the client: at the beginning,
 * and once after names in it were used, whether they had been looked up or came by READDIRPLUS.
 *
 * @see Linux fs/fuse/readdir.c, fuse_use_readdirplus()
 */
export function usesReaddirplus(dir: FuseInode, cookie: bigint): boolean {
  const { features } = dir.superblock.connection;
  if (!features.DO_READDIRPLUS) return false;
  if (!features.READDIRPLUS_AUTO) return true;
  const isAdvised = dir.isReaddirplusAdvised;
  dir.isReaddirplusAdvised = false;
  return isAdvised || cookie === 0n;
}

/** A walk uses a cached name: the first use of one from READDIRPLUS speaks for another. Linux's fuse_dentry_revalidate(). */
export function usedByWalk(dentry: Dentry): void {
  const inode = dentry.inode as FuseInode | null;
  if (inode?.isFromReaddirplus !== true) return;
  inode.isFromReaddirplus = false;
  const dir = dentry.parent?.inode as FuseInode | null | undefined;
  if (dir) dir.isReaddirplusAdvised = true;
}

/**
 * Ties what a READDIRPLUS says of a name to that name, as a LOOKUP at the moment `asked` would have. Nothing is done for
 * "." and "..", nor without a nodeid. Waits for another task's lookup of the name.
 *
 * FUSE: FORGET when nothing comes of it.
 *
 * @see Linux fs/fuse/readdir.c, fuse_direntplus_link()
 */
export function* linkEntry(task: Task, parent: Dentry, dirent: DirentPlus, asked: Moment): Blocking<void> {
  const { name, entry } = dirent;
  if (entry.nodeid === 0n || name === '.' || name === '..') return;
  const { superblock } = parent.inode as FuseInode;
  const isLinked = yield* link(task, parent, dirent, asked);
  if (!isLinked) superblock.connection.forget(entry.nodeid, 1);
}

/** Returns false when the lookup that the entry stands for is not counted. */
function* link(task: Task, parent: Dentry, dirent: DirentPlus, asked: Moment): Blocking<boolean> {
  const { name, entry } = dirent;
  if (entry.nodeid === FUSE_ROOT_ID || !isSane(entry.attr)) return false;
  for (;;) {
    const cached = parent.children.get(name);
    if (cached !== undefined && isNamedBy(cached, dirent)) return refresh(cached, dirent, asked);
    cached?.drop();
    const other = parent.lookups.get(name);
    if (other === undefined) return tieNew(parent, dirent, asked);
    const hasEnded = (): boolean => parent.lookups.get(name) !== other;
    if (!(yield* sleepUntil(task, other, hasEnded, `another task's lookup of ${name}`, 'killed'))) return false;
  }
}

/** Whether a cached name still means the entry's file. A file whose nodeid was given to another one turns bad. */
function isNamedBy(dentry: Dentry, { entry }: DirentPlus): boolean {
  const inode = dentry.inode as FuseInode | null;
  if (inode?.nodeid !== entry.nodeid) return false;
  if (inode.isNamedBy(entry)) return true;
  inode.isBad = true;
  return false;
}

function refresh(dentry: Dentry, { entry }: DirentPlus, asked: Moment): boolean {
  const inode = dentry.inode as FuseInode;
  if (inode.isBad) return false;
  inode.nlookup++;
  const expires = expiry(inode.superblock.now, entry.attr_valid, entry.attr_valid_nsec);
  inode.forgetAcls();
  learnAttributes(inode, entry.attr, { expires, asked });
  setExpiry(dentry, entry, inode.superblock);
  dentry.epoch = inode.superblock.versions.epoch;
  inode.isFromReaddirplus = true;
  return true;
}

function tieNew(parent: Dentry, { name, entry }: DirentPlus, asked: Moment): boolean {
  const inode = (parent.inode as FuseInode).superblock.inodeOf(entry, asked);
  const fresh = new Dentry(parent, name).hold();
  try {
    tie(inode, fresh, entry);
    inode.isFromReaddirplus = true;
    return true;
  } catch (error) {
    if (error !== ELOOP) throw error;
    inode.nlookup--; // It lives on: it was found above itself.
    return false;
  } finally {
    fresh.release();
  }
}
