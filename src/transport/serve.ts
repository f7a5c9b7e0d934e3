import { readlinkSync } from 'node:fs';
import { EBADF, ECONNRESET, EIO, EMSGSIZE, ENOTSOCK, Errno } from '../abi/errno.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { decodeReplyHeader, encodeError, joined } from '../abi/message.ts';
import { copyOfMessage } from '../abi/message-memory.ts';
import { Linger } from '../linux/linger.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { trySendParts } from '../linux/send-parts.ts';
import {
  closeDescriptor,
  isConnected,
  isSeqpacket,
  packetCeiling,
  raiseSendBuffer,
  type Sent,
  tryReceive,
  trySend,
} from '../linux/sockets.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { Session } from '../server/session.ts';
import type { Watch } from './reactor.ts';

const LARGEST_DATA = 1 << 20; // bytes: 256 pages
/** Beside the data: headers and the like, in bytes. */
const AROUND_DATA = 2 * PAGE_SIZE;
const LARGEST_MESSAGE = LARGEST_DATA + AROUND_DATA;
/** Requests taken in one turn, so that timers and other sockets of a busy server have theirs. */
const REQUESTS_A_TURN = 64;
/** Milliseconds until the next try when the host has no memory for a reply. */
const MEMORY_PAUSE = 1;

/** How a descriptor is served. */
export interface ServeOptions {
  /** Told what is wrong with a message, and what the server's methods threw by mistake. */
  log?(line: string): void;
  /** Ends the service, as if the other end had closed. */
  readonly signal?: AbortSignal;
}

/**
 * Serves an inherited SOCK_SEQPACKET descriptor until its other end closes, on this process's event loop: a server may
 * answer at once or later. The descriptor is closed at the end. While replies find no room, no requests are taken.
 *
 * @throws Error when the descriptor is none that can be served, or the other end sends what can be no request
 */
export async function serveDescriptor(server: FuseServer, fd: number, options: ServeOptions = {}): Promise<void> {
  checkDescriptor(fd);
  await new Promise<void>((resolve, reject) => {
    const done = (error: unknown): void => {
      options.signal?.removeEventListener('abort', giveUp);
      if (error === null) resolve();
      else reject(error);
    };
    const service = new DescriptorService(server, fd, options.log, done);
    const giveUp = (): void => service.end(null);
    service.start();
    options.signal?.addEventListener('abort', giveUp, { once: true });
    if (options.signal?.aborted === true) giveUp();
  });
}

/** @throws Error saying what a descriptor is instead of one end of a pair of packet sockets */
function checkDescriptor(fd: number): void {
  const expected = 'one end of a SOCK_SEQPACKET pair is expected';
  try {
    if (!isSeqpacket(fd)) {
      throw new Error(`descriptor ${fd} is a socket that does not keep messages apart; ${expected}`);
    }
    if (!isConnected(fd)) throw new Error(`descriptor ${fd} is a socket that is not connected; ${expected}`);
  } catch (error) {
    if (error === EBADF) throw new Error(`descriptor ${fd} is not open; ${expected}`);
    if (error !== ENOTSOCK) throw error;
    const what = readlinkSync(`/proc/self/fd/${fd}`);
    const advice = what === '/dev/fuse' ? '; that one is for mountKernel, or fusewire mount' : '';
    throw new Error(`descriptor ${fd} is ${what}, no socket; ${expected}${advice}`);
  }
}

class DescriptorService {
  readonly #fd: number;
  readonly #session: Session;
  readonly #done: (error: unknown) => void;
  readonly #log: ServeOptions['log'];
  readonly #buffer = new Uint8Array(LARGEST_MESSAGE);
  readonly #linger: Linger;
  /** Replies that found no room yet, oldest first. */
  readonly #outgoing: Uint8Array[] = [];
  #watch: Watch | null = null;

