import type { Source } from './source.ts';

const SMALLEST = 4096; // bytes
const LARGEST = 256 * 1024;

/**
 * Reads small pieces of a file one after the other, with few reads of the machine: what is read at once doubles while
 * the pieces lie close together, and is small again behind a jump.
 */
export class Window {
  readonly #source: Source;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #next = SMALLEST;

  constructor(source: Source) {
    this.#source = source;
  }

  /** A range, shorter where the file ends. Good until the next call. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const from = position - this.#start;
    const held = this.#bytes;
    if (from >= 0 && from + length <= held.length) return held.subarray(from, from + length);
    const isNear = from >= 0 && from <= held.length + SMALLEST;
    this.#next = isNear ? Math.min(LARGEST, this.#next * 2) : SMALLEST;
    this.#bytes = await this.#source.read(position, Math.max(length, this.#next));
    this.#start = position;
    return this.#bytes.subarray(0, length);
  }
}
