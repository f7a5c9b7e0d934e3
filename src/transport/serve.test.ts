import { expect, test } from 'vitest';
import { EIO } from '../abi/errno.ts';
import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { decodeReplyHeader, encodeRequest, NEWEST } from '../abi/message.ts';
import { INIT, type Opcode, READ, READLINK, WRITE } from '../abi/opcodes.ts';
import { closeDescriptor, hangUp, raiseSendBuffer, seqpacketPair, tryReceive, trySend } from '../linux/sockets.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { type ServeOptions, serveDescriptor } from './serve.ts';
import { openDescriptors, turns } from './testing/socket-rig.ts';

/** The client's end of a served descriptor. */
class Client {
  readonly served: Promise<void>;
  readonly fd: number;
  readonly #buffer = new Uint8Array(1 << 20);
  #unique = 0;

  constructor(server: FuseServer, options: ServeOptions = {}) {
    const [ours, theirs] = seqpacketPair();
    this.fd = ours;
    this.served = serveDescriptor(server, theirs, options);
    this.send(INIT, { body: { major: 7, minor: 31, max_readahead: 0, flags: 0, flags2: 0 }, nodeid: 0n });
  }

  /** Sends a request; its `unique`, or null when the socket is full. */
  send(
    opcode: Opcode,
    parts: { readonly body?: unknown; readonly nodeid?: bigint; readonly data?: Uint8Array } = {},
  ): number | null {
    const unique = this.#unique + 2;
    const request = { unique, uid: 0, gid: 0, pid: 1, nodeid: FUSE_ROOT_ID, ...parts };
    if (trySend(this.fd, encodeRequest(opcode, request, NEWEST)) !== 'sent') return null;
    this.#unique = unique;
    return unique;
  }

