import { E2BIG, ECONNABORTED, EIO, ENODEV, type Errno } from '../abi/errno.ts';
import { encodeRequest, type Reply, setUnique } from '../abi/message.ts';
import { INTERRUPT, SETXATTR } from '../abi/opcodes.ts';
import { interruptUnique, resentUnique } from '../abi/unique.ts';
import { Fifo } from '../task/fifo.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { Connection } from './connection.ts';
import { DeviceFile } from './device-file.ts';
import { Forgets } from './forgets.ts';
import { NOBODY, Request } from './request.ts';
import { toSendAgain } from './resend.ts';
import { Slots } from './slots.ts';

/** When requests and forgets both wait: 8 requests, 16 forgets, and so on. @see Linux fs/fuse/dev.c, forget_pending() */
const FORGETS_IN_A_ROW = 16;
const REQUESTS_IN_A_ROW = -8;

/**
 * The device between the kernel and the server of one connection: what waits to be read, and what waits for a reply.
 * The server gets at it through {@link DeviceFile}s, one for each open of /dev/fuse.
 * Analogous to Linux's struct fuse_iqueue.
 */
export class Device {
  /** Requests that the server has not read yet. */
  readonly queue = new Fifo<Request>();
  /** Every request that was queued and expects a reply, by its first `unique`, oldest first. */
  readonly completions = new Map<number, Request>();
  /**
   * Who waits for something to read: the server's readers. All are woken each time, so that one that ends without
   * reading swallows no wake-up.
   */
  readonly waitQueue = new WaitQueue();
  /**
   * Takes all that is queued on the stack of a task that has just asked and is about to wait: what a server on this thread
   * answers at once costs no change of tasks. Null where the server is elsewhere.
   */
  takeAtOnce: (() => void) | null = null;
  readonly slots: Slots;
  readonly connection: Connection;
  /** The server asked never to be sent INTERRUPT again. */
  refusesInterrupts = false;
  readonly #interrupts = new Set<Request>();
  readonly #forgets = new Forgets();
  readonly #files = new Set<DeviceFile>();
  #forgetTurn = 0;
  #lastUnique = 0;

  constructor(connection: Connection, maxActiveRequests: number) {
    this.connection = connection;
    this.slots = new Slots(maxActiveRequests);
  }

  /** Tasks that wait because the device is full. */
  get fullQueue(): WaitQueue {
    return this.slots.line;
  }

  get hasWork(): boolean {
    return this.queue.length > 0 || this.#interrupts.size > 0 || this.#forgets.length > 0;
  }

  /** Opens the device: a file that is attached to this connection. */
  open(): DeviceFile {
    const file = new DeviceFile();
    file.attach(this);
    return file;
  }

  /** For {@link DeviceFile}: a file is now, or no more, attached. The last one to go takes the connection with it. */
  entered(file: DeviceFile): void {
    this.#files.add(file);
  }

