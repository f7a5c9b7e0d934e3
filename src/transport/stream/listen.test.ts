import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GETATTR, READ, READLINK } from '../../abi/opcodes.ts';
import { closeDescriptor } from '../../linux/sockets.ts';
import { listenPrivately } from '../../linux/stream-sockets.ts';
import type { FuseServer } from '../../server/fuse-server.ts';
import { openDescriptors, turns } from '../testing/socket-rig.ts';
import { StreamClient } from '../testing/stream-client.ts';
import { type ListenOptions, listen } from './listen.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fusewire-listen-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let last = 0;
const newPath = (): string => join(scratch, `s${++last}`);
const TOKEN = 'a token of 37 letters'.replaceAll(' ', '-');

/** A server that listens, and what it logged. */
async function listening(server: Parameters<typeof listen>[0], address: string, options: ListenOptions = {}) {
  const lines: string[] = [];
  const at = await listen(server, address, { log: (line) => lines.push(line), ...options });
  return { at, lines, [Symbol.asyncDispose]: () => at.close() };
}

test.each([
  ['no token', 'FUSEWIRE/1\n', 'no token'],
  ['another token', 'FUSEWIRE/1 another-token-than-that\n', 'wrong token'],
  ['the beginning of the token', `FUSEWIRE/1 ${TOKEN.slice(0, -1)}\n`, 'wrong token'],
  ['the language of browsers', 'GET / HTTP/1.1\r\n\r\n', 'it is no client of this version of Fusewire'],
  ['a FUSE message', Buffer.alloc(700, 1), 'it is no client of this version of Fusewire'],
  ['a line without an end', 'FUSEWIRE/1 '.padEnd(10_000, 'x'), 'it is no client of this version of Fusewire'],
])('a client with %s is turned away without a byte, and one line is logged', async (_, hello, why) => {
  await using served = await listening({}, 'tcp:0', { token: TOKEN });
  using client = new StreamClient(served.at.address);
  client.socket.write(hello);
  expect(await client.line()).toBe('');
  expect(served.lines).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+: turned away: /)]);
  expect(served.lines[0]).toContain(why);
});

test('a client with the token is served, and its requests may come right behind its hello', async () => {
  await using served = await listening({ readlink: () => 'target' }, 'tcp:0', { token: TOKEN });
  using client = await StreamClient.welcomed(served.at.address, `FUSEWIRE/1 ${TOKEN}\n`);
  client.send(READLINK, {});
  expect(await client.next()).toEqual({ unique: 4, length: 16 + 6 });
  expect(served.at.clients).toBe(1);
  expect(served.lines).toEqual([]);
});

test('over TCP a token is made up where none is given, and the loopback interface is meant', async () => {
  await using one = await listening({}, 'tcp:0');
  await using other = await listening({}, 'tcp:0');
  expect(one.at.token).toMatch(/^[\w-]{43}$/);
  expect(one.at.token).not.toBe(other.at.token);
  expect(one.at.address).toMatch(/^tcp:127\.0\.0\.1:[1-9]\d*$/);
});

test('a client that says nothing is turned away at the deadline', async () => {
  await using served = await listening({}, `unix:${newPath()}`, { helloTimeout: 20 });
  using client = new StreamClient(served.at.address);
  expect(await client.line()).toBe('');
  await expect.poll(() => served.lines).toEqual(['a client: turned away: it said no hello within 0.02 s']);
});

test('who connects and goes without a word is not worth a line', async () => {
  await using served = await listening({}, `unix:${newPath()}`);
  const client = new StreamClient(served.at.address);
  client.socket.resume().end();
  await once(client.socket, 'close');
  await served.at.close();
  expect(served.lines).toEqual([]);
});

test('of more strangers than there is room for, the last are closed at once', async () => {
  await using served = await listening({}, `unix:${newPath()}`);
  const strangers = Array.from({ length: 65 }, () => new StreamClient(served.at.address));
  try {
    expect(await Promise.race(strangers.map((client) => client.line()))).toBe('');
    expect(strangers.filter(({ socket }) => !socket.destroyed && !socket.readableEnded)).toHaveLength(64);
  } finally {
    for (const client of strangers) client[Symbol.dispose]();
  }
});

test('a server by itself takes one client at a time, and the next when that has gone', async () => {
  const seen: string[] = [];
  const server: FuseServer = {
    init: () => {
      seen.push('init');
      return {};
    },
    destroy: () => void seen.push('destroy'),
  };
  await using served = await listening(server, `unix:${newPath()}`);
  const first = await StreamClient.welcomed(served.at.address);
  using second = new StreamClient(served.at.address);
  second.socket.write('FUSEWIRE/1\n');
  expect(await second.line()).toBe('FUSEWIRE/1 refused another client uses this server, which takes one at a time\n');
  expect(await second.next()).toBeNull();
  first[Symbol.dispose]();
  using third = await StreamClient.welcomed(served.at.address);
  expect(seen).toEqual(['init', 'destroy', 'init']);
  expect(third.socket.destroyed).toBe(false);
});

