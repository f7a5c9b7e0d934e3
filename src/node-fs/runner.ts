import type { Kernel } from '../kernel.ts';
import type { Process } from '../process/process.ts';
import type { Credentials } from '../task/credentials.ts';
import { toNodeError } from './failure.ts';
import { abortError } from './node-errors.ts';
import type { Operation } from './operation.ts';

/** What calls fail with when the server is gone. */
const CODES_WITHOUT_SERVER = new Set<unknown>(['ENOTCONN', 'ECONNABORTED', 'ECONNREFUSED']);

/** Starts operations as threads of one process, and turns what they throw into Node's errors. */
export class Runner {
  readonly #kernel: Kernel;
  readonly #process: Process;
  readonly #credentials: Credentials;
  readonly #whyGone: () => string | null;

  /** `whyGone` tells in words why the file system's server is gone; null while it is there. */
  constructor(kernel: Kernel, process: Process, credentials: Credentials, whyGone: () => string | null = () => null) {
    this.#kernel = kernel;
    this.#process = process;
    this.#credentials = credentials;
    this.#whyGone = whyGone;
  }

  /** An abort rejects at once; the thread is killed and undoes what it began, in its own time. */
  async run<T>(operation: Operation<T>): Promise<T> {
    const { signal } = operation;
    try {
      return await (signal === undefined ? this.#start(operation) : this.#startAbortable(operation, signal));
    } catch (error) {
      throw this.#explain(toNodeError(error));
    }
  }

  runSync<T>(operation: Operation<T>): T {
    try {
      return this.#kernel.runSync(this.#process, this.#credentials, operation);
    } catch (error) {
      throw this.#explain(toNodeError(error));
    }
  }

  /** An error that only says that there is no server any more gets the reason as its cause. */
  #explain(error: unknown): unknown {
    if (!(error instanceof Error && 'code' in error && CODES_WITHOUT_SERVER.has(error.code))) return error;
    const why = this.#whyGone();
    if (why !== null) error.cause = new Error(why);
    return error;
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
