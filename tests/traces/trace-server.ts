import { viewOf } from '../../src/abi/bytes.ts';
import { ENOSYS, Errno, ESTALE } from '../../src/abi/errno.ts';
import { featuresOf, flagWords } from '../../src/abi/init-flags.ts';
import { S_IFDIR } from '../../src/abi/linux.ts';
import { decodeRequest, decodeRequestHeader, encodeReply, NEWEST, type Protocol } from '../../src/abi/message.ts';
import { INIT, type Opcode, opcodeOf } from '../../src/abi/opcodes.ts';
import { fuse_init_out } from '../../src/abi/structs.ts';
import type { Asked, ServerState } from './answers.ts';
import { fileAnswers } from './file-answers.ts';
import { nameAnswers } from './name-answers.ts';
import { Node } from './node.ts';
import { DEFAULTS, type Settings } from './settings.ts';

const answers = new Map([...nameAnswers, ...fileAnswers].map((row) => [row.name, row]));

/** The first handle is one more. */
const LAST_HANDLE = 100n;

/** Where a server writes its replies. */
export interface Device {
  /** @throws Errno */
  write(message: Uint8Array): void;
}

interface Held {
  readonly unique: bigint;
  readonly name: string;
  readonly message: Uint8Array;
}

/** A request's number, with the bits that make it another's. */
export const uniqueOf = (message: Uint8Array): bigint => viewOf(message).getBigUint64(8, true);

/** A reply: a header that says what it is told to, and a body. */
export function rawReply(unique: number | bigint, error: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const message = new Uint8Array(16 + body.length);
  const view = new DataView(message.buffer);
  view.setUint32(0, message.length, true);
  view.setInt32(4, error, true);
  view.setBigUint64(8, BigInt(unique), true);
  message.set(body, 16);
  return message;
}

/**
 * A small file system whose answers are all the same from run to run, with settings for every way to answer otherwise.
 * It answers at once, what is held excepted.
 */
export class TraceServer implements ServerState {
  settings: Settings;
  /** What could not be said: `reply refused: EINVAL`. */
  readonly complaints: string[] = [];
  readonly root = new Node(1, S_IFDIR | 0o755);
  readonly #device: Device;
  readonly #nodes = new Map<number, Node>([[1, this.root]]);
  #held: Held[] = [];
  #lastIno = 1;
  #lastHandle = LAST_HANDLE;
  #protocol: Protocol = NEWEST;

  constructor(settings: Partial<Settings>, device: Device) {
    this.settings = { ...DEFAULTS, ...settings };
    this.#device = device;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  get held(): readonly Held[] {
    return this.#held;
  }

  /** Changes how it behaves from now on. */
  set(settings: Partial<Settings>): void {
    this.settings = { ...this.settings, ...settings };
  }

  /** @throws ESTALE for one that nobody was told of */
  nodeOf(nodeid: number | bigint): Node {
    const node = this.#nodes.get(Number(nodeid));
    if (node === undefined) throw ESTALE;
    return node;
  }

  /** Makes a file known by one more nodeid. */
  alias(nodeid: number, node: Node): void {
    this.#nodes.set(nodeid, node);
  }

  create(parent: Node, name: string, mode: number, owner: readonly [uid: number, gid: number] = [0, 0]): Node {
    const node = this.createUnnamed(mode, owner);
    node.nlink = node.type === 4 ? 2 : 1;
    parent.names.set(name, node);
    return node;
  }

  createUnnamed(mode: number, owner: readonly [uid: number, gid: number]): Node {
    const node = new Node(++this.#lastIno, mode, owner);
    node.nlink = 0;
    this.#nodes.set(node.ino, node);
    return node;
  }

  nextHandle(): bigint {
    return ++this.#lastHandle;
  }

  /** Takes a message, and answers it unless it is held. */
  receive(message: Uint8Array): void {
    const { opcode: number } = decodeRequestHeader(message);
    const opcode = opcodeOf(number) as Opcode;
    const unique = uniqueOf(message);
    if (this.settings.held.includes(opcode.name)) this.#held.push({ unique, name: opcode.name, message });
    else if (opcode.reply === 'required') this.#answer(opcode, unique, message);
  }

  /** Answers everything that is held, and holds nothing from now on. */
  release(): void {
    this.set({ held: [] });
    for (const { message } of this.#held.splice(0)) this.receive(message);
  }

  /** What was held last, to be answered otherwise. @throws Error when nothing is */
  takeHeld(): Held {
    const held = this.#held.pop();
    if (held === undefined) throw new Error('nothing is held');
    return held;
  }

  #answer(opcode: Opcode, unique: bigint, message: Uint8Array): void {
    try {
      this.#device.write(this.#reply(opcode, unique, message));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.complaints.push(`reply refused: ${error.code}`);
    }
  }

  #reply(opcode: Opcode, unique: bigint, message: Uint8Array): Uint8Array {
    const { raw, errors } = this.settings;
    const instead = raw[opcode.name];
    if (instead !== undefined) return rawReply(unique, instead.error, instead.body);
    const error = errors[opcode.name];
    if (error !== undefined) return rawReply(unique, -error);
    if (opcode.name === 'INIT') return this.#init(unique, message);
    try {
      const header = decodeRequestHeader(message);
      const request = decodeRequest(opcode, message, this.#protocol);
      const asked: Asked = { ...request, header, node: this.nodeOf(header.nodeid) };
      const reply = answers.get(opcode.name)?.answer(this, asked) ?? ENOSYS;
      if (reply instanceof Errno) return rawReply(unique, -reply.number);
      return encodeReply(opcode, { unique: Number(unique), ...reply }, this.#protocol);
    } catch (failure) {
      if (failure !== ESTALE) throw failure;
      return rawReply(unique, -ESTALE.number);
    }
  }

  #init(unique: bigint, message: Uint8Array): Uint8Array {
    const { settings } = this;
    const { flags, flags2 } = flagWords([...settings.flags, 'INIT_EXT']);
    const { body: offered } = decodeRequest(INIT, message, NEWEST);
    const features = featuresOf(flags & offered.flags, flags2 & offered.flags2);
    this.#protocol = { minor: Math.min(settings.minor, NEWEST.minor), features };
    const body = new Uint8Array(fuse_init_out.size);
    fuse_init_out.write(new DataView(body.buffer), 0, {
      major: settings.major,
      minor: settings.minor,
      max_readahead: settings.maxReadahead,
      flags: flags2 === 0 ? flagWords(settings.flags).flags : flags,
      max_background: settings.maxBackground,
      congestion_threshold: settings.congestionThreshold,
      max_write: settings.maxWrite,
      time_gran: settings.timeGran,
      max_pages: settings.maxPages,
      map_alignment: 0,
      flags2,
      max_stack_depth: 0,
      request_timeout: 0,
    });
    return rawReply(unique, 0, body.subarray(0, settings.initLength ?? fuse_init_out.sizeAt(settings.minor)));
  }
}
