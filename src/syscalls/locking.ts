import type { Blocking, Why } from '../task/blocking.ts';
import type { RwLock } from '../task/lock.ts';
import type { Task } from '../task/task.ts';
import type { Inode } from '../vfs/inode.ts';

// Lock order, outer first:
//   file.positionLock
//     a superblock's rename lock
//       directories' inode locks, ancestors first
//         inode locks of what is in them: directories, then the others in the order of rankOf()

/** Acts while holding a lock exclusively. @throws EINTR when killed while waiting for it. */
export function* exclusively<T>(task: Task, lock: RwLock, why: Why, act: () => Blocking<T>): Blocking<T> {
  yield* lock.lock(task, why, 'killed');
  try {
    return yield* act();
  } finally {
    lock.unlock();
  }
}

/** Acts while holding the locks of several inodes, taken in this order; one that is named twice is taken once. */
export function* exclusivelyAll<T>(
  task: Task,
  inodes: readonly Inode[],
  why: Why,
  act: () => Blocking<T>,
): Blocking<T> {
  const held: Inode[] = [];
  try {
    for (const inode of new Set(inodes)) {
      yield* inode.lock.lock(task, why, 'killed');
      held.push(inode);
    }
    return yield* act();
  } finally {
    for (const inode of held.reverse()) inode.lock.unlock();
  }
}
