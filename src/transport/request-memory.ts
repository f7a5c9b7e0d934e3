import { copyOfMessage } from '../abi/message-memory.ts';
import { Tries } from '../linux/tries.ts';
import type { Session, Way } from '../server/session.ts';

/** Requests of so few bytes are copied: that takes less than to find out whether it had to be done. */
const SHORT = 512;
/** How many long requests are copied at most after some that the server did not answer at once. */
const MOST_COPIED = 1023;

/**
 * Memory that requests are read into, one after the other. A server may keep parts of a message until it has answered, but
 * most have answered before they return: a long message is shown to the session where it was read, and only what is then
 * still needed keeps this memory.
 */
export class RequestMemory {
  readonly #size: number;
  readonly #tries = new Tries(MOST_COPIED);
  #bytes: Uint8Array;

  /** For requests of `size` bytes at most. */
  constructor(size: number) {
    this.#size = size;
    this.#bytes = new Uint8Array(size);
  }

  /** Where to read the next request to. It is another's after {@link pass}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Passes a request of that length to a session, whose reply goes the given way or the session's own. */
  pass(length: number, session: Session, way?: Way): void {
    const message = this.#bytes.subarray(0, length);
    if (length <= SHORT || session.isBusy || !this.#tries.isDue()) {
      session.receive(copyOfMessage(message), way);
      return;
    }
    session.receive(message, way);
    if (!this.#tries.went(!session.isBusy)) this.#bytes = new Uint8Array(this.#size);
  }
}