  left(file: DeviceFile): void {
    this.#files.delete(file);
    if (this.#files.size === 0) this.connection.abort('server');
    for (const request of [...this.completions.values()]) {
      if (request.file === file) this.connection.end(request, ECONNABORTED, 'aborted');
    }
    this.waitQueue.wake(); // Its readers must not stay in the line: they would be woken in place of others.
  }

  /**
   * Puts a request on the queue: it gets its number and its binary form here. Its slot is taken already. `asker` is who is
   * about to wait for it; one that is killed takes it back instead.
   */
  push(request: Request, asker: Task | null): void {
    this.#lastUnique += 2;
    request.unique = this.#lastUnique;
    request.message = this.#encode(request);
    request.state = 'pending';
    this.completions.set(request.unique, request);
    this.queue.push(request);
    this.connection.events.emit('queued', request);
    if (asker?.wakesFor('killed') === false && this.takeAtOnce !== null) this.takeAtOnce();
    else this.waitQueue.wake();
  }

  /** Puts a message on the queue that has no reply, and the server's own number. */
  pushNumbered(request: Request, unique: bigint): void {
    request.message = this.#encode(request);
    setUnique(request.message, unique);
    request.state = 'pending';
    this.queue.push(request);
    this.connection.events.emit('queued', request);
    this.waitQueue.wake();
  }

  /** Queues lookups to be given back. */
  forget(nodeid: bigint, nlookup: number): void {
    this.#forgets.add(nodeid, nlookup);
    this.waitQueue.wake();
  }

  /** Tells the server that the caller of a request it holds got a signal. */
  interrupt(request: Request): void {
    if (this.refusesInterrupts || this.#interrupts.has(request)) return;
    this.#interrupts.add(request);
    this.connection.events.emit('interrupted', request);
    this.waitQueue.wake();
  }

  /** Takes a request out that the server has not read; for a fatal signal. */
  withdraw(request: Request): void {
    this.queue.remove(request);
  }

  /** Forgets all about a request that has ended. */
  drop(request: Request): void {
    this.completions.delete(Math.abs(request.unique));
    this.#interrupts.delete(request);
  }

  /**
   * Hands out again, before all others, what was read and not answered, as NOTIFY_RESEND asks.
   *
   * @see Linux fs/fuse/dev.c, fuse_resend()
   */
  resend(): void {
    const again = toSendAgain(this.#files, this.completions.values());
    for (const request of again) {
      this.#interrupts.delete(request);
      request.unique = resentUnique(request.unique);
      setUnique(request.message, request.unique);
      request.state = 'pending';
      request.file = null;
    }
    this.queue.unshift(again);
    this.waitQueue.wake();
  }

  /** Nobody will read or answer any more: what was queued without a reply is lost. */
  clear(): void {
    this.queue.drain();
    this.#forgets.clear();
    this.#interrupts.clear();
    this.waitQueue.wake();
  }

  /**
   * The next message for a reader with room for `room` bytes, or the request itself if it has data that are lent; null when
   * there is none. In Linux's order: interrupts first, then requests and forgets in proportion. A request that does not fit
   * fails, and the next one is tried.
   *
   * @throws ENODEV, or ECONNABORTED after a user's abort, when the connection is gone
   * @see Linux fs/fuse/dev.c, fuse_dev_do_read()
   */
  next(file: DeviceFile, room: number): Uint8Array | Request | null {
    const { connection } = this;
    for (;;) {
      if (connection.state === 'aborted') throw connection.abortedByUser ? ECONNABORTED : ENODEV;
      const [interrupted] = this.#interrupts;
      if (interrupted !== undefined) return this.#takeInterrupt(interrupted);
      if (this.#isForgetsTurn()) return this.#takeForgets(room);
      const request = this.queue.shift();
      if (request === undefined) return null;
      if (request.size > room) connection.end(request, tooLarge(request));
      else return this.#deliver(request, file);
    }
  }

  #isForgetsTurn(): boolean {
    if (this.#forgets.length === 0) return false;
    if (this.queue.length === 0) return true;
    if (this.#forgetTurn-- > 0) return true;
    if (this.#forgetTurn <= REQUESTS_IN_A_ROW) this.#forgetTurn = FORGETS_IN_A_ROW;
    return false;
  }

  #takeInterrupt(target: Request): Uint8Array {
    this.#interrupts.delete(target);
    const unique = interruptUnique(target.unique);
    const body = { unique: target.unique };
    return encodeRequest(INTERRUPT, { unique, nodeid: 0n, ...NOBODY, body }, this.connection.protocol);
  }

  #takeForgets(room: number): Uint8Array {
    const { connection } = this;
    const { opcode, nodeid, call } = this.#forgets.take(room, connection.limits.minor);
    const request = new Request(opcode, nodeid, call, { caller: NOBODY, kind: 'foreground' });
    this.#lastUnique += 2;
    request.unique = this.#lastUnique;
    request.message = this.#encode(request);
    request.state = 'ended';
    connection.events.emit('queued', request);
    connection.events.emit('read', request);
    return request.message;
  }

  #encode({ opcode, unique, nodeid, caller, call, lentBytes }: Request): Uint8Array {
    const { uid, gid, pid } = caller;
    const { body, names, data, extensions } = call;
    const request = { unique, nodeid, uid, gid, pid, body, names, data, lentBytes, extensions };
    return encodeRequest(opcode, request, this.connection.protocol);
  }

  #deliver(request: Request, file: DeviceFile): Uint8Array | Request {
    request.state = 'sent';
    request.file = file;
    this.connection.events.emit('read', request);
    if (request.opcode.reply === 'none') this.connection.end(request, NO_REPLY);
    else if (request.interrupted) this.interrupt(request);
    return request.lent === null ? request.message : request;
  }
}

const NO_REPLY: Reply<unknown> = { body: undefined, data: new Uint8Array(0) };

const tooLarge = ({ opcode }: Request): Errno => (opcode.number === SETXATTR.number ? E2BIG : EIO);
