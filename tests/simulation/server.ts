import { viewOf } from '../../src/abi/bytes.ts';
import { EINTR, Errno } from '../../src/abi/errno.ts';
import { decodeRequestHeader, encodeError, NEWEST } from '../../src/abi/message.ts';
import * as op from '../../src/abi/opcodes.ts';
import { interruptedUnique } from '../../src/abi/unique.ts';
import type { DeviceFile } from '../../src/fuse/device-file.ts';
import type { FuseServer } from '../../src/server/fuse-server.ts';
import type { Limits } from '../../src/server/negotiate.ts';
import { Session } from '../../src/server/session.ts';
import type { Random } from '../chance/random.ts';
import { Ledger } from './ledger.ts';

/** A request that was read, on its way through the server. */
interface Parcel {
  readonly opcode: op.Opcode;
  readonly unique: number;
  /** The thread whose call asks. */
  readonly caller: number;
  readonly message: Uint8Array;
  readonly file: DeviceFile;
  reply: Uint8Array | null;
}

/** What the world wants to know of a server. */
export interface ServerOptions {
  readonly limits: Limits;
  readonly isTrusted: boolean;
  readonly random: Random;
  log(line: string): void;
}

/**
 * A server between the device and one that does the work: it reads when it likes, works when it likes, answers when it
 * likes, in any order. What goes wrong with it besides, it is told to do.
 */
export class SlowServer {
  readonly ledger: Ledger;
  readonly files: DeviceFile[] = [];
  /** Requests that were not worked on, and those whose reply was not written. */
  readonly inbox: Parcel[] = [];
  readonly outbox: Parcel[] = [];
  /** Requests that it will never answer. */
  ignored = 0;
  /** The errnos that it made up, by the thread that was told them. */
  readonly madeUp = new Map<number, Set<string>>();
  readonly session: Session;
  readonly #options: ServerOptions;
  readonly #interrupted = new Set<number>();
  #reply: Uint8Array | null = null;

  constructor(server: FuseServer, options: ServerOptions) {
    this.#options = options;
    this.ledger = new Ledger(options.isTrusted);
    this.session = new Session(server, {
      send: () => {},
      limits: options.limits,
      log: (line) => {
        if (options.isTrusted) this.ledger.complaints.push(`the server says: ${line}`);
      },
    });
  }

  get hasRequests(): boolean {
    return this.files.some((file) => file.hasWork);
  }

  /** Reads one request by any of its files. */
  take(): void {
    const file = this.#options.random.pick(this.files);
    let message: Uint8Array | null = null;
    try {
      message = file.take(Number.POSITIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
    if (message !== null) this.#took(file, message);
  }

  #took(file: DeviceFile, message: Uint8Array): void {
    const { opcode: number, unique, pid } = decodeRequestHeader(message);
    const opcode = op.opcodeOf(number) as op.Opcode;
    this.#options.log(`server reads ${opcode.name} ${unique} of ${pid}`);
    if (opcode === (op.INTERRUPT as op.Opcode)) this.#interrupted.add(interruptedUnique(unique));
    else {
      if (opcode.reply === 'none') this.#note(opcode, message);
      this.inbox.push({ opcode, unique, caller: pid, message, file, reply: null });
    }
  }

  #note(opcode: op.Opcode, message: Uint8Array): void {
    this.ledger.requested(opcode, message, this.session.protocol ?? NEWEST);
  }

  /** Works on one of the requests that it has read. */
  perform(): void {
    const parcel = this.#anyOf(this.inbox);
    if (parcel === undefined) return;
    if (parcel.opcode.reply !== 'none') this.#note(parcel.opcode, parcel.message);
    this.#reply = null;
    this.session.receive(parcel.message, {
      send: (reply) => {
        this.#reply = reply;
      },
    });
    this.#performed(parcel);
  }

