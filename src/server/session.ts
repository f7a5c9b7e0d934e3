import { viewOf } from '../abi/bytes.ts';
import { EINVAL, EIO, ENOSYS, Errno } from '../abi/errno.ts';
import {
  decodeRequest,
  decodeRequestHeader,
  encodeError,
  encodeReply,
  encodeReplyInPieces,
  type IncomingRequest,
  isInPieces,
  NEWEST,
  type Protocol,
} from '../abi/message.ts';
import * as op from '../abi/opcodes.ts';
import * as abi from '../abi/structs.ts';
import { Client, type ClientDoor } from './client.ts';
import { type Coroutine, CoroutineRun, isCoroutine, isPromiseLike } from './coroutine.ts';
import { errnoOfError } from './error-number.ts';
import type { FuseServer } from './fuse-server.ts';
import { methodOf } from './methods.ts';
import { type Limits, negotiate } from './negotiate.ts';
import { type Body, type OpcodeName, Request } from './request.ts';
import { BadValue, complete, replyOf, show } from './result.ts';
import { Turns } from './turns.ts';

/** A way to the client. What it throws is logged, and the message is lost; for a notification it is told to who sent it. */
export interface Way {
  /** Takes one whole message. */
  send(message: Uint8Array): void;
  /**
   * Takes one message in pieces, one behind another, where that spares a copy of them. They are the server's, which may
   * change them once this has returned.
   */
  sendPieces?(pieces: readonly Uint8Array[]): void;
}

/** What a session needs of the way to its client. */
export interface SessionOptions extends Way {
  /**
   * Takes a notification, where that is another way than `send`'s: one that can tell what became of it, by throwing or
   * rejecting with an errno. It must not wait on this thread: the client may hold locks until a request is answered.
   */
  sendNotification?(message: Uint8Array): Promise<void> | void;
  /**
   * Told what is wrong with a message, and what the server's methods threw or answered by mistake; default
   * `console.error`.
   */
  log?(line: string): void;
  readonly limits?: Limits;
}

type Incoming<Name extends OpcodeName> = IncomingRequest<Body<Name>>;

/** A request that waits for a promise or a coroutine. */
interface Underway {
  readonly request: Request;
  readonly coroutine: CoroutineRun | null;
}

/** The flags of clients that understand ENOSYS for these; to others they succeed without a method. */
const understandsENOSYS = new Map<op.Opcode, 'NO_OPEN_SUPPORT' | 'NO_OPENDIR_SUPPORT'>([
  [op.OPEN, 'NO_OPEN_SUPPORT'],
  [op.OPENDIR, 'NO_OPENDIR_SUPPORT'],
]);

/**
 * One client's conversation with a server: reads requests, calls the server's methods, writes their replies.
 *
 * A method that returns at once is answered before `receive` returns. INIT, INTERRUPT and DESTROY are the session's own
 * work. Whatever the client sends, nothing is thrown.
 */
