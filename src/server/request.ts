import type { IncomingRequest } from '../abi/message.ts';
import type * as opcodes from '../abi/opcodes.ts';
import type { Opcode } from '../abi/opcodes.ts';
import type { fuse_in_header } from '../abi/structs.ts';
import { readExtensions, type SecurityContext } from './extensions.ts';

type Rows = typeof opcodes;

/** The opcodes by the names of their constants. */
export type OpcodeName = { [K in keyof Rows]: Rows[K] extends Opcode<infer _, infer _> ? K : never }[keyof Rows];

/** The fixed part of an opcode's requests, as its row has it. */
export type Body<Name extends OpcodeName> = Rows[Name] extends Opcode<infer In, infer _> ? In : never;

/** The fixed part of an opcode's replies, as its row has it. */
export type ReplyBody<Name extends OpcodeName> = Rows[Name] extends Opcode<infer _, infer Out> ? Out : never;

/** What came with one request, beside the names and bytes that its method gets as arguments. */
export class Request<In = unknown> {
  readonly opcode: Opcode;
  readonly unique: number;
  /** The inode that the request is about; for names the directory. */
  readonly nodeid: bigint;
  /** The caller's fsuid and fsgid. */
  readonly uid: number;
  readonly gid: number;
  /** The calling thread; 0 when the server's pid namespace has no number for it. */
  readonly pid: number;
  readonly body: In;
  readonly #extensions: Uint8Array;
  #controller: AbortController | null = null;
  #interrupted = false;

  /**
   * For the session.
   *
   * @internal
   */
  constructor(opcode: Opcode, header: fuse_in_header, { body, extensions }: IncomingRequest<In>) {
    this.opcode = opcode;
    this.unique = header.unique;
    this.nodeid = header.nodeid;
    this.uid = header.uid;
    this.gid = header.gid;
    this.pid = header.pid;
    this.body = body;
    this.#extensions = extensions;
  }

  /**
   * What a new file shall be labelled with, if the server took SECURITY_CTX. Read when it is asked for, as `groups` is.
   *
   * @throws EINVAL when the client wrote it wrongly
   */
  get securityContexts(): readonly SecurityContext[] {
    return readExtensions(this.#extensions).securityContexts;
  }

  /**
   * The caller's supplementary group that is the directory's, if there is one and the server took CREATE_SUPP_GROUP; a
   * client may name more.
   *
   * @throws EINVAL when the client wrote it wrongly
   */
  get groups(): readonly number[] {
    return readExtensions(this.#extensions).groups;
  }

  /**
   * Aborts when the caller has a signal, or the session ends. The method may then give up with EINTR, or go on: its
   * reply counts either way. What rejects with an AbortError by this signal is EINTR.
   */
  get interrupted(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#interrupted) this.#controller.abort();
    return this.#controller.signal;
  }

  /**
   * For the session alone: an INTERRUPT came.
   *
   * @internal
   */
  interrupt(): void {
    this.#interrupted = true;
    this.#controller?.abort();
  }
}
