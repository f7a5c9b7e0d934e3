import type { ByteString } from '../abi/bytes.ts';
import type { Errno } from '../abi/errno.ts';
import { joined, lengthOf, type Reply } from '../abi/message.ts';
import type { Opcode } from '../abi/opcodes.ts';
import { WaitQueue } from '../task/wait-queue.ts';
import type { DeviceFile } from './device-file.ts';

/** The arguments of a request; which there must be, its opcode says. */
export interface Call<In> {
  readonly body?: In;
  readonly names?: readonly ByteString[];
  readonly data?: Uint8Array;
  /**
   * In place of `data`: they are read where they are, when the server takes the request, and stay there until it has ended,
   * or its task is killed.
   */
  readonly lent?: readonly Uint8Array[];
  readonly extensions?: Uint8Array | undefined;
  /** The most bytes of variable reply that are allowed. */
  readonly room?: number;
}

/** Whose request it is, as the header tells the server. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** The kernel itself, which has no ids for the server. */
export const NOBODY: Caller = { uid: 0, gid: 0, pid: 0 };

/**
 * Where a request stands. 'created': waits for INIT or for a slot; 'background': waits until fewer than max_background
 * are under way; 'pending': on `device.queue`; 'sent': the server has it; 'ended': answered, failed or withdrawn.
 */
export type RequestState = 'created' | 'background' | 'pending' | 'sent' | 'ended';

const NOTHING = new Uint8Array(0);

/** One FUSE request and what becomes of it. Analogous to Linux's struct fuse_req. */
export class Request<In = unknown, Out = unknown> {
  readonly opcode: Opcode<In, Out>;
  readonly nodeid: bigint;
  readonly call: Call<In>;
  readonly caller: Caller;
  /** Foreground: a task waits. Background: limited by max_background, and `onReply` is called. */
  readonly kind: 'foreground' | 'background';
  /** The data that are lent; null when there are none. */
  lent: readonly Uint8Array[] | null;
  /** Who waits for the end. */
  readonly answered = new WaitQueue();
  state: RequestState = 'created';
  /** The request's number: 0 until it is queued, negative once it was sent again. */
  unique = 0;
  /** The request in binary, without the data that are lent; empty until it is queued. */
  message: Uint8Array = NOTHING;
  /** Monotonic milliseconds at which it was handed over, to be queued now or when the background has room. */
  since = 0;
  /** It takes one of the device's slots, */
  hasSlot = false;
  /** and one of the background's. */
  hasBackgroundSlot = false;
  /** A signal came for the caller; INTERRUPT follows the request to the server. */
  interrupted = false;
  /** The device file that delivered it: only there it can be answered. */
  file: DeviceFile | null = null;
  /** How it ended: null is success, with `reply`. */
  error: Errno | null = null;
  reply: Reply<Out> | null = null;
  /** The length of the reply's message in bytes; 0 without one. */
  replySize = 0;
  onReply: ((result: Reply<Out> | Errno) => void) | null = null;

  constructor(
    opcode: Opcode<In, Out>,
    nodeid: bigint,
    call: Call<In>,
    { caller, kind }: { readonly caller: Caller; readonly kind: 'foreground' | 'background' },
  ) {
    this.opcode = opcode;
    this.nodeid = nodeid;
    this.call = call;
    this.caller = opcode.credentials === 'none' ? NOBODY : caller;
    this.kind = kind;
    this.lent = call.lent ?? null;
  }

  /** For people: "READ 14". */
  get label(): string {
    return `${this.opcode.name} ${Math.abs(this.unique)}`;
  }

  /** Bytes of the whole message; 0 until it is queued. */
  get size(): number {
    return this.message.length + this.lentBytes;
  }

  /** How many bytes of data are lent. */
  get lentBytes(): number {
    return this.lent === null ? 0 : lengthOf(this.lent);
  }

  /** The whole message, in new memory if data are lent. */
  get wholeMessage(): Uint8Array {
    return this.lent === null ? this.message : joined([this.message, ...this.lent]);
  }

  /** Whoever lent data wants them back: what is still to be sent, or sent again, is a copy. */
  giveBack(): void {
    if (this.lent !== null) this.lent = [joined(this.lent)];
  }

  /** The reply, or the errno in its place. */
  get result(): Reply<Out> | Errno {
    return this.error ?? (this.reply as Reply<Out>);
  }
}
