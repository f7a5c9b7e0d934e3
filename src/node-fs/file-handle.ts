import { EventEmitter } from 'node:events';
import { createReadStream, createWriteStream, type ReadStream, type WriteStream } from 'node:fs';
import type { CreateReadStreamOptions, CreateWriteStreamOptions } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { ReadableStream } from 'node:stream/web';
import { fchmod, fchown, fdatasync, fsync, ftruncate, futimes } from './attributes.ts';
import { deliver } from './faces.ts';
import { nodeError } from './node-errors.ts';
import { close } from './open-close.ts';
import type { Operation, Prepare } from './operation.ts';
import { read, readv, view, write, writev } from './read-write.ts';
import type { Runs } from './runner.ts';
import { fstat } from './stat.ts';
import { appendContent, readFile, writeContent } from './whole-file.ts';

type OnFd = (fd: number, ...args: never[]) => Operation<unknown>;
type Rest<P extends OnFd> = P extends (fd: number, ...args: infer A) => unknown ? A : never;
type Result<P extends OnFd> = P extends (...args: never[]) => Operation<infer T> ? Promise<T> : never;
type Callback = (...args: unknown[]) => unknown;

/**
 * fs.promises' FileHandle over a descriptor of the kernel's process.
 * Closing waits for the calls under way and ends the streams made from it.
 */
export class FileHandle extends EventEmitter {
  readonly #runner: Runs;
  #fd: number;
  #references = 1; // the handle itself, calls under way, streams
  #isLocked = false;
  #closing: { readonly promise: Promise<void>; readonly settle: (closed: Promise<void>) => void } | null = null;

  constructor(runner: Runs, fd: number) {
    super();
    this.#runner = runner;
    this.#fd = fd;
  }

  /** The kernel's descriptor, of no meaning to the host's own calls; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  appendFile(...args: Rest<typeof appendContent>): Result<typeof appendContent> {
    return this.#call('writeFile', appendContent, args);
  }

  chmod(...args: Rest<typeof fchmod>): Result<typeof fchmod> {
    return this.#call('fchmod', fchmod, args);
  }

  chown(...args: Rest<typeof fchown>): Result<typeof fchown> {
    return this.#call('fchown', fchown, args);
  }

  datasync(...args: Rest<typeof fdatasync>): Result<typeof fdatasync> {
    return this.#call('fdatasync', fdatasync, args);
  }

  read(...args: Rest<typeof read>): Result<typeof read> {
    return this.#call('read', read, args);
  }

  readFile(...args: Rest<typeof readFile>): Result<typeof readFile> {
    return this.#call('readFile', readFile, args);
  }

  readv(...args: Rest<typeof readv>): Result<typeof readv> {
    return this.#call('readv', readv, args);
  }

  stat(...args: Rest<typeof fstat>): Result<typeof fstat> {
    return this.#call('fstat', fstat, args);
  }

  sync(...args: Rest<typeof fsync>): Result<typeof fsync> {
    return this.#call('fsync', fsync, args);
  }

  truncate(...args: Rest<typeof ftruncate>): Result<typeof ftruncate> {
    return this.#call('ftruncate', ftruncate, args);
  }

  utimes(...args: Rest<typeof futimes>): Result<typeof futimes> {
    return this.#call('futimes', futimes, args);
  }

  view(...args: Rest<typeof view>): Result<typeof view> {
    return this.#call('view', view, args);
  }

  write(...args: Rest<typeof write>): Result<typeof write> {
    return this.#call('write', write, args);
  }

  writeFile(...args: Rest<typeof writeContent>): Result<typeof writeContent> {
    return this.#call('writeFile', writeContent, args);
  }

  writev(...args: Rest<typeof writev>): Result<typeof writev> {
    return this.#call('writev', writev, args);
  }

  readonly close = (): Promise<void> => {
    if (this.#closing !== null) return this.#closing.promise;
    let settle: (closed: Promise<void>) => void = () => {};
    const promise = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.#closing = { promise, settle };
    this.#release();
    this.emit('close');
    return promise;
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  createReadStream(options?: CreateReadStreamOptions): ReadStream {
    const stream = createReadStream('', { ...options, fd: this.#fd, fs: this.#streamCalls() } as never);
    return this.#tie(stream);
  }

  createWriteStream(options?: CreateWriteStreamOptions): WriteStream {
    const stream = createWriteStream('', { ...options, fd: this.#fd, fs: this.#streamCalls() } as never);
    return this.#tie(stream);
  }

  readLines(options?: CreateReadStreamOptions): Interface {
    return createInterface({ input: this.createReadStream(options), crlfDelay: Number.POSITIVE_INFINITY });
  }

  /** The rest of the file in chunks. Neither its end nor its cancelling closes the handle. */
  readableWebStream(): ReadableStream<Uint8Array> {
    if (this.#fd === -1) throw invalidState('closed');
    if (this.#closing !== null) throw invalidState('closing');
    if (this.#isLocked) throw invalidState('locked');
    this.#isLocked = true;
    return ReadableStream.from(this.#chunks());
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    while (this.#fd !== -1) {
      const { bytesRead, buffer } = await this.read();
      if (bytesRead === 0) return;
      yield (buffer as Buffer).subarray(0, bytesRead);
    }
  }

  /** Runs an operation on the descriptor, which stays open until it is done. `syscall` is Node's word for it. */
  async #call<A extends unknown[], T>(
    syscall: string,
    prepare: Prepare<[fd: number, ...args: A], T>,
    args: A,
  ): Promise<T> {
    if (this.#fd === -1) throw Object.assign(new Error('file closed'), { code: 'EBADF', syscall });
    this.#references++;
    try {
      return await this.#runner.call(prepare, [this.#fd, ...args]);
    } finally {
      this.#release();
    }
  }

  #release(): void {
    if (--this.#references > 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    this.#closing?.settle(this.#runner.run(this.#runner.entry(close)(fd)));
  }

  #tie<S extends ReadStream | WriteStream>(stream: S): S {
    this.#references++;
    this.once('close', () => stream.close());
    return stream;
  }

  /** What a stream needs of an fs; the descriptor that it passes is this handle's. */
  #streamCalls(): Record<string, (...args: never[]) => void> {
    return {
      close: (_fd: number, callback: Callback) => {
        this.#release();
        deliver(this.close(), callback);
      },
      fsync: (_fd: number, callback: Callback) => deliver(this.sync(), callback),
      read: (_fd: number, buffer: Buffer, offset: number, length: number, position: number, callback: Callback) =>
        deliver(this.read(buffer, offset, length, position), callback, ['bytesRead', 'buffer']),
      write: (_fd: number, buffer: Buffer, offset: number, length: number, position: number, callback: Callback) =>
        deliver(this.write(buffer, offset, length, position), callback, ['bytesWritten', 'buffer']),
      writev: (_fd: number, buffers: Buffer[], position: number, callback: Callback) =>
        deliver(this.writev(buffers, position), callback, ['bytesWritten', 'buffers']),
    };
  }
}

const invalidState = (what: string): Error =>
  nodeError(Error, 'ERR_INVALID_STATE', `Invalid state: The FileHandle is ${what}`);
