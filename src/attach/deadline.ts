const NOT_WAITED_FOR = 'it was given up';

/** A time that passes, or a signal that ends the wait before; to be disposed of when neither counts any more. */
export class Deadline implements Disposable {
  /** 'late' when the time is over, the reason when the signal came. */
  readonly passed: Promise<'late' | Error>;
  #stop: () => void = () => {};

  constructor(milliseconds: number, signal: AbortSignal | undefined) {
    this.passed = new Promise((resolve) => {
      const timer = setTimeout(() => resolve('late'), milliseconds);
      const giveUp = (): void => {
        const reason: unknown = signal?.reason;
        resolve(reason instanceof Error ? reason : new Error(NOT_WAITED_FOR));
      };
      if (signal?.aborted === true) giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
    });
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
