import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Kernel } from '../kernel.ts';
import { raise } from '../linux/eventfd.ts';
import { Look } from '../linux/look.ts';
import type { NodeReactor } from '../linux/reactor.ts';
import { closeDirectory } from '../node-fs/opendir.ts';
import { abortable, type Prepare } from '../node-fs/operation.ts';
import { everyOperation, results } from '../node-fs/operations.ts';
import type { Runner } from '../node-fs/runner.ts';
import { callNumbers } from './call-numbers.ts';
import { Decoder, type StandIns } from './decoder.ts';
import { Encoder } from './encoder.ts';
import { BorrowedValues } from './lent-values.ts';
import { type Answer, answers, asks, entryOf, kindOf, type LongMessage, MEMORY_AT, pageOf } from './messages.ts';
import { OpenDirectories, Thrown } from './remote-directory.ts';
import { REPLY_ROOM, type SharedMemory, sleeps } from './shared-memory.ts';
import { type Transferred, transferredWith } from './transferred.ts';
import { argumentsFor, fills, type TransferRow, transferRows } from './transfers.ts';

/** Milliseconds after which the event loop gets a turn, however much there is to do, and that it is kept waiting for more. */
const SLICE = 5;
/** How many microtasks deep a call that the kernel has ended may still be on its way to its reply. */
const HOPS = 12;

interface Parts {
  readonly memory: SharedMemory;
  readonly port: MessagePort;
  readonly reactor: NodeReactor;
  readonly wakeCaller: number;
  readonly kernel: Kernel;
  /** Runs operations, each for so many milliseconds at most; 0 for no limit. */
  readonly runner: (timeoutMs: number) => Runner;
  /** What can be asked besides, by its name. */
  readonly control: Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;
}

/** A call as it was taken out of shared memory. */
interface TakenCall {
  readonly page: number;
  readonly transfer: TakenTransfer | null;
  readonly abort: AbortController | null;
}

/** Where the bytes of a call go, or come from. */
interface TakenTransfer {
  readonly name: TransferRow['name'];
  readonly memory: Uint8Array;
  /** Whether that is not in shared memory. */
  readonly isOwn: boolean;
  /** The same for the operation of that name. */
  readonly args: readonly unknown[];
}

/**
 * The worker's end of what it shares with a caller: takes calls, has them run, and puts their replies.
 *
 * While there is work this thread does not go through the event loop: it looks for calls, lets the kernel run, and sleeps in
 * one poll(2) over the sockets of servers and the eventfd of its caller. The loop gets a turn in between, so that what only it
 * brings (a daemon's output, its end) comes too, and has the thread when nothing happens.
 */
