import type { Errno } from '../../src/abi/errno.ts';
import type { IncomingRequest, Protocol, Reply } from '../../src/abi/message.ts';
import type { Opcode } from '../../src/abi/opcodes.ts';
import type { fuse_in_header } from '../../src/abi/structs.ts';
import type { Node } from './node.ts';
import type { Settings } from './settings.ts';

/** What the answers of a trace's server are made of. */
export interface ServerState {
  readonly settings: Settings;
  readonly protocol: Protocol;
  nodeOf(nodeid: number | bigint): Node;
  /** A new file below a directory. */
  create(parent: Node, name: string, mode: number, owner: readonly [uid: number, gid: number]): Node;
  /** A new file without a name. */
  createUnnamed(mode: number, owner: readonly [uid: number, gid: number]): Node;
  nextHandle(): bigint;
}

/** A request, taken apart. */
export interface Asked<In = unknown> extends IncomingRequest<In> {
  readonly header: fuse_in_header;
  readonly node: Node;
}

/** What a request is answered. */
export type Answered<Out = unknown> = Partial<Reply<Out>> | Errno;

/** How one kind of request is answered. */
export interface AnswerRow {
  readonly name: string;
  answer(server: ServerState, asked: Asked): Answered;
}

/** Ties an answer to its opcode. */
export const answerTo = <In, Out>(
  opcode: Opcode<In, Out>,
  answer: (server: ServerState, asked: Asked<In>) => Answered<Out>,
): AnswerRow => ({ name: opcode.name, answer: (server, asked) => answer(server, asked as Asked<In>) });

/** Success without content. */
export const DONE: Partial<Reply<undefined>> = {};

/** Seconds of validity in the two fields of the wire. */
export function validity(seconds: number): [seconds: number, nanoseconds: number] {
  const whole = Math.floor(seconds);
  return [whole, Math.round((seconds - whole) * 1e9)];
}
