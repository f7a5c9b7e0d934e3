import { S_IFDIR } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import { RwLock } from '../task/lock.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Superblock } from '../vfs/superblock.ts';
import { exclusively, exclusivelyAll } from './locking.ts';

/** One lock a superblock: who holds it knows that no directory changes its parent. Linux's s_vfs_rename_mutex. */
const renameLocks = new WeakMap<Superblock, RwLock>();

/**
 * Acts while the directories of both names are locked, the upper one first. For two directories it also holds the
 * superblock's rename lock, since the order only stays true while nobody moves one of them.
 *
 * @see Linux fs/namei.c, lock_rename()
 */
export function* lockedForRename<T>(
  task: Task,
  [a, b]: readonly [Dentry, Dentry],
  act: () => Blocking<T>,
): Blocking<T> {
  const [first, second] = [a.inode as Inode, b.inode as Inode];
  const why = (): string => `directories ${first.ino} and ${second.ino} to rename`;
  if (first === second) return yield* exclusively(task, first.lock, why, act);
  return yield* exclusively(task, renameLockOf(first.superblock), why, () =>
    exclusivelyAll(task, b.isAncestorOf(a) ? [second, first] : [first, second], why, act),
  );
}

/**
 * The inodes a rename locks besides the directories, in the order to do it: one that changes its parent or loses its
 * name, directories first, the others in the order of their rank.
 *
 * @see Linux fs/namei.c, vfs_rename(), "Lock children"
 */
export function renameOrder(rename: {
  readonly moved: Inode;
  readonly replaced: Inode | null;
  readonly staysInDirectory: boolean;
  readonly isExchange: boolean;
}): Inode[] {
  const { moved, replaced, staysInDirectory, isExchange } = rename;
  const locksMoved = moved.type !== S_IFDIR || !staysInDirectory;
  const locksReplaced = replaced !== null && (replaced.type !== S_IFDIR || !staysInDirectory || !isExchange);
  const inodes = [...(locksMoved ? [moved] : []), ...(locksReplaced ? [replaced] : [])];
  return inodes.sort((a, b) => Number(b.type === S_IFDIR) - Number(a.type === S_IFDIR) || orderOfFiles(a, b));
}

function renameLockOf(superblock: Superblock): RwLock {
  const known = renameLocks.get(superblock);
  if (known !== undefined) return known;
  const made = new RwLock();
  renameLocks.set(superblock, made);
  return made;
}

const ranks = new WeakMap<Inode, number>();
let ranked = 0;

/** Any order that stays the same between two inodes keeps two renames from waiting for each other. */
const orderOfFiles = (a: Inode, b: Inode): number => (a.type === S_IFDIR ? 0 : rankOf(a) - rankOf(b));

function rankOf(inode: Inode): number {
  const known = ranks.get(inode);
  if (known !== undefined) return known;
  ranks.set(inode, ++ranked);
  return ranked;
}
