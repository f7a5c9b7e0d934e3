import { ECONNABORTED, ECONNREFUSED, EINTR, ENOMEM, ENOSYS, ENOTCONN, Errno, ETIMEDOUT } from '../abi/errno.ts';
import { FUSE_KERNEL_MINOR_VERSION } from '../abi/fuse.ts';
import { type Features, featuresOf, type InitFlag } from '../abi/init-flags.ts';
import { NEWEST, type Protocol, type Reply } from '../abi/message.ts';
import { NOTIFY_RESEND } from '../abi/notify.ts';
import { INIT, type Opcode } from '../abi/opcodes.ts';
import type { fuse_init_out } from '../abi/structs.ts';
import { type Blocking, sleep, sleepUntil } from '../task/blocking.ts';
import type { Scheduler } from '../task/scheduler.ts';
import type { Task } from '../task/task.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import { Background } from './background.ts';
import { Deadlines, type Limit } from './deadlines.ts';
import { Device } from './device.ts';
import { Events } from './events.ts';
import { DEFAULT_OFFER, initRequest, negotiate } from './init.ts';
import { type Ceilings, LINUX_CEILINGS, type Limits, limitsBeforeInit } from './limits.ts';
import type { NotifyHandler } from './notify.ts';
import { type Call, NOBODY, Request } from './request.ts';
import { checkTimeoutSettings, effectiveTimeout, nextCheck, type TimeoutSettings } from './request-timeout.ts';

export type { Reply } from '../abi/message.ts';
export type { Call } from './request.ts';

/** 'refused': the answer to INIT was no use; 'aborted': the server is gone, or was given up. */
export type ConnectionState = 'starting' | 'connected' | 'refused' | 'aborted';

/** Who ended a connection: the user (fusectl's `abort`), the server by closing the device, an unmount, a deadline. */
export type AbortCause = 'user' | 'server' | 'unmount' | 'timeout';

/** How to treat a server. */
export interface ConnectionOptions {
  readonly scheduler: Scheduler;
  /** What people call the server: in messages and traces. */
  readonly name: string;
  /** How many requests the device takes at a time. */
  readonly maxActiveRequests?: number;
  /** The INIT flags to offer. */
  readonly offer?: readonly InitFlag[];
  /** What the transport can carry. */
  readonly ceilings?: Partial<Ceilings>;
  /** Milliseconds within which INIT must be answered; without it: for ever. */
  readonly initTimeout?: number;
  /** Milliseconds after which a request without a reply ends the whole connection, whatever the server said in INIT. */
  readonly requestTimeout?: number;
  /** What Linux's sysctls of this kind would say. */
  readonly timeouts?: TimeoutSettings;
}

const MAX_ACTIVE_REQUESTS = 10_000;

/** How much a server may ask to be told before it reads it: enough for a few of the largest. */
const MAX_TOLD_BYTES = 16 << 20;

/**
 * The kernel's side of one FUSE server: it sends requests, waits for their replies, and knows what was negotiated.
 * Analogous to Linux's struct fuse_conn.
 */
