import { ECONNRESET, Errno } from '../abi/errno.ts';
import type { Connection } from '../fuse/connection.ts';
import type { DeviceFile, Ownership } from '../fuse/device-file.ts';
import { Request } from '../fuse/request.ts';
import type { Kernel } from '../kernel.ts';
import { Linger } from '../linux/linger.ts';
import { closeDescriptor, hangUp, type Sent } from '../linux/sockets.ts';
import { type Blocking, sleep, sleepUntil } from '../task/blocking.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { Garbled } from './garbled.ts';
import type { Reactor, Watch } from './reactor.ts';
import type { Transport } from './transport.ts';

/** How often one turn receives, so that a busy server does not keep others waiting. */
const RECEIVES_A_TURN = 64;
/** Milliseconds until the next try when the host has no memory for a message. */
const MEMORY_PAUSE = 1;

/** What a socket transport connects. */
export interface SocketOptions {
  readonly kernel: Kernel;
  readonly reactor: Reactor;
  readonly connection: Connection;
  /** Our end of the socket; the transport closes it. */
  readonly fd: number;
}

/** A message on its way: the request itself, if it has data that are lent. */
export type Outgoing = Uint8Array | Request;

/** How one kind of socket carries messages. Nothing here waits. */
export interface Wire<M extends Outgoing> {
  /** The next request from the device; null when there is none. @throws as {@link DeviceFile.take} */
  take(file: DeviceFile): M | null;
  /**
   * Sends what was taken. After anything but 'sent' the same must come again before another, unless it is over by then.
   *
   * @throws Errno when the other end is gone
   */
  send(request: M): Sent;
  /**
   * Takes a bounded piece of what is there, and gives each reply that is now whole to `deliver`.
   *
   * @throws Garbled; Errno when the socket is broken
   */
  receive(deliver: (reply: Uint8Array, ownership: Ownership) => void): 'some' | 'none' | 'end';
  /** What an end means, in words; null when others know more. The error is that of the socket, if there was one. */
  describeEnd(error: Errno | null): string | null;
}

/**
 * Serves a device file over a socket.
 * An idle one costs nothing and does not keep the process alive; one that waits for a reply does.
 */
export class SocketTransport<M extends Outgoing = Outgoing> implements Transport {
  readonly #options: SocketOptions;
  readonly #wire: Wire<M>;
  readonly #file: DeviceFile;
  readonly #writable = new WaitQueue();
  readonly #linger: Linger;
  #isLingering = false;
  #watch: Watch | null = null;
  #isFull = false;
  #isClosed = false;
  /** Replies that the device refused, where a kernel would have returned an error to the server's write(2). */
  refused = 0;

  constructor(options: SocketOptions, wire: Wire<M>) {
    this.#options = options;
    this.#wire = wire;
    this.#file = options.connection.device.open();
    this.#linger = new Linger(options.fd);
  }

  get expectsProgress(): boolean {
    return !this.#isClosed && (this.#isFull || this.#options.connection.device.completions.size > 0);
  }

