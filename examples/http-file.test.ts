import { once } from 'node:events';
import { constants } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FuseServer, mount } from 'fusewire';
import { afterEach, beforeEach, expect, test } from 'vitest';
import httpFile from './http-file.ts';

const BLOCK = 1024;
const bytesOf = (length: number, seed = 0): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 7 + seed) % 251));

/** What the web server serves and how, and what it was asked for. */
const remote = {
  content: bytesOf(10 * BLOCK),
  etag: '"1"' as string | null,
  status: null as number | null,
  ranges: true,
  stalled: new Set<string>(),
  asked: [] as string[],
  gaveUp: [] as string[],
};
let server: Server;
let url: string;

beforeEach(async () => {
  Object.assign(remote, { content: bytesOf(10 * BLOCK), etag: '"1"', status: null, ranges: true });
  Object.assign(remote, { stalled: new Set(), asked: [], gaveUp: [] });
  server = createServer(respond).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/folder/file%20of%20bytes`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function respond(request: IncomingMessage, response: ServerResponse): void {
  const { range, 'if-range': condition } = request.headers;
  const what = request.method === 'HEAD' ? 'HEAD' : (range ?? 'all').replace('bytes=', '');
  remote.asked.push(what);
  if (remote.stalled.has(what)) {
    response.on('close', () => remote.gaveUp.push(what));
    return;
  }
  if (remote.etag !== null) response.setHeader('etag', remote.etag);
  response.setHeader('last-modified', 'Wed, 01 Jul 2026 12:00:00 GMT');
  const isSame = condition === undefined || condition === remote.etag;
  const bounds = /(\d+)-(\d+)/.exec(range ?? '');
  let body = remote.content;
  if (remote.status !== null) response.statusCode = remote.status;
  else if (bounds !== null && remote.ranges && isSame) {
    const [start, end] = [Number(bounds[1]), Number(bounds[2])];
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${start}-${end}/${body.length}`);
    body = body.subarray(start, end + 1);
  }
  response.setHeader('content-length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

const PATH = '/file of bytes';

/** Reads ask for just what the program wants, not for whole pages and ahead. */
const DIRECT = constants.O_RDONLY | constants.O_DIRECT;
const remoteFile = (): FuseServer => httpFile(url, { blockSize: BLOCK, capacity: 4 });

test('a remote file has the name of the URL, its size and its time', async () => {
  await using mounted = await mount(remoteFile());
  const { promises } = mounted.fs;
  expect(await promises.readdir('/')).toEqual(['file of bytes']);
  const stats = await promises.stat(PATH);
  expect([stats.size, stats.mode, stats.mtime.toISOString()]).toEqual([
    10 * BLOCK,
    0o100444,
    '2026-07-01T12:00:00.000Z',
  ]);
});

test('a remote file is read whole as it is, by ranges', async () => {
  await using mounted = await mount(remoteFile());
  expect(await mounted.fs.promises.readFile(PATH)).toEqual(remote.content);
  expect(remote.asked).not.toContain('all');
});

/** What was asked for, without order: requests go over several connections. */
const askedRanges = (): string[] => remote.asked.filter((what) => what !== 'HEAD').toSorted();

test('of a remote file only what is read is fetched, and the block behind it once reading goes on', async () => {
  await using mounted = await mount(remoteFile());
  const file = await mounted.fs.promises.open(PATH, DIRECT);
  const read = async (at: number): Promise<Buffer> => (await file.read(Buffer.alloc(100), 0, 100, at)).buffer;
  expect(await read(5 * BLOCK + 1000)).toEqual(remote.content.subarray(5 * BLOCK + 1000, 5 * BLOCK + 1100));
  expect(askedRanges()).toEqual(['5120-6143', '6144-7167']);
  await read(6 * BLOCK + 200);
  await expect.poll(askedRanges).toEqual(['5120-6143', '6144-7167', '7168-8191']);
});

test('programs that read one block of a remote file at a time share its request', async () => {
  await using mounted = await mount(remoteFile());
  const read = async (): Promise<number> => {
    const file = await mounted.fs.promises.open(PATH, DIRECT);
    return (await file.read(Buffer.alloc(10), 0, 10, 3 * BLOCK)).bytesRead;
  };
  expect(await Promise.all([read(), read(), read()])).toEqual([10, 10, 10]);
  expect(askedRanges()).toEqual(['3072-4095']);
});

test('a remote file that was replaced is ESTALE where an open one was not read yet', async () => {
  await using mounted = await mount(remoteFile());
  const file = await mounted.fs.promises.open(PATH, DIRECT);
  const part = Buffer.alloc(10);
  await file.read(part, 0, 10, 3 * BLOCK);
  Object.assign(remote, { content: bytesOf(500, 99), etag: '"2"' });
  await file.read(part, 0, 10, 3 * BLOCK);
  expect(part).toEqual(bytesOf(10 * BLOCK).subarray(3 * BLOCK, 3 * BLOCK + 10));
  await expect(file.read(part, 0, 10, 8 * BLOCK)).rejects.toMatchObject({ errno: -116, syscall: 'read' });
});

test.each([
  ['by its ETag', { etag: '"2"' }],
  ['by its weak ETag', { etag: 'W/"2"' }],
  ['by its length', { etag: null }],
])('a new version of a remote file is found %s, beside the old one that is open', async (_, change) => {
  remote.etag = change.etag === null ? null : change.etag.replace('2', '1');
  await using mounted = await mount(httpFile(url, { trust: 0 }));
  const { promises } = mounted.fs;
  const before = await promises.open(PATH, 'r');
  const { ino } = await before.stat();
  expect((await promises.stat(PATH)).ino).toBe(ino);
  Object.assign(remote, { content: bytesOf(500, 99), ...change });
  expect(await promises.readFile(PATH)).toEqual(remote.content);
  expect((await before.stat()).size).toBe(10 * BLOCK);
});

test('a web server that knows no ranges is asked for the whole file, once', async () => {
  remote.ranges = false;
  await using mounted = await mount(remoteFile());
  const file = await mounted.fs.promises.open(PATH, DIRECT);
  const { buffer } = await file.read(Buffer.alloc(10), 0, 10, 5 * BLOCK);
  expect(buffer).toEqual(remote.content.subarray(5 * BLOCK, 5 * BLOCK + 10));
  expect(await file.readFile()).toEqual(remote.content);
  expect(askedRanges()).toEqual(['5120-6143']);
});

test.each([
  [403, 'EACCES'],
  [404, 'ENOENT'],
  [500, 'EIO'],
  [503, 'EBUSY'],
])('status %i of a web server is %s', async (status, code) => {
  remote.status = status;
  await using mounted = await mount(remoteFile());
  await expect(mounted.fs.promises.readFile(PATH)).rejects.toMatchObject({ code });
});

test('a read that failed is tried again by the next one', async () => {
  await using mounted = await mount(remoteFile());
  const file = await mounted.fs.promises.open(PATH, 'r');
  remote.status = 500;
  await expect(file.read(Buffer.alloc(10), 0, 10, 2 * BLOCK)).rejects.toMatchObject({ code: 'EIO' });
  remote.status = null;
  expect((await file.read(Buffer.alloc(10), 0, 10, 2 * BLOCK)).bytesRead).toBe(10);
});

test('a web server that is not there is ECONNREFUSED', async () => {
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await using mounted = await mount(httpFile(`http://127.0.0.1:${port}/file`));
  await expect(mounted.fs.promises.readFile('/file')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a reader that gives up ends the request of the web server that nobody else waits for', async () => {
  await using mounted = await mount(remoteFile());
  const { promises } = mounted.fs;
  remote.stalled.add('0-1023');
  const stop = new AbortController();
  const reading = promises.readFile(PATH, { signal: stop.signal });
  await expect.poll(() => remote.asked).toContain('0-1023');
  stop.abort();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  await expect.poll(() => remote.gaveUp).toContain('0-1023');
});
