import { ENODEV, Errno } from '../abi/errno.ts';
import type { Connection } from '../fuse/connection.ts';
import type { DeviceFile } from '../fuse/device-file.ts';
import type { Kernel } from '../kernel.ts';
import { type Blocking, sleep } from '../task/blocking.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Task } from '../task/task.ts';
import type { Transport } from './transport.ts';

/** A server in this process: it takes requests, and answers each at once or later through what it was given. */
export interface Endpoint {
  receive(message: Uint8Array): void;
  close(): void;
}

/**
 * Makes a server, which answers through `send`. Its notifications it can send there too, or by `sendNotification`, which
 * tells what became of them: it may take until the server has answered a request, so nothing on this thread waits for it.
 */
export type Serve = (
  send: (reply: Uint8Array) => void,
  sendNotification: (message: Uint8Array) => Promise<void>,
) => Endpoint;

/**
 * Serves a device file by a server on this very thread: a task of the kernel hands it the requests, or whoever asks
 * and would wait for the answer.
 * A synchronous server can so answer a synchronous call; an asynchronous one needs the event loop.
 */
export class InProcessTransport implements Transport {
  /** Whatever a server on this thread still owes, only the event loop can bring. */
  readonly expectsProgress = false;
  readonly #kernel: Kernel;
  readonly #connection: Connection;
  readonly #file: DeviceFile;
  readonly #endpoint: Endpoint;
  #isClosed = false;
  #isTaking = false;

  constructor(kernel: Kernel, connection: Connection, serve: Serve) {
    this.#kernel = kernel;
    this.#connection = connection;
    this.#file = connection.device.open();
    this.#endpoint = serve(
      (reply) => this.#deliver(reply),
      (notification) => this.#notify(notification),
    );
  }

  start(): void {
    const { scheduler } = this.#kernel;
    const task = new Task(scheduler, 0, credentialsOf(0, 0));
    scheduler.start(task, this.#serve(task), (result) => result());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#endpoint.close();
    this.#file.close();
  }

  *#serve(task: Task): Blocking<void> {
    const isDue = (): boolean => this.#isOver || this.#file.hasWork;
    const { readable } = this.#file;
    const why = `requests for ${this.#connection.name}`;
    this.#connection.device.takeAtOnce = () => this.#takeAll();
    while (!this.#isOver) {
      yield* sleep(task, readable, isDue, why, 'event');
      this.#takeAll();
    }
  }

  /** A server that makes a call of its own here while it takes a message is not given another before it is done. */
  #takeAll(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      while (!this.#isOver && this.#file.hasWork) {
        const message = this.#file.take(Number.POSITIVE_INFINITY);
        if (message !== null) this.#endpoint.receive(message);
      }
    } finally {
      this.#isTaking = false;
    }
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#connection.state === 'aborted';
  }

  /** Rejects with the errno that write(2) would give. */
  async #notify(message: Uint8Array): Promise<void> {
    if (this.#isClosed) throw ENODEV;
    await new Promise<void>((resolve, reject) => {
      this.#file.write(message, 'given', (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** A reply that the device refuses is the server's mistake; it is told as by write(2). @throws the device's errno */
  #deliver(reply: Uint8Array): void {
    if (this.#isClosed) return;
    try {
      this.#file.write(reply, 'given');
    } catch (error) {
      if (!(error instanceof Errno) || this.#connection.state !== 'aborted') throw error;
    }
  }
}