  /** The next reply's `unique` and data, once it is there. */
  async next(): Promise<{ unique: number; text: string; error?: number }> {
    for (;;) {
      const length = tryReceive(this.fd, this.#buffer);
      if (length === 0) throw new Error('the server closed its end');
      if (length === null) await turns(1);
      else {
        const message = this.#buffer.slice(0, length);
        const { unique, error } = decodeReplyHeader(message);
        const text = Buffer.from(message.subarray(16)).toString('latin1');
        return error === 0 ? { unique, text } : { unique, text, error };
      }
    }
  }
}

test('replies come at once from plain methods, and later from asynchronous ones', async () => {
  let answer = (_: string): void => {};
  const later = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const client = new Client({ readlink: ({ nodeid }) => (nodeid === 1n ? later : 'at once') });
  expect((await client.next()).unique).toBe(2);
  client.send(READLINK, { nodeid: 1n });
  client.send(READLINK, { nodeid: 2n });
  expect(await client.next()).toEqual({ unique: 6, text: 'at once' });
  answer('later');
  expect(await client.next()).toEqual({ unique: 4, text: 'later' });
  closeDescriptor(client.fd);
  await client.served;
});

test("the bytes of a WRITE are the server's own: it may keep them when it has answered", async () => {
  const kept: Uint8Array[] = [];
  const client = new Client({ write: (_, data) => kept.push(data) });
  await client.next();
  const sizes = [10, 5000, 5000, 100_000];
  for (const [index, size] of sizes.entries()) {
    const body = { fh: 0n, offset: 0, size, write_flags: 0, lock_owner: 0n, flags: 0 };
    client.send(WRITE, { body, data: new Uint8Array(size).fill(index) });
    await client.next();
  }
  expect(kept.map(({ length }) => length)).toEqual(sizes);
  expect(kept.every((data, index) => data.every((byte) => byte === index))).toBe(true);
  closeDescriptor(client.fd);
  await client.served;
});

test('it ends when the client closes its end, tells the server, and leaves no descriptor', async () => {
  const before = openDescriptors();
  let destroyed = 0;
  const client = new Client({ destroy: () => destroyed++ });
  await client.next();
  closeDescriptor(client.fd);
  await client.served;
  await turns();
  expect(destroyed).toBe(1);
  expect(openDescriptors()).toBe(before);
});

test('bytes of a request stay as they were while an asynchronous method has them', async () => {
  const written: string[] = [];
  const write = async (_: unknown, data: Uint8Array): Promise<number> => {
    await turns();
    written.push(Buffer.from(data).toString());
    return data.length;
  };
  const client = new Client({ write });
  await client.next();
  const body = { fh: 0n, offset: 0, size: 5, write_flags: 0, lock_owner: 0n, flags: 0 };
  for (const text of ['first', 'other']) client.send(WRITE, { body, data: Buffer.from(text) });
  await client.next();
  await client.next();
  expect(written).toEqual(['first', 'other']);
  closeDescriptor(client.fd);
  await client.served;
});

test('requests sent before the client closed are served though replies were left unread', async () => {
  const seen: bigint[] = [];
  const readlink = ({ nodeid }: { readonly nodeid: bigint }): string => {
    seen.push(nodeid);
    return 'x';
  };
  const client = new Client({ readlink });
  await turns();
  for (const nodeid of [5n, 6n, 7n]) client.send(READLINK, { nodeid });
  closeDescriptor(client.fd);
  await client.served;
  expect(seen).toEqual([5n, 6n, 7n]);
});

test('while a client does not read its replies no more requests are taken, and none is lost', async () => {
  const target = 'x'.repeat(4000);
  const client = new Client({ readlink: () => target });
  await client.next();
  let sent = 0;
  for (let idle = 0; idle < 3; idle++) {
    while (client.send(READLINK) !== null) {
      sent++;
      idle = 0;
    }
    await turns();
  }
  expect(sent).toBeGreaterThan(100);
  for (let i = 0; i < sent; i++) expect(await client.next()).toEqual({ unique: 4 + 2 * i, text: target });
  closeDescriptor(client.fd);
  await client.served;
});

test('pieces that wait for room are what the server had when it answered', async () => {
  const page = new Uint8Array(50_000);
  let asked = 0;
  const read = (): Uint8Array[] => {
    page.fill(++asked);
    return [page, page.subarray(0, 1)];
  };
  const client = new Client({ read });
  await client.next();
  const body = { fh: 0n, offset: 0, size: 60_000, read_flags: 0, lock_owner: 0n, flags: 0 };
  const sent: (number | null)[] = [];
  for (let i = 0; i < 60; i++) {
    sent.push(client.send(READ, { body }));
    await turns(1);
  }
  const taken = asked;
  page.fill(0);
  expect(taken).toBeGreaterThan(2);
  expect(taken).toBeLessThan(60);
  for (const [index, unique] of sent.slice(0, taken).entries()) {
    expect(await client.next()).toEqual({ unique, text: String.fromCharCode(index + 1).repeat(50_001) });
  }
  closeDescriptor(client.fd);
  await client.served;
});

test('a reply that no packet carries is EIO for who waits, and the next one comes', async () => {
  const lines: string[] = [];
  const read = ({ body }: { readonly body: { readonly size: number } }): Uint8Array => new Uint8Array(body.size);
  const client = new Client({ read }, { log: (line) => lines.push(line) });
  await client.next();
  const body = { fh: 0n, offset: 0, read_flags: 0, lock_owner: 0n, flags: 0 };
  client.send(READ, { body: { ...body, size: 4 << 20 } });
  client.send(READ, { body: { ...body, size: 3 } });
  expect(await client.next()).toEqual({ unique: 4, text: '', error: -EIO.number });
  expect(await client.next()).toMatchObject({ unique: 6, text: '\0\0\0' });
  expect(lines).toEqual([`a reply of ${(4 << 20) + 16} bytes is longer than a packet may be`]);
  closeDescriptor(client.fd);
  await client.served;
});

test('a signal ends it as if the client had closed', async () => {
  const stop = new AbortController();
  let destroyed = 0;
  const client = new Client({ destroy: () => destroyed++ }, { signal: stop.signal });
  await client.next();
  stop.abort();
  await client.served;
  expect(destroyed).toBe(1);
  await expect(client.next()).rejects.toThrow('the server closed its end');
  closeDescriptor(client.fd);
});

test('a signal that came before ends it at once', async () => {
  const before = openDescriptors();
  const [ours, theirs] = seqpacketPair();
  await serveDescriptor({}, theirs, { signal: AbortSignal.abort() });
  expect(tryReceive(ours, new Uint8Array(1))).toBe(0);
  closeDescriptor(ours);
  await expect.poll(openDescriptors).toBeLessThanOrEqual(before);
});

test('what the server does wrong is told to the log', async () => {
  const lines: string[] = [];
  const readlink = (): never => {
    throw new TypeError('a mistake in the server');
  };
  const client = new Client({ readlink }, { log: (line) => lines.push(line) });
  await client.next();
  client.send(READLINK);
  await client.next();
  expect(lines.join()).toContain('a mistake in the server');
  closeDescriptor(client.fd);
  await client.served;
});

test('a client that only hangs up still gets what it asked for', async () => {
  const client = new Client({ readlink: () => 'last' });
  await client.next();
  client.send(READLINK);
  hangUp(client.fd);
  expect(await client.next()).toEqual({ unique: 4, text: 'last' });
  await client.served;
  closeDescriptor(client.fd);
});

test('a request longer than any can be ends the service with an error', async (context) => {
  const client = new Client({});
  await client.next();
  raiseSendBuffer(client.fd, 4 << 20);
  const isSent = ((): boolean => {
    try {
      return trySend(client.fd, new Uint8Array((1 << 20) + 8193)) === 'sent';
    } catch {
      return false;
    }
  })();
  if (!isSent) closeDescriptor(client.fd);
  context.skip(!isSent, 'net.core.wmem_max allows no packet of more than 1 MiB');
  await expect(client.served).rejects.toThrow('a request of 1056769 bytes is longer than any can be');
  closeDescriptor(client.fd);
});