export class Session {
  /** Tells the client what changed behind its back; `init` of the server gets it too. */
  readonly client: Client;
  readonly #server: FuseServer;
  readonly #options: SessionOptions;
  readonly #turns: Turns;
  readonly #underway = new Map<number, Underway>();
  /** The opcodes that are the session's own work. */
  readonly #ours = new Map<
    op.Opcode,
    (header: abi.fuse_in_header, incoming: IncomingRequest<unknown>, way: Way) => void
  >([
    [op.INIT, ({ unique }, { body }, way) => this.#initialize(unique, body as abi.fuse_init_in, way)],
    [op.FORGET, ({ nodeid }, { body }) => this.#forget(nodeid, (body as abi.fuse_forget_in).nlookup)],
    [op.BATCH_FORGET, (_, incoming) => this.#forgetAll(incoming as Incoming<'BATCH_FORGET'>)],
    [op.INTERRUPT, (_, { body }) => this.#interrupt((body as abi.fuse_interrupt_in).unique)],
    [op.NOTIFY_REPLY, ({ unique }, incoming) => this.#retrieved(unique, incoming as Incoming<'NOTIFY_REPLY'>)],
    [op.DESTROY, ({ unique }, _, way) => this.#destroy(unique, way)],
  ]);
  #state: 'starting' | 'ready' | 'closed' = 'starting';
  #protocol: Protocol = NEWEST;

  constructor(server: FuseServer, options: SessionOptions) {
    this.#server = server;
    this.#options = options;
    this.#turns = Turns.of(server);
    this.client = new Client(this.#clientDoor());
  }

  /** What INIT settled; null before it and after DESTROY. */
  get protocol(): Protocol | null {
    return this.#state === 'ready' ? this.#protocol : null;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Whether the server has yet to answer something. */
  get isBusy(): boolean {
    return this.#underway.size > 0;
  }

  /**
   * Takes one message of the client. The server may keep parts of it until it has answered. The reply goes another way
   * than the options' where one is given: a request from a clone of the device is answered through that clone.
   */
  receive(message: Uint8Array, way: Way = this.#options): void {
    if (this.#state === 'closed') return;
    this.#turns.enter();
    try {
      this.#receive(message, way);
    } finally {
      this.#turns.leave();
    }
  }

  /** Ends the conversation, as when the client is gone: interrupts what is under way and answers nothing any more. */
  close(): void {
    if (this.#state === 'closed') return;
    const started = this.#state === 'ready';
    this.#state = 'closed';
    const underway = [...this.#underway.values()];
    this.#underway.clear();
    for (const { request, coroutine } of underway) {
      request.interrupt();
      coroutine?.end();
    }
    this.client.gone();
    if (started) this.#turns.next(() => this.#guard('destroy', () => this.#server.destroy?.()));
  }

  /** The way of the client's notifications. */
  #clientDoor(): ClientDoor {
    const { send, sendNotification = send } = this.#options;
    const session = this;
    return {
      get protocol() {
        return session.protocol;
      },
      get closed() {
        return session.closed;
      },
      send: (message) => sendNotification.call(this.#options, message),
    };
  }

  #receive(message: Uint8Array, way: Way): void {
    let header: abi.fuse_in_header;
    try {
      header = decodeRequestHeader(message);
    } catch {
      this.#log(`ignored ${message.length} bytes that are no request`);
      return;
    }
    const opcode = op.opcodeOf(header.opcode);
    if (opcode === undefined) {
      this.#transmit(encodeError(header.unique, ENOSYS), way);
      return;
    }
    // A client may still have had some to send when it said DESTROY; there is nothing any more that it could give back.
    if (this.#state === 'starting' && (opcode === op.FORGET || opcode === op.BATCH_FORGET)) return;
    if ((opcode === op.INIT) !== (this.#state === 'starting')) {
      this.#refuse(opcode, header.unique, EIO, `came ${opcode === op.INIT ? 'twice' : 'before INIT'}`, way);
      return;
    }
    let incoming: IncomingRequest<unknown>;
    try {
      incoming = decodeRequest(opcode, message, this.#protocol);
    } catch {
      this.#refuse(opcode, header.unique, EINVAL, 'lacks a part', way);
      return;
    }
    const ours = this.#ours.get(opcode);
    if (ours === undefined) this.#call(opcode, header, incoming, way);
    else ours(header, incoming, way);
  }

  #initialize(unique: number, asked: abi.fuse_init_in, way: Way): void {
    try {
      const { body, protocol } = negotiate(this.#server, asked, this.#options.limits ?? {}, this.client);
      const reply = { unique, body: complete(abi.fuse_init_out, body) };
      const message = encodeReply(op.INIT, reply, protocol ?? NEWEST);
      if (protocol !== null) {
        this.#protocol = protocol;
        this.#state = 'ready';
      }
      this.#transmit(message, way);
    } catch (error) {
      this.#transmit(encodeError(unique, this.#errnoFor('init', error)), way);
    }
  }

  #forget(nodeid: bigint, nlookup: number): void {
    this.#guard('forget', () => this.#server.forget?.(nodeid, nlookup));
  }

  #forgetAll({ body, data }: Incoming<'BATCH_FORGET'>): void {
    const { size } = abi.fuse_forget_one;
    const view = viewOf(data);
    const count = Math.min(body.count, Math.floor(data.length / size));
    for (let i = 0; i < count; i++) {
      const { nodeid, nlookup } = abi.fuse_forget_one.read(view, i * size);
      this.#forget(nodeid, nlookup);
    }
    if (count < body.count) this.#log(`BATCH_FORGET has ${count} of ${body.count} nodeids`);
  }

  /** A request that is not under way was answered before the INTERRUPT came: messages come in order. */
  #interrupt(unique: number): void {
    const underway = this.#underway.get(unique);
    underway?.request.interrupt();
    underway?.coroutine?.interrupt();
  }

  #retrieved(unique: number, { body, data }: Incoming<'NOTIFY_REPLY'>): void {
    if (!this.client.retrieved(unique, body, data)) this.#log(`NOTIFY_REPLY ${unique}: nobody asked for it`);
  }

  #destroy(unique: number, way: Way): void {
    this.#state = 'starting';
    this.client.gone();
    this.#guard('destroy', () => this.#server.destroy?.());
    this.#protocol = NEWEST;
    this.#transmit(encodeReply(op.DESTROY, { unique }, this.#protocol), way);
  }

  #call(opcode: op.Opcode, header: abi.fuse_in_header, incoming: IncomingRequest<unknown>, way: Way): void {
    const { name, newest } = methodOf(opcode);
    const method = (this.#server as Record<string, unknown>)[name];
    if (typeof method !== 'function') {
      this.#withoutMethod(opcode, header.unique, way);
      return;
    }
    const isOld = newest.in !== null && newest.in !== opcode.in;
    const arriving = isOld ? { ...incoming, body: complete(newest.in, incoming.body) } : incoming;
    const request = new Request(opcode, header, arriving);
    const values = opcode.data === null ? incoming.names : [...incoming.names, incoming.data];
    try {
      const result: unknown = method.call(this.#server, request, ...values);
      if (isPromiseLike(result)) this.#await(request, result, way);
      else if (isCoroutine(result)) this.#run(request, result, way);
      else this.#answer(request, result, way);
    } catch (error) {
      this.#fail(request, error, way);
    }
  }

  #withoutMethod(opcode: op.Opcode, unique: number, way: Way): void {
    if (opcode.reply !== 'required') return;
    const flag = understandsENOSYS.get(opcode);
    if (flag === undefined || this.#protocol.features[flag]) this.#transmit(encodeError(unique, ENOSYS), way);
    else this.#transmit(encodeReply(opcode, replyOf(opcode, { unique, body: undefined }, {}), this.#protocol), way);
  }

  #await(request: Request, result: PromiseLike<unknown>, way: Way): void {
    const underway: Underway = { request, coroutine: null };
    this.#underway.set(request.unique, underway);
    result.then(
      (value) => this.#settle(underway, () => this.#answer(request, value, way)),
      (error: unknown) => this.#settle(underway, () => this.#fail(request, error, way)),
    );
  }

  #run(request: Request, result: Coroutine<unknown>, way: Way): void {
    const coroutine = new CoroutineRun(result, this.#turns, {
      returned: (value) => this.#settle(underway, () => this.#answer(request, value, way)),
      threw: (error) => this.#settle(underway, () => this.#fail(request, error, way)),
    });
    const underway: Underway = { request, coroutine };
    this.#underway.set(request.unique, underway);
    coroutine.start();
  }

  /** After the end of the session nobody hears the answer, but a mistake is still logged. */
  #settle(underway: Underway, finish: () => void): void {
    const { unique } = underway.request;
    if (this.#underway.get(unique) === underway) this.#underway.delete(unique);
    finish();
  }

  #answer(request: Request, result: unknown, way: Way): void {
    const { opcode, unique } = request;
    if (opcode.reply !== 'required' || this.#state === 'closed') return;
    try {
      const reply = replyOf(opcode, request, result);
      if (isInPieces(reply.data) && way.sendPieces !== undefined) {
        const pieces = encodeReplyInPieces(opcode, reply, this.#protocol);
        this.#guard('send', () => way.sendPieces?.(pieces));
      } else this.#transmit(encodeReply(opcode, reply, this.#protocol), way);
    } catch (error) {
      if (error instanceof BadValue)
        this.#refuse(opcode, unique, EIO, `failed: ${methodOf(opcode).name}() answered badly: ${error.message}`, way);
      else this.#fail(request, error, way);
    }
  }

  #fail({ opcode, unique }: Request, error: unknown, way: Way): void {
    const errno = this.#errnoFor(opcode.name, error);
    if (opcode.reply === 'required') this.#transmit(encodeError(unique, errno), way);
  }

  #refuse(opcode: op.Opcode, unique: number, errno: Errno, why: string, way: Way): void {
    this.#log(`${opcode.name} ${why}`);
    if (opcode.reply === 'required') this.#transmit(encodeError(unique, errno), way);
  }

  #errnoFor(what: string, error: unknown): Errno {
    const errno = errnoOfError(error);
    if (errno === null) this.#log(`${what} failed: ${describe(error)}`);
    return errno ?? EIO;
  }

  #transmit(message: Uint8Array, way: Way): void {
    if (this.#state !== 'closed') this.#guard('send', () => way.send(message));
  }

  #guard(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log(`${what} failed: ${describe(error)}`);
    }
  }

  #log(line: string): void {
    if (this.#options.log === undefined) console.error(`FUSE server: ${line}`);
    else this.#options.log(line);
  }
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === 'string' || error instanceof Errno ? String(error) : show(error);
}
