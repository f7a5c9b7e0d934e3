import { EAGAIN, EDEADLK } from '../abi/errno.ts';
import { F_UNLCK } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { conflict, type FileLock, type LockedRange, OFFSET_MAX, overlap } from './file-lock.ts';
import { setRange } from './lock-ranges.ts';
import { type Blocker, LockRequest } from './lock-request.ts';

/** The locks of one inode that no server keeps. Linux's struct file_lock_context. */
export class LockTable {
  /** Those of fcntl(2). */
  readonly #posix: Blocker[] = [];
  readonly #flock: Blocker[] = [];

  /**
   * What is in the way of a lock of fcntl(2), or undefined; for F_UNLCK a lock of the same owner.
   * OFD locks show no process. @see Linux fs/locks.c, posix_test_lock()
   */
  conflict(lock: FileLock): LockedRange | undefined {
    const isSought = (held: FileLock): boolean =>
      lock.type === F_UNLCK ? held.owner === lock.owner && overlap(held, lock) : conflict(held, lock);
    const found = this.#posix.find((held) => isSought(held.lock))?.lock;
    return found?.kind === 'ofd' ? { ...found, pid: -1 } : found;
  }

  /**
   * Takes a lock or gives it back. Who waits is served in the order of coming, as far as locks exclude each other.
   *
   * @throws EAGAIN when another's lock is in the way and `wait` is 'try'; EDEADLK when a POSIX lock would wait for a
   *   process that waits for this one; ERESTARTSYS for a signal while waiting
   * @see Linux fs/locks.c, posix_lock_inode() and flock_lock_inode()
   */
  *set(task: Task, lock: FileLock, wait: 'wait' | 'try'): Blocking<void> {
    const list = lock.kind === 'flock' ? this.#flock : this.#posix;
    const request = new LockRequest(lock);
    try {
      for (;;) {
        if (lock.kind === 'flock' && this.#convert(lock)) return;
        const blocker = lock.type === F_UNLCK ? undefined : list.find((held) => conflict(held.lock, lock));
        if (blocker === undefined) break;
        if (wait === 'try') throw EAGAIN;
        if (lock.kind !== 'flock') {
          request.wakeBlocked();
          if (request.wouldDeadlock(blocker)) throw EDEADLK;
        }
        yield* request.waitFor(task, blocker, `a lock of bytes ${lock.start} to ${lock.end}`);
      }
      const held = setRange(list, lock);
      if (held !== null) request.becomes(held);
    } finally {
      request.end();
    }
  }

  /** Gives back all that an owner has. */
  release(owner: object): void {
    const everything = { type: F_UNLCK, start: 0n, end: OFFSET_MAX, pid: 0, owner };
    setRange(this.#posix, { ...everything, kind: 'posix' });
    setRange(this.#flock, { ...everything, kind: 'flock' });
  }

  /** flock(2) gives the lock that the open file has back before it asks for another. True when it has the very same. */
  #convert(lock: FileLock): boolean {
    const own = this.#flock.find((held) => held.lock.owner === lock.owner);
    if (own?.lock.type === lock.type) return true;
    if (own !== undefined) setRange(this.#flock, { ...lock, type: F_UNLCK });
    return false;
  }
}
