import type { Errno } from '../abi/errno.ts';

/** One failure that nobody could be told of when it happened. */
export interface Failure {
  errno: Errno;
  /** Somebody has been told. */
  isSeen: boolean;
}

/**
 * Failures of writing back, each of which every open file is told once: those opened before, and those opened later until
 * somebody was told. Linux's errseq_t.
 *
 * @see Linux lib/errseq.c
 */
export class ErrorSequence {
  #last: Failure | null = null;

  /** A failure that was not told yet is replaced. */
  set(errno: Errno): void {
    if (this.#last === null || this.#last.isSeen) this.#last = { errno, isSeen: false };
    else this.#last.errno = errno;
  }

  /** What an open file begins with: the last failure that it is not told of. */
  sample(): Failure | null {
    return this.#last?.isSeen === true ? this.#last : null;
  }

  /** What there is to tell whoever was told of `since` last. It is told now: the caller keeps it as the new `since`. */
  news(since: Failure | null): Failure | null {
    if (this.#last === since || this.#last === null) return null;
    this.#last.isSeen = true;
    return this.#last;
  }
}
