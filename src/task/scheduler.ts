import type { Blocking } from './blocking.ts';
import type { Clock } from './clock.ts';
import type { Task } from './task.ts';
import { type Timer, TimerQueue } from './timer-queue.ts';

type Settle = (result: () => unknown) => void;

interface Running {
  readonly code: Blocking<unknown>;
  readonly settle: Settle;
}

/**
 * Runs tasks, one at a time, each up to its next sleep. It alone decides the order, and owns time.
 * `pick` chooses among the runnable, so a seeded one replays an interleaving exactly; without it: first come, first served.
 */
export class Scheduler {
  readonly clock: Clock;
  /** Called when a task becomes runnable or a timer earlier than all others is set, outside {@link run}: the host's call to come and pump. */
  onReady: (() => void) | null = null;

  readonly #pick: ((runnable: number) => number) | null;
  readonly #running = new Map<Task, Running>();
  readonly #timers = new TimerQueue();
  #runnable: Task[] = [];
  #head = 0;
  #pumping = false;

  constructor(clock: Clock, pick: ((runnable: number) => number) | null = null) {
    this.clock = clock;
    this.#pick = pick;
  }

  /** Every task that has begun and not ended, for `ps`-like views: each one's `sleep` says what it waits for. */
  get tasks(): Iterable<Task> {
    return this.#running.keys();
  }

  /** Starts `code` as the task's coroutine; `settle` gets its end: a function that returns its value or throws its error. */
  start<T>(task: Task, code: Blocking<T>, settle: (result: () => T) => void): void {
    if (this.#running.has(task)) throw new Error(`task ${task.tid} runs already`);
    this.#running.set(task, { code, settle: settle as Settle });
    this.ready(task);
  }

  /** Puts a task at the end of the run queue. For {@link Task.wake}. */
  ready(task: Task): void {
    this.#runnable.push(task);
    if (!this.#pumping && this.#runnable.length - this.#head === 1) this.onReady?.();
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
    return this.#runnable.length > this.#head;
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
    } while ((this.#timers.next ?? Number.POSITIVE_INFINITY) <= this.clock.now());
  }

  #take(): Task | undefined {
    const count = this.#runnable.length - this.#head;
    if (count === 0) return undefined;
    if (this.#pick !== null) return this.#runnable.splice(this.#head + this.#pick(count), 1)[0];
    const task = this.#runnable[this.#head++];
    if (this.#head === this.#runnable.length) {
      this.#runnable = [];
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#runnable = this.#runnable.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }

  #advance(task: Task): void {
    const running = this.#running.get(task);
    if (running === undefined) return;
    let step: IteratorResult<unknown, unknown>;
    try {
      step = running.code.next();
    } catch (error) {
      this.#running.delete(task);
      running.settle(() => {
        throw error;
      });
      return;
    }
    if (step.done) {
      this.#running.delete(task);
      const { value } = step;
      running.settle(() => value);
    } else {
      task.fallAsleep(step.value as NonNullable<Task['sleep']>);
    }
  }
}
