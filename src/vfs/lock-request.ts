import { ERESTARTSYS } from '../abi/errno.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { conflict, type FileLock } from './file-lock.ts';

/** A longer chain of owners who wait for each other is not followed. Linux's MAX_DEADLK_ITERATIONS. */
const MAX_DEADLK_ITERATIONS = 10;

/** The requests of an owner that wait for a POSIX lock, whatever the file. Linux's blocked_hash. */
const waiting = new WeakMap<object, Set<LockRequest>>();

/**
 * What a request may have to wait for: a lock that is held, or a request that came earlier.
 * Linux's struct file_lock_core with its flc_blocked_requests.
 */
export class Blocker {
  /** Its range changes when the owner sets or frees what touches it. */
  lock: FileLock;
  readonly blocked = new Set<LockRequest>();

  constructor(lock: FileLock) {
    this.lock = lock;
  }

  /** Lets everybody try again who waits for this, in the order they came. */
  wakeBlocked(): void {
    for (const request of [...this.blocked]) request.wake();
  }
}

/** A lock that is wanted. One that waits holds up those behind it that it will exclude: so they are served in order. */
export class LockRequest extends Blocker {
  #blocker: Blocker | null = null;
  readonly #queue = new WaitQueue();

  /** Sleeps until `blocker`, or who waits for it already and is in the way too, changes. @throws ERESTARTSYS for a signal */
  *waitFor(task: Task, blocker: Blocker, why: string): Blocking<void> {
    this.#enter(behindItsQueue(blocker, this.lock));
    const isFree = yield* sleepUntil(task, this.#queue, () => this.#blocker === null, why, 'signal');
    if (!isFree) throw ERESTARTSYS;
  }

  /** The way may be free. */
  wake(): void {
    this.#leave();
    this.#queue.wake();
  }

  /** Whoever waits for this request waits for the lock that came of it. */
  becomes(held: Blocker): void {
    for (const request of this.blocked) {
      request.#blocker = held;
      held.blocked.add(request);
    }
    this.blocked.clear();
  }

  /** The request is over, whatever came of it. */
  end(): void {
    this.#leave();
    this.wakeBlocked();
  }

  /**
   * Whether the owner of `blocker` waits, perhaps through others, for this request's owner. Owners of OFD locks are
   * not followed: no process stands behind them.
   *
   * @see Linux fs/locks.c, posix_locks_deadlock()
   */
  wouldDeadlock(blocker: Blocker): boolean {
    if (this.lock.kind !== 'posix') return false;
    let next: Blocker | undefined = blocker;
    for (let steps = 0; steps <= MAX_DEADLK_ITERATIONS; steps++) {
      next = whatOwnerWaitsFor(next.lock.owner);
      if (next === undefined) return false;
      if (next.lock.owner === this.lock.owner) return true;
    }
    return false;
  }

  /** The held lock at the end of the queue in which this request stands. */
  get root(): Blocker {
    let blocker: Blocker = this;
    while (blocker instanceof LockRequest && blocker.#blocker !== null) blocker = blocker.#blocker;
    return blocker;
  }

  #enter(blocker: Blocker): void {
    this.#blocker = blocker;
    blocker.blocked.add(this);
    if (blocker.lock.kind !== 'posix') return;
    const { owner } = this.lock;
    waiting.set(owner, (waiting.get(owner) ?? new Set()).add(this));
  }

  #leave(): void {
    this.#blocker?.blocked.delete(this);
    this.#blocker = null;
    waiting.get(this.lock.owner)?.delete(this);
  }
}

/** @see Linux fs/locks.c, __locks_insert_block() */
function behindItsQueue(blocker: Blocker, lock: FileLock): Blocker {
  for (const earlier of blocker.blocked) if (conflict(earlier.lock, lock)) return behindItsQueue(earlier, lock);
  return blocker;
}

const whatOwnerWaitsFor = (owner: object): Blocker | undefined => [...(waiting.get(owner) ?? [])].at(-1)?.root;
