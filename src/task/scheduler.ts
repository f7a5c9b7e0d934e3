import type { Blocking } from './blocking.ts';
import type { Clock } from './clock.ts';
import { Fifo } from './fifo.ts';
import type { Running, Task } from './task.ts';
import { type Timer, TimerQueue } from './timer-queue.ts';

/**
 * Runs tasks, one at a time, each up to its next sleep. It alone decides the order, and owns time.
 * `pick` chooses among the runnable, so a seeded one replays an interleaving exactly; without it: first come, first served.
 */
export class Scheduler {
  readonly clock: Clock;
  /** Called when a task becomes runnable or a timer earlier than all others is set, outside {@link run}: the host's call to come and pump. */
  onReady: (() => void) | null = null;

  readonly #pick: ((runnable: number) => number) | null;
  readonly #tasks = new Set<Task>();
  readonly #timers = new TimerQueue();
  readonly #runnable = new Fifo<Task>();
  #pumping = false;

  constructor(clock: Clock, pick: ((runnable: number) => number) | null = null) {
    this.clock = clock;
    this.#pick = pick;
  }

  /** Every task that has begun and not ended, for `ps`-like views: each one's `sleep` says what it waits for. */
  get tasks(): Iterable<Task> {
    return this.#tasks;
  }

  /** Starts `code` as the task's coroutine; `settle` gets its end: a function that returns its value or throws its error. */
  start<T>(task: Task, code: Blocking<T>, settle: (result: () => T) => void): void {
    if (task.running !== null) throw new Error(`task ${task.tid} runs already`);
    task.running = { code, settle: settle as Running['settle'] };
    this.#tasks.add(task);
    this.ready(task);
  }

  /** Puts a task at the end of the run queue. For {@link Task.wake}. */
  ready(task: Task): void {
    this.#runnable.push(task);
    if (!this.#pumping && this.#runnable.length === 1) this.onReady?.();
  }

  /** Calls `action` once the clock has reached `time` (monotonic milliseconds). */
  at(time: number, action: () => void): Timer {
    const timer = this.#timers.add(time, action);
    if (!this.#pumping && this.#timers.next === time) this.onReady?.();
    return timer;
  }

  /** When the next timer is due, in monotonic milliseconds; null without one. */
  get nextTimer(): number | null {
    return this.#timers.next;
  }

  get hasRunnable(): boolean {
    return this.#runnable.length > 0;
  }

  /** Runs one task up to its next sleep. Returns false when none can run. */
  step(): boolean {
    const task = this.#take();
    if (task === undefined) return false;
    const outer = this.#pumping;
    this.#pumping = true;
    try {
      this.#advance(task);
    } finally {
      this.#pumping = outer;
    }
    return true;
  }

  /** Makes runnable whoever waits for a time that has come. */
  fireTimers(): void {
    if (!this.#isTimerDue) return;
    const outer = this.#pumping;
    this.#pumping = true;
    try {
      this.#timers.fire(this.clock.now());
    } finally {
      this.#pumping = outer;
    }
  }

  /** Fires due timers and runs tasks until all sleep. */
  run(): void {
    do {
      this.fireTimers();
      while (this.step());
    } while (this.#isTimerDue);
  }

  /** Most of the time there is no timer, and the clock need not be asked. */
  get #isTimerDue(): boolean {
    const { next } = this.#timers;
    return next !== null && next <= this.clock.now();
  }

  #take(): Task | undefined {
    const { length } = this.#runnable;
    return this.#pick === null || length === 0 ? this.#runnable.shift() : this.#runnable.takeAt(this.#pick(length));
  }

  #advance(task: Task): void {
    const { running } = task;
    if (running === null) return;
    let step: IteratorResult<unknown, unknown>;
    try {
      step = running.code.next();
    } catch (error) {
      this.#ended(task);
      running.settle(() => {
        throw error;
      });
      return;
    }
    if (step.done) {
      this.#ended(task);
      const { value } = step;
      running.settle(() => value);
    } else {
      task.fallAsleep(step.value as NonNullable<Task['sleep']>);
    }
  }

  #ended(task: Task): void {
    task.running = null;
    this.#tasks.delete(task);
  }
}
