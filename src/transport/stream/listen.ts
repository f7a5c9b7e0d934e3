import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ServerSource } from '../../server/server-source.ts';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { checkToken, newToken } from './hello.ts';
import { Places } from './places.ts';
import { serveClient } from './serve-client.ts';
import { SocketFile } from './socket-file.ts';

const HELLO_TIMEOUT = 5_000;
/** Connections that have not said hello yet. */
const MAX_STRANGERS = 64;
/** Milliseconds of silence after which TCP asks whether a client is still there. */
const KEEP_ALIVE = 60_000;
/** Bytes of replies that may wait for a client before no more of its requests are taken. */
const MAX_UNREAD = 65_536;

/** How a server listens; everything has a default. */
export interface ListenOptions {
  /** What a client must say before it is served: 16 to 512 printable characters. Default over TCP: a new one. */
  readonly token?: string;
  /** Milliseconds that a client may take to say hello; default 5 s. */
  readonly helloTimeout?: number;
  /** Told who is turned away, what is wrong with a message, and what the server's methods threw by mistake; default `console.error`. */
  log?(line: string): void;
}

/**
 * Serves on a stream socket, on this process's event loop: at `unix:PATH`, which this user alone may connect to, or at
 * `tcp:HOST:PORT` or `tcp:PORT`, where clients need a token. Without a HOST it is the loopback interface; port 0 is any
 * that is free. A socket that a dead process left at PATH is replaced.
 *
 * What is said is neither encrypted nor signed: beyond this machine, use it inside a tunnel. This thread answers, so it
 * must not call the server synchronously itself.
 *
 * @throws TypeError when the address or the token is none; Error when it cannot be listened at
 * @see {@link connect}, the other side
 */
export async function listen(server: ServerSource, address: string, options: ListenOptions = {}): Promise<Listening> {
  const parsed = parseAddress(address);
  if (options.token !== undefined) checkToken(options.token);
  const token = options.token ?? (parsed.kind === 'tcp' ? newToken() : null);
  const listener = createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE,
    highWaterMark: MAX_UNREAD,
  });
  const bound = await bind(listener, parsed);
  return new Listening({ source: server, listener, ...bound, token, options });
}

interface Bound {
  readonly address: Address;
  readonly file: SocketFile | null;
}

/** Begins to listen. Returns the address with the port that was found. @throws Error saying what is in the way */
async function bind(listener: Server, address: Address): Promise<Bound> {
  if (address.kind === 'unix') {
    const { fd, file } = SocketFile.listen(address.path);
    await begin(listener, { fd });
    return { address, file };
  }
  const { host, port } = address;
  try {
    await begin(listener, { host, port });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new Error(`${formatAddress(address)}: cannot be listened at: ${wrong[code] ?? message}`, { cause: error });
  }
  return { address: { ...address, port: (listener.address() as AddressInfo).port }, file: null };
}

const begin = (listener: Server, how: { fd: number } | { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(how, () => {
      listener.off('error', reject);
      resolve();
    });
  });

const wrong: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

interface Parts extends Bound {
  readonly source: ServerSource;
  readonly listener: Server;
  readonly token: string | null;
  readonly options: ListenOptions;
}

/** A server that listens. */
export class Listening implements AsyncDisposable {
  /** Where, as {@link connect} takes it, with the port that was found. */
  readonly address: string;
  /** What clients must say; null when they need not. */
  readonly token: string | null;
  readonly #parts: Parts;
  readonly #places: Places;
  readonly #sockets = new Set<Socket>();
  readonly #strangers = new Set<Socket>();
  readonly #conversations = new Set<Promise<void>>();
  #closed: Promise<void> | null = null;

  /** For {@link listen}. */
  constructor(parts: Parts) {
    const { source, address, token, listener } = parts;
    this.#parts = parts;
    this.#places = new Places(source, (line) => this.#log(line));
    this.address = formatAddress(address);
    this.token = token;
    listener.on('connection', (socket) => {
      const conversation = this.#serve(socket).finally(() => this.#conversations.delete(conversation));
      this.#conversations.add(conversation);
    });
    listener.on('error', (error) => this.#log(`cannot take a client: ${error.message}`));
  }

  /** How many clients are being served. */
  get clients(): number {
    return this.#sockets.size - this.#strangers.size;
  }

  /** Stops listening, and ends what is under way: clients see their server die. The socket's file is removed. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { file, listener } = this.#parts;
    file?.remove();
    const stopped = new Promise((resolve) => listener.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([stopped, ...this.#conversations]);
  }

  async #serve(socket: Socket): Promise<void> {
    const peer = socket.remoteAddress === undefined ? 'a client' : `${socket.remoteAddress}:${socket.remotePort}`;
    // Whoever reads or writes is told too.
    socket.on('error', () => {});
    if (this.#strangers.size >= MAX_STRANGERS) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#strangers.add(socket);
    try {
      await serveClient(socket, {
        token: this.token,
        helloTimeout: this.#parts.options.helloTimeout ?? HELLO_TIMEOUT,
        admit: () => {
          this.#strangers.delete(socket);
          return this.#places.take();
        },
        log: (line) => this.#log(`${peer}: ${line}`),
      });
    } finally {
      this.#strangers.delete(socket);
      this.#sockets.delete(socket);
    }
  }

  #log(line: string): void {
    const { log } = this.#parts.options;
    if (log === undefined) console.error(`FUSE server: ${line}`);
    else log(line);
  }
}
