import type { Socket } from 'node:net';
import { fuse_in_header } from '../../abi/structs.ts';
import { Session } from '../../server/session.ts';
import { Garbled } from '../garbled.ts';
import { Frames } from './frames.ts';
import { answer, isSameToken, LONGEST_LINE, readHello } from './hello.ts';
import type { Place } from './places.ts';

const LARGEST_REQUEST = (1 << 20) + 8192; // bytes: 256 pages and their headers
const LINE_FEED = 0x0a;

/** What decides about a client, and what serves it. */
export interface Reception {
  /** What the client must say; null when anybody who can connect may. */
  readonly token: string | null;
  /** Milliseconds that it may take to say hello. */
  readonly helloTimeout: number;
  /** A place for a client that said hello, or why there is none, in words for the client. */
  admit(): Promise<Place | string>;
  /** Told why a client was turned away, what is wrong with a message, and what the server's methods threw by mistake. */
  log(line: string): void;
}

/**
 * Serves one client that has connected, until either side closes. Requests are taken only as fast as the client takes
 * its replies.
 */
export async function serveClient(socket: Socket, reception: Reception): Promise<void> {
  const incoming = new Incoming(socket);
  try {
    const line = await incoming.line(reception.helloTimeout);
    // Whoever goes without a word only looked whether anybody is there.
    const refusal = line === '' && !incoming.isLate ? null : refusalOf(line, incoming.isLate, reception);
    if (refusal !== null) reception.log(`turned away: ${refusal}`);
    else if (line !== '') await welcome(socket, incoming, reception);
  } catch (error) {
    if (!(error instanceof Garbled)) throw error;
    reception.log(`ended the connection: ${error.message}`);
  } finally {
    socket.destroy();
  }
}

/** Why a client is turned away without an answer; null when it is let in. */
function refusalOf(line: string, isLate: boolean, { token, helloTimeout }: Reception): string | null {
  if (isLate) return `it said no hello within ${helloTimeout / 1000} s`;
  const said = readHello(line);
  if (said === undefined) return 'it is no client of this version of Fusewire';
  if (token === null) return null;
  if (said.token === null) return 'no token';
  return isSameToken(said.token, token) ? null : 'wrong token';
}

async function welcome(socket: Socket, incoming: Incoming, { admit, log }: Reception): Promise<void> {
  const place = await admit();
  if (typeof place === 'string') {
    if (socket.writable) await new Promise<void>((resolve) => socket.end(answer(place), resolve));
    return;
  }
  const send = (message: Uint8Array): void => {
    if (socket.writable) socket.write(message);
  };
  const session = new Session(place.server, { send, log });
  let isUsed = false;
  try {
    socket.write(answer(null));
    for await (const request of requests(incoming)) {
      session.receive(request);
      isUsed ||= session.protocol !== null;
      if (socket.writableNeedDrain) await drained(socket);
    }
  } finally {
    session.close();
    place.leave(isUsed ? 'used' : 'unused');
  }
}

/** @throws Garbled */
async function* requests(incoming: Incoming): AsyncGenerator<Uint8Array> {
  const frames = new Frames({ what: 'request', least: fuse_in_header.size, largest: LARGEST_REQUEST });
  for (let chunk = await incoming.next(); chunk !== null; chunk = await incoming.next()) {
    frames.push(chunk);
    for (let message = frames.next(); message !== null; message = frames.next()) yield message;
  }
}

/** Settles when there is room for replies again, or nobody to take any. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    if (socket.destroyed) resolve();
    else socket.on('drain', settle).on('close', settle);
  });
}

/** What a client sends, in the pieces that come. */
class Incoming {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #kept: Uint8Array | null = null;
  #isLate = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  /** The next piece; null at the end, however it came. */
  async next(): Promise<Uint8Array | null> {
    const kept = this.#kept;
    this.#kept = null;
    if (kept !== null) return kept;
    try {
      const { value, done } = await this.#chunks.next();
      return done === true ? null : value;
    } catch (error) {
      // The socket's own error, or that it was closed here.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return null;
    }
  }

  /** Everything up to the first line feed, so much as a hello can have at the most; what there is at the end or too late. */
  async line(timeout: number): Promise<string> {
    const alarm = setTimeout(() => {
      this.#isLate = true;
      this.#socket.destroy();
    }, timeout);
    let line = '';
    while (line.length < LONGEST_LINE && !line.endsWith('\n')) {
      const chunk = await this.next();
      if (chunk === null) break;
      const end = chunk.indexOf(LINE_FEED) + 1 || chunk.length;
      if (end < chunk.length) this.#kept = chunk.subarray(end);
      line += Buffer.from(chunk.subarray(0, Math.min(end, LONGEST_LINE - line.length))).toString('latin1');
    }
    clearTimeout(alarm);
    return line;
  }

  /** Whether {@link line} took too long. */
  get isLate(): boolean {
    return this.#isLate;
  }
}
