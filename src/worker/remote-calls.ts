import { existsSync } from 'node:fs';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ECONNABORTED, ENOTCONN } from '../abi/errno.ts';
import { lower, raise } from '../linux/eventfd.ts';
import { Look } from '../linux/look.ts';
import type { NodeReactor } from '../linux/reactor.ts';
import { Failure } from '../node-fs/failure.ts';
import type { Watch } from '../transport/reactor.ts';
import { callNumbers } from './call-numbers.ts';
import { Decoder, type StandIns } from './decoder.ts';
import { Encoder } from './encoder.ts';
import { LentValues } from './lent-values.ts';
import { answers, asks, entryOf, kindOf, type LongMessage, MEMORY_AT, pageOf, type Question } from './messages.ts';
import { remoteDirectories } from './remote-directory.ts';
import type { Request } from './remote-operation.ts';
import { PAGE, REPLY_ROOM, type SharedMemory, sleeps, states } from './shared-memory.ts';
import { transferredWith } from './transferred.ts';
import { fills } from './transfers.ts';

/** The most bytes that a call takes in shared memory. */
const LONGEST = 1 << 20;
/** Milliseconds between two looks of a synchronous call at whether the worker lives. */
const LIFE_LOOK = 100;

/** When a sleeping worker is woken: at once, or for all that is asked on this stack. */
type Wake = 'now' | 'soon';

/** Gets what a call results in, or throws what it failed with. */
export type Take = () => unknown;

/** How a call is made. */
export interface CallOptions {
  readonly timeoutMs: number; // 0 for no limit
  readonly isAbortable: boolean;
  /** Whether a promise, which keeps the process alive, or the caller's stack waits for it. */
  readonly awaitedBy: 'event loop' | 'caller';
}

/** One call of a worker's, from here to its reply. */
export interface RemoteCall {
  readonly request: Request;
  readonly options: CallOptions;
  readonly settle: (take: Take) => void;
  /** Its first page, where the worker has it. */
  page: number | null;
  pages: number;
  lent: number[];
}

interface Parts {
  readonly memory: SharedMemory;
  readonly port: MessagePort;
  readonly reactor: NodeReactor;
  readonly wakeWorker: number;
  readonly wakeCaller: number;
}

/**
 * The caller's end of what it shares with a worker: puts calls into shared memory, and takes replies out of it, by the event
 * loop or on the stack of a synchronous call.
 */
export class RemoteCalls {
  readonly #memory: SharedMemory;
  readonly #port: MessagePort;
  readonly #wakeWorker: number;
  readonly #watch: Watch;
  readonly #pages;
  readonly #lent = new LentValues();
  readonly #standIns: StandIns;
  readonly #decoder: Decoder;
  /** By first page. */
  readonly #underWay = new Map<number, RemoteCall>();
  /** Those for which there was no room, first come, first served. */
  readonly #waiting: RemoteCall[] = [];
  #encoder: Encoder;
  #lending: number[] = [];
  readonly #look = new Look();
  #awaited = 0;
  #isWakeAsked = false;
  #thread: number | null = null;
  #state: 'open' | 'gone' = 'open';

