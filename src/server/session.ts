import { viewOf } from '../abi/bytes.ts';
import { EINVAL, EIO, ENOSYS, type Errno } from '../abi/errno.ts';
import {
  decodeRequest,
  decodeRequestHeader,
  encodeError,
  encodeReply,
  type IncomingRequest,
  NEWEST,
  type Protocol,
} from '../abi/message.ts';
import type { NotifyCode, NotifyTail } from '../abi/notify.ts';
import { encodeNotification } from '../abi/notify-message.ts';
import * as op from '../abi/opcodes.ts';
import * as abi from '../abi/structs.ts';
import { errnoOfError } from './error-number.ts';
import type { FuseServer } from './fuse-server.ts';
import { methodOf } from './methods.ts';
import { type Limits, negotiate } from './negotiate.ts';
import { Request } from './request.ts';
import { complete, replyOf } from './result.ts';

/** What a session needs of the way to its client. */
export interface SessionOptions {
  /** Takes one whole message to the client. What it throws is logged, and the message is lost. */
  send(message: Uint8Array): void;
  /** Told what is wrong with a message, and what the server's methods threw or answered by mistake; default `console.error`. */
  log?(line: string): void;
  readonly limits?: Limits;
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
  readonly #server: FuseServer;
  readonly #options: SessionOptions;
  readonly #underway = new Map<number, Request>();
  /** The opcodes that are the session's own work. */
  readonly #ours = new Map<op.Opcode, (header: abi.fuse_in_header, incoming: IncomingRequest<unknown>) => void>([
    [op.INIT, ({ unique }, { body }) => this.#initialize(unique, body as abi.fuse_init_in)],
    [op.FORGET, ({ nodeid }, { body }) => this.#forget(nodeid, (body as abi.fuse_forget_in).nlookup)],
    [op.BATCH_FORGET, (_, incoming) => this.#forgetAll(incoming as IncomingRequest<abi.fuse_batch_forget_in>)],
    [op.INTERRUPT, (_, { body }) => this.#interrupt((body as abi.fuse_interrupt_in).unique)],
    [op.DESTROY, ({ unique }) => this.#destroy(unique)],
  ]);
  #state: 'starting' | 'ready' | 'closed' = 'starting';
  #protocol: Protocol = NEWEST;

  constructor(server: FuseServer, options: SessionOptions) {
    this.#server = server;
    this.#options = options;
  }

  /** What INIT settled; null before it and after DESTROY. */
  get protocol(): Protocol | null {
    return this.#state === 'ready' ? this.#protocol : null;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Takes one message of the client. The server may keep parts of it until it has answered. */
  receive(message: Uint8Array): void {
    if (this.#state === 'closed') return;
    let header: abi.fuse_in_header;
    try {
      header = decodeRequestHeader(message);
    } catch {
      this.#log(`ignored ${message.length} bytes that are no request`);
      return;
    }
    const opcode = op.opcodeOf(header.opcode);
    if (opcode === undefined) {
      this.#transmit(encodeError(header.unique, ENOSYS));
      return;
    }
    if ((opcode === op.INIT) !== (this.#state === 'starting')) {
      this.#refuse(opcode, header.unique, EIO, `came ${opcode === op.INIT ? 'twice' : 'before INIT'}`);
      return;
    }
    let incoming: IncomingRequest<unknown>;
    try {
      incoming = decodeRequest(opcode, message, this.#protocol);
    } catch {
      this.#refuse(opcode, header.unique, EINVAL, 'lacks a part');
      return;
    }
    const ours = this.#ours.get(opcode);
    if (ours === undefined) this.#call(opcode, header, incoming);
    else ours(header, incoming);
  }

  /** Sends a notification: an invalidation, data, a question. Not before INIT. */
  notify<Name extends string, Body, Tail extends NotifyTail>(
    code: NotifyCode<Name, Body, Tail>,
    content: Parameters<typeof encodeNotification<Name, Body, Tail>>[1],
  ): void {
    this.#transmit(encodeNotification(code, content));
  }

  /** Ends the conversation, as when the client is gone: interrupts what is under way and answers nothing any more. */
  close(): void {
    if (this.#state === 'closed') return;
    const started = this.#state === 'ready';
    this.#state = 'closed';
    for (const request of this.#underway.values()) request.interrupt();
    this.#underway.clear();
    if (started) this.#guard('destroy', () => this.#server.destroy?.());
  }

  #initialize(unique: number, client: abi.fuse_init_in): void {
    try {
      const { body, protocol } = negotiate(this.#server, client, this.#options.limits ?? {});
      const reply = { unique, body: complete(abi.fuse_init_out, body) };
      const message = encodeReply(op.INIT, reply, protocol ?? NEWEST);
      if (protocol !== null) {
        this.#protocol = protocol;
        this.#state = 'ready';
      }
      this.#transmit(message);
    } catch (error) {
      this.#transmit(encodeError(unique, this.#errnoFor('init', error)));
    }
  }

  #forget(nodeid: bigint, nlookup: number): void {
    this.#guard('forget', () => this.#server.forget?.(nodeid, nlookup));
  }

  #forgetAll({ body, data }: IncomingRequest<abi.fuse_batch_forget_in>): void {
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
    this.#underway.get(unique)?.interrupt();
  }

  #destroy(unique: number): void {
    this.#state = 'starting';
    this.#guard('destroy', () => this.#server.destroy?.());
    this.#protocol = NEWEST;
    this.#transmit(encodeReply(op.DESTROY, { unique }, this.#protocol));
  }

  #call(opcode: op.Opcode, header: abi.fuse_in_header, incoming: IncomingRequest<unknown>): void {
    const { name, newest } = methodOf(opcode);
    const method = (this.#server as Record<string, unknown>)[name];
    if (typeof method !== 'function') {
      this.#withoutMethod(opcode, header.unique);
      return;
    }
    const isOld = newest.in !== null && newest.in !== opcode.in;
    const body = isOld ? complete(newest.in, incoming.body) : incoming.body;
    const request = new Request(opcode, header, { ...incoming, body });
    const values = opcode.data === null ? incoming.names : [...incoming.names, incoming.data];
    try {
      const result: unknown = method.call(this.#server, request, ...values);
      if (isPromiseLike(result)) this.#await(request, result);
      else this.#answer(request, result);
    } catch (error) {
      this.#fail(request, error);
    }
  }

  #withoutMethod(opcode: op.Opcode, unique: number): void {
    if (opcode.reply !== 'required') return;
    const flag = understandsENOSYS.get(opcode);
    if (flag === undefined || this.#protocol.features[flag]) this.#transmit(encodeError(unique, ENOSYS));
    else this.#transmit(encodeReply(opcode, { unique, ...replyOf(opcode, undefined, {}) }, this.#protocol));
  }

  #await(request: Request, result: PromiseLike<unknown>): void {
    this.#underway.set(request.unique, request);
    const settle = (finish: () => void): void => {
      if (this.#underway.get(request.unique) === request) this.#underway.delete(request.unique);
      finish();
    };
    result.then(
      (value) => settle(() => this.#answer(request, value)),
      (error: unknown) => settle(() => this.#fail(request, error)),
    );
  }

  #answer(request: Request, result: unknown): void {
    const { opcode, unique, body } = request;
    if (opcode.reply !== 'required') return;
    let message: Uint8Array;
    try {
      message = encodeReply(opcode, { unique, ...replyOf(opcode, body, result) }, this.#protocol);
    } catch (error) {
      this.#fail(request, error);
      return;
    }
    this.#transmit(message);
  }

  #fail({ opcode, unique }: Request, error: unknown): void {
    const errno = this.#errnoFor(opcode.name, error);
    if (opcode.reply === 'required') this.#transmit(encodeError(unique, errno));
  }

  #refuse(opcode: op.Opcode, unique: number, errno: Errno, why: string): void {
    this.#log(`${opcode.name} ${why}`);
    if (opcode.reply === 'required') this.#transmit(encodeError(unique, errno));
  }

  #errnoFor(what: string, error: unknown): Errno {
    const errno = errnoOfError(error);
    if (errno === null) this.#log(`${what} failed: ${describe(error)}`);
    return errno ?? EIO;
  }

  #transmit(message: Uint8Array): void {
    if (this.#state !== 'closed') this.#guard('send', () => this.#options.send(message));
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

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
