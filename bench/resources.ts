/** What a run has opened: mounts, processes and directories. All of it goes, however the run ends. */
export class Resources implements AsyncDisposable {
  readonly #open: AsyncDisposable[] = [];
  #closing: Promise<void> | null = null;

  /** Takes care of a resource from now on. */
  keep<T extends AsyncDisposable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }

  /** Runs `action` when the others that were kept before it are still there. */
  defer(action: () => void | Promise<void>): void {
    this.keep({
      [Symbol.asyncDispose]: async () => {
        await action();
      },
    });
  }

  /** Closes everything, the newest first. One that fails is told, and does not stop the others. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (let resource = this.#open.pop(); resource !== undefined; resource = this.#open.pop()) {
      try {
        await resource[Symbol.asyncDispose]();
      } catch (error) {
        console.error('cannot be cleaned up:', error);
        process.exitCode = 1;
      }
    }
  }
}

/** Closes the resources before a signal ends this process. */
export function closeAtSignals(resources: Resources): void {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => {
      console.error(`\n${signal}: cleaning up`);
      void resources.close().finally(() => process.exit(128 + number));
    });
  }
}
