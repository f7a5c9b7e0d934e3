import { address } from 'koffi';
import { libc } from './libc.ts';
import { type Sent, sentBy } from './sockets.ts';

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Where things lie in a struct msghdr and in a struct iovec of 64-bit machines, in words. */
const VECTOR = 2;
const VECTOR_LENGTH = 3;
const HEADER_WORDS = 7;
const ENTRY_WORDS = 2;

type Message = (fd: number, header: BigUint64Array, flags: number) => number;
const libcSendmsg = libc.func('long sendmsg(int, void *, int)') as unknown as Message;

/** For up to so many parts, which is more than pages of 128 KiB and a header have: made once, which takes a microsecond. */
const usual = newBlock(40);

/** As trySend(), of a packet that lies in several pieces of memory. Up to 1,024 of them: IOV_MAX. */
export function trySendParts(fd: number, parts: readonly Uint8Array[]): Sent {
  const needed = HEADER_WORDS + ENTRY_WORDS * parts.length;
  const block = needed <= usual.length ? usual : newBlock(parts.length);
  block[VECTOR_LENGTH] = BigInt(parts.length);
  let at = HEADER_WORDS;
  for (const part of parts) {
    block[at] = address(part);
    block[at + 1] = BigInt(part.length);
    at += ENTRY_WORDS;
  }
  return sentBy(() => libcSendmsg(fd, block, MSG_DONTWAIT | MSG_NOSIGNAL));
}

/** A message and its vector in one block, so that they live and stay in place as long as a call. */
function newBlock(parts: number): BigUint64Array {
  const block = new BigUint64Array(HEADER_WORDS + ENTRY_WORDS * parts);
  block[VECTOR] = address(block) + BigInt(HEADER_WORDS * block.BYTES_PER_ELEMENT);
  return block;
}
