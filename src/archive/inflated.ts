import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { EIO } from '../abi/errno.ts';
import { type Content, seekSolid } from './content.ts';
import type { Source } from './source.ts';

/** What is kept of what was read last, so that readers who are a little behind find it, in bytes. */
const WINDOW = 2 ** 20;
/** Most windows of one file: readers at places far apart would otherwise send each other to the start. */
const MOST_OF_ONE = 2;
/** Most windows of all files of an archive that nobody reads from at the moment. */
const MOST = 32;

/** A deflated file, as the archive's directory has it. */
export interface Deflated {
  readonly source: Source;
  /** Where the deflated bytes start. @throws Error when the archive does not say it well */
  readonly start: () => Promise<number>;
  readonly compressedSize: number; // bytes
  readonly size: number; // bytes
  readonly crc: number;
}

/**
 * Content that is deflated in the archive. It can only be inflated from its start on; so there is a window that goes
 * forward with the reader, and a read behind it starts anew. Memory is bounded by the windows; what a read costs, by the file.
 */
export class Inflated implements Content {
  readonly size: number;
  readonly allocated: number;
  readonly #file: Deflated;
  readonly #windows: Windows;
  /** Those of this file, the one that was used last at the end. */
  #own: InflateWindow[] = [];
  /** Reads of one file take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: Deflated, windows: Windows) {
    this.#file = file;
    this.size = file.size;
    this.allocated = file.size;
    this.#windows = windows;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const read = this.#turn.then(() => this.#read(offset, length));
    this.#turn = read.catch(() => undefined);
    return read;
  }

  seek(offset: number, whence: number): number {
    return seekSolid(this.size, offset, whence);
  }

  release(): void {
    this.#turn = this.#turn.then(() => {
      for (const window of this.#own) this.#windows.drop(window);
      this.#own = [];
    });
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    const window = this.#closest(offset) ?? new InflateWindow(this.#file, await this.#file.start());
    this.#own = [...this.#own.filter((each) => each !== window && !each.isClosed), window];
    while (this.#own.length > MOST_OF_ONE) this.#windows.drop(this.#own.shift() as InflateWindow);
    return this.#windows.use(window, () => window.read(offset, length));
  }

  /** The window that has the least to inflate up to an offset. */
  #closest(offset: number): InflateWindow | undefined {
    const able = this.#own.filter((window) => !window.isClosed && window.start <= offset);
    return able.reduce<InflateWindow | undefined>(
      (best, each) => (best && best.start > each.start ? best : each),
      undefined,
    );
  }
}

/** The windows of an archive, as many as may be: the one that was used least recently goes first. */
export class Windows {
  readonly #idle = new Set<InflateWindow>();
  #isClosed = false;

  /** Reads from a window, which is safe meanwhile. A failed one is of no use any more. */
  async use<T>(window: InflateWindow, read: () => Promise<T>): Promise<T> {
    this.#idle.delete(window);
    let isGood = false;
    try {
      const result = await read();
      isGood = !this.#isClosed;
      return result;
    } finally {
      if (isGood) this.#idle.add(window);
      else window.close();
      for (const oldest of this.#idle) {
        if (this.#idle.size <= MOST) break;
        this.drop(oldest);
      }
    }
  }

  drop(window: InflateWindow): void {
    this.#idle.delete(window);
    window.close();
  }

  close(): void {
    this.#isClosed = true;
    for (const window of this.#idle) this.drop(window);
  }
}

/** The end of what was inflated so far. */
class InflateWindow {
  isClosed = false;
  readonly #file: Deflated;
  readonly #stream: InflateRaw;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #kept: Uint8Array[] = [];
  #start = 0;
  #end = 0;
  #crc = 0;

  constructor(file: Deflated, position: number) {
    this.#file = file;
    this.#stream = createInflateRaw({ chunkSize: 64 * 1024 });
    // What fails rejects the next piece; the callback is there so that it is not thrown too.
    pipeline(Readable.from(file.source.pieces(position, file.compressedSize)), this.#stream, () => undefined);
    this.#pieces = this.#stream[Symbol.asyncIterator]();
  }

  /** The first offset that can still be read. */
  get start(): number {
    return this.#start;
  }

  /** @throws EIO when the file is not what the archive's directory says: its size, its checksum, its code */
  async read(offset: number, length: number): Promise<Uint8Array> {
    try {
      while (this.#end < offset + length) {
        if (!(await this.#inflate())) throw EIO;
        this.#forgetBefore(Math.min(offset, this.#end - WINDOW));
      }
      if (this.#end === this.#file.size && !(await this.#isTrueEnd())) throw EIO;
    } catch {
      throw EIO;
    }
    return this.#copy(offset, length);
  }

  close(): void {
    this.isClosed = true;
    this.#kept = [];
    this.#stream.destroy();
  }

  async #inflate(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#kept.push(value);
    this.#end += value.length;
    this.#crc = crc32(value, this.#crc);
    return this.#end <= this.#file.size;
  }

  async #isTrueEnd(): Promise<boolean> {
    return !(await this.#inflate()) && this.#end === this.#file.size && this.#crc === this.#file.crc;
  }

  #forgetBefore(offset: number): void {
    let first = this.#kept[0];
    while (first !== undefined && this.#start + first.length <= offset) {
      this.#start += first.length;
      this.#kept.shift();
      first = this.#kept[0];
    }
  }

  #copy(offset: number, length: number): Uint8Array {
    const made = new Uint8Array(length);
    let at = this.#start;
    for (const piece of this.#kept) {
      const part = piece.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at));
      if (part.length > 0) made.set(part, Math.max(0, at - offset));
      at += piece.length;
    }
    return made;
  }
}
