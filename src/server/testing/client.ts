import { toBytes } from '../../abi/bytes.ts';
import { Errno, errnoOf } from '../../abi/errno.ts';
import { FUSE_ROOT_ID } from '../../abi/fuse.ts';
import { featuresOf } from '../../abi/init-flags.ts';
import {
  type Arguments,
  decodeReply,
  decodeReplyHeader,
  encodeRequest,
  NEWEST,
  type Protocol,
  type Reply,
} from '../../abi/message.ts';
import { INIT, type Opcode } from '../../abi/opcodes.ts';
import type { fuse_init_out } from '../../abi/structs.ts';
import type { FuseServer } from '../fuse-server.ts';
import type { Limits } from '../negotiate.ts';
import { Session } from '../session.ts';

/** Who asks, and about which inode; left out: root, about the root. */
export interface Asking<In> extends Arguments<In> {
  readonly nodeid?: bigint;
  readonly uid?: number;
  readonly gid?: number;
}

const EVERYTHING = 0xffffffff;

/** The client's end of a session: encodes requests, keeps what comes back by `unique`, and decodes it. */
export class TestClient {
  readonly session: Session;
  /** What came and was not taken yet. */
  readonly messages: Uint8Array[] = [];
  readonly log: string[] = [];
  protocol: Protocol = NEWEST;
  #unique = 0;

  constructor(server: FuseServer, limits: Limits = {}) {
    this.session = new Session(server, {
      send: (message) => this.messages.push(message.slice()),
      log: (line) => this.log.push(line),
      limits,
    });
  }

  /** A session that is open, with every flag offered. */
  static of(server: FuseServer, limits: Limits = {}): TestClient {
    const client = new TestClient(server, limits);
    const reply = client.init();
    if (reply instanceof Errno) throw reply;
    return client;
  }

  init(body: Partial<{ major: number; minor: number; flags: number; flags2: number }> = {}): fuse_init_out | Errno {
    const offer = { major: 7, minor: 45, max_readahead: 131072, flags: EVERYTHING, flags2: EVERYTHING, ...body };
    const reply = this.ask(INIT, { body: offer }) as Reply<fuse_init_out> | Errno;
    if (reply instanceof Errno) return reply;
    const { minor, flags, flags2 } = reply.body;
    this.protocol = { minor, features: featuresOf(flags, flags2) };
    return reply.body;
  }

  /** Sends a request; returns its `unique`. */
  send<In>(opcode: Opcode<In>, asking: Asking<In> = {}): number {
    this.#unique += 2;
    const { nodeid = FUSE_ROOT_ID, uid = 0, gid = 0, ...rest } = asking;
    this.session.receive(
      encodeRequest(opcode, { unique: this.#unique, nodeid, uid, gid, pid: 1, ...rest }, this.protocol),
    );
    return this.#unique;
  }

  /** Takes the reply to a request, which must have come; its length is judged as Linux does. */
  reply<Out>(opcode: Opcode<never, Out>, unique: number, room = 2 ** 20): Reply<Out> | Errno {
    const index = this.messages.findIndex((each) => decodeReplyHeader(each).unique === unique);
    const message = this.messages[index];
    if (message === undefined) throw new Error(`no reply to ${opcode.name}`);
    this.messages.splice(index, 1);
    const { error } = decodeReplyHeader(message);
    if (error !== 0) return errnoOf(-error);
    const reply = decodeReply(opcode as unknown as Opcode<unknown, Out>, message, { protocol: this.protocol, room });
    if (reply === null) throw new Error(`${opcode.name}: a reply of ${message.length} bytes`);
    return reply;
  }

  /** Takes the reply to a request, once it has come. */
  async eventually<Out>(opcode: Opcode<never, Out>, unique: number, room = 2 ** 20): Promise<Reply<Out> | Errno> {
    while (!this.messages.some((each) => decodeReplyHeader(each).unique === unique)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.reply(opcode, unique, room);
  }

  /** Sends a request and takes the reply, which must have come at once. */
  ask<In, Out>(opcode: Opcode<In, Out>, asking: Asking<In> = {}): Reply<Out> | Errno {
    const size = (asking.body as { size?: number } | undefined)?.size;
    return this.reply(opcode as Opcode<never, Out>, this.send(opcode, asking), size);
  }

  /** As {@link ask}, for requests that must succeed. */
  get<In, Out>(opcode: Opcode<In, Out>, asking: Asking<In> = {}): Out {
    const reply = this.ask(opcode, asking);
    if (reply instanceof Errno) throw reply;
    return reply.body;
  }
}

/** Bytes of a text in ASCII. */
export const bytes = (text: string): Uint8Array => toBytes(text);
