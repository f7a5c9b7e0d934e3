const turnsOf = new WeakMap<object, Turns>();

/**
 * Whose turn it is in one server: between two waits a method or coroutine runs undisturbed, so it may wake others
 * before it is done. They go on when it has returned or waits, on the same stack.
 */
export class Turns {
  readonly #ready: (() => void)[] = [];
  #depth = 0;

  /** Those of a server, whose sessions all share them. */
  static of(server: object): Turns {
    const known = turnsOf.get(server);
    if (known !== undefined) return known;
    const made = new Turns();
    turnsOf.set(server, made);
    return made;
  }

  /** A turn begins; {@link leave} must follow. */
  enter(): void {
    this.#depth++;
  }

  /** The turn is over: whoever became ready meanwhile has theirs. */
  leave(): void {
    this.#depth--;
    this.#runReady();
  }

  /** Runs now, or when the present turn is over. */
  next(run: () => void): void {
    this.#ready.push(run);
    this.#runReady();
  }

  #runReady(): void {
    if (this.#depth > 0) return;
    this.#depth++;
    try {
      for (let run = this.#ready.shift(); run !== undefined; run = this.#ready.shift()) run();
    } finally {
      this.#depth--;
    }
  }
}
