import type { ByteString } from '../abi/bytes.ts';
import { EBUSY, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY } from '../abi/errno.ts';
import { AT_FDCWD, AT_REMOVEDIR, S_IFDIR } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { Inode } from '../vfs/inode.ts';
import { lookupLocked } from '../vfs/lookup.ts';
import { checkWritable, mayDelete } from '../vfs/permission.ts';
import { type Last, retryStale } from '../vfs/walk.ts';
import { exclusively } from './locking.ts';
import { type Place, walkToLast } from './resolve.ts';

/**
 * unlinkat(2). FUSE: the walk, LOOKUP of a cold name, then UNLINK, or RMDIR with AT_REMOVEDIR.
 *
 * @throws EINVAL for an unknown flag; the walk's errors; for a file: EISDIR for `.`, `..` and `/`, EROFS, ENOENT, ENOTDIR
 *   or EISDIR for a slash behind it, as mayDelete(), EBUSY for a mountpoint; for a directory: ENOTEMPTY for `..`, EINVAL
 *   for `.`, EBUSY for `/`, EROFS, ENOENT, as mayDelete(), EBUSY for a mountpoint
 * @see Linux fs/namei.c, do_unlinkat() and do_rmdir()
 */
export function* unlinkat(task: Thread, dirfd: number, path: ByteString, flags: number): Blocking<void> {
  if ((flags & ~AT_REMOVEDIR) !== 0) throw EINVAL;
  const removal = flags === 0 ? ofFile : ofDirectory;
  yield* retryStale((force) => removeOnce(task, { dirfd, path }, removal, force));
}

/** unlink(2). */
export const unlink = (task: Thread, path: ByteString): Blocking<void> => unlinkat(task, AT_FDCWD, path, 0);

/** rmdir(2). */
export const rmdir = (task: Thread, path: ByteString): Blocking<void> => unlinkat(task, AT_FDCWD, path, AT_REMOVEDIR);

/** What unlink(2) and rmdir(2) do each in its own way. */
interface Removal {
  readonly kind: 'file' | 'directory';
  /** Refuses a last component that names nothing in its directory. */
  readonly checkKind: (kind: Last['kind']) => void;
  /** Refuses slashes behind what is there. */
  readonly checkSlash: (victim: Inode) => void;
  readonly remove: (task: Thread, dir: Inode, victim: Dentry) => Blocking<void>;
}

const ofFile: Removal = {
  kind: 'file',
  checkKind(kind) {
    if (kind !== 'name') throw EISDIR;
  },
  checkSlash(victim) {
    throw victim.type === S_IFDIR ? EISDIR : ENOTDIR;
  },
  remove: (task, dir, victim) => dir.unlink(task, victim),
};

const ofDirectory: Removal = {
  kind: 'directory',
  checkKind(kind) {
    if (kind === 'dotdot') throw ENOTEMPTY;
    if (kind === 'dot') throw EINVAL;
    if (kind === 'root') throw EBUSY;
  },
  checkSlash() {},
  *remove(task, dir, victim) {
    const inode = victim.inode as Inode;
    yield* dir.rmdir(task, victim);
    victim.prune();
    inode.isDead = true;
  },
};

function* removeOnce(task: Thread, place: Place, removal: Removal, force: boolean): Blocking<void> {
  const last = yield* walkToLast(task, place, force);
  try {
    removal.checkKind(last.kind);
    checkWritable(last.parent.mount);
    const dir = last.parent.dentry.inode as Inode;
    const why = (): string => `directory ${dir.ino} to remove ${last.name}`;
    yield* exclusively(task, dir.lock, why, () => removeLocked(task, last, dir, removal, force));
  } finally {
    last.release();
  }
}

function* removeLocked(task: Thread, last: Last, dir: Inode, removal: Removal, force: boolean): Blocking<void> {
  const victim = yield* lookupLocked(task, last.parent.dentry, last.name, { force });
  const inode = victim.inode?.hold();
  try {
    if (inode === undefined) throw ENOENT;
    if (last.trailingSlash) removal.checkSlash(inode);
    yield* mayDelete(task, dir, victim, removal.kind);
    yield* exclusively(
      task,
      inode.lock,
      () => `inode ${inode.ino} to remove it`,
      () => {
        if (victim.isMountpoint) throw EBUSY;
        return removal.remove(task, dir, victim);
      },
    );
    victim.remove(1);
  } finally {
    inode?.release();
    victim.release();
  }
}
