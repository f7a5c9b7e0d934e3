/** A point in time of the wall clock, since 1970; negative seconds lie before. */
export interface Timespec {
  readonly seconds: number;
  readonly nanoseconds: number; // 0 to 999,999,999
}

/** Where the kernel's time comes from. */
export interface Clock {
  /** Monotonic milliseconds, with a fraction. */
  now(): number;
  /** Wall clock time. */
  wall(): Timespec;
}

/** A clock that stands still until told: for tests and simulations. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #epochSeconds: number;

  constructor(epochSeconds = 1_000_000_000) {
    this.#epochSeconds = epochSeconds;
  }

  now(): number {
    return this.#now;
  }

  wall(): Timespec {
    const whole = Math.floor(this.#now / 1000);
    return { seconds: this.#epochSeconds + whole, nanoseconds: Math.round((this.#now - whole * 1000) * 1e6) };
  }

  /** Moves the clock; whoever drives the scheduler then runs what has become due. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