test('a function makes a server for each client, and is told when one was of no use', async () => {
  const ended: number[] = [];
  let made = 0;
  const source = async (): Promise<FuseServer> => {
    const number = ++made;
    return { readlink: () => `${number}`.repeat(number), destroy: () => void ended.push(number) };
  };
  await using served = await listening(source, `unix:${newPath()}`);
  using first = await StreamClient.welcomed(served.at.address);
  using second = await StreamClient.welcomed(served.at.address);
  for (const [client, length] of [
    [first, 17],
    [second, 18],
  ] as const) {
    client.send(READLINK, {});
    expect(await client.next()).toMatchObject({ length });
  }
  using third = new StreamClient(served.at.address);
  third.socket.write('FUSEWIRE/1\n');
  expect(await third.line()).toBe('FUSEWIRE/1 ok\n');
  third.socket.end();
  await once(third.socket.resume(), 'close');
  await served.at.close();
  expect(ended.toSorted()).toEqual([1, 2, 3]);
});

test('a function that fails is told to the log, and the client hears no reasons', async () => {
  const source = (): never => {
    throw new Error('the secret of this house');
  };
  await using served = await listening(source, `unix:${newPath()}`);
  using client = new StreamClient(served.at.address);
  client.socket.write('FUSEWIRE/1\n');
  expect(await client.line()).toBe('FUSEWIRE/1 refused the server cannot be made\n');
  expect(served.lines).toEqual([expect.stringContaining('no server for a client: Error: the secret of this house')]);
});

test.each([
  [39, 'a request says it has 39 bytes; the shortest has 40'],
  [0xffffffff, 'a request says it has 4294967295 bytes; at most 1056768 can be'],
])('a request that says it has %d bytes ends the connection with one line', async (length, sentence) => {
  await using served = await listening({}, `unix:${newPath()}`);
  using client = await StreamClient.welcomed(served.at.address);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length, true);
  client.socket.write(bytes);
  expect(await client.next()).toBeNull();
  expect(served.lines).toEqual([`a client: ended the connection: ${sentence}`]);
});

test('while a client does not read its replies no more requests are taken, and none is lost', async () => {
  const data = new Uint8Array(1 << 18);
  let reads = 0;
  const read = (): Uint8Array => {
    reads++;
    return data;
  };
  await using served = await listening({ read }, `unix:${newPath()}`);
  using client = await StreamClient.welcomed(served.at.address);
  const body = { fh: 0n, offset: 0, size: data.length, read_flags: 0, lock_owner: 0n, flags: 0 };
  for (let i = 0; i < 100; i++) client.send(READ, { body });
  await turns(100);
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThan(10);
  for (let i = 0; i < 100; i++) expect(await client.next()).toEqual({ unique: 4 + 2 * i, length: 16 + data.length });
  expect(reads).toBe(100);
});

test('close ends clients and sessions, removes the socket, and leaves no descriptor', async () => {
  const before = openDescriptors();
  const path = newPath();
  let destroyed = 0;
  const served = await listening({ destroy: () => destroyed++ }, `unix:${path}`);
  using client = await StreamClient.welcomed(served.at.address);
  client.send(GETATTR, { body: { getattr_flags: 0, fh: 0n } });
  await client.next();
  await served.at.close();
  expect(destroyed).toBe(1);
  expect(existsSync(path)).toBe(false);
  expect(await client.next()).toBeNull();
  client[Symbol.dispose]();
  await expect.poll(openDescriptors).toBe(before);
});

test('the socket is for this user alone', async () => {
  const path = newPath();
  await using _ = await listening({}, `unix:${path}`);
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
});

test('a socket at which nobody listens any more is replaced', async () => {
  const path = newPath();
  closeDescriptor(listenPrivately(path));
  await using served = await listening({}, `unix:${path}`);
  using client = await StreamClient.welcomed(served.at.address);
  expect(client.socket.destroyed).toBe(false);
});

test('a socket at which somebody listens, and any other file, is left alone', async () => {
  const path = newPath();
  await using served = await listening({}, `unix:${path}`);
  await expect(listen({}, `unix:${path}`)).rejects.toThrow(
    `unix:${path}: cannot be listened at: another server listens there`,
  );
  using client = await StreamClient.welcomed(served.at.address);
  expect(client.socket.destroyed).toBe(false);
  const file = newPath();
  writeFileSync(file, 'mine');
  await expect(listen({}, `unix:${file}`)).rejects.toThrow('there is a file already, which is no socket');
  expect(existsSync(file)).toBe(true);
});

test('a socket that has taken the place of the own one is not removed', async () => {
  const path = newPath();
  const first = await listening({}, `unix:${path}`);
  renameSync(path, `${path}.old`);
  await using _ = await listening({}, `unix:${path}`);
  await first.at.close();
  expect(existsSync(path)).toBe(true);
});

test.each([
  ['unix:/no/such/directory/s', 'unix:/no/such/directory/s: cannot be listened at: its directory does not exist'],
  [`unix:/${'x'.repeat(200)}`, 'the path of a socket has at most 107 bytes'],
  ['tcp:[fd00::1]:0', 'tcp:[fd00::1]:0: cannot be listened at: this machine has no such address'],
  ['/tmp/s', '/tmp/s: no address; it is unix:PATH|tcp:HOST:PORT|tcp:PORT'],
])('nobody can listen at %s', async (address, sentence) => {
  await expect(listen({}, address)).rejects.toThrow(sentence);
});

test('a port in use is an error that names it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(listen({}, `tcp:${port}`)).rejects.toThrow(
    `tcp:127.0.0.1:${port}: cannot be listened at: the port is in use`,
  );
  other.close();
});
