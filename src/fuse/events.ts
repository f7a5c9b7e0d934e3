import type { Request } from './request.ts';

/**
 * The steps of a request's life. A request that waits for INIT or for room is 'blocked' in between; one that has no
 * reply ends when it is 'read'.
 */
export type RequestStep =
  | 'created'
  | 'blocked'
  | 'queued'
  | 'read'
  | 'interrupted'
  | 'replied'
  | 'completed'
  | 'timed-out'
  | 'aborted';

/** One transition of one request. The request is the live object: look at it now or copy what must last. */
export interface RequestEvent {
  readonly step: RequestStep;
  /** Monotonic milliseconds of the scheduler's clock. */
  readonly time: number;
  readonly request: Request;
}

/** Hears every step of every request of a connection, as it happens. */
export type Listener = (event: RequestEvent) => void;

/**
 * The one stream of what happens to requests. Tracing, metrics, recorder and inspector listen here and nowhere else.
 * Without a listener an event costs one check. A listener must not make requests of its own.
 */
export class Events {
  readonly #now: () => number;
  #listeners: readonly Listener[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Listens until the returned function is called. */
  on(listener: Listener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  emit(step: RequestStep, request: Request): void {
    if (this.#listeners.length === 0) return;
    const event: RequestEvent = { step, time: this.#now(), request };
    for (const listener of this.#listeners) listener(event);
  }
}
