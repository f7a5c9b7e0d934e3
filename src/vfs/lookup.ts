import { type ByteString, detached } from '../abi/bytes.ts';
import { ENAMETOOLONG, ENOENT } from '../abi/errno.ts';
import { type Blocking, sleep } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { Dentry } from './dentry.ts';
import type { Inode } from './inode.ts';

/** How far a lookup trusts the cache. */
export interface LookupOptions {
  /** Ask even about a name that the cache still holds valid (LOOKUP_REVAL, exclusive creation, rename targets). */
  readonly force: boolean;
}

/** The cached dentry of a name, perhaps negative, if it can be used without asking. Not held. */
export function tryLookup(dir: Dentry, name: ByteString, force: boolean): Dentry | undefined {
  const child = dir.children.get(name);
  if (child === undefined) return undefined;
  if (!(dir.inode as Inode).superblock.tryRevalidate(child, force)) return undefined;
  child.isVisited = true;
  return child;
}

/**
 * Finds a name in a directory, perhaps negative; held. Takes the directory's lock shared where it must look up.
 * Several tasks that want the same cold name share one lookup.
 *
 * FUSE: LOOKUP unless the name is cached and valid.
 *
 * @throws EINTR when killed while waiting; ENOENT in a removed directory; what the server answers.
 * @see Linux fs/namei.c, lookup_fast() and lookup_slow()
 */
export function* lookupIn(task: Task, dir: Dentry, name: ByteString, options: LookupOptions): Blocking<Dentry> {
  const cached = yield* lookupCached(task, dir, name, options);
  if (cached !== undefined) return cached;
  const { lock } = dir.inode as Inode;
  yield* lock.lockShared(task, () => `directory lock for a lookup of ${name}`, 'killed');
  try {
    return yield* lookupLocked(task, dir, name, options);
  } finally {
    lock.unlockShared();
  }
}

/**
 * {@link lookupIn} for callers that hold the directory's lock.
 *
 * @see Linux fs/namei.c, lookup_one_qstr_excl()
 */
export function* lookupLocked(task: Task, dir: Dentry, name: ByteString, options: LookupOptions): Blocking<Dentry> {
  for (;;) {
    const cached = yield* lookupCached(task, dir, name, options);
    if (cached !== undefined) return cached;
    const other = dir.lookups.get(name);
    if (other === undefined) return yield* lookupCold(task, dir, name);
    const ended = () => dir.lookups.get(name) !== other;
    yield* sleep(task, other, ended, `another task's lookup of ${name}`, 'killed');
    const shared = tryLookup(dir, name, false);
    if (shared !== undefined) return shared.hold();
  }
}

/** The cached dentry, held, once it is known to be valid; undefined when there is none. */
function* lookupCached(
  task: Task,
  dir: Dentry,
  name: ByteString,
  { force }: LookupOptions,
): Blocking<Dentry | undefined> {
  const { superblock } = dir.inode as Inode;
  const child = dir.children.get(name)?.hold();
  if (child === undefined) return undefined;
  let valid = false;
  try {
    valid = superblock.tryRevalidate(child, force);
    if (!valid && !child.isNegative) valid = yield* superblock.revalidate(task, child);
    if (valid) child.isVisited = true;
    else child.drop();
  } finally {
    if (!valid) child.release();
  }
  return valid ? child : undefined;
}

function* lookupCold(task: Task, dir: Dentry, name: ByteString): Blocking<Dentry> {
  const inode = dir.inode as Inode;
  if (inode.isDead) throw ENOENT;
  if (name.length > inode.superblock.nameMax) throw ENAMETOOLONG;
  const waiters = new WaitQueue();
  dir.lookups.set(name, waiters);
  const fresh = new Dentry(dir, detached(name)).hold();
  try {
    return (yield* inode.lookup(task, fresh)).hold();
  } finally {
    fresh.release();
    dir.lookups.delete(name);
    waiters.wake();
  }
}
