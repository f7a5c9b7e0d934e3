import { EINVAL, EIO, ENXIO, type Errno } from '../abi/errno.ts';
import { SEEK_DATA, SEEK_HOLE } from '../abi/linux.ts';
import type { Source } from './source.ts';

/** What is in a regular file. */
export interface Content {
  readonly size: number; // bytes
  /** Bytes that are no holes. */
  readonly allocated: number;
  /** A range, which must lie within `size`. @throws EIO when the archive does not hold what it promised */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The next byte of data, or of a hole, from an offset on. @throws EINVAL, ENXIO. @see lseek(2) */
  seek(offset: number, whence: number): number;
  /** Nobody has the file open any more: what was kept for reading can go. */
  release(): void;
}

/** A run of a file's bytes that the archive holds as they are. */
export interface Extent {
  readonly offset: number; // in the file
  readonly length: number;
  readonly position: number; // in the archive
}

/** Content that lies in the archive as it is, with holes between its extents, which are in order and do not overlap. */
export class Extents implements Content {
  readonly size: number;
  readonly allocated: number;
  readonly #source: Source;
  readonly #extents: readonly Extent[];

  constructor(source: Source, size: number, extents: readonly Extent[]) {
    this.#source = source;
    this.size = size;
    this.#extents = extents;
    this.allocated = extents.reduce((sum, { length }) => sum + length, 0);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = offset + length;
    const made = new Uint8Array(length);
    for (let i = this.#firstEndingAfter(offset); i < this.#extents.length; i++) {
      const extent = this.#extents[i] as Extent;
      if (extent.offset >= end) break;
      const from = Math.max(offset, extent.offset);
      const target = made.subarray(from - offset, Math.min(end, extent.offset + extent.length) - offset);
      if ((await this.#source.fill(extent.position + from - extent.offset, target)) < target.length) throw EIO;
    }
    return made;
  }

  seek(offset: number, whence: number): number {
    checkSeek(this.size, offset, whence);
    let at = offset;
    for (let i = this.#firstEndingAfter(offset); i < this.#extents.length; i++) {
      const extent = this.#extents[i] as Extent;
      if (whence === SEEK_DATA) return Math.max(at, extent.offset);
      if (extent.offset > at) return at;
      at = extent.offset + extent.length;
    }
    if (whence === SEEK_DATA) throw ENXIO;
    return at;
  }

  release(): void {}

  /** By halving: sparse files have many. */
  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#extents.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offset: start, length } = this.#extents[middle] as Extent;
      if (start + length > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** A content without holes. */
export const stored = (source: Source, position: number, size: number): Content =>
  new Extents(source, size, size === 0 ? [] : [{ offset: 0, length: size, position }]);

/** A content that can be seen but not read, and why. */
export const unreadable = (size: number, why: Errno): Content => ({
  size,
  allocated: size,
  read: () => Promise.reject(why),
  seek: (offset, whence) => seekSolid(size, offset, whence),
  release() {},
});

/** lseek(2) in content that has no holes. @throws EINVAL, ENXIO */
export function seekSolid(size: number, offset: number, whence: number): number {
  checkSeek(size, offset, whence);
  return whence === SEEK_DATA ? offset : size;
}

function checkSeek(size: number, offset: number, whence: number): void {
  if (whence !== SEEK_DATA && whence !== SEEK_HOLE) throw EINVAL;
  if (offset < 0 || offset >= size) throw ENXIO;
}