  constructor({ memory, port, reactor, wakeWorker, wakeCaller }: Parts) {
    this.#memory = memory;
    this.#port = port;
    this.#wakeWorker = wakeWorker;
    this.#pages = memory.pages();
    const lendNothing = (): never => {
      throw new Error('a function cannot leave the worker');
    };
    const transferred = transferredWith(remoteDirectories, this.#lent.thrown);
    this.#standIns = { transferred, procedure: lendNothing, source: lendNothing };
    this.#decoder = new Decoder(memory.all, this.#standIns);
    this.#encoder = this.#newEncoder();
    this.#watch = reactor.watch(wakeCaller, { readable: true, writable: false }, () => {
      lower(wakeCaller);
      this.#takeReplies();
    });
    this.#watch.unref();
  }

  /** The worker serves from now on, by a thread of this number. */
  servedBy(thread: number): void {
    this.#thread = thread;
  }

  /** Starts a call; `settle` comes later, when this thread takes its reply. */
  begin(request: Request, options: CallOptions, settle: (take: Take) => void): RemoteCall {
    const call: RemoteCall = { request, options, settle, page: null, pages: 0, lent: [] };
    if (options.awaitedBy === 'event loop' && ++this.#awaited === 1) this.#watch.ref();
    if (this.#state === 'gone') this.#end(call, failing(call, ENOTCONN));
    else if (this.#waiting.length > 0 || !this.#trySubmit(call)) this.#waiting.push(call);
    else this.#sleepOnDescriptor();
    return call;
  }

  /** The caller has given a call up. What it holds in shared memory comes back with its reply. */
  cancel(call: RemoteCall): void {
    const place = this.#waiting.indexOf(call);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      this.#end(call, failing(call, ECONNABORTED));
    } else if (call.page !== null) this.#put(entryOf(call.page, asks.cancel), 'now');
  }

  /** Takes replies on this stack until it is so. Their promises settle later, as always. */
  waitUntil(isSo: () => boolean): void {
    for (;;) {
      this.#drain();
      if (isSo()) break;
      this.#sleep();
    }
    this.#sleepOnDescriptor();
  }

  /** Whether there is no worker any more. */
  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** The worker is no more: what is under way fails, and what comes. */
  gone(): void {
    if (this.#state === 'gone') return;
    this.#drain();
    this.#state = 'gone';
    this.#watch.close();
    const left = [...this.#underWay.values(), ...this.#waiting.splice(0)];
    this.#underWay.clear();
    for (const call of left) this.#end(call, failing(call, ECONNABORTED));
  }

  #sleep(): void {
    const { replies, callerSleep } = this.#memory;
    this.#wake(); // For what was asked before on this stack, too: it may be what this waits behind.
    if (this.#look.sees(() => !replies.isEmpty)) return;
    callerSleep.value = sleeps.onMemory;
    if (replies.isEmpty) callerSleep.waitWhile(sleeps.onMemory, LIFE_LOOK);
    callerSleep.value = sleeps.awake;
    if (replies.isEmpty && !this.#workerLives()) this.gone();
  }

  /** A worker that ends says so, unless it runs out of memory. */
  #workerLives(): boolean {
    if (this.#memory.state.value === states.gone) return false;
    return this.#thread === null || existsSync(`/proc/self/task/${this.#thread}`);
  }

  #takeReplies(): void {
    this.#drain();
    this.#sleepOnDescriptor();
  }

  /** From here on the worker wakes the event loop. */
  #sleepOnDescriptor(): void {
    const { replies, callerSleep } = this.#memory;
    if (this.#underWay.size === 0 || this.#state === 'gone') return;
    callerSleep.value = sleeps.onDescriptor;
    while (!replies.isEmpty) {
      callerSleep.value = sleeps.awake;
      this.#drain();
      callerSleep.value = sleeps.onDescriptor;
    }
  }

  #drain(): void {
    const { replies } = this.#memory;
    for (let entry = replies.take(); entry !== undefined; entry = replies.take()) {
      if (kindOf(entry) === answers.question) this.#answer(this.#message<Question>());
      else this.#finish(pageOf(entry), kindOf(entry) === answers.reply ? null : this.#message<LongMessage>());
    }
  }

  #message<T>(): T {
    return receiveMessageOnPort(this.#port)?.message as T;
  }

  #answer(question: Question): void {
    this.#lent.ask(question, (answer) => {
      this.#port.postMessage(answer);
      this.#put(entryOf(0, asks.answer), 'now');
    });
  }

  #finish(page: number, message: LongMessage | null): void {
    const call = this.#underWay.get(page) as RemoteCall;
    this.#underWay.delete(page);
    const take = this.#read(call, page, message);
    this.#pages.give(page, call.pages);
    call.page = null;
    this.#end(call, take);
    while (this.#waiting.length > 0 && this.#trySubmit(this.#waiting[0] as RemoteCall)) this.#waiting.shift();
  }

  #end(call: RemoteCall, take: Take): void {
    for (const number of call.lent) this.#lent.takeBack(number);
    if (call.options.awaitedBy === 'event loop' && --this.#awaited === 0 && this.#state === 'open') this.#watch.unref();
    call.settle(take);
  }

  #read({ request }: RemoteCall, page: number, message: LongMessage | null): Take {
    const { transfer, make } = request;
    const decoder = message === null ? this.#decoder : new Decoder(message.bytes, this.#standIns);
    if (message === null) decoder.seek(this.#memory.offsetOf(page));
    const hasFailed = decoder.value() === false;
    const value = decoder.value();
    if (hasFailed) return () => raiseError(value);
    if (transfer !== null && fills(transfer.name)) {
      const count = value as number;
      scatter(
        message?.memory ?? this.#memory.bytes(page, MEMORY_AT + count).subarray(MEMORY_AT),
        transfer.parts,
        count,
      );
    }
    return make === null ? () => value : () => make(value);
  }

  /** False while there is no room. */
  #trySubmit(call: RemoteCall): boolean {
    const { transfer } = call.request;
    const encoder = this.#encode(call);
    const memory = transfer === null ? 0 : lengthOf(transfer.parts);
    const isShort = transfer === null ? encoder.length <= LONGEST : encoder.length <= MEMORY_AT && memory <= LONGEST;
    const wanted = !isShort ? REPLY_ROOM : transfer === null ? encoder.length : MEMORY_AT + memory;
    const pages = Math.ceil(Math.max(REPLY_ROOM, wanted) / PAGE);
    const page = this.#pages.tryTake(pages);
    if (page === null) {
      for (const number of this.#lending) this.#lent.takeBack(number);
      return false;
    }
    Object.assign(call, { page, pages, lent: this.#lending });
    this.#underWay.set(page, call);
    const wake = call.options.awaitedBy === 'caller' ? 'now' : 'soon';
    if (isShort) {
      const at = this.#memory.offsetOf(page);
      encoder.copyTo(this.#memory.all, at);
      if (transfer !== null && !fills(transfer.name)) gather(transfer.parts, this.#memory.all.subarray(at + MEMORY_AT));
      this.#put(entryOf(page, asks.call), wake);
    } else this.#submitByMessage(page, wake, transfer !== null && !fills(transfer.name) ? transfer.parts : null);
    return true;
  }

  #submitByMessage(page: number, wake: Wake, parts: readonly Uint8Array[] | null): void {
    const { written } = this.#encoder;
    const memory = parts === null ? null : new Uint8Array(lengthOf(parts));
    if (parts !== null && memory !== null) gather(parts, memory);
    const message: LongMessage = { bytes: written, memory };
    this.#port.postMessage(message, [written.buffer as ArrayBuffer, ...(memory === null ? [] : [memory.buffer])]);
    this.#encoder = this.#newEncoder();
    this.#put(entryOf(page, asks.callByMessage), wake);
  }

  #encode({ request, options }: RemoteCall): Encoder {
    const { name, args, transfer } = request;
    const encoder = this.#encoder;
    this.#lending = [];
    encoder.restart();
    encoder.number(callNumbers.numberOf(name));
    encoder.number(options.timeoutMs);
    encoder.value(options.isAbortable);
    if (transfer === null) encoder.value(args);
    else encoder.value([transfer.file, transfer.position, transfer.parts.map(({ length }) => length)]);
    return encoder;
  }

  #newEncoder(): Encoder {
    return new Encoder(Buffer.allocUnsafeSlow(REPLY_ROOM), {
      transferred: this.#standIns.transferred,
      keep: (value) => {
        const number = this.#lent.lend(value);
        this.#lending.push(number);
        return number;
      },
    });
  }

  #put(entry: number, wake: Wake): void {
    this.#memory.requests.put(entry);
    if (wake === 'now') this.#wake();
    else if (!this.#isWakeAsked) {
      this.#isWakeAsked = true;
      queueMicrotask(() => {
        this.#isWakeAsked = false;
        if (this.#state === 'open') this.#wake();
      });
    }
  }

  #wake(): void {
    if (this.#memory.workerSleep.exchange(sleeps.awake) === sleeps.onDescriptor) raise(this.#wakeWorker);
  }
}

const failing =
  ({ request }: RemoteCall, errno: typeof ENOTCONN): Take =>
  () => {
    throw new Failure(errno, request.name);
  };

function raiseError(error: unknown): never {
  throw error;
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** Copies parts one behind the other. */
function gather(parts: readonly Uint8Array[], to: Uint8Array): void {
  let at = 0;
  for (const part of parts) {
    to.set(part, at);
    at += part.length;
  }
}

/** Copies so many bytes into parts. */
function scatter(from: Uint8Array, parts: readonly Uint8Array[], count: number): void {
  let at = 0;
  for (const part of parts) {
    if (at >= count) return;
    const length = Math.min(part.length, count - at);
    part.set(from.subarray(at, at + length));
    at += length;
  }
}
