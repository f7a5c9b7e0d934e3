/**
 * Memory that nobody uses any more, kept for who needs as much next: making memory, clearing and collecting it takes longer
 * than filling it. All pieces have the same size.
 */
export class SpareMemory {
  readonly #size: number;
  readonly #pieces: Uint8Array[] = [];

  /** `size` is that of the pieces that are kept, in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Memory of any size, with anything in it. */
  take(size: number): Uint8Array {
    return (size === this.#size ? this.#pieces.pop() : undefined) ?? new Uint8Array(size);
  }

  /** Memory that nobody looks at any more. */
  give(bytes: Uint8Array): void {
    if (bytes.length === this.#size) this.#pieces.push(bytes);
  }

  /** Keeps no more than so many bytes. */
  shrink(bytes: number): void {
    this.#pieces.length = Math.min(this.#pieces.length, Math.max(0, Math.floor(bytes / this.#size)));
  }
}
