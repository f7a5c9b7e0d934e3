import type { Timer } from '../task/timer-queue.ts';
import type { Connection } from './connection.ts';

/**
 * A user's deadline for every request: when the oldest one has had no reply for so long, the connection is given up,
 * as Linux does with a request timeout.
 */
export class Deadlines {
  readonly #connection: Connection;
  readonly #timeout: number; // milliseconds
  #timer: Timer | null = null;

  constructor(connection: Connection, timeout: number) {
    this.#connection = connection;
    this.#timeout = timeout;
  }

  /** A request was queued: there is something to watch. */
  watch(): void {
    if (this.#timer === null) this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(): void {
    const { scheduler, device } = this.#connection;
    const [oldest] = device.completions.values();
    this.#timer = oldest === undefined ? null : scheduler.at(oldest.queuedAt + this.#timeout, () => this.#look());
  }

  #look(): void {
    const { scheduler, device, events } = this.#connection;
    const [oldest] = device.completions.values();
    this.#timer = null;
    if (oldest === undefined) return;
    if (scheduler.clock.now() < oldest.queuedAt + this.#timeout) {
      this.#arm();
      return;
    }
    events.emit('timed-out', oldest);
    this.#connection.abort('timeout', `${oldest.label} had no reply for ${this.#timeout / 1000} s`);
  }
}
