import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/linux.ts';
import { type Blocking, sleepUntil } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { File } from './file.ts';

/** What files say that cannot tell: always ready. */
export const DEFAULT_POLLMASK = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

/** The pollers that wait for one file. */
export type Pollers = Set<Poller>;

/**
 * One call of poll(2) that may sleep: the files it has asked call {@link wake} when they may have become ready.
 * It holds these files until it leaves. Analogous to Linux's struct poll_wqueues.
 */
export class Poller {
  readonly #queue = new WaitQueue();
  readonly #files = new Map<File, Pollers>();
  #isTriggered = false;

  /** Waits for a file too, as one of its pollers; once, however often it asks. Linux's poll_wait(). */
  enter(file: File, pollers: Pollers): void {
    if (this.#files.has(file)) return;
    this.#files.set(file.hold(), pollers);
    pollers.add(this);
  }

  /** Makes the call look at its files again. */
  wake(): void {
    this.#isTriggered = true;
    this.#queue.wake();
  }

  /**
   * Sleeps until a file woke it, before or meanwhile, a signal, or the deadline. Returns 'timed out' when only that has come.
   *
   * @see Linux fs/select.c, poll_schedule_timeout()
   */
  *sleep(task: Task, deadline: number | null): Blocking<'timed out' | 'awake'> {
    const isAwake = yield* sleepUntil(task, this.#queue, () => this.#isTriggered, 'poll', 'signal', deadline);
    this.#isTriggered = false;
    return isAwake || task.wakesFor('signal') ? 'awake' : 'timed out';
  }

  /** Waits for nothing any more. Linux's poll_freewait() */
  leave(): void {
    for (const [file, pollers] of this.#files) {
      pollers.delete(this);
      file.release();
    }
    this.#files.clear();
  }
}
