import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { decodeReplyHeader, encodeRequest, NEWEST } from '../../abi/message.ts';
import { INIT, type Opcode } from '../../abi/opcodes.ts';
import { parseAddress } from '../stream/address.ts';
import { Frames } from '../stream/frames.ts';

/** A client that says byte by byte what a test wants, to a server that listens. */
export class StreamClient {
  readonly socket: Socket;
  readonly #frames = new Frames({ what: 'reply', least: 16, largest: 2 << 20 });
  #unique = 0;

  constructor(address: string) {
    const to = parseAddress(address);
    this.socket = to.kind === 'unix' ? createConnection(to.path) : createConnection(to.port, to.host);
    this.socket.on('error', () => {});
  }

  /** One that said hello and was answered; its INIT too. */
  static async welcomed(address: string, hello = 'FUSEWIRE/1\n'): Promise<StreamClient> {
    const client = new StreamClient(address);
    client.socket.write(hello);
    const line = await client.line();
    if (line !== 'FUSEWIRE/1 ok\n') throw new Error(line);
    client.send(INIT, { body: { major: 7, minor: 45, max_readahead: 0, flags: 0, flags2: 0 }, nodeid: 0n });
    await client.next();
    return client;
  }

  /** The server's first line; what there is when it ends before. */
  async line(): Promise<string> {
    let line = '';
    while (!line.endsWith('\n')) {
      const byte = this.socket.read(1) as Buffer | null;
      if (byte !== null) line += byte.toString('latin1');
      else if (!(await this.#readable())) break;
    }
    return line;
  }

  send(opcode: Opcode, parts: { readonly body?: unknown; readonly nodeid?: bigint; readonly data?: Uint8Array }): void {
    this.#unique += 2;
    const request = { unique: this.#unique, uid: 0, gid: 0, pid: 1, nodeid: 1n, ...parts };
    this.socket.write(encodeRequest(opcode, request, NEWEST));
  }

  /** The next reply; null when the server ended the connection. */
  async next(): Promise<{ readonly unique: number; readonly length: number } | null> {
    for (;;) {
      const message = this.#frames.next();
      if (message !== null) return { unique: decodeReplyHeader(message).unique, length: message.length };
      const chunk = this.socket.read() as Buffer | null;
      if (chunk !== null) this.#frames.push(chunk);
      else if (!(await this.#readable())) return null;
    }
  }

  /** Whether there is more to come. */
  async #readable(): Promise<boolean> {
    if (this.socket.destroyed || this.socket.readableEnded) return false;
    const over = new AbortController();
    const events = ['readable', 'end', 'close'].map((event) => once(this.socket, event, { signal: over.signal }));
    await Promise.race(events.map((event) => event.catch(() => {})));
    over.abort();
    return !this.socket.destroyed && !this.socket.readableEnded;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
