import { PAGE_SIZE } from '../abi/linux.ts';
import type { DeviceFile, Ownership } from '../fuse/device-file.ts';
import { Request } from '../fuse/request.ts';
import { trySendParts } from '../linux/send-parts.ts';
import { type Sent, tryReceive, trySend } from '../linux/sockets.ts';
import { Garbled } from './garbled.ts';
import { Reassembly } from './reassembly.ts';
import { type Outgoing, type SocketOptions, SocketTransport, type Wire } from './socket.ts';

/** Beside the data of a READ or a notification: headers and the like. */
const REPLY_OVERHEAD = PAGE_SIZE;

/** What a transport of packets connects. */
export interface SeqpacketOptions extends SocketOptions {
  /** The largest packet that the socket carries, in bytes. */
  readonly packetLimit: number;
}

/** Serves a device file over a SOCK_SEQPACKET socket: each request is one packet, each reply one or more. */
export class SeqpacketTransport extends SocketTransport {
  constructor(options: SeqpacketOptions) {
    const largest = options.connection.ceilings.maxPages * PAGE_SIZE + REPLY_OVERHEAD;
    super(options, new PacketWire(options.fd, options.packetLimit, largest));
  }
}

class PacketWire implements Wire<Outgoing> {
  readonly #room: number;
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #reassembly: Reassembly;

  constructor(fd: number, room: number, largest: number) {
    this.#fd = fd;
    this.#room = room;
    this.#buffer = new Uint8Array(Math.max(largest, room));
    this.#reassembly = new Reassembly(largest);
  }

  take(file: DeviceFile): Outgoing | null {
    return file.takeAsItIs(this.#room);
  }

  send(request: Outgoing): Sent {
    if (!(request instanceof Request)) return trySend(this.#fd, request);
    const { message, lent } = request;
    return trySendParts(this.#fd, [message, ...(lent ?? [])]);
  }

  receive(deliver: (reply: Uint8Array, ownership: Ownership) => void): 'some' | 'none' | 'end' {
    const length = tryReceive(this.#fd, this.#buffer);
    if (length === null) return 'none';
    if (length === 0) return 'end';
    if (length > this.#buffer.length) throw new Garbled(`a packet of ${length} bytes is too long for a reply`);
    const packet = this.#buffer.subarray(0, length);
    const reply = this.#reassembly.push(packet);
    if (reply !== null) deliver(reply, reply === packet ? 'borrowed' : 'given');
    return 'some';
  }

  /** The daemon's own end tells more. */
  describeEnd(): null {
    return null;
  }
}
