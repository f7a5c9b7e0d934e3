import { ECONNRESET, Errno } from '../abi/errno.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import type { Connection } from '../fuse/connection.ts';
import type { DeviceFile } from '../fuse/device-file.ts';
import type { Kernel } from '../kernel.ts';
import { closeDescriptor, hangUp, type Sent, tryReceive, trySend } from '../linux/sockets.ts';
import { type Blocking, sleep, sleepUntil } from '../task/blocking.ts';
import { credentialsOf } from '../task/credentials.ts';
import { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Reactor, Watch } from './reactor.ts';
import { GarbledReply, Reassembly } from './reassembly.ts';
import type { Transport } from './transport.ts';

/** Beside the data of a READ or a notification: headers and the like. */
const REPLY_OVERHEAD = PAGE_SIZE;
/** Packets taken in one turn, so that a busy server does not keep others waiting. */
const PACKETS_A_TURN = 64;
/** Milliseconds until the next try when the host has no memory for a packet. */
const MEMORY_PAUSE = 1;

/** What a socket transport connects. */
export interface SeqpacketOptions {
  readonly kernel: Kernel;
  readonly reactor: Reactor;
  readonly connection: Connection;
  /** Our end of the socket; the transport closes it. */
  readonly fd: number;
  /** The largest packet that the socket carries, in bytes. */
  readonly packetLimit: number;
}

/**
 * Serves a device file over a SOCK_SEQPACKET socket: each request is one packet, each reply one or more.
 * An idle one costs nothing and does not keep the process alive; one that waits for a reply does.
 */
export class SeqpacketTransport implements Transport {
  readonly #options: SeqpacketOptions;
  readonly #file: DeviceFile;
  readonly #writable = new WaitQueue();
  readonly #buffer: Uint8Array;
  readonly #reassembly: Reassembly;
  #watch: Watch | null = null;
  #isFull = false;
  #isClosed = false;
  /** Replies that the device refused, where a kernel would have returned an error to the server's write(2). */
  refused = 0;

  constructor(options: SeqpacketOptions) {
    this.#options = options;
    this.#file = options.connection.device.open();
    const largest = options.connection.ceilings.maxPages * PAGE_SIZE + REPLY_OVERHEAD;
    this.#buffer = new Uint8Array(Math.max(largest, options.packetLimit));
    this.#reassembly = new Reassembly(largest);
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
    const { connection, packetLimit } = this.#options;
    const isOver = (): boolean => this.#isClosed || connection.state === 'aborted';
    const { readable } = this.#file;
    for (;;) {
      yield* sleep(task, readable, () => isOver() || this.#file.hasWork, `requests for ${connection.name}`, 'event');
      if (isOver()) break;
      const message = this.#file.take(packetLimit);
      this.#keepAliveWhileOwed();
      if (message !== null) yield* this.#sendWhole(task, message);
    }
    this.#watch?.unref();
  }

  *#sendWhole(task: Task, message: Uint8Array): Blocking<void> {
    const { connection, kernel } = this.#options;
    const why = `room in the socket of ${connection.name}`;
    while (!this.#isClosed) {
      const sent = this.#trySend(message);
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

  #trySend(message: Uint8Array): Sent | 'gone' {
    try {
      return trySend(this.#options.fd, message);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      while (this.#receive() === 'more');
      this.#gone(null);
      return 'gone';
    }
  }

  #ready(): void {
    if (this.#isFull) {
      this.#isFull = false;
      this.#watch?.setInterest({ readable: true, writable: false });
      this.#writable.wake();
    }
    this.#receive();
    this.#keepAliveWhileOwed();
  }

  #keepAliveWhileOwed(): void {
    if (this.expectsProgress) this.#watch?.ref();
    else this.#watch?.unref();
  }

  /** Takes in what the server sent, as much as one turn may. Returns whether more may be there. */
  #receive(): 'more' | 'all' {
    const { connection, fd } = this.#options;
    for (let taken = 0; taken < PACKETS_A_TURN; taken++) {
      if (this.#isClosed) return 'all';
      try {
        const length = tryReceive(fd, this.#buffer);
        if (length === null) return 'all';
        if (length > 0) this.#takePacket(length);
        else this.#gone(null);
      } catch (error) {
        // Told once when requests were left unread; what the server had sent before comes after it.
        if (error === ECONNRESET) continue;
        if (error instanceof GarbledReply) this.#gone(`${connection.name} sent rubbish: ${error.message}`);
        else if (error instanceof Errno) this.#gone(null);
        else throw error;
      }
    }
    return 'more';
  }

  /** One packet at the front of the buffer. @throws GarbledReply */
  #takePacket(length: number): void {
    if (length > this.#buffer.length) throw new GarbledReply(`a packet of ${length} bytes is too long for a reply`);
    const packet = this.#buffer.subarray(0, length);
    const reply = this.#reassembly.push(packet);
    if (reply === null) return;
    try {
      this.#file.write(reply, reply === packet ? 'borrowed' : 'given');
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.refused++;
    }
  }

  /** The server is no more, or no use; null: it closed its end, and others may know why. */
  #gone(failure: string | null): void {
    this.#options.connection.failure ??= failure;
    this.close();
  }
}
