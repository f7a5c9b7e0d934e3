import { EEXIST, ENOENT, EXDEV } from '../abi/errno.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { Inode } from '../vfs/inode.ts';
import { lookupLocked } from '../vfs/lookup.ts';
import type { Mount } from '../vfs/mount.ts';
import { checkWritable, mayCreate } from '../vfs/permission.ts';
import { type Last, retryStale } from '../vfs/walk.ts';
import { exclusively } from './locking.ts';
import { type Place, walkToLast } from './resolve.ts';

/** What is to be made under the name. */
export interface Creation {
  /** A directory may have slashes behind its name. */
  readonly kind: 'directory' | 'file';
  /** The mount that the name must be on: EXDEV. */
  readonly on?: Mount;
  /** What else must be so once the name is known to be free. */
  readonly check?: () => Blocking<void>;
  /** Makes it. `dentry` is negative and was looked up anew; the directory is locked and may be written. */
  readonly make: (dir: Inode, dentry: Dentry) => Blocking<void>;
}

/**
 * Makes something new at a place, once more without trusting the cache after ESTALE.
 *
 * @throws as {@link createOnce}
 */
export const createAt = (task: Thread, place: Place, creation: Creation): Blocking<void> =>
  retryStale((force) => createOnce(task, place, creation, force));

/**
 * Makes something new at a place. FUSE: the walk, LOOKUP of the name even if it is cached, then what `make` asks for.
 *
 * @throws the walk's errors; EEXIST for `.`, `..`, `/` and an existing name; ENOENT for a slash behind what is to be no
 *   directory; EROFS; EXDEV; ENOENT in a removed directory; EACCES
 * @see Linux fs/namei.c, filename_create() and may_create()
 */
export function* createOnce(task: Thread, place: Place, creation: Creation, force: boolean): Blocking<void> {
  const last = yield* walkToLast(task, place, force);
  try {
    if (last.kind !== 'name') throw EEXIST;
    const dir = last.parent.dentry.inode as Inode;
    const why = (): string => `directory ${dir.ino} to make ${last.name}`;
    yield* exclusively(task, dir.lock, why, () => createLocked(task, last, dir, creation));
  } finally {
    last.release();
  }
}

function* createLocked(task: Thread, last: Last, dir: Inode, { kind, on, check, make }: Creation): Blocking<void> {
  const { mount, dentry: directory } = last.parent;
  const dentry = yield* lookupLocked(task, directory, last.name, { force: true });
  try {
    if (!dentry.isNegative) throw EEXIST;
    if (last.trailingSlash && kind !== 'directory') throw ENOENT;
    checkWritable(mount);
    if (on !== undefined && on !== mount) throw EXDEV;
    if (check !== undefined) yield* check();
    yield* mayCreate(task, dir);
    yield* make(dir, dentry);
  } finally {
    dentry.release();
  }
}
