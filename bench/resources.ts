/** What a run has opened: mounts, processes and directories. All of it goes, however the run ends. */
export class Resources implements AsyncDisposable {
  readonly #closers: (() => Promise<void>)[] = [];
  #closing: Promise<void> | null = null;

  readonly #end = new AbortController();

  /** Aborted when the end begins. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Whether it is over, and what is still under way will fail. */
  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /** Takes care of a resource from now on. */
  keep<T extends AsyncDisposable>(resource: T): T {
    this.defer(async () => await resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Takes care of one that is being opened, even if the end comes before it is open. */
  async opened<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
    this.defer(async () => {
      const resource = await opening.catch(() => null);
      await resource?.[Symbol.asyncDispose]();
    });
    return await opening;
  }

  /** Runs `action` at the end, while what was kept before is still there. */
  defer(action: () => void | Promise<void>): void {
    this.#closers.push(async () => {
      await action();
    });
  }

  /** Closes everything, the newest first. One that fails is told, and does not stop the others. */
  close(): Promise<void> {
    this.#end.abort();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        console.error('cannot be cleaned up:', error);
        process.exitCode = 1;
      }
    }
  }
}

/** What a run that a signal has ended fails with: whoever closes its resources ends the process. */
export class Interrupted extends Error {}

/** Closes the resources before a signal ends this process. */
export function closeAtSignals(resources: Resources): void {
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => {
      console.error(`\n${signal}: cleaning up`);
      void resources.close().finally(() => process.exit(128 + number));
    });
  }
}