export class CallServer {
  readonly #parts: Parts;
  readonly #transfers = new Map<string, TransferRow>(transferRows.map((row) => [row.name, row]));
  readonly #directories = new OpenDirectories();
  readonly #borrowed: BorrowedValues;
  readonly #transferred: readonly Transferred[];
  readonly #runners = new Map<number, Runner>();
  readonly #underWay = new Map<number, TakenCall>();
  readonly #look = new Look();
  #isServing = false;
  readonly #standIns: StandIns;
  readonly #decoder: Decoder;
  #encoder: Encoder;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#borrowed = new BorrowedValues((question) => {
      parts.port.postMessage(question);
      this.#put(entryOf(0, answers.question));
    });
    const thrown = { kind: Thrown, partsOf: ({ number }: Thrown) => [number], make: () => undefined };
    this.#transferred = transferredWith(this.#directories, thrown);
    this.#standIns = {
      transferred: this.#transferred,
      procedure: (number) => this.#borrowed.procedure(number),
      source: (number) => this.#borrowed.source(number),
    };
    this.#decoder = new Decoder(parts.memory.all, this.#standIns);
    this.#encoder = this.#newEncoder();
  }

  /** Works until there is nothing to do for a while, or the event loop must have a turn. */
  async serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    const { memory } = this.#parts;
    const end = performance.now() + SLICE;
    do {
      this.#takeAll();
      for (let hop = 0; hop < HOPS; hop++) await null;
      this.#wakeCaller();
    } while (performance.now() < end && this.#waitForWork(end));
    this.#isServing = false;
    if (this.#fallAsleep()) return;
    memory.workerSleep.value = sleeps.awake;
    setImmediate(() => void this.serve());
  }

  /** Whether something came before the end of the time. */
  #waitForWork(end: number): boolean {
    const { memory, reactor, kernel } = this.#parts;
    const isOwed = [...kernel.outside].some(({ expectsProgress }) => expectsProgress);
    // What the event loop alone can bring, it must bring now.
    if (this.#underWay.size > 0 && !isOwed) return !memory.requests.isEmpty;
    if (!isOwed && this.#look.sees(() => !memory.requests.isEmpty)) return true;
    const hasHappened = this.#fallAsleep() ? reactor.wait(Math.max(0, end - performance.now())) : true;
    memory.workerSleep.value = sleeps.awake;
    return hasHappened;
  }

  /** From here on the caller must wake this thread. False when there is a call already. */
  #fallAsleep(): boolean {
    this.#parts.memory.workerSleep.value = sleeps.onDescriptor;
    return this.#parts.memory.requests.isEmpty;
  }

  #takeAll(): void {
    const { requests } = this.#parts.memory;
    for (let entry = requests.take(); entry !== undefined; entry = requests.take()) this.#take(entry);
  }

  #take(entry: number): void {
    const page = pageOf(entry);
    switch (kindOf(entry)) {
      case asks.call:
        this.#begin(page, null);
        break;
      case asks.callByMessage:
        this.#begin(page, this.#message<LongMessage>());
        break;
      case asks.cancel:
        this.#underWay.get(page)?.abort?.abort();
        break;
      default:
        this.#borrowed.answered(this.#message<Answer>());
    }
  }

  #message<T>(): T {
    return receiveMessageOnPort(this.#parts.port)?.message as T;
  }

  #begin(page: number, message: LongMessage | null): void {
    const decoder = message === null ? this.#decoder : new Decoder(message.bytes, this.#standIns);
    if (message === null) decoder.seek(this.#parts.memory.offsetOf(page));
    const name = callNumbers.nameOf(decoder.number());
    const timeoutMs = decoder.number();
    const abort = decoder.value() === true ? new AbortController() : null;
    const args = decoder.value() as unknown[];
    const row = this.#transfers.get(name);
    const call: TakenCall = {
      page,
      abort,
      transfer: row === undefined ? null : this.#transferOf(row, args, page, message),
    };
    this.#underWay.set(page, call);
    this.#perform(call, { name, timeoutMs, args: call.transfer?.args ?? args }).then(
      (value) => this.#reply(call, true, value),
      (error) => this.#reply(call, false, error),
    );
  }

  /** The memory of a transfer: the call's own, or this thread's where that is too small. */
  #transferOf({ name }: TransferRow, args: unknown[], page: number, message: LongMessage | null): TakenTransfer {
    const [file, position, lengths] = args as [number, number | null, number[]];
    const length = lengths.reduce((sum, part) => sum + part, 0);
    const isOwn = message !== null;
    const memory = isOwn
      ? (message.memory ?? new Uint8Array(length))
      : this.#parts.memory.bytes(page, MEMORY_AT + length).subarray(MEMORY_AT);
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const part of lengths) {
      parts.push(memory.subarray(at, at + part));
      at += part;
    }
    return { name, memory, isOwn, args: argumentsFor(name, file, parts, position) };
  }

  async #perform(
    { abort }: TakenCall,
    { name, timeoutMs, args }: { readonly name: string; readonly timeoutMs: number; readonly args: readonly unknown[] },
  ): Promise<unknown> {
    const prepare = everyOperation[name];
    if (prepare === undefined) return await this.#parts.control[name]?.(...(args as never[]));
    const operation = (prepare as Prepare<unknown[]>)(...args);
    const result = await this.#runnerFor(timeoutMs).run(
      abort === null ? operation : abortable(abort.signal, operation),
    );
    if (prepare === (closeDirectory as Prepare)) this.#directories.forget(args[0]);
    return result;
  }

  #runnerFor(timeoutMs: number): Runner {
    const runner = this.#runners.get(timeoutMs) ?? this.#parts.runner(timeoutMs);
    this.#runners.set(timeoutMs, runner);
    return runner;
  }

  #reply({ page, transfer }: TakenCall, hasSucceeded: boolean, result: unknown): void {
    this.#underWay.delete(page);
    const encoder = this.#encoder;
    encoder.restart();
    encoder.value(hasSucceeded);
    const moved = hasSucceeded && transfer !== null ? countOf(transfer.name, result) : null;
    encoder.value(moved ?? result);
    const memory = moved !== null && transfer?.isOwn === true && fills(transfer.name) ? transfer.memory : null;
    if (memory === null && encoder.length <= (transfer === null ? REPLY_ROOM : MEMORY_AT)) {
      encoder.copyTo(this.#parts.memory.all, this.#parts.memory.offsetOf(page));
      this.#put(entryOf(page, answers.reply));
      return;
    }
    const message: LongMessage = { bytes: encoder.written, memory: memory?.subarray(0, moved as number) ?? null };
    const given = [message.bytes, ...(memory === null ? [] : [memory])].map(({ buffer }) => buffer as ArrayBuffer);
    this.#parts.port.postMessage(message, given);
    this.#encoder = this.#newEncoder();
    this.#put(entryOf(page, answers.replyByMessage));
  }

  #newEncoder(): Encoder {
    const keep = (): never => {
      throw new Error('a function cannot leave the worker');
    };
    return new Encoder(Buffer.allocUnsafeSlow(REPLY_ROOM), { transferred: this.#transferred, keep });
  }

  /** While it serves, the caller is woken once for all that is done. */
  #put(entry: number): void {
    this.#parts.memory.replies.put(entry);
    if (this.#isServing) return;
    this.#wakeCaller();
    setImmediate(() => void this.serve());
  }

  #wakeCaller(): void {
    const { replies, callerSleep } = this.#parts.memory;
    if (replies.isEmpty) return;
    const sleep = callerSleep.exchange(sleeps.awake);
    if (sleep === sleeps.onMemory) callerSleep.notify();
    if (sleep === sleeps.onDescriptor) raise(this.#parts.wakeCaller);
  }
}

/** So many bytes were moved; the caller knows the memory. */
function countOf(name: TransferRow['name'], result: unknown): number {
  const [count] = results[name] as readonly [string, string];
  return (result as Record<string, number>)[count] as number;
}