export class Connection {
  readonly scheduler: Scheduler;
  readonly name: string;
  readonly device: Device;
  readonly events: Events;
  /** Who waits for the answer to INIT. */
  readonly initialized = new WaitQueue();
  readonly background: Background;
  /** What is done with notifications, by code; but for RESEND, empty until somebody takes one on. */
  readonly notifyHandlers = new Map<number, NotifyHandler>();
  /** Called once the server is given up, when every request under way has ended. */
  readonly abortListeners = new Set<() => void>();
  /** How many notifications wait for locks; notify()'s to count. */
  notificationsWaiting = 0;
  readonly offer: ReadonlySet<InitFlag>;
  readonly ceilings: Ceilings;
  limits: Limits;
  /** The flags that were offered and accepted. */
  features: Features = featuresOf(0, 0);
  /** What shapes the messages. */
  protocol: Protocol = NEWEST;
  abortedByUser = false;
  /** Why the server is gone, in words, when whoever closed the device knew more. */
  failure: string | null = null;
  readonly #options: ConnectionOptions;
  readonly #unsupported = new Set<Opcode>();
  readonly #timeouts: TimeoutSettings;
  readonly #deadlines: Deadlines[] = [];
  #state: ConnectionState = 'starting';
  #wasRefused = false;
  #waiting = 0;
  /** What {@link Connection.tell} told and is not read yet. */
  readonly #told = new Set<Request>();
  /** How much data that is. */
  #toldBytes = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.scheduler = options.scheduler;
    this.name = options.name;
    this.events = new Events(() => options.scheduler.clock.now());
    this.offer = new Set(options.offer ?? DEFAULT_OFFER);
    this.ceilings = { ...LINUX_CEILINGS, ...options.ceilings };
    this.limits = limitsBeforeInit(this.ceilings, FUSE_KERNEL_MINOR_VERSION);
    this.device = new Device(this, options.maxActiveRequests ?? MAX_ACTIVE_REQUESTS);
    this.background = new Background((request) => this.#push(request, null));
    this.notifyHandlers.set(NOTIFY_RESEND.code, () => this.device.resend());
    const { requestTimeout } = options;
    if (requestTimeout !== undefined) this.#limit({ timeout: requestTimeout, seenAt: (expiry) => expiry });
    this.#timeouts = checkTimeoutSettings(options.timeouts ?? {});
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Opcodes that the server answered with ENOSYS, and that are not sent again. */
  get unsupported(): ReadonlySet<Opcode> {
    return this.#unsupported;
  }

  /** How many requests exist and have not ended, those that wait for INIT included; fusectl's `waiting`. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Sends INIT. Everything else waits on {@link initialized} until it is answered. */
  start(): void {
    const { initTimeout } = this.#options;
    const call = { body: initRequest(this.offer) };
    const request = new Request(INIT, 0n, call, { caller: NOBODY, kind: 'background' });
    const alarm =
      initTimeout === undefined
        ? null
        : this.scheduler.at(this.scheduler.clock.now() + initTimeout, () =>
            this.#initTimedOut(request as Request, initTimeout),
          );
    request.onReply = (result) => {
      alarm?.cancel();
      if (this.#state === 'starting') this.#initAnswered(result);
    };
    this.#begin(request as Request);
    this.#submitBackground(request as Request);
  }

  /**
   * Sends a request and sleeps until it has ended. Its errno comes as a value: the server's; EINTR when killed before
   * the server had read it; ECONNABORTED when the connection ended under way.
   *
   * A first signal only asks: INTERRUPT follows the request to the server. A fatal signal takes back a request that the
   * server has not read; one that it has read is waited for to the end.
   *
   * @throws EINTR when killed before it was queued; ENOTCONN or ECONNREFUSED without a connection
   * @see Linux fs/fuse/dev.c, __fuse_request_send() and request_wait_answer()
   */
  *ask<In, Out>(
    task: Task,
    opcode: Opcode<In, Out>,
    nodeid: bigint,
    call: Call<In> = {},
  ): Blocking<Reply<Out> | Errno> {
    const request = new Request(opcode, nodeid, call, { caller: callerOf(task), kind: 'foreground' });
    this.#begin(request as Request);
    if (this.#mayHaveToWait(request as Request)) yield* this.#admit(task, request as Request);
    this.#push(request as Request, task);
    if (request.state !== 'ended') yield* this.#waitForAnswer(task, request as Request);
    return request.result;
  }

  /**
   * {@link ask}, with the server's errno thrown and ENOSYS remembered as the opcode's row says.
   *
   * @throws what {@link ask} gives as a value, and what it throws
   */
  *call<In, Out>(task: Task, opcode: Opcode<In, Out>, nodeid: bigint, call: Call<In> = {}): Blocking<Reply<Out>> {
    if (this.#unsupported.has(opcode as Opcode)) return unsupported(opcode);
    const result = yield* this.ask(task, opcode, nodeid, call);
    if (!(result instanceof Errno)) return result;
    if (result !== ENOSYS) throw result;
    if (opcode.onENOSYS.isRemembered) this.#unsupported.add(opcode as Opcode);
    return unsupported(opcode);
  }

  /**
   * Sends a request in the background for a task that goes on at once; it sleeps only while there are too many.
   * `onReply` gets the end of it, unless this throws; the data of a reply are its own only until it returns.
   *
   * @throws EINTR when killed while waiting; ENOTCONN or ECONNREFUSED without a connection
   * @see Linux fs/fuse/dev.c, fuse_simple_background()
   */
  *callBackground<In, Out>(
    task: Task,
    opcode: Opcode<In, Out>,
    nodeid: bigint,
    call: Call<In>,
    onReply: (result: Reply<Out> | Errno) => void,
  ): Blocking<void> {
    const request = new Request(opcode, nodeid, call, { caller: callerOf(task), kind: 'background' });
    this.#begin(request as Request);
    yield* this.#admit(task, request as Request);
    request.onReply = onReply;
    this.#submitBackground(request as Request);
    if (request.state === 'background') this.#giveSlot(request as Request);
  }

  /** Sends a request in the background for which nobody is held back: RELEASE and its like. Never sleeps. */
  send<In, Out>(
    opcode: Opcode<In, Out>,
    nodeid: bigint,
    call: Call<In>,
    { onReply }: { readonly onReply?: (result: Reply<Out> | Errno) => void } = {},
  ): void {
    const request = new Request(opcode, nodeid, call, { caller: NOBODY, kind: 'background' });
    request.onReply = onReply ?? null;
    this.#begin(request as Request);
    if (this.#state === 'connected') this.#submitBackground(request as Request);
    else this.end(request as Request, this.#state === 'refused' ? ECONNREFUSED : ENOTCONN);
  }

  /**
   * Tells the server something that it asked for, under its own number. Never sleeps, and has no reply.
   *
   * @throws ENOTCONN or ECONNREFUSED without a connection; ENOMEM when much of this kind waits to be read
   * @see Linux fs/fuse/dev.c, fuse_simple_notify_reply()
   */
  tell<In>(opcode: Opcode<In, unknown>, nodeid: bigint, call: Call<In>, unique: bigint): void {
    this.#requireConnected();
    const size = call.data?.length ?? 0;
    if (this.#toldBytes + size > MAX_TOLD_BYTES) throw ENOMEM;
    const request = new Request(opcode, nodeid, call, { caller: NOBODY, kind: 'foreground' }) as Request;
    this.#begin(request);
    this.#told.add(request);
    this.#toldBytes += size;
    request.onReply = () => {
      this.#told.delete(request);
      this.#toldBytes -= size;
    };
    this.device.slots.takeForced();
    request.hasSlot = true;
    this.device.pushNumbered(request, unique);
  }

  /** Gives lookups of a nodeid back to the server. Never sleeps, and has no reply. */
  forget(nodeid: bigint, nlookup: number): void {
    if (this.#state === 'connected') this.device.forget(nodeid, nlookup);
  }

  /**
   * Ends a request: with a reply, or an errno in its place. Everything that ends, ends here; `step` is what the
   * listeners hear.
   */
  end(
    request: Request,
    result: Reply<unknown> | Errno,
    step: 'completed' | 'aborted' = this.#state === 'aborted' ? 'aborted' : 'completed',
  ): void {
    if (request.state === 'ended') return;
    if (request.state === 'pending') this.device.withdraw(request);
    if (request.hasBackgroundSlot) this.background.left(request);
    request.state = 'ended';
    if (result instanceof Errno) request.error = result;
    else request.reply = result;
    this.#waiting--;
    this.device.drop(request);
    this.events.emit(step, request);
    if (request.hasBackgroundSlot) this.background.ended();
    this.#giveSlot(request);
    request.answered.wake();
    request.onReply?.(request.result);
  }

  /**
   * Gives the server up. Every request under way ends with ECONNABORTED, every later one fails with ENOTCONN.
   *
   * @see Linux fs/fuse/dev.c, fuse_abort_conn()
   */
  abort(cause: AbortCause = 'user', failure: string | null = null): void {
    this.abortedByUser ||= cause === 'user' && this.features.ABORT_ERROR;
    if (this.#state === 'aborted') return;
    this.failure ??= failure;
    this.#state = 'aborted';
    for (const deadlines of this.#deadlines) deadlines.stop();
    for (const request of [...this.background.queued]) this.end(request, ECONNABORTED);
    for (const request of [...this.device.completions.values(), ...this.#told]) this.end(request, ECONNABORTED);
    this.device.clear();
    this.device.slots.open();
    this.background.slots.open();
    this.initialized.wake();
    for (const listener of this.abortListeners) listener();
  }

  /** Whether a foreground request cannot go on at once. */
  #mayHaveToWait({ opcode }: Request): boolean {
    return this.#state !== 'connected' || (!opcode.forced && this.device.slots.isFull);
  }

  /** Waits as long as a new request must: for INIT, for its place among the background requests, for a slot. */
  *#admit(task: Task, request: Request): Blocking<void> {
    try {
      if (!request.opcode.forced) yield* this.#waitForTurn(task, request);
      this.#requireConnected();
      if (!request.opcode.forced && this.device.slots.isFull) yield* this.#waitForSlot(task, request);
    } catch (error) {
      this.end(request, error as Errno);
      throw error;
    }
  }

  *#waitForTurn(task: Task, request: Request): Blocking<void> {
    if (this.#state === 'starting') {
      this.events.emit('blocked', request);
      yield* sleep(task, this.initialized, () => this.#state !== 'starting', `INIT of ${this.name}`, 'killed');
      if (this.#wasRefused) throw ECONNREFUSED; // whoever waited is told so even if the server is gone by now
    }
    if (request.kind === 'foreground' || this.#state !== 'connected') return;
    if (this.background.isFull) this.events.emit('blocked', request);
    yield* this.background.slots.take(task, () => `a background slot of ${this.name}`);
    request.hasBackgroundSlot = true;
  }

  #begin(request: Request): void {
    this.#waiting++;
    this.events.emit('created', request);
  }

  *#waitForSlot(task: Task, request: Request): Blocking<void> {
    this.events.emit('blocked', request);
    yield* this.device.slots.take(task, () => `a free slot of ${this.name} for ${request.opcode.name}`);
    request.hasSlot = true;
    this.#requireConnected();
  }

  #requireConnected(): void {
    if (this.#state === 'refused') throw ECONNREFUSED;
    if (this.#state !== 'connected') throw ENOTCONN;
  }

  #giveSlot(request: Request): void {
    if (request.hasSlot) this.device.slots.give();
    request.hasSlot = false;
  }

  /** Puts a request on the device's queue, with a slot though there may be none left: what could wait has waited. */
  #push(request: Request, asker: Task | null): void {
    if (!request.hasSlot) this.device.slots.takeForced();
    request.hasSlot = true;
    if (request.kind === 'foreground') this.#watch(request);
    this.device.push(request, asker);
  }

  #submitBackground(request: Request): void {
    this.#watch(request);
    this.background.add(request);
  }

  #watch(request: Request): void {
    if (this.#deadlines.length === 0) return;
    request.since = this.scheduler.clock.now();
    for (const deadlines of this.#deadlines) deadlines.watch(request);
  }

  #limit(limit: Limit): void {
    this.#deadlines.push(new Deadlines(this, limit));
  }

  /** From the reply to INIT on Linux looks now and then whether a request has become too old. */
  #limitAsLinux(seconds: number): void {
    const now = this.scheduler.clock.now();
    this.#limit({ timeout: seconds * 1000, seenAt: (expiry) => nextCheck(now, expiry) });
  }

  /** The three phases in which a foreground request is waited for. */
  *#waitForAnswer(task: Task, request: Request): Blocking<void> {
    const ended = (): boolean => request.state === 'ended';
    const why = (): string => `${request.label} on ${this.name}`;
    if (!this.device.refusesInterrupts) {
      if (yield* sleepUntil(task, request.answered, ended, why, 'signal')) return;
      request.interrupted = true;
      if (request.state === 'sent') this.device.interrupt(request);
    }
    if (!request.opcode.forced) {
      if (yield* sleepUntil(task, request.answered, ended, why, 'killed')) return;
      if (request.state === 'pending') {
        this.end(request, EINTR);
        return;
      }
      request.giveBack();
    }
    yield* sleepUntil(task, request.answered, ended, why, 'event');
  }

  #initAnswered(result: Reply<fuse_init_out> | Errno): void {
    const negotiated = negotiate(result, this.offer, this.ceilings);
    if (negotiated === null) {
      this.#refuse(
        result instanceof Errno ? `it answered INIT with ${result.code}` : 'it speaks another major version',
      );
      return;
    }
    this.limits = negotiated.limits;
    this.features = negotiated.features;
    this.protocol = { minor: negotiated.limits.minor, features: negotiated.features };
    if (negotiated.maxBackground !== null) this.background.maximum = negotiated.maxBackground;
    if (negotiated.congestionThreshold !== null) this.background.congestionThreshold = negotiated.congestionThreshold;
    const timeout = effectiveTimeout(negotiated.requestTimeout, this.#timeouts);
    if (timeout !== null) this.#limitAsLinux(timeout);
    this.#state = 'connected';
    this.initialized.wake();
  }

  #initTimedOut(request: Request, timeout: number): void {
    this.events.emit('timed-out', request);
    this.#refuse(`it did not answer INIT within ${timeout / 1000} s`);
    this.end(request, ETIMEDOUT);
  }

  #refuse(failure: string): void {
    this.failure ??= failure;
    this.#wasRefused = true;
    this.#state = 'refused';
    this.initialized.wake();
  }
}

const callerOf = ({ credentials, tid }: Task) => ({ uid: credentials.fsuid, gid: credentials.fsgid, pid: tid });

/** What a call gives whose opcode the server does not have. */
function unsupported<In, Out>({ onENOSYS: { gives } }: Opcode<In, Out>): Reply<Out> {
  if (gives === 'success') return { body: undefined as Out, data: new Uint8Array(0) };
  throw gives instanceof Errno ? gives : ENOSYS;
}
