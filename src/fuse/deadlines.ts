import type { Timer } from '../task/timer-queue.ts';
import type { Connection } from './connection.ts';
import type { Request } from './request.ts';

/** How long a request may wait for its reply, and when it is seen that it has waited too long. */
export interface Limit {
  readonly timeout: number; // milliseconds
  /** The moment, not before `expiry`, at which somebody looks. Both in monotonic milliseconds. */
  readonly seenAt: (expiry: number) => number;
}

/**
 * A deadline for every request: when the oldest one has had no reply for so long, the connection is given up, as Linux
 * does with a request timeout.
 */
export class Deadlines {
  readonly #connection: Connection;
  readonly #limit: Limit;
  #timer: Timer | null = null;

  constructor(connection: Connection, limit: Limit) {
    this.#connection = connection;
    this.#limit = limit;
  }

  /** A request was handed over: there is something to watch. */
  watch(request: Request): void {
    if (this.#timer === null) this.#arm(request);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(oldest: Request): void {
    this.#timer = this.#connection.scheduler.at(this.#dueAt(oldest), () => this.#look());
  }

  #dueAt({ since }: Request): number {
    return this.#limit.seenAt(since + this.#limit.timeout);
  }

  #look(): void {
    this.#timer = null;
    const oldest = this.#oldest();
    if (oldest === null) return;
    const { scheduler, events } = this.#connection;
    if (scheduler.clock.now() < this.#dueAt(oldest)) {
      this.#arm(oldest);
      return;
    }
    events.emit('timed-out', oldest);
    this.#connection.abort('timeout', `${oldest.label} had no reply for ${this.#limit.timeout / 1000} s`);
  }

  /** Those not admitted from the background count too: they may wait for ever. */
  #oldest(): Request | null {
    const { background, device } = this.#connection;
    let oldest: Request | null = null;
    for (const requests of [device.completions.values(), background.queued]) {
      for (const request of requests) if (oldest === null || request.since < oldest.since) oldest = request;
    }
    return oldest;
  }
}
