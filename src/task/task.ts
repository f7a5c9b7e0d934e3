import type { Blocking, Sleep, WakeOn } from './blocking.ts';
import type { Credentials } from './credentials.ts';
import type { Scheduler } from './scheduler.ts';
import type { Timer } from './timer-queue.ts';

/**
 * A signal to a task. 'signal' and 'restart' have a handler, 'restart' one with SA_RESTART: calls that can be made anew are,
 * where 'signal' ends them with EINTR. 'killed' is fatal.
 */
export type Signal = 'signal' | 'restart' | 'killed';

/** A task's coroutine, and who gets its end: a function that returns its value or throws its error. */
export interface Running {
  readonly code: Blocking<unknown>;
  readonly settle: (result: () => unknown) => void;
}

/**
 * A thread of control: one coroutine, who it acts as, the signals sent to it, and what it sleeps on.
 * Analogous to Linux's struct task_struct, without what belongs to its process.
 */
export class Task {
  readonly scheduler: Scheduler;
  /** The thread's id, as servers see it in a request's header. */
  readonly tid: number;
  credentials: Credentials;
  /** What the task sleeps on; null while it runs or can run. */
  sleep: Sleep | null = null;
  /** The signal not yet handled: of several the first, but a fatal one above all. Set back only by {@link handleSignal}. */
  pending: 'none' | Signal = 'none';
  /** For {@link WaitQueue}: its neighbours among those that sleep on the same. */
  nextSleeper: Task | null = null;
  previousSleeper: Task | null = null;
  /** For the scheduler alone: what it runs, and who is told of the end; null before and after. */
  running: Running | null = null;
  #alarm: Timer | null = null;

  constructor(scheduler: Scheduler, tid: number, credentials: Credentials) {
    this.scheduler = scheduler;
    this.tid = tid;
    this.credentials = credentials;
  }

  /** Whether a pending signal ends a sleep of that kind. */
  wakesFor(until: WakeOn): boolean {
    return this.pending === 'killed' ? until !== 'event' : this.pending !== 'none' && until === 'signal';
  }

  /** Sends a signal. Wakes the task if it sleeps so that this may end it. */
  signal(kind: Signal): void {
    if (this.pending === 'none' || kind === 'killed') this.pending = kind;
    if (this.sleep !== null && this.wakesFor(this.sleep.until)) this.wake();
  }

  /** The handler of the pending signal runs; one that is fatal stays pending. */
  handleSignal(): void {
    if (this.pending !== 'killed') this.pending = 'none';
  }

  /** Makes a sleeping task runnable; it looks by itself whether what it waits for has come. */
  wake(): void {
    if (this.sleep === null) return;
    this.sleep.queue.remove(this);
    this.sleep = null;
    this.#alarm?.cancel();
    this.#alarm = null;
    this.scheduler.ready(this);
  }

  /** For the scheduler alone: what the coroutine yielded. */
  fallAsleep(sleep: Sleep): void {
    this.sleep = sleep;
    sleep.queue.add(this);
    if (sleep.deadline !== null) this.#alarm = this.scheduler.at(sleep.deadline, () => this.wake());
  }
}
