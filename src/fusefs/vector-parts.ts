import { PAGE_SIZE } from '../abi/linux.ts';

/** Where the parts of a caller's vector end in the bytes of all of them together. Each part begins a page of its own. */
export class VectorParts {
  /** The offset behind each part that is not empty. */
  readonly #ends: number[] = [];

  /** `total` bytes; without `parts` they are one. */
  constructor(parts: readonly number[], total: number) {
    let end = 0;
    for (const length of parts.length === 0 ? [total] : parts) {
      if (length === 0) continue;
      end += length;
      this.#ends.push(end);
    }
  }

  /**
   * How many bytes from `at` on go into one request of at most `most` bytes in `pages` pages of memory.
   *
   * @see Linux fs/fuse/file.c, fuse_get_user_pages()
   */
  pieceAt(at: number, most: number, pages: number): number {
    let left = pages;
    let done = at;
    let start = 0;
    for (const end of this.#ends) {
      if (done < end && left > 0 && done - at < most) {
        const within = (done - start) % PAGE_SIZE;
        const size = Math.min(end - done, most - (done - at), left * PAGE_SIZE - within);
        left -= Math.ceil((within + size) / PAGE_SIZE);
        done += size;
        if (done < end) break;
      }
      start = end;
    }
    return done - at;
  }
}
