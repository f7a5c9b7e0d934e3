import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NodeReactor } from '../../linux/reactor.ts';
import { closeDescriptor } from '../../linux/sockets.ts';
import { listenPrivately } from '../../linux/stream-sockets.ts';
import { openDescriptors } from '../testing/socket-rig.ts';
import { type ConnectOptions, connect, openRemote } from './connect.ts';

const scratch = mkdtempSync(join(tmpdir(), 'fusewire-connect-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let last = 0;
const newPath = (): string => join(scratch, `s${++last}`);

/** What comes of connecting to an address. */
const open = (address: string, options: ConnectOptions = {}, signal?: AbortSignal): Promise<number> =>
  openRemote(connect(address, options), new NodeReactor(), signal);

/** What comes of connecting to a server that does this with each client. */
async function openTo(serve: (socket: Socket) => void, options: ConnectOptions = {}, signal?: AbortSignal) {
  const path = newPath();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    serve(socket);
  }).listen(path);
  await once(server, 'listening');
  try {
    return await open(`unix:${path}`, { name: 'scripted', ...options }, signal);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroySoon();
  }
}

test('a hello has the token, and nothing behind the answer is taken', async () => {
  const heard: Promise<string>[] = [];
  const fd = await openTo(
    (socket) => {
      heard.push(once(socket, 'data').then(String));
      socket.write('FUSEWIRE/1 ok\nrest');
    },
    { token: 'sixteen-letters-and-more' },
  );
  closeDescriptor(fd);
  expect(await heard[0]).toBe('FUSEWIRE/1 sixteen-letters-and-more\n');
});

test.each([
  ['refuses in words', (socket: Socket) => socket.end('FUSEWIRE/1 refused too late\n'), 'it refuses: too late'],
  ['says something else', (socket: Socket) => socket.end('SSH-2.0-x\r\n'), 'no Fusewire server answers there'],
  ['says no line', (socket: Socket) => socket.end('x'.repeat(10_000)), 'no Fusewire server answers there'],
  ['closes', (socket: Socket) => socket.end(), 'it closed the connection at once: it wants a token, or is no Fusewire'],
])('a server that %s cannot be used, and leaves no descriptor', async (_, serve, why) => {
  const before = openDescriptors();
  await expect(openTo(serve)).rejects.toThrow(`scripted cannot be used: ${why}`);
  await expect.poll(openDescriptors).toBeLessThanOrEqual(before);
});

test('a server that closes on a token has found it wrong', async () => {
  const token = 'sixteen-letters-and-more';
  await expect(openTo((socket) => socket.end(), { token })).rejects.toThrow('the token is wrong');
});

test('a server that does not answer is given up at the deadline', async () => {
  const before = openDescriptors();
  const opened = openTo(() => {}, { connectTimeout: 50 });
  await expect(opened).rejects.toThrow('scripted cannot be used: it did not let us in within 0.05 s');
  await expect.poll(openDescriptors).toBeLessThanOrEqual(before);
});

test('connecting can be given up by a signal, whose reason is thrown', async () => {
  const given = new AbortController();
  const opened = openTo(
    (socket) => {
      given.abort(new Error('never mind'));
      socket.destroy();
    },
    {},
    given.signal,
  );
  await expect(opened).rejects.toThrow('never mind');
});

test.each([
  ['there is no file', (): void => {}, 'there is no such socket'],
  ['nobody listens', (path: string) => closeDescriptor(listenPrivately(path)), 'nobody listens there'],
  ['there is another file', (path: string) => writeFileSync(path, ''), 'nobody listens there'],
])('where %s a Unix address is an error that says so', async (_, prepare, why) => {
  const path = newPath();
  prepare(path);
  await expect(open(`unix:${path}`)).rejects.toThrow(`unix:${path} cannot be used: ${why}`);
});

test('a port at which nobody listens is an error that says so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  other.close();
  await expect(open(`tcp:${port}`)).rejects.toThrow(`tcp:${port} cannot be used: nobody listens there`);
});

test('an address or a token that cannot be one is a mistake that is told at once', () => {
  expect(() => connect('/run/x')).toThrow('/run/x: no address; it is unix:PATH|tcp:HOST:PORT|tcp:PORT');
  expect(() => connect('tcp:1', { token: 'short' })).toThrow('a token has at least 16 characters');
});