  #performed(parcel: Parcel): void {
    const { opcode, unique } = parcel;
    const reply = this.#reply;
    this.#options.log(`server performs ${opcode.name} ${unique}`);
    if (reply === null) return;
    this.ledger.stamp(opcode, reply);
    this.outbox.push({ ...parcel, reply });
  }

  /** Writes one of the replies that are ready; `garble` may spoil it. */
  deliver(garble: (reply: Uint8Array, opcode: op.Opcode) => Uint8Array = (reply) => reply): void {
    const parcel = this.#anyOf(this.outbox);
    if (parcel?.reply == null) return;
    const { opcode, unique, file } = parcel;
    const protocol = this.session.protocol ?? NEWEST;
    const reply = garble(parcel.reply, opcode);
    const error = viewOf(parcel.reply).getInt32(4, true);
    const told = this.#write(file, reply);
    this.#options.log(`server answers ${opcode.name} ${unique} with ${error}${told === null ? '' : `: ${told}`}`);
    if (told === null) this.ledger.replied(opcode, reply, protocol);
    else if (this.#options.isTrusted) this.ledger.complaints.push(`a reply to ${opcode.name} was refused: ${told}`);
    else this.ignored++;
  }

  /** Fails one of the requests that it has read, without working on it. */
  refuse(errnos: readonly Errno[]): void {
    const parcel = this.#anyOf(this.inbox.filter(({ opcode }) => opcode.reply === 'required'));
    if (parcel === undefined) return;
    this.#fail(parcel, this.#options.random.pick(errnos));
  }

  /** Answers a request whose caller got a signal with EINTR, if it was not worked on. */
  giveIn(): void {
    const parcel = this.inbox.find(({ unique }) => this.#interrupted.has(unique));
    if (parcel !== undefined) this.#fail(parcel, EINTR);
  }

  #fail(parcel: Parcel, errno: Errno): void {
    const { opcode, unique, caller } = parcel;
    if (opcode === (op.INIT as op.Opcode) && this.#options.isTrusted) return;
    this.#remove(this.inbox, parcel);
    this.#note(opcode, parcel.message);
    this.#options.log(`server refuses ${opcode.name} ${unique}: ${errno.code}`);
    const told = this.madeUp.get(caller) ?? new Set();
    this.madeUp.set(caller, told.add(errno.code));
    this.outbox.push({ ...parcel, reply: encodeError(unique, errno) });
  }

  /** Drops one of the requests that it has read. */
  ignore(): void {
    const parcel = this.#anyOf(this.inbox);
    if (parcel === undefined || parcel.opcode.reply !== 'required') return;
    this.ignored++;
    this.#options.log(`server ignores ${parcel.opcode.name} ${parcel.unique}`);
  }

  /** Closes one file, or with 'all' every one, as when its process ends. */
  close(which: 'one' | 'all'): void {
    const closing =
      which === 'all' ? [...this.files] : this.files.length > 1 ? [this.#options.random.pick(this.files)] : [];
    for (const file of closing) {
      this.#options.log('server closes a device file');
      this.#remove(this.files, file);
      file.close();
      // What was read there is over; nothing that is written elsewhere can answer it.
      for (const box of [this.inbox, this.outbox]) {
        box.splice(0, box.length, ...box.filter((parcel) => parcel.file !== file));
      }
    }
  }

  /** Writes a message of its own; tells what became of it. */
  notify(message: Uint8Array): void {
    const [file] = this.files;
    if (file === undefined) return;
    const told = this.#write(file, message);
    this.#options.log(
      `server notifies ${message.length < 8 ? '' : viewOf(message).getInt32(4, true)}: ${told ?? 'taken'}`,
    );
  }

  /** Loses what it has read and not worked on, as a server that was restarted. What wants no reply never comes again. */
  loseInbox(): void {
    const kept = this.inbox.filter(({ opcode }) => opcode.reply === 'none');
    this.inbox.splice(0, this.inbox.length, ...kept);
  }

  #write(file: DeviceFile, message: Uint8Array): string | null {
    try {
      file.write(message.slice(), 'given');
      return null;
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw error;
    }
  }

  #anyOf<T>(from: T[]): T | undefined {
    if (from.length === 0) return undefined;
    const parcel = this.#options.random.pick(from);
    for (const box of [this.inbox, this.outbox]) this.#remove(box as unknown[], parcel);
    return parcel;
  }

  #remove<T>(from: T[], what: T): void {
    const at = from.indexOf(what);
    if (at >= 0) from.splice(at, 1);
  }
}
