import type { ByteString } from '../abi/bytes.ts';
import { ENAMETOOLONG, ENOENT } from '../abi/errno.ts';
import { AT_FDCWD, PATH_MAX } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { type Last, retryStale, tryWalk, type WalkOptions, walk, walkToParent } from '../vfs/walk.ts';

/** A path as the *at calls take it: relative to a descriptor, or to the working directory with AT_FDCWD. */
export interface Place {
  readonly dirfd: number;
  readonly path: ByteString;
}

/**
 * Checks a path itself, before anything is done with it.
 *
 * @throws ENAMETOOLONG from PATH_MAX bytes on, ENOENT when it is empty and may not be.
 * @see Linux fs/namei.c, getname_flags()
 */
export function checkPath(path: ByteString, allowEmpty = false): void {
  if (path.length >= PATH_MAX) throw ENAMETOOLONG;
  if (path === '' && !allowEmpty) throw ENOENT;
}

/** The directory a walk to this place starts at; null for the working directory. @throws as {@link checkPath}; EBADF */
function startOf(task: Thread, { dirfd, path }: Place, allowEmpty = false): Path | null {
  checkPath(path, allowEmpty);
  if (path.startsWith('/') || dirfd === AT_FDCWD) return null;
  return task.process.fds.anyFile(dirfd).path;
}

/** {@link walk} to a place; held. @throws EBADF for the descriptor of a relative path */
export const walkTo = (task: Thread, place: Place, options: WalkOptions): Blocking<Path> =>
  walk(task, task.process, startOf(task, place, options.allowEmpty), place.path, options);

/** {@link tryWalk} to a place; not held. @throws EBADF for the descriptor of a relative path */
export const tryWalkTo = (task: Thread, place: Place, options: WalkOptions): Path | undefined =>
  tryWalk(task, task.process, startOf(task, place, options.allowEmpty), place.path, options);

/** {@link walkToParent} of a place; held. @throws EBADF for the descriptor of a relative path */
export const walkToLast = (task: Thread, place: Place, force: boolean): Blocking<Last> =>
  walkToParent(task, task.process, startOf(task, place), place.path, { force });

/** Walks to a place and acts there, once more without trusting the cache after ESTALE. */
export const atPath = <T>(
  task: Thread,
  place: Place & Omit<WalkOptions, 'force'>,
  act: (path: Path) => Blocking<T>,
): Blocking<T> => retryStale((force) => actOnce(task, place, force, act));

function* actOnce<T>(
  task: Thread,
  place: Place & Omit<WalkOptions, 'force'>,
  force: boolean,
  act: (path: Path) => Blocking<T>,
): Blocking<T> {
  const { follow, directory = false, allowEmpty = false } = place;
  const path = yield* walkTo(task, place, { follow, directory, allowEmpty, force });
  try {
    return yield* act(path);
  } finally {
    path.release();
  }
}

/** The inode at the end of a walk, which is never negative. */
export const inodeAt = (path: Path): Inode => path.dentry.inode as Inode;
