import { address } from 'koffi';
import { checkUninterrupted, libc } from './libc.ts';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** Where things lie in the one block that a call gets, on 64-bit machines: msghdr, iovec, cmsghdr with a descriptor, the packet. */
const VECTOR_AT = 56;
const CONTROL_AT = 72;
const CONTROL_LENGTH = 20;
const CONTROL_SPACE = 24;
const PACKET_AT = CONTROL_AT + CONTROL_SPACE;

type Message = (fd: number, header: Uint8Array, flags: number) => number;

const libcSendmsg = libc.func('long sendmsg(int, void *, int)') as unknown as Message;
const libcRecvmsg = libc.func('long recvmsg(int, void *, int)') as unknown as Message;

/**
 * Sends a descriptor of this process with a packet of at least one byte, by SCM_RIGHTS: unix(7).
 *
 * @throws EPIPE, ECONNRESET, EAGAIN, ETOOMANYREFS.
 */
export function sendDescriptor(socket: number, fd: number, packet: Uint8Array): void {
  const block = messageBlock(packet.length);
  const view = new DataView(block.buffer);
  view.setBigUint64(CONTROL_AT, BigInt(CONTROL_LENGTH), true);
  view.setInt32(CONTROL_AT + 8, SOL_SOCKET, true);
  view.setInt32(CONTROL_AT + 12, SCM_RIGHTS, true);
  view.setInt32(CONTROL_AT + 16, fd, true);
  block.set(packet, PACKET_AT);
  checkUninterrupted(() => libcSendmsg(socket, block, MSG_NOSIGNAL));
}

/** A packet that came, and the descriptor that came with it; null without one. */
export interface PacketWithDescriptor {
  readonly packet: Uint8Array;
  readonly fd: number | null;
}

/** Receives a packet of at most `room` bytes; its descriptor is close-on-exec and the caller's to close. */
export function receiveDescriptor(socket: number, room: number): PacketWithDescriptor {
  const block = messageBlock(room);
  const length = checkUninterrupted(() => libcRecvmsg(socket, block, MSG_CMSG_CLOEXEC));
  const view = new DataView(block.buffer);
  const came =
    view.getUint32(CONTROL_AT, true) === CONTROL_LENGTH && view.getInt32(CONTROL_AT + 12, true) === SCM_RIGHTS;
  return {
    packet: block.subarray(PACKET_AT, PACKET_AT + length),
    fd: came ? view.getInt32(CONTROL_AT + 16, true) : null,
  };
}

/** A struct msghdr and all it points to, in one block, so that it lives and stays in place as long as the call. */
function messageBlock(packetLength: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(PACKET_AT + packetLength);
  const base = address(block);
  const view = new DataView(block.buffer);
  view.setBigUint64(16, base + BigInt(VECTOR_AT), true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, base + BigInt(CONTROL_AT), true);
  view.setBigUint64(40, BigInt(CONTROL_SPACE), true);
  view.setBigUint64(VECTOR_AT, base + BigInt(PACKET_AT), true);
  view.setBigUint64(VECTOR_AT + 8, BigInt(packetLength), true);
  return block;
}
