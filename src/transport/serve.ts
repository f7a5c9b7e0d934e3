import { ECONNRESET, Errno } from '../abi/errno.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor, tryReceive, trySend } from '../linux/sockets.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { Session } from '../server/session.ts';
import type { Watch } from './reactor.ts';

const LARGEST_REQUEST = (1 << 20) + 8192; // bytes: 256 pages and their headers
/** Requests taken in one turn, so that timers and other sockets of a busy server have theirs. */
const REQUESTS_A_TURN = 64;
/** Milliseconds until the next try when the host has no memory for a reply. */
const MEMORY_PAUSE = 1;

/** How a descriptor is served. */
export interface ServeOptions {
  /** Told what is wrong with a message, and what the server's methods threw by mistake. */
  log?(line: string): void;
}

/**
 * Serves an inherited SOCK_SEQPACKET descriptor until its other end closes, on this process's event loop: a server may
 * answer at once or later. The descriptor is closed at the end. While replies find no room, no requests are taken.
 *
 * @throws Error when the other end sends what can be no request
 */
export function serveDescriptor(server: FuseServer, fd: number, { log }: ServeOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    new DescriptorService(server, fd, log, (error) => (error === null ? resolve() : reject(error))).start();
  });
}

class DescriptorService {
  readonly #fd: number;
  readonly #session: Session;
  readonly #done: (error: unknown) => void;
  readonly #buffer = new Uint8Array(LARGEST_REQUEST);
  /** Replies that found no room yet, oldest first. */
  readonly #outgoing: Uint8Array[] = [];
  #watch: Watch | null = null;

  constructor(server: FuseServer, fd: number, log: ServeOptions['log'], done: (error: unknown) => void) {
    this.#fd = fd;
    this.#done = done;
    const send = (reply: Uint8Array): void => this.#send(reply);
    this.#session = new Session(server, log === undefined ? { send } : { send, log });
  }

  start(): void {
    this.#watch = new NodeReactor().watch(this.#fd, { readable: true, writable: false }, () => this.#ready());
  }

  #ready(): void {
    if (this.#watch === null) return;
    try {
      if (this.#flush() && !this.#receive()) this.#end(null);
    } catch (error) {
      this.#end(error instanceof Errno ? null : error);
    }
  }

  /** Takes requests. Returns whether there is anybody left to send some. */
  #receive(): boolean {
    for (let taken = 0; taken < REQUESTS_A_TURN && this.#outgoing.length === 0; taken++) {
      const length = this.#take();
      if (length === null) break;
      if (length === 0) return false;
      if (length > this.#buffer.length) throw new Error(`a request of ${length} bytes is longer than any can be`);
      this.#session.receive(this.#buffer.slice(0, length));
    }
    return true;
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
      const sent = trySend(this.#fd, reply);
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

  #end(error: unknown): void {
    if (this.#watch === null) return;
    this.#watch.close();
    this.#watch = null;
    this.#session.close();
    closeDescriptor(this.#fd);
    this.#done(error);
  }
}
