import type { ByteString } from '../abi/bytes.ts';
import { EBUSY, EEXIST, EINVAL, ENOENT, ENOTDIR, ENOTEMPTY, EXDEV } from '../abi/errno.ts';
import { AT_FDCWD, RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT, S_IFDIR } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { type Inode, MAY_WRITE } from '../vfs/inode.ts';
import { lookupLocked } from '../vfs/lookup.ts';
import { checkWritable, mayCreate, mayDelete, permission } from '../vfs/permission.ts';
import { type Last, retryStale } from '../vfs/walk.ts';
import { exclusivelyAll } from './locking.ts';
import { lockedForRename, renameOrder } from './rename-lock.ts';
import { type Place, walkToLast } from './resolve.ts';

/**
 * renameat2(2). FUSE: both walks, LOOKUP of a cold source and always of the target (not to exchange), RENAME or RENAME2.
 *
 * @throws EINVAL for an unknown flag, or RENAME_EXCHANGE with another; both walks' errors; EXDEV; EBUSY for `.`, `..` and
 *   `/` (as the target of RENAME_NOREPLACE EEXIST); EROFS; ENOENT; EEXIST; ENOTDIR for a slash behind no directory;
 *   EINVAL into the source itself; ENOTEMPTY onto what the source is in; as mayDelete(), mayCreate(); EBUSY for mountpoints
 * @see Linux fs/namei.c, do_renameat2()
 */
export function* renameat2(
  task: Thread,
  olddirfd: number,
  oldpath: ByteString,
  newdirfd: number,
  newpath: ByteString,
  flags: number,
): Blocking<void> {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) throw EINVAL;
  if ((flags & RENAME_EXCHANGE) !== 0 && flags !== RENAME_EXCHANGE) throw EINVAL;
  const from = { dirfd: olddirfd, path: oldpath };
  const to = { dirfd: newdirfd, path: newpath };
  yield* retryStale((force) => renameOnce(task, from, to, { flags, force }));
}

/** rename(2). */
export const rename = (task: Thread, oldpath: ByteString, newpath: ByteString): Blocking<void> =>
  renameat2(task, AT_FDCWD, oldpath, AT_FDCWD, newpath, 0);

interface How {
  readonly flags: number;
  readonly force: boolean;
}

function* renameOnce(task: Thread, from: Place, to: Place, how: How): Blocking<void> {
  const old = yield* walkToLast(task, from, how.force);
  try {
    const target = yield* walkToLast(task, to, how.force);
    try {
      if (old.parent.mount !== target.parent.mount) throw EXDEV;
      if (old.kind !== 'name') throw EBUSY;
      if (target.kind !== 'name') throw (how.flags & RENAME_NOREPLACE) !== 0 ? EEXIST : EBUSY;
      checkWritable(old.parent.mount);
      const parents: [Dentry, Dentry] = [old.parent.dentry, target.parent.dentry];
      yield* lockedForRename(task, parents, () => lookUpAndRename(task, old, target, how));
    } finally {
      target.release();
    }
  } finally {
    old.release();
  }
}

function* lookUpAndRename(task: Thread, old: Last, target: Last, { flags, force }: How): Blocking<void> {
  const source = yield* lookupLocked(task, old.parent.dentry, old.name, { force });
  try {
    if (source.isNegative) throw ENOENT;
    const forceTarget = force || (flags & RENAME_EXCHANGE) === 0;
    const victim = yield* lookupLocked(task, target.parent.dentry, target.name, { force: forceTarget });
    try {
      checkEnds(source, old, victim, target, flags);
      yield* renameDentry(task, source, { dir: target.parent.dentry, victim, flags });
    } finally {
      victim.release();
    }
  } finally {
    source.release();
  }
}

/** What do_renameat2() refuses about the two names once both were looked up. */
function checkEnds(source: Dentry, old: Last, victim: Dentry, target: Last, flags: number): void {
  const isExchange = (flags & RENAME_EXCHANGE) !== 0;
  if ((flags & RENAME_NOREPLACE) !== 0 && !victim.isNegative) throw EEXIST;
  if (isExchange && victim.isNegative) throw ENOENT;
  if (isExchange && !isDirectory(victim) && target.trailingSlash) throw ENOTDIR;
  if (!isDirectory(source) && (old.trailingSlash || (!isExchange && target.trailingSlash))) throw ENOTDIR;
  if (source.isAncestorOf(target.parent.dentry)) throw EINVAL;
  if (victim.isAncestorOf(old.parent.dentry)) throw isExchange ? EINVAL : ENOTEMPTY;
}

interface Target {
  readonly dir: Dentry;
  /** What has the new name: a file, or nothing (negative). */
  readonly victim: Dentry;
  readonly flags: number;
}

/** @see Linux fs/namei.c, vfs_rename() */
function* renameDentry(task: Thread, source: Dentry, { dir, victim, flags }: Target): Blocking<void> {
  const [moved, replaced] = [source.inode as Inode, victim.inode];
  if (moved === replaced) return;
  const oldDir = source.parent?.inode as Inode;
  const newDir = dir.inode as Inode;
  const isExchange = (flags & RENAME_EXCHANGE) !== 0;
  yield* mayDelete(task, oldDir, source, kindOf(source));
  if (replaced === null) yield* mayCreate(task, newDir);
  else yield* mayDelete(task, newDir, victim, kindOf(isExchange ? victim : source));
  if (newDir !== oldDir) {
    if (isDirectory(source)) yield* permission(task, moved, MAY_WRITE);
    if (isExchange && replaced !== null && isDirectory(victim)) yield* permission(task, replaced, MAY_WRITE);
  }
  const changed = renameOrder({ moved, replaced, staysInDirectory: newDir === oldDir, isExchange });
  yield* exclusivelyAll(
    task,
    changed,
    () => `inode ${moved.ino} to rename ${source.name}`,
    () => renameLocked(task, source, { dir, victim, flags }),
  );
}

function* renameLocked(task: Thread, source: Dentry, { dir, victim, flags }: Target): Blocking<void> {
  if (source.isMountpoint || victim.isMountpoint) throw EBUSY;
  const replaced = victim.inode;
  const oldDir = source.parent?.inode as Inode;
  yield* oldDir.rename(task, source, dir.inode as Inode, victim, flags);
  if ((flags & RENAME_EXCHANGE) !== 0) {
    source.exchange(victim);
    return;
  }
  if (replaced?.type === S_IFDIR) {
    victim.prune();
    replaced.isDead = true;
  }
  source.moveTo(dir, victim.name);
}

const isDirectory = (dentry: Dentry): boolean => dentry.inode?.type === S_IFDIR;

const kindOf = (dentry: Dentry): 'directory' | 'file' => (isDirectory(dentry) ? 'directory' : 'file');
