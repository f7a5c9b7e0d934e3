import { ECONNRESET, EPIPE, type Errno } from '../../abi/errno.ts';
import { PAGE_SIZE } from '../../abi/linux.ts';
import { fuse_out_header } from '../../abi/structs.ts';
import type { DeviceFile, Ownership } from '../../fuse/device-file.ts';
import type { Sent } from '../../linux/sockets.ts';
import { tryReceiveSome, trySendSome } from '../../linux/stream-sockets.ts';
import { type SocketOptions, SocketTransport, type Wire } from '../socket.ts';
import { Frames } from './frames.ts';

/** Beside the data of a READ or a notification: headers and the like. */
const REPLY_OVERHEAD = PAGE_SIZE;
/** Bytes received at a time where no long message is under way. */
const CHUNK = 65_536;

/** Serves a device file over a stream socket: messages follow each other, and their own length bounds them. */
export class StreamTransport extends SocketTransport<Uint8Array> {
  constructor(options: SocketOptions) {
    super(options, new StreamWire(options.fd, options.connection.ceilings.maxPages * PAGE_SIZE + REPLY_OVERHEAD));
  }
}

class StreamWire implements Wire<Uint8Array> {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(CHUNK);
  readonly #frames: Frames;
  /** Bytes of the request at hand that went already. */
  #sent = 0;

  constructor(fd: number, largest: number) {
    this.#fd = fd;
    this.#frames = new Frames({ what: 'reply', least: fuse_out_header.size, largest });
  }

  /** Whole messages: of one that has gone in part the rest must follow, whatever becomes of its request. */
  take(file: DeviceFile): Uint8Array | null {
    return file.take(Number.POSITIVE_INFINITY);
  }

  send(request: Uint8Array): Sent {
    while (this.#sent < request.length) {
      const count = trySendSome(this.#fd, request.subarray(this.#sent));
      if (count === 'no memory') return count;
      if (count === 0) return 'full';
      this.#sent += count;
    }
    this.#sent = 0;
    return 'sent';
  }

  receive(deliver: (reply: Uint8Array, ownership: Ownership) => void): 'some' | 'none' | 'end' {
    const frames = this.#frames;
    const { rest } = frames;
    const count = tryReceiveSome(this.#fd, rest ?? this.#buffer);
    if (count === null) return 'none';
    if (count === 0) return 'end';
    if (rest === null) frames.push(this.#buffer.subarray(0, count));
    else frames.filled(count);
    for (let reply = frames.next(); reply !== null; reply = frames.next()) {
      deliver(reply, reply.buffer === this.#buffer.buffer ? 'borrowed' : 'given');
    }
    return 'some';
  }

  describeEnd(error: Errno | null): string {
    const isPlain = error === null || error === EPIPE || error === ECONNRESET;
    return isPlain ? 'it closed the connection' : `the connection broke: ${error.text}`;
  }
}
