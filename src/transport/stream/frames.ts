import { viewOf } from '../../abi/bytes.ts';
import { Garbled } from '../garbled.ts';

/** Bytes of the length that every FUSE message begins with; it counts itself. */
const LENGTH = 4;
const NOTHING = new Uint8Array(0);

/** What the messages of one direction are, and which lengths they may have. */
export interface FrameLimits {
  readonly what: 'request' | 'reply';
  readonly least: number; // bytes
  readonly largest: number; // bytes
}

/**
 * Finds the messages in a stream of bytes, by the length that each begins with. Memory is bounded: one chunk, and one
 * message that is not whole yet.
 */
export class Frames {
  readonly #limits: FrameLimits;
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** The first bytes of a message whose length is cut. */
  readonly #start = new Uint8Array(LENGTH);
  #started = 0;
  #message: Uint8Array | null = null;
  #filled = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Adds what was received, once {@link next} has nothing left. The chunk is used until that is so again. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Where the rest of a message that was begun goes, for who can receive right into it; null when there is none. */
  get rest(): Uint8Array | null {
    return this.#message === null ? null : this.#message.subarray(this.#filled);
  }

  /** So many bytes were received into {@link rest}. */
  filled(count: number): void {
    this.#filled += count;
  }

  /**
   * The next whole message: a part of the chunk, or memory of its own when it came in pieces. Null when more must come.
   *
   * @throws Garbled when a length is none that a message has
   */
  next(): Uint8Array | null {
    if (this.#message !== null) return this.#continue(this.#message);
    if (this.#started > 0 || this.#left < LENGTH) return this.#begin();
    const length = this.#checked(viewOf(this.#chunk).getUint32(this.#at, true));
    return length <= this.#left ? this.#take(length) : this.#continue(this.#allocate(length));
  }

  /** A message whose length may be in several chunks. */
  #begin(): Uint8Array | null {
    const part = this.#take(Math.min(LENGTH - this.#started, this.#left));
    this.#start.set(part, this.#started);
    this.#started += part.length;
    if (this.#started < LENGTH) return null;
    this.#started = 0;
    const message = this.#allocate(this.#checked(viewOf(this.#start).getUint32(0, true)));
    message.set(this.#start);
    this.#filled = LENGTH;
    return this.#continue(message);
  }

  #allocate(length: number): Uint8Array {
    this.#filled = 0;
    this.#message = new Uint8Array(length);
    return this.#message;
  }

  #continue(message: Uint8Array): Uint8Array | null {
    const part = this.#take(Math.min(message.length - this.#filled, this.#left));
    message.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < message.length) return null;
    this.#message = null;
    return message;
  }

  get #left(): number {
    return this.#chunk.length - this.#at;
  }

  #take(count: number): Uint8Array {
    const part = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += count;
    return part;
  }

  #checked(length: number): number {
    const { what, least, largest } = this.#limits;
    if (length < least) throw new Garbled(`a ${what} says it has ${length} bytes; the shortest has ${least}`);
    if (length > largest) throw new Garbled(`a ${what} says it has ${length} bytes; at most ${largest} can be`);
    return length;
  }
}
