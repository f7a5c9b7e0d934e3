import { viewOf } from '../../src/abi/bytes.ts';
import { decodeRequest, decodeRequestHeader, type Protocol } from '../../src/abi/message.ts';
import {
  BATCH_FORGET,
  BMAP,
  FORGET,
  NOTIFY_REPLY,
  type Opcode,
  opcodeOf,
  RELEASE,
  RELEASEDIR,
} from '../../src/abi/opcodes.ts';
import { describeRequest } from '../../src/fusefs/testing/describe-request.ts';

/** What a trace shows of each request beside its own fields: nothing, who asks, or the bytes of the message. */
export type Detail = 'none' | 'caller' | 'length';

const inBackground = new Set<Opcode | undefined>([RELEASE, RELEASEDIR, FORGET, BATCH_FORGET]);

/** What requests that others do not look into say. */
const moreFields: Readonly<Record<string, (message: Uint8Array, protocol: Protocol) => string>> = {
  NOTIFY_REPLY(message, protocol) {
    return ` datalen=${decodeRequest(NOTIFY_REPLY, message, protocol).data.length}`;
  },
  BMAP(message, protocol) {
    const { body } = decodeRequest(BMAP, message, protocol);
    return ` block=${body.block} blocksize=${body.blocksize}`;
  },
};

/** A uid or gid that is none is -1. */
const identity = (id: number): number => id | 0;

function detailOf(message: Uint8Array, detail: Detail): string {
  const { len, uid, gid, pid } = decodeRequestHeader(message);
  if (detail === 'length') return ` [len ${len}]`;
  return detail === 'caller' ? ` uid=${identity(uid)} gid=${identity(gid)} pid=${pid === 0 ? '0' : 'Y'}` : '';
}

function extensionsOf(message: Uint8Array): string {
  const bytes = 8 * viewOf(message).getUint16(36, true);
  return bytes === 0 ? '' : ` ext=${bytes}:${Buffer.from(message.subarray(-bytes)).toString('hex')}`;
}

/**
 * A request as the lines of a trace: `LOOKUP n=1 'f'`. Addresses, the client's own numbers for files, and what commands
 * carry are left out: they differ from run to run, or the oracle compares them.
 */
export function describe(message: Uint8Array, protocol: Protocol, detail: Detail): string[] {
  const name = opcodeOf(decodeRequestHeader(message).opcode)?.name ?? 'unknown';
  const more = (moreFields[name]?.(message, protocol) ?? '') + extensionsOf(message) + detailOf(message, detail);
  return describeRequest(message, protocol).map((line) => line.replace(/ arg=\S+| data=.*/g, '') + more);
}

/** Whether requests like this one come when they come, nobody waiting. */
export const comesLater = (message: Uint8Array): boolean =>
  inBackground.has(opcodeOf(decodeRequestHeader(message).opcode));
