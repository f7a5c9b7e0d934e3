import { type CallLimits, checkCallLimits } from '../node-fs/call-limits.ts';
import { Failure } from '../node-fs/failure.ts';
import { abortError } from '../node-fs/node-errors.ts';
import type { Operation, Prepare } from '../node-fs/operation.ts';
import { explainEnd, joined, type Runs } from '../node-fs/runner.ts';
import type { RemoteCall, RemoteCalls } from './remote-calls.ts';
import { type RemoteOperation, type Request, remoteEntry } from './remote-operation.ts';

/** Has operations run by a worker: its Runner is the same that would run them here. */
export class RemoteRunner implements Runs {
  readonly #calls: RemoteCalls;
  readonly #limits: CallLimits;
  readonly #whyGone: () => string | null;
  readonly #entries = new Map<Prepare<never[], unknown>, Prepare<never[], unknown>>();

  /** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE for limits that are none */
  constructor(calls: RemoteCalls, limits: CallLimits, whyGone: () => string | null) {
    this.#calls = calls;
    this.#limits = checkCallLimits(limits);
    this.#whyGone = whyGone;
  }

  entry<A extends readonly unknown[], T>(prepare: Prepare<A, T>): Prepare<A, T> {
    const known = this.#entries.get(prepare as never) ?? remoteEntry(prepare as never);
    this.#entries.set(prepare as never, known);
    return known as never;
  }

  /** What the caches can tell, the worker tells: they are there. */
  call<A extends readonly unknown[], T>(prepare: Prepare<A, T>, args: A): Promise<T> {
    try {
      return this.run(this.entry(prepare)(...args));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As {@link call}, on the caller's stack. */
  callSync<A extends readonly unknown[], T>(prepare: Prepare<A, T>, args: A): T {
    return this.runSync(this.entry(prepare)(...args));
  }

  /** An abort rejects at once; the worker is told, and undoes what the call began. */
  run<T>(operation: Operation<T>): Promise<T> {
    const signal = joined(operation.signal, this.#limits.signal);
    if (signal?.aborted === true) return Promise.reject(abortError(signal));
    return new Promise((resolve, reject) => {
      let call: RemoteCall | null = null;
      const giveUp = (): void => {
        reject(abortError(signal as AbortSignal));
        if (call !== null) this.#calls.cancel(call);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      const options = {
        timeoutMs: this.#timeoutMs,
        isAbortable: signal !== undefined,
        awaitedBy: 'event loop',
      } as const;
      call = this.#calls.begin(requestOf(operation), options, (take) => {
        signal?.removeEventListener('abort', giveUp);
        try {
          resolve(take() as T);
        } catch (error) {
          reject(this.#explain(error));
        }
      });
    });
  }

  /** Blocks this thread, which the worker does not need. No signal can fire meanwhile: it counts when it has fired before. */
  runSync<T>(operation: Operation<T>): T {
    const signal = joined(operation.signal, this.#limits.signal);
    if (signal?.aborted === true) throw abortError(signal);
    let settled: (() => unknown) | null = null;
    const isSettled = (): boolean => settled !== null;
    const options = { timeoutMs: this.#timeoutMs, isAbortable: false, awaitedBy: 'caller' } as const;
    this.#calls.begin(requestOf(operation), options, (take) => {
      settled = take;
    });
    this.#calls.waitUntil(isSettled);
    try {
      return (settled as unknown as () => T)();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  get #timeoutMs(): number {
    return this.#limits.timeoutMs ?? 0;
  }

  /** Only what the worker itself could not say comes as a failure. */
  #explain(error: unknown): unknown {
    return error instanceof Failure ? explainEnd(error, this.#whyGone) : error;
  }
}

const requestOf = <T>(operation: Operation<T>): Request => (operation as RemoteOperation<T>).request;