  constructor(server: FuseServer, fd: number, log: ServeOptions['log'], done: (error: unknown) => void) {
    this.#fd = fd;
    this.#linger = new Linger(fd);
    this.#done = done;
    this.#log = log;
    if (packetCeiling(fd) < LARGEST_MESSAGE) raiseSendBuffer(fd, LARGEST_MESSAGE);
    const limits = { maxData: Math.min(LARGEST_DATA, packetCeiling(fd) - AROUND_DATA) };
    this.#session = new Session(server, {
      send: (reply) => this.#send(reply),
      sendPieces: (pieces) => this.#sendPieces(pieces),
      limits,
      ...(log === undefined ? {} : { log }),
    });
  }

  start(): void {
    this.#watch = new NodeReactor().watch(this.#fd, { readable: true, writable: false }, () => this.#ready());
  }

  #ready(): void {
    if (this.#watch === null) return;
    try {
      if (this.#flush() && !this.#receive()) this.end(null);
    } catch (error) {
      this.end(error instanceof Errno ? null : error);
    }
  }

  /** Takes requests. Returns whether there is anybody left to send some. */
  #receive(): boolean {
    for (let taken = 0; taken < REQUESTS_A_TURN && this.#outgoing.length === 0; taken++) {
      const length = this.#take() ?? (taken > 0 && this.#comesAtOnce() ? this.#take() : null);
      if (length === null) break;
      if (length === 0) return false;
      if (length > this.#buffer.length) throw new Error(`a request of ${length} bytes is longer than any can be`);
      this.#session.receive(copyOfMessage(this.#buffer.subarray(0, length)));
    }
    return true;
  }

  /** Whoever has got a reply often asks again at once. A server that has yet to answer needs the event loop. */
  #comesAtOnce(): boolean {
    return !this.#session.isBusy && this.#outgoing.length === 0 && this.#linger.isWorthIt();
  }

  /** As tryReceive. That replies went unread is told by an error once, and does not matter here. */
  #take(): number | null {
    try {
      return tryReceive(this.#fd, this.#buffer);
    } catch (error) {
      if (error === ECONNRESET) return tryReceive(this.#fd, this.#buffer);
      throw error;
    }
  }

  /** Pieces are joined only when they have to wait, or to be told what is wrong with them: the server may change them. */
  #sendPieces(pieces: readonly Uint8Array[]): void {
    if (this.#watch === null) return;
    if (this.#outgoing.length > 0 || !this.#isSent(pieces)) this.#send(joined(pieces));
  }

  #isSent(pieces: readonly Uint8Array[]): boolean {
    try {
      return trySendParts(this.#fd, pieces) === 'sent';
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return false;
    }
  }

  #send(reply: Uint8Array): void {
    if (this.#watch === null) return;
    this.#outgoing.push(reply);
    if (this.#outgoing.length > 1) return;
    try {
      this.#flush();
    } catch (error) {
      // The other side is gone: the end of what it sent is about to be read, and nobody waits for this.
      if (!(error instanceof Errno)) throw error;
      this.#outgoing.length = 0;
    }
  }

  /** Sends what waits. Returns whether nothing is left. @throws EPIPE, ECONNRESET when the other side is gone */
  #flush(): boolean {
    for (let reply = this.#outgoing[0]; reply !== undefined; reply = this.#outgoing[0]) {
      const sent = this.#trySend(reply);
      if (sent !== 'sent') {
        this.#watch?.setInterest({ readable: false, writable: sent === 'full' });
        if (sent === 'no memory') setTimeout(() => this.#ready(), MEMORY_PAUSE);
        return false;
      }
      this.#outgoing.shift();
    }
    this.#watch?.setInterest({ readable: true, writable: false });
    return true;
  }

  /** As trySend. A reply that can never go is EIO for who waits for it: a client that knows no limits asked for too much. */
  #trySend(reply: Uint8Array): Sent {
    try {
      return trySend(this.#fd, reply);
    } catch (error) {
      const { unique } = decodeReplyHeader(reply);
      if (error !== EMSGSIZE || unique === 0) throw error;
      this.#log?.(`a reply of ${reply.length} bytes is longer than a packet may be`);
      const instead = encodeError(unique, EIO);
      this.#outgoing[0] = instead;
      return trySend(this.#fd, instead);
    }
  }

  /** Ends the service, with null when nothing is wrong. */
  end(error: unknown): void {
    if (this.#watch === null) return;
    this.#watch.close();
    this.#watch = null;
    this.#session.close();
    closeDescriptor(this.#fd);
    this.#done(error);
  }
}
