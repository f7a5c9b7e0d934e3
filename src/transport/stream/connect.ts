import { lookup } from 'node:dns/promises';
import { EACCES, EAGAIN, ECONNREFUSED, ECONNRESET, ENOENT, EPIPE, Errno } from '../../abi/errno.ts';
import type { Interest } from '../../linux/reactor.ts';
import { closeDescriptor } from '../../linux/sockets.ts';
import {
  beginConnect,
  connectError,
  type StreamAddress,
  tryReceiveSome,
  trySendSome,
} from '../../linux/stream-sockets.ts';
import type { Reactor } from '../reactor.ts';
import { type Address, parseAddress } from './address.ts';
import { checkToken, hello, LONGEST_LINE, readAnswer } from './hello.ts';

const CONNECT_TIMEOUT = 10_000;
const INIT_TIMEOUT = 30_000;
const LINE_FEED = 0x0a;

/** How to reach a server that listens; everything has a default. */
export interface ConnectOptions {
  /** What to call it in messages; its address by default. */
  readonly name?: string;
  /** What the server wants to hear before it serves; over TCP it always wants one. Default: null, none. */
  readonly token?: string | null;
  /** Milliseconds until it must have let us in; default 10 s. */
  readonly connectTimeout?: number;
  /** Milliseconds that it may take to answer INIT; default 30 s. */
  readonly initTimeout?: number;
}

/** A FUSE server that listens on a stream socket. */
export interface Remote {
  readonly kind: 'remote';
  readonly address: Address;
  readonly name: string;
  readonly token: string | null;
  readonly connectTimeout: number; // milliseconds
  readonly initTimeout: number; // milliseconds
}

/**
 * Describes a server that listens at `unix:PATH`, `tcp:HOST:PORT` or `tcp:PORT`, for {@link mount}.
 *
 * @throws TypeError when the address is none, or the token cannot be one
 */
export function connect(address: string, options: ConnectOptions = {}): Remote {
  if (typeof options.token === 'string') checkToken(options.token);
  return {
    kind: 'remote',
    address: parseAddress(address),
    name: options.name ?? address,
    token: options.token ?? null,
    connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
    initTimeout: options.initTimeout ?? INIT_TIMEOUT,
  };
}

/**
 * Connects, and says hello. Returns the socket, on which FUSE messages follow; it is the caller's to close.
 *
 * @throws Error that names the server and what is wrong; the signal's reason
 */
export async function openRemote(remote: Remote, reactor: Reactor, signal?: AbortSignal): Promise<number> {
  const { name, address, connectTimeout } = remote;
  const deadline = AbortSignal.timeout(connectTimeout);
  const line = new Line(reactor, signal === undefined ? deadline : AbortSignal.any([deadline, signal]));
  try {
    await line.connect(await resolve(address));
    await line.send(Buffer.from(hello(remote.token)));
    const said = await line.receiveLine();
    const reply = readAnswer(said);
    if (said === '') throw new Error(closedEarly(remote));
    if (reply === undefined) throw new Error('no Fusewire server answers there');
    if (reply.refusal !== null) throw new Error(`it refuses: ${reply.refusal}`);
    return line.fd;
  } catch (error) {
    line.close();
    signal?.throwIfAborted();
    const why = deadline.aborted ? `it did not let us in within ${connectTimeout / 1000} s` : explain(error, remote);
    throw new Error(`${name} cannot be used: ${why}`, { cause: error });
  }
}

const closedEarly = ({ token }: Remote): string =>
  token === null
    ? 'it closed the connection at once: it wants a token, or is no Fusewire server'
    : 'it closed the connection at once: the token is wrong, or it is no Fusewire server';

function explain(error: unknown, remote: Remote): string {
  if (error instanceof Error) return error.message;
  if (!(error instanceof Errno)) throw error;
  if (error === ENOENT) return 'there is no such socket';
  if (error === ECONNREFUSED) return 'nobody listens there';
  if (error === EACCES) return 'permission denied';
  if (error === EAGAIN) return 'too many wait to be let in';
  if (error === ECONNRESET || error === EPIPE) return closedEarly(remote);
  return error.text;
}

async function resolve(address: Address): Promise<StreamAddress[]> {
  if (address.kind === 'unix') return [{ path: address.path }];
  try {
    const found = await lookup(address.host, { all: true });
    return found.map(({ address: ip }) => ({ ip, port: address.port }));
  } catch (error) {
    throw new Error(`there is no host ${address.host}`, { cause: error });
  }
}

/** A socket before there is a transport for it; what it waits for, it waits for on the event loop. */
class Line {
  readonly #reactor: Reactor;
  readonly #signal: AbortSignal;
  #fd = -1;

  constructor(reactor: Reactor, signal: AbortSignal) {
    this.#reactor = reactor;
    this.#signal = signal;
  }

  get fd(): number {
    return this.#fd;
  }

  /** The first of the addresses that answers. @throws the last one's error */
  async connect(addresses: readonly StreamAddress[]): Promise<void> {
    let failure: unknown = null;
    for (const address of addresses) {
      try {
        await this.#connect(address);
        return;
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        failure = error;
        this.close();
      }
    }
    throw failure;
  }

  async #connect(address: StreamAddress): Promise<void> {
    const { fd, state } = beginConnect(address);
    this.#fd = fd;
    if (state === 'connected') return;
    await this.#ready({ readable: false, writable: true });
    const error = connectError(fd);
    if (error !== null) throw error;
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length; ) {
      const count = trySendSome(this.#fd, bytes.subarray(sent));
      if (typeof count === 'number') sent += count;
      if (count === 0) await this.#ready({ readable: false, writable: true });
    }
  }

  /** Up to a line feed, which is included, and not a byte beyond; what there is when the end or too much comes first. */
  async receiveLine(): Promise<string> {
    const one = new Uint8Array(1);
    let line = '';
    while (line.length < LONGEST_LINE) {
      const count = tryReceiveSome(this.#fd, one);
      if (count === 0) break;
      if (count === null) await this.#ready({ readable: true, writable: false });
      else line += String.fromCharCode(one[0] as number);
      if (count !== null && one[0] === LINE_FEED) break;
    }
    return line;
  }

  close(): void {
    if (this.#fd >= 0) closeDescriptor(this.#fd);
    this.#fd = -1;
  }

  /** @throws the signal's reason */
  async #ready(interest: Interest): Promise<void> {
    this.#signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const settle = (done: () => void): void => {
        watch.close();
        this.#signal.removeEventListener('abort', giveUp);
        done();
      };
      const giveUp = (): void => settle(() => reject(this.#signal.reason));
      const watch = this.#reactor.watch(this.#fd, interest, () => settle(resolve));
      this.#signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
