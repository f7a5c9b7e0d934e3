/**
 * Turns for asynchronous work: one piece at a time for each thing that is locked, in the order of the calls. Work on
 * different things does not wait for each other. A piece takes its place in all its lines at once, so there is no deadlock;
 * it must not wait for more turns while it has one.
 */
export class Locks<Thing> {
  /** When the last work that was asked for is over, by thing. */
  readonly #last = new Map<Thing, Promise<void>>();
  /** The same for work on everything. */
  #all: Promise<void> = Promise.resolve();

  /** Does work on some things, behind all that was asked for one of them, or for everything, before. */
  on<T>(things: readonly Thing[], work: () => Promise<T>): Promise<T> {
    const done = Promise.all(things.map((thing) => this.#last.get(thing) ?? this.#all)).then(work);
    const over = ended(done);
    for (const thing of things) this.#last.set(thing, over);
    void over.then(() => {
      for (const thing of things) if (this.#last.get(thing) === over) this.#last.delete(thing);
    });
    return done;
  }

  /** Does work on everything, behind all that was asked for before, and before all that is asked for later. */
  onEverything<T>(work: () => Promise<T>): Promise<T> {
    const done = Promise.all([this.#all, ...this.#last.values()]).then(work);
    this.#all = ended(done);
    this.#last.clear();
    return done;
  }
}

/** The end of work, however it ends. */
const ended = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => {},
    () => {},
  );
