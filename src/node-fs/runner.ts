import type { Kernel } from '../kernel.ts';
import type { Process } from '../process/process.ts';
import { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Credentials } from '../task/credentials.ts';
import type { Limits } from '../task/drive.ts';
import { type CallLimits, checkCallLimits } from './call-limits.ts';
import { type Failure, mayTimeOut, timeoutOf, toNodeError } from './failure.ts';
import { abortError } from './node-errors.ts';
import { type Operation, type Prepare, UNKNOWN } from './operation.ts';

/** What calls fail with when the server is gone. */
const CODES_WITHOUT_SERVER = new Set<unknown>(['ENOTCONN', 'ECONNABORTED', 'ECONNREFUSED']);

/** Who makes the calls of an fs, and what its errors can tell. */
export interface Caller {
  readonly kernel: Kernel;
  readonly process: Process;
  readonly credentials: Credentials;
  /** Tells in words why the file system's server is gone; null while it is there. */
  readonly whyGone?: () => string | null;
  /** Of every call. */
  readonly limits?: CallLimits;
}

/** What the faces need: whoever runs operations, be it in another thread. */
export type Runs = Pick<Runner, 'entry' | 'call' | 'callSync' | 'run' | 'runSync'>;

/** Starts operations as threads of one process, and turns what they throw into Node's errors. */
export class Runner {
  readonly #caller: Caller;
  /** Who asks the caches: it is never started, so that all calls can share it. */
  readonly #thread: Thread;
  readonly #limits: CallLimits;

  /** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE for limits that are none */
  constructor(caller: Caller) {
    this.#caller = caller;
    this.#thread = new Thread(caller.kernel.scheduler, caller.process, caller.credentials);
    this.#limits = checkCallLimits(caller.limits);
  }

  /** An entry of the API, as this runner runs what it prepares: here as it is. */
  entry<A extends readonly unknown[], T>(prepare: Prepare<A, T>): Prepare<A, T> {
    return prepare;
  }

  /** Answers from the caches at once, or runs the operation. All errors come as rejections. */
  call<A extends readonly unknown[], T>(prepare: Prepare<A, T>, args: A): Promise<T> {
    try {
      const known = this.#attempt(prepare, args);
      return known === UNKNOWN ? this.run(prepare(...args)) : Promise.resolve(known);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As {@link call}, on the caller's stack. */
  callSync<A extends readonly unknown[], T>(prepare: Prepare<A, T>, args: A): T {
    const known = this.#attempt(prepare, args);
    return known === UNKNOWN ? this.runSync(prepare(...args)) : known;
  }

  /** An abort or a timeout rejects at once; the thread is killed and undoes what it began, in its own time. */
  async run<T>(operation: Operation<T>): Promise<T> {
    const { kernel, process, credentials } = this.#caller;
    const { code, limits } = this.#limited(operation);
    try {
      return await kernel.run(process, credentials, code, limits);
    } catch (error) {
      throw this.#explain(error, limits); // In an async function, so that the error's stack leads to who awaits.
    }
  }

  /** A timeout throws in time too. No signal can fire meanwhile: it counts when it has fired before. */
  runSync<T>(operation: Operation<T>): T {
    const { kernel, process, credentials } = this.#caller;
    const { code, limits } = this.#limited(operation);
    try {
      return kernel.runSync(process, credentials, code, limits);
    } catch (error) {
      throw this.#explain(error, limits);
    }
  }

  /** What the plain form of an entry gives. A signal that has fired before lets no call begin: the operation will tell. */
  #attempt<A extends readonly unknown[], T>({ attempt }: Prepare<A, T>, args: A): T | typeof UNKNOWN {
    if (attempt === undefined || this.#limits.signal?.aborted === true) return UNKNOWN;
    try {
      return attempt(this.#thread, ...args);
    } catch (error) {
      throw explainEnd(error, this.#caller.whyGone);
    }
  }

  #limited<T>(operation: Operation<T>): Limited<T> {
    const { timeoutMs, signal: general } = this.#limits;
    const { signal: own } = operation;
    const signal = joined(own, general);
    if (timeoutMs === undefined) return { code: operation, limits: signal === undefined ? NO_LIMITS : { signal } };
    let thread: Thread | null = null;
    const code = (task: Thread): Blocking<T> => {
      thread = task;
      mayTimeOut(task);
      return operation(task);
    };
    return { code, limits: { signal, timeoutMs, overdue: () => (thread === null ? undefined : new Overdue(thread)) } };
  }

  #explain(error: unknown, { signal }: Limits): unknown {
    if (signal?.aborted === true && error === signal.reason) return abortError(signal);
    return error instanceof Overdue ? error.toNodeError() : explainEnd(error, this.#caller.whyGone);
  }
}

/** A signal that fires when either does. */
export const joined = (own?: AbortSignal, general?: AbortSignal): AbortSignal | undefined =>
  own === undefined || general === undefined ? (own ?? general) : AbortSignal.any([own, general]);

/** Node's error for a failure. One that only says that there is no server any more gets the reason as its cause. */
export function explainEnd(thrown: unknown, whyGone: (() => string | null) | undefined): unknown {
  const error = toNodeError(thrown);
  if (!(error instanceof Error && 'code' in error && CODES_WITHOUT_SERVER.has(error.code))) return error;
  const why = whyGone?.() ?? null;
  if (why !== null) error.cause = new Error(why);
  return error;
}

const NO_LIMITS: Limits = {};

/** An operation as it is run, and until when. */
interface Limited<T> {
  readonly code: (task: Thread) => Blocking<T>;
  readonly limits: Limits;
}

/** A call took too long: which it is, and what it waits for. No Error yet, as a {@link Failure}. */
class Overdue {
  readonly #failure: Failure;
  readonly #why: string;

  constructor(thread: Thread) {
    this.#failure = timeoutOf(thread);
    this.#why = thread.sleep?.why ?? 'its turn';
  }

  toNodeError(): unknown {
    const error = toNodeError(this.#failure);
    if (error instanceof Error) error.cause = new Error(`it waits for ${this.#why}`);
    return error;
  }
}
