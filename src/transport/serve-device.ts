import { ECONNABORTED, ENODEV, ENOENT, EPERM } from '../abi/errno.ts';
import { joined } from '../abi/message.ts';
import { copyOfMessage } from '../abi/message-memory.ts';
import { IOV_MAX, tryReadRequest, writeNotification, writeReply, writeReplyInPieces } from '../linux/fuse-device.ts';
import { Linger } from '../linux/linger.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor } from '../linux/sockets.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import type { Limits } from '../server/negotiate.ts';
import { Session, type Way } from '../server/session.ts';
import type { Watch } from './reactor.ts';

/** The room that a reader must offer: the largest WRITE, 256 pages, and what is around it. */
const LARGEST_REQUEST = (1 << 20) + 8192; // bytes
/** Requests taken from one device in one turn, so that timers and sockets of a busy server have theirs. */
const REQUESTS_A_TURN = 64;

/** One descriptor of the device. */
interface Reader {
  readonly fd: number;
  readonly linger: Linger;
  /** Requests are answered through the descriptor that they came from. */
  readonly way: Way;
}

/** How the Linux kernel's device is served. */
export interface DeviceOptions {
  readonly limits?: Limits;
  /** Told what is wrong with a message, and what the server's methods threw by mistake. */
  log?(line: string): void;
  /** Hears each message of the kernel before the server does. */
  onRequest?(message: Uint8Array): void;
  /** Hears each reply before the kernel does. */
  onReply?(message: Uint8Array): void;
}

/**
 * Serves a connection of the Linux kernel on this process's event loop, through one device descriptor or several.
 *
 * This thread answers the kernel, so it must never wait for the kernel to have an answer: no synchronous call below the
 * mount point. Notifications are written by another thread for that reason.
 */
export class DeviceService {
  readonly session: Session;
  /** Settles when the connection is over, and every descriptor closed. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #options: DeviceOptions;
  readonly #reactor = new NodeReactor();
  readonly #watches = new Map<number, Watch>();
  /** Called after the first message of a descriptor. */
  readonly #firsts = new Map<number, () => void>();
  readonly #buffer = new Uint8Array(LARGEST_REQUEST);
  /** Settles when the last notification has been written, or refused. */
  #notified: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(server: FuseServer, options: DeviceOptions) {
    this.#options = options;
    const { promise, resolve } = withResolvers();
    this.ended = promise;
    this.#end = resolve;
    const { limits, log } = options;
    this.session = new Session(server, {
      send: () => {
        throw new Error('a reply belongs to the device that its request came from');
      },
      sendNotification: (message) => this.#notify(message),
      ...(limits === undefined ? {} : { limits }),
      ...(log === undefined ? {} : { log: (line: string) => log(line) }),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Serves a descriptor, which belongs to this service from now on. Settles when the first message was answered: 'refused'
   * when that was INIT and the server cannot be used. What comes after that may have ended it all by then.
   */
  add(fd: number): Promise<'answered' | 'refused'> {
    const reader = { fd, linger: new Linger(fd), way: this.#wayOf(fd) };
    const watch = this.#reactor.watch(fd, { readable: true, writable: false }, () => this.#ready(reader));
    this.#watches.set(fd, watch);
    return new Promise((resolve) =>
      this.#firsts.set(fd, () => resolve(this.session.protocol === null ? 'refused' : 'answered')),
    );
  }

  /** Closes all descriptors: the kernel aborts the connection, and whoever waits for an answer gets an error. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const [fd, watch] of this.#watches) {
      watch.close();
      closeDescriptor(fd);
    }
    this.#watches.clear();
    this.session.close();
    this.#end();
  }

  #wayOf(fd: number): Way {
    return {
      send: (reply) => this.#reply(fd, reply),
      sendPieces: (pieces) => this.#replyInPieces(fd, pieces),
    };
  }

  #ready({ fd, linger, way }: Reader): void {
    for (let taken = 0; taken < REQUESTS_A_TURN && this.#watches.has(fd); taken++) {
      const length = this.#take(fd) ?? (taken > 0 && this.#comesAtOnce(linger) ? this.#take(fd) : null);
      if (length === null) return;
      const message = copyOfMessage(this.#buffer.subarray(0, length));
      this.#options.onRequest?.(message);
      this.session.receive(message, way);
      this.#firsts.get(fd)?.();
      this.#firsts.delete(fd);
    }
  }

  /** Whoever has got an answer often asks again at once. A server that has yet to answer needs the event loop. */
  #comesAtOnce(linger: Linger): boolean {
    return !this.#isOver && !this.session.isBusy && linger.isWorthIt();
  }

  /** The length of the next request; null when there is none, or nobody to send any. */
  #take(fd: number): number | null {
    try {
      return tryReadRequest(fd, this.#buffer);
    } catch (error) {
      if (error !== ENODEV && error !== ECONNABORTED && error !== EPERM) throw error;
      this.close();
      return null;
    }
  }

  /** Only what somebody listens to is joined: Linux takes the pieces as they are. */
  #replyInPieces(fd: number, pieces: readonly Uint8Array[]): void {
    if (this.#options.onReply !== undefined || pieces.length > IOV_MAX) this.#reply(fd, joined(pieces));
    else this.#write(fd, () => writeReplyInPieces(fd, pieces));
  }

  #reply(fd: number, message: Uint8Array): void {
    if (this.#watches.has(fd)) this.#options.onReply?.(message);
    this.#write(fd, () => writeReply(fd, message));
  }

  /** @throws the kernel's errno when it refuses the reply */
  #write(fd: number, write: () => void): void {
    if (!this.#watches.has(fd)) return;
    try {
      write();
    } catch (error) {
      // Whoever asked has gone: killed, or the connection was aborted.
      if (error !== ENOENT && error !== ENODEV) throw error;
    }
  }

  /**
   * Sends notifications one after the other. Each may have to wait until the server has answered a request, and what the
   * server uses for that may need one of libuv's few threads: all of them in here would be a deadlock.
   *
   * @throws Errno what Linux says: ENOENT for what it does not know, ENODEV when the connection is over
   */
  #notify(message: Uint8Array): Promise<void> {
    const written = this.#notified.then(() => this.#writeNotification(message));
    this.#notified = written.catch(() => {});
    return written;
  }

  async #writeNotification(message: Uint8Array): Promise<void> {
    const [fd] = this.#watches.keys();
    if (fd === undefined) throw ENODEV;
    await writeNotification(fd, message);
  }
}

/** Promise.withResolvers, which Node has from version 22 on. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
