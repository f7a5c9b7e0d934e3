import { toText } from '../abi/bytes.ts';
import type { Dirent } from './dirent.ts';
import { deliver } from './faces.ts';
import { nodeError } from './node-errors.ts';
import { closeDirectory, type DirectoryStream, nextEntry } from './opendir.ts';
import type { Operation, Prepare } from './operation.ts';
import type { Runs } from './runner.ts';
import { toCallback } from './validate.ts';

type Callback<T extends unknown[]> = (error: NodeJS.ErrnoException | null, ...result: T) => void;

/**
 * fs.Dir: an open directory, read entry by entry. Reads that overlap are answered in the order they were made.
 * Iterating closes it at the end.
 */
export class Dir {
  readonly #runner: Runs;
  readonly #stream: DirectoryStream;
  #isClosed = false;
  #pending = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(runner: Runs, stream: DirectoryStream) {
    this.#runner = runner;
    this.#stream = stream;
  }

  get path(): string {
    return toText(this.#stream.path);
  }

  /** @throws ERR_DIR_CLOSED, whichever way the result is wanted. */
  read(): Promise<Dirent | null>;
  read(callback: Callback<[entry: Dirent | null]>): void;
  read(callback?: Callback<[entry: Dirent | null]>): Promise<Dirent | null> | undefined {
    if (this.#isClosed) throw closed();
    return this.#answer(this.#prepare(nextEntry) as Operation<never>, callback);
  }

  readSync(): Dirent | null {
    this.#claim();
    return this.#runner.runSync(this.#prepare(nextEntry)) as Dirent | null;
  }

  close(): Promise<void>;
  close(callback: Callback<[]>): void;
  close(callback?: Callback<[]>): Promise<void> | undefined {
    if (this.#isClosed) {
      const result = Promise.reject(closed());
      return callback === undefined ? result : (deliver(result, toCallback(callback, 'callback')) as undefined);
    }
    this.#isClosed = true;
    return this.#answer(this.#prepare(closeDirectory), callback);
  }

  closeSync(): void {
    this.#claim();
    this.#isClosed = true;
    this.#runner.runSync(this.#prepare(closeDirectory));
  }

  async *entries(): AsyncGenerator<Dirent, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
    } finally {
      await this.close();
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Dirent, undefined> {
    return this.entries();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) await this.close();
  }

  #prepare<T>(entry: Prepare<[DirectoryStream], T>): Operation<T> {
    return this.#runner.entry(entry)(this.#stream);
  }

  #answer<T>(operation: Operation<T>, callback: Callback<never> | undefined): Promise<T> | undefined {
    const listener = callback === undefined ? undefined : toCallback(callback, 'callback');
    const result = this.#inTurn(operation);
    if (listener === undefined) return result;
    deliver(result, listener);
    return undefined;
  }

  async #inTurn<T>(operation: Operation<T>): Promise<T> {
    this.#pending++;
    const before = this.#last;
    const result = before.then(() => this.#runner.run(operation));
    this.#last = result.catch(() => {});
    try {
      return await result;
    } finally {
      this.#pending--;
    }
  }

  /** For synchronous work, which cannot wait for its turn. */
  #claim(): void {
    if (this.#isClosed) throw closed();
    if (this.#pending === 0) return;
    throw nodeError(
      Error,
      'ERR_DIR_CONCURRENT_OPERATION',
      'Cannot do synchronous work on directory handle with concurrent asynchronous operations',
    );
  }
}

const closed = (): Error => nodeError(Error, 'ERR_DIR_CLOSED', 'Directory handle was closed');
