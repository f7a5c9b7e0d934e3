import type { ByteString } from '../abi/bytes.ts';
import { ENOENT, ENOTDIR, ENOTEMPTY } from '../abi/errno.ts';
import { FUSE_EXPIRE_ONLY } from '../abi/fuse.ts';
import { PAGE_SIZE, S_IFDIR } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { FuseInode } from './inode.ts';
import { contentChanged } from './remove.ts';
import type { FuseSuperblock } from './superblock.ts';

// What a server says by notifications: that what is cached of its files no longer holds.

/** A name that a notification is about. */
interface Name {
  readonly parent: bigint;
  readonly name: ByteString;
}

/**
 * An inode's attributes and lists are stale, also what replies under way say of them; from `off` on, `len` bytes of its
 * data too, or all with a `len` of 0. A negative `off` leaves the data.
 *
 * @throws ENOENT for an unknown inode
 * @see Linux fs/fuse/inode.c, fuse_reverse_inval_inode()
 */
export function invalidateInode(
  superblock: FuseSuperblock,
  { ino, off, len }: { readonly ino: bigint; readonly off: number; readonly len: number },
): void {
  const inode = known(superblock, ino);
  inode.attributes.invalidatedByServer();
  inode.forgetAcls();
  if (off < 0) return;
  const end = len <= 0 ? Number.POSITIVE_INFINITY : Math.ceil((off + len) / PAGE_SIZE);
  inode.mapping.drop(Math.floor(off / PAGE_SIZE), end);
}

/**
 * A cached name, or the cached absence of one, no longer holds. It is dropped with all below it, or with
 * FUSE_EXPIRE_ONLY asked for again. Takes the directory's lock, so what is under way there comes first.
 *
 * @throws ENOENT for an unknown directory, ENOTDIR, ENOENT for a name that is not cached
 * @see Linux fs/fuse/dir.c, fuse_reverse_inval_entry()
 */
export function* invalidateName(
  task: Task,
  superblock: FuseSuperblock,
  { parent, name, flags }: Name & { readonly flags: number },
): Blocking<void> {
  yield* inDirectory(task, superblock, { parent, name }, function* (dentry) {
    if ((flags & FUSE_EXPIRE_ONLY) === 0) dentry.drop();
    dentry.expires = 0;
  });
}

/**
 * A name is gone: as {@link invalidateName}, and its file has no name any more. If it is another file's by now, or in
 * use, its cached entry alone goes. Takes the file's lock too. A name known to be absent just expires.
 *
 * @throws ENOENT, ENOTDIR as {@link invalidateName}; ENOENT for another file's name, ENOTEMPTY for a directory with a
 *   file in use in it. Not EBUSY: what is mounted there is taken away before
 * @see Linux fs/fuse/dir.c, fuse_reverse_inval_entry()
 */
export function* deleteName(
  task: Task,
  superblock: FuseSuperblock,
  { parent, child, name }: Name & { readonly child: bigint },
): Blocking<void> {
  yield* inDirectory(task, superblock, { parent, name }, function* (dentry) {
    const inode = dentry.inode as FuseInode | null;
    dentry.detachMounts();
    const isInUse = hasFilesInUse(dentry);
    dentry.drop();
    dentry.expires = 0;
    if (inode === null || child === 0n) return;
    yield* inode.lock.lock(task, () => `file ${inode.nodeid}, which the server says is gone`);
    try {
      if (inode.nodeid !== child) throw ENOENT;
      if (isInUse) throw ENOTEMPTY;
      inode.isDead = inode.type === S_IFDIR;
      inode.attributes.removed();
    } finally {
      inode.lock.unlock();
    }
  });
}

/** All names cached so far are looked up anew when they are used next. @see Linux fs/fuse/dev.c, fuse_notify_inc_epoch() */
export function forgetEpoch(superblock: FuseSuperblock): void {
  superblock.versions.nextEpoch();
}

/**
 * Drops those names of these inodes that nobody uses, so that they are forgotten; in the order given, because a directory
 * is in use while names in it are cached. Unknown inodes are passed over.
 *
 * @see Linux fs/fuse/inode.c, fuse_try_prune_one_inode()
 */
export function prune(superblock: FuseSuperblock, nodeids: readonly bigint[]): void {
  for (const nodeid of nodeids) {
    for (const dentry of superblock.inodeWith(nodeid)?.aliases ?? []) if (!dentry.isBusy) dentry.drop();
  }
}

/** Runs `code` with the cached dentry of a name, held, under its directory's lock; the directory's attributes are stale. */
function* inDirectory(
  task: Task,
  superblock: FuseSuperblock,
  { parent, name }: Name,
  code: (dentry: Dentry) => Blocking<void>,
): Blocking<void> {
  const dir = known(superblock, parent);
  dir.hold();
  try {
    yield* dir.lock.lock(task, () => `directory ${parent}, of whose ${name} the server says that it changed`);
    try {
      yield* withDentry(dir, name, code);
    } finally {
      dir.lock.unlock();
    }
  } finally {
    dir.release();
  }
}

function* withDentry(dir: FuseInode, name: ByteString, code: (dentry: Dentry) => Blocking<void>): Blocking<void> {
  if (dir.type !== S_IFDIR) throw ENOTDIR;
  const dentry = dir.alias?.children.get(name);
  if (dentry === undefined) throw ENOENT;
  dentry.hold();
  try {
    contentChanged(dir);
    yield* code(dentry);
  } finally {
    dentry.release();
  }
}

/** Whether something is left in a directory once all cached names that nobody uses are dropped. Linux's simple_empty(). */
function hasFilesInUse(dentry: Dentry): boolean {
  dentry.prune();
  return [...dentry.children.values()].some((child) => !child.isNegative);
}

/** The inode that a notification is about. @throws ENOENT for one that is not known, or no longer since the unmount */
export function known(superblock: FuseSuperblock, nodeid: bigint): FuseInode {
  const inode = superblock.isActive ? superblock.inodeWith(nodeid) : undefined;
  if (inode === undefined) throw ENOENT;
  return inode;
}
