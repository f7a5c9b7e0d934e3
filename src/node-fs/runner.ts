import type { Kernel } from '../kernel.ts';
import type { Process } from '../process/process.ts';
import type { Credentials } from '../task/credentials.ts';
import { toNodeError } from './failure.ts';
import { abortError } from './node-errors.ts';
import type { Operation } from './operation.ts';

/** Starts operations as threads of one process, and turns what they throw into Node's errors. */
export class Runner {
  readonly #kernel: Kernel;
  readonly #process: Process;
  readonly #credentials: Credentials;

  constructor(kernel: Kernel, process: Process, credentials: Credentials) {
    this.#kernel = kernel;
    this.#process = process;
    this.#credentials = credentials;
  }

  /** An abort rejects at once; the thread is killed and undoes what it began, in its own time. */
  async run<T>(operation: Operation<T>): Promise<T> {
    const { signal } = operation;
    try {
      return await (signal === undefined ? this.#start(operation) : this.#startAbortable(operation, signal));
    } catch (error) {
      throw toNodeError(error);
    }
  }

  runSync<T>(operation: Operation<T>): T {
    try {
      return this.#kernel.runSync(this.#process, this.#credentials, operation);
    } catch (error) {
      throw toNodeError(error);
    }
  }

  #start<T>(operation: Operation<T>): Promise<T> {
    return this.#kernel.run(this.#process, this.#credentials, operation, operation.signal);
  }

  #startAbortable<T>(operation: Operation<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) return Promise.reject(abortError(signal));
    return new Promise((resolve, reject) => {
      const abort = () => reject(abortError(signal));
      signal.addEventListener('abort', abort, { once: true });
      const forget = () => signal.removeEventListener('abort', abort);
      this.#start(operation).then(resolve, reject).finally(forget);
    });
  }
}
