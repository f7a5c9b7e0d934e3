import { EINVAL, Errno, ESTALE } from '../../abi/errno.ts';
import { featuresOf, flagWords, type InitFlag } from '../../abi/init-flags.ts';
import {
  decodeRequest,
  decodeRequestHeader,
  encodeError,
  encodeReply,
  NEWEST,
  type Protocol,
} from '../../abi/message.ts';
import type { NotifyCode, NotifyTail } from '../../abi/notify.ts';
import { encodeNotification } from '../../abi/notify-message.ts';
import { INIT, type Opcode, opcodeOf } from '../../abi/opcodes.ts';
import type { fuse_init_in, fuse_init_out } from '../../abi/structs.ts';
import type { DeviceFile } from '../../fuse/device-file.ts';
import { describeRequest } from './describe-request.ts';
import { type Answer, operations } from './operations.ts';
import { Tree } from './tree.ts';

/** What a test may have the server do; it may change its mind between requests. */
export interface Script {
  /** INIT flags it takes; the machine offers just these. */
  features: InitFlag[];
  init: Partial<fuse_init_out>;
  entryValid: number; // seconds, with a fraction
  attrValid: number;
  /** Seconds that an absent name may be believed to be absent; null answers ENOENT instead. */
  negativeValid: number | null;
  /** By opcode, the errno it answers whatever it is asked. */
  errors: Partial<Record<string, Errno>>;
  /** By opcode, what it answers instead of the truth. */
  answers: Partial<Record<string, Answer>>;
  /** Instead of a node's own nodeid and generation. */
  nodeids: Map<bigint, bigint>;
  generations: Map<bigint, bigint>;
  openFlags: number; // FOPEN_*
  opendirFlags: number; // FOPEN_*
  /** The mask of STATX replies; 0 for a server without STATX. */
  statxMask: number;
  /** Opcodes that it keeps without an answer, see {@link ScriptedServer.letGo}. */
  hold: string[];
}

/** A server that does what it should, and lets nothing be cached. */
export const honest = (): Script => ({
  features: ['ASYNC_READ', 'BIG_WRITES', 'PARALLEL_DIROPS', 'MAX_PAGES'],
  init: {},
  entryValid: 0,
  attrValid: 0,
  negativeValid: null,
  errors: {},
  answers: {},
  nodeids: new Map(),
  generations: new Map(),
  openFlags: 0,
  opendirFlags: 0,
  statxMask: 0,
  hold: [],
});

/** A FUSE server for tests: it serves a small tree, does as it is told, and notes every request in order. */
export class ScriptedServer {
  readonly tree = new Tree();
  readonly script: Script;
  readonly #device: DeviceFile;
  #protocol: Protocol = NEWEST;
  #log: string[] = [];
  #held: Uint8Array[] = [];
  #lastHandle = 100n;

  constructor(device: DeviceFile, script: Script) {
    this.#device = device;
    this.script = script;
  }

  /** Takes and answers all requests that wait; false when there was none. */
  serve(): boolean {
    let served = false;
    for (let message = this.#take(); message !== null; message = this.#take()) {
      served = true;
      this.#receive(message);
    }
    return served;
  }

  /** Answers what `hold` kept, and keeps no more. */
  letGo(): void {
    const held = this.#held;
    this.#held = [];
    this.script.hold = [];
    for (const message of held) this.#answer(message);
  }

  /** How many requests `hold` keeps. */
  get heldCount(): number {
    return this.#held.length;
  }

  /** Answers one of what `hold` kept, the oldest being 0. */
  answerHeld(index: number): void {
    for (const message of this.#held.splice(index, 1)) this.#answer(message);
  }

  /** The requests since the last call, but INIT. */
  takeLog(): string[] {
    this.serve();
    const log = this.#log;
    this.#log = [];
    return log;
  }

  /** Writes a notification. Returns what write(2) gives: null or the errno; or 'waits', and `told` hears more. */
  notify<Name extends string, Body, Tail extends NotifyTail>(
    code: NotifyCode<Name, Body, Tail>,
    content: Parameters<typeof encodeNotification<Name, Body, Tail>>[1],
    told: (error: Errno | null) => void = () => {},
  ): Errno | 'waits' | null {
    let end: Errno | 'waits' | null = 'waits';
    try {
      this.#device.write(encodeNotification(code, content), 'given', (error) => {
        end = error;
        told(error);
      });
      return end;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return error;
    }
  }

  newHandle(): bigint {
    return ++this.#lastHandle;
  }

  #take(): Uint8Array | null {
    return this.#device.take(Number.MAX_SAFE_INTEGER);
  }

  #receive(message: Uint8Array): void {
    const { opcode: number } = decodeRequestHeader(message);
    const { name } = opcodeOf(number) as Opcode;
    if (name !== 'INIT') this.#log.push(...describeRequest(message, this.#protocol));
    if (this.script.hold.includes(name)) this.#held.push(message);
    else this.#answer(message);
  }

  #answer(message: Uint8Array): void {
    const { opcode: number, unique, nodeid, uid, gid } = decodeRequestHeader(message);
    const opcode = opcodeOf(number) as Opcode;
    if (opcode === (INIT as Opcode)) this.#init(message, unique);
    if (opcode === (INIT as Opcode) || opcode.reply !== 'required') return;
    const { answers, errors } = this.script;
    const answer = errors[opcode.name] ?? answers[opcode.name] ?? this.#perform(opcode, message, { nodeid, uid, gid });
    if (answer instanceof Errno) this.#device.write(encodeError(unique, answer));
    else this.#reply(opcode, unique, answer);
  }

  #reply(opcode: Opcode, unique: number, answer: Exclude<Answer, Errno>): void {
    const reply = encodeReply(opcode, { unique, ...answer }, this.#protocol);
    try {
      this.#device.write(reply);
    } catch (error) {
      if (error !== EINVAL) throw error;
      this.#log.push(`  refused: a reply of ${reply.length} bytes`);
    }
  }

  #perform(opcode: Opcode, message: Uint8Array, header: { nodeid: bigint; uid: number; gid: number }): Answer {
    if (!this.tree.has(header.nodeid)) return ESTALE;
    const request = decodeRequest(opcode, message, this.#protocol);
    return operations[opcode.name]?.(this, { ...header, ...request, body: request.body as never }) ?? {};
  }

  #init(message: Uint8Array, unique: number): void {
    const { body } = decodeRequest(INIT, message, NEWEST) as { body: fuse_init_in };
    const offered = featuresOf(body.flags, body.flags2);
    const taken = flagWords(this.script.features.filter((feature) => offered[feature]));
    const reply: fuse_init_out = {
      major: 7,
      minor: 45,
      max_readahead: 131072,
      max_background: 0,
      congestion_threshold: 0,
      max_write: 131072,
      time_gran: 1,
      max_pages: 32,
      map_alignment: 0,
      max_stack_depth: 0,
      request_timeout: 0,
      ...taken,
      ...this.script.init,
    };
    this.#protocol = { minor: reply.minor, features: featuresOf(reply.flags, reply.flags2) };
    this.#device.write(encodeReply(INIT, { unique, body: reply }, NEWEST));
  }
}
