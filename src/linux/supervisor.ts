import { EPERM, Errno, ESRCH } from '../abi/errno.ts';
import { readCString, readMemory } from './process-memory.ts';
import { type Answer, answerNotification, isWaiting, type Notification, tryReceiveNotification } from './seccomp.ts';
import { closeDescriptor } from './sockets.ts';

/** What tells when a descriptor is ready: a reactor. */
export interface Watcher {
  watch(fd: number, interest: { readable: boolean; writable: boolean }, ready: () => void): Watched;
}

/** One descriptor that a {@link Watcher} looks after. */
export interface Watched {
  unref(): void;
  close(): void;
}

/** How many calls one turn answers, so that a busy process does not keep others waiting. */
const CALLS_A_TURN = 64;

/** A call of another process that stopped, and what can be read there while it does. */
export class StoppedCall {
  readonly pid: number;
  readonly number: number;
  readonly args: readonly bigint[];
  readonly #isWaiting: () => boolean;

  constructor({ pid, number, args }: Omit<Notification, 'id'>, isWaiting: () => boolean) {
    this.pid = pid;
    this.number = number;
    this.args = args;
    this.#isWaiting = isWaiting;
  }

  /** An argument as an int of C. */
  int(index: number): number {
    return Number(BigInt.asIntN(32, this.args[index] ?? 0n));
  }

  /** The string at an address, cut at `limit` bytes; null for no address. @throws ESRCH when the caller is gone; EPERM; EFAULT */
  string(index: number, limit: number): string | null {
    const from = this.args[index] ?? 0n;
    return from === 0n ? null : this.#read(() => readCString(this.pid, from, limit));
  }

  /** The bytes at an address. @throws as {@link string} */
  bytes(index: number, length: number): Uint8Array {
    return this.#read(() => readMemory(this.pid, this.args[index] ?? 0n, length));
  }

  /** The id may have become another process's before it was read from; what still waits after that has its id. */
  #read<T>(read: () => T): T {
    if (this.pid === 0) throw ESRCH;
    const memory = read();
    if (!this.#isWaiting()) throw ESRCH;
    return memory;
  }
}

/** What to do with a stopped call. */
export interface Decision {
  readonly answer: Answer;
  /** Called once the caller has the answer; never when it is gone, or calls again because a signal came. */
  readonly taken?: () => void;
  /** Called in any case, last. */
  readonly settled?: () => void;
}

/** Lets a call go on as if nobody had stopped it. */
export const goOn: Decision = { answer: 'continue' };

/**
 * Answers the calls that stop at a listener. `decide` must not wait, and must not touch files that the stopped process
 * may be serving. An Errno that it throws means that it cannot tell: the call goes on, and Linux finds the same fault.
 *
 * Runs on the reactor, in synchronous calls too. Keeps this process alive until told otherwise.
 */
export class CallSupervisor {
  /** The error that kept it from reading a caller's memory, as where Yama's ptrace_scope is set; null while there was none. */
  blindness: Errno | null = null;
  readonly #listener: number;
  readonly #decide: (call: StoppedCall) => Decision;
  readonly #onOver: () => void;
  readonly #watch: Watched;
  #isClosed = false;

  /** Takes the listener over. `onOver` hears that nobody is left who could call. */
  constructor(
    watcher: Watcher,
    listener: number,
    { decide, onOver }: { readonly decide: (call: StoppedCall) => Decision; readonly onOver: () => void },
  ) {
    this.#listener = listener;
    this.#decide = decide;
    this.#onOver = onOver;
    this.#watch = watcher.watch(listener, { readable: true, writable: false }, () => this.#answerAll());
  }

  /** From here on this process may end as if nobody were supervised. */
  unref(): void {
    if (!this.#isClosed) this.#watch.unref();
  }

  /** Stops listening: who is under the filter still then gets ENOSYS for the calls that stop. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.close();
    closeDescriptor(this.#listener);
  }

  #answerAll(): void {
    for (let answered = 0; answered < CALLS_A_TURN && !this.#isClosed; answered++) {
      const received = tryReceiveNotification(this.#listener);
      if (received === null) return;
      if (received === 'over') {
        this.close();
        this.#onOver();
        return;
      }
      this.#answer(received);
    }
  }

  #answer({ id, ...call }: Notification): void {
    const { answer, taken, settled } = this.#decisionOn(new StoppedCall(call, () => isWaiting(this.#listener, id)));
    try {
      if (this.#give(id, answer)) taken?.();
    } finally {
      settled?.();
    }
  }

  /** Returns whether the caller has the answer. One whose table of descriptors is full has an error instead. */
  #give(id: bigint, answer: Answer): boolean {
    try {
      return answerNotification(this.#listener, id, answer);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      answerNotification(this.#listener, id, { error });
      return false;
    }
  }

  #decisionOn(call: StoppedCall): Decision {
    try {
      return this.#decide(call);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error === EPERM) this.blindness = error;
      return goOn;
    }
  }
}