  start(): void {
    const { kernel, reactor, fd } = this.#options;
    kernel.outside.add(this);
    this.#watch = reactor.watch(fd, { readable: true, writable: false }, () => this.#ready());
    this.#watch.unref();
    const sender = new Task(kernel.scheduler, 0, credentialsOf(0, 0));
    kernel.scheduler.start(sender, this.#send(sender), (result) => result());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.kernel.outside.delete(this);
    this.#watch?.close();
    hangUp(this.#options.fd);
    closeDescriptor(this.#options.fd);
    this.#file.close();
    this.#writable.wake();
  }

  /** Carries requests to the server, for as long as there is one. */
  *#send(task: Task): Blocking<void> {
    const { connection } = this.#options;
    const isOver = (): boolean => this.#isClosed || connection.state === 'aborted';
    const isWanted = (): boolean => isOver() || this.#file.hasWork;
    const why = `requests for ${connection.name}`;
    const { readable } = this.#file;
    for (;;) {
      yield* sleep(task, readable, isWanted, why, 'event');
      if (isOver()) break;
      const request = this.#wire.take(this.#file);
      if (request !== null) yield* this.#sendWhole(task, request);
      this.#lingerSoon();
    }
    this.#watch?.unref();
  }

  /** Once all tasks sleep and whoever awaits one has gone on, a reply is waited for in this thread, or by the event loop. */
  #lingerSoon(): void {
    if (this.#isLingering) return;
    this.#isLingering = true;
    this.#options.reactor.defer(this.#lingerForReplies);
  }

  readonly #lingerForReplies = (): void => {
    this.#isLingering = false;
    if (this.expectsProgress && !this.#isFull && this.#linger.isWorthIt()) this.#receive('owed');
    this.#keepAliveWhileOwed();
  };

  *#sendWhole(task: Task, request: M): Blocking<void> {
    const { connection, kernel } = this.#options;
    const why = `room in the socket of ${connection.name}`;
    while (!this.#isClosed && !isOver(request)) {
      const sent = this.#trySend(request);
      if (sent === 'sent' || sent === 'gone') return;
      if (sent === 'no memory') {
        const until = kernel.scheduler.clock.now() + MEMORY_PAUSE;
        yield* sleepUntil(task, this.#writable, () => this.#isClosed, why, 'event', until);
      } else {
        this.#isFull = true;
        this.#watch?.setInterest({ readable: true, writable: true });
        yield* sleep(task, this.#writable, () => !this.#isFull || this.#isClosed, why, 'event');
      }
    }
  }

  #trySend(request: M): Sent | 'gone' {
    try {
      return this.#wire.send(request);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      while (this.#receive('everything') === 'more');
      this.#gone(this.#wire.describeEnd(error));
      return 'gone';
    }
  }

  #ready(): void {
    if (this.#isFull) {
      this.#isFull = false;
      this.#watch?.setInterest({ readable: true, writable: false });
      this.#writable.wake();
    }
    this.#receive(this.expectsProgress ? 'owed' : 'everything');
    this.#keepAliveWhileOwed();
  }

  #keepAliveWhileOwed(): void {
    if (this.expectsProgress) this.#watch?.ref();
    else this.#watch?.unref();
  }

  /**
   * Takes in what the server sent, as much as one turn may: no more once no reply is owed, or all that is there. Returns
   * whether more may be there.
   */
  #receive(what: 'owed' | 'everything'): 'more' | 'all' {
    const { connection } = this.#options;
    for (let taken = 0; taken < RECEIVES_A_TURN; taken++) {
      if (this.#isClosed) return 'all';
      try {
        const received = this.#wire.receive(this.#take);
        if (received === 'none' || (what === 'owed' && !this.expectsProgress)) return 'all';
        if (received === 'end') this.#gone(this.#wire.describeEnd(null));
      } catch (error) {
        // Told once when requests were left unread; what the server had sent before comes after it.
        if (error === ECONNRESET) continue;
        if (error instanceof Garbled) this.#gone(`${connection.name} sent rubbish: ${error.message}`);
        else if (error instanceof Errno) this.#gone(this.#wire.describeEnd(error));
        else throw error;
      }
    }
    return 'more';
  }

  readonly #take = (reply: Uint8Array, ownership: Ownership): void => {
    try {
      this.#file.write(reply, ownership);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.refused++;
    }
  };

  /** The server is no more, or no use; null: it closed its end, and others may know why. */
  #gone(failure: string | null): void {
    // Closing the device ends the connection; what is known already came first.
    if (!this.#isClosed) this.#options.connection.failure ??= failure;
    this.close();
  }
}

/** Whether a request has ended before it was sent: data that were lent to it may be something else by now. */
const isOver = (request: Outgoing): boolean => request instanceof Request && request.state === 'ended';
