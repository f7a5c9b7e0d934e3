import { close, fstat, open, read, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { EIO } from '../abi/errno.ts';

const readLater = promisify(read);
const PIECE = 64 * 1024; // bytes

/** A file that ranges are read of. It is held by descriptor: renaming or removing it takes nothing away. */
export class Source {
  readonly size: number; // bytes
  readonly #fd: number;
  #underway = 0;
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  /** Opens a regular file, and says what it is. @throws Error as Node's; TypeError for anything but a regular file */
  static async open(file: string): Promise<{ readonly source: Source; readonly stats: Stats }> {
    const fd = await promisify(open)(file, 'r');
    const stats = await promisify(fstat)(fd);
    const source = new Source(fd, stats.size);
    if (stats.isFile()) return { source, stats };
    source.close();
    throw new TypeError(`${file}: not a regular file`);
  }

  /** The bytes of a range, fewer where the file ends. @throws EIO after `close`; what the machine says */
  async read(position: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(length);
    const count = await this.fill(position, target);
    return count === length ? target : target.subarray(0, count);
  }

  /** Reads into memory that is there; returns how many bytes. @throws as `read` */
  async fill(position: number, target: Uint8Array): Promise<number> {
    if (this.#state !== 'open') throw EIO;
    this.#underway++;
    try {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await readLater(this.#fd, target, done, target.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    } finally {
      this.#underway--;
      this.#closeWhenIdle();
    }
  }

  /** A range in pieces, for streams; it ends early where the file does. @throws as `read` */
  async *pieces(position: number, length: number): AsyncGenerator<Uint8Array, void, void> {
    const end = position + length;
    for (let at = position; at < end; ) {
      const piece = await this.read(at, Math.min(PIECE, end - at));
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
    }
  }

  /** No more reads; those under way end first, so that none of them meets another file of the same number. */
  close(): void {
    if (this.#state === 'open') this.#state = 'closing';
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#state !== 'closing' || this.#underway > 0) return;
    this.#state = 'closed';
    close(this.#fd);
  }
}
