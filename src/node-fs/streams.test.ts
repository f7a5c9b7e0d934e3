import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mount } from '../mount.ts';
import { memory } from '../server/memory.ts';
import { Comparison, type Script } from './testing/perform.ts';

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.start();
});

afterAll(async () => {
  expect(comparison.ours.openDescriptors()).toBe(0);
  await comparison.close();
});

const failureOf = async (stream: NodeJS.EventEmitter): Promise<unknown> => (await once(stream, 'error'))[0];

const scripts: Record<string, Script> = {
  'a read stream gives the file': async (fs, at) => {
    const chunks: Buffer[] = [];
    for await (const chunk of fs.createReadStream(at('big'))) chunks.push(chunk);
    return Buffer.concat(chunks);
  },
  'a read stream gives a range as text': async (fs, at) => {
    let text = '';
    for await (const chunk of fs.createReadStream(at('file'), { start: 1, end: 3, encoding: 'utf8' })) text += chunk;
    return text;
  },
  'a read stream takes a descriptor and leaves it open when told': async (fs, at) => {
    const fd = fs.openSync(at('file'), 'r');
    const stream = fs.createReadStream('', { fd, autoClose: false, start: 2 });
    const text = (await stream.toArray()).join('');
    fs.closeSync(fd);
    return text;
  },
  'streams are of the classes that the fs has, which new makes too': async (fs, at) => {
    // Node's types have the constructor of a stream in general.
    const Read = fs.ReadStream as unknown as new (path: string, options: object) => Readable;
    const read = new Read(at('file'), { encoding: 'utf8', end: 2 });
    const [made, given] = [fs.createReadStream(at('file')), fs.createWriteStream(at('new'))];
    const isOne = [made instanceof fs.ReadStream, read instanceof fs.ReadStream, given instanceof fs.WriteStream];
    given.end('text');
    await Promise.all([once(given, 'close'), made.toArray()]);
    return { isOne, text: await read.toArray() };
  },
  'a read stream of an absent file fails': (fs, at) => failureOf(fs.createReadStream(at('none'))),
  'a read stream of a directory fails': (fs, at) => failureOf(fs.createReadStream(at('dir')).resume()),
  'a read stream of a number is refused': (fs) => fs.createReadStream(5 as unknown as string),
  'a write stream makes a file': async (fs, at) => {
    const stream = fs.createWriteStream(at('new'), { mode: 0o600 });
    for (let i = 0; i < 100; i++) stream.write(`line ${i}\n`);
    stream.end('end');
    await once(stream, 'close');
    return stream.bytesWritten;
  },
  'a write stream begins where it is told': async (fs, at) => {
    const stream = fs.createWriteStream(at('file'), { flags: 'r+', start: 2, flush: true });
    stream.end('LL');
    await once(stream, 'close');
  },
  'a write stream appends': async (fs, at) => {
    const stream = fs.createWriteStream(at('file'), { flags: 'a' });
    stream.end('more');
    await once(stream, 'close');
  },
  'a write stream onto a directory fails': (fs, at) => failureOf(fs.createWriteStream(at('dir'))),
  'streams go through pipelines': async (fs, at) => {
    await pipeline(fs.createReadStream(at('big')), createGzip(), fs.createWriteStream(at('packed')));
    await pipeline(fs.createReadStream(at('packed')), createGunzip(), fs.createWriteStream(at('unpacked')));
    fs.unlinkSync(at('packed'));
  },
  'an aborted stream fails': async (fs, at) => {
    const controller = new AbortController();
    const stream = fs.createReadStream(at('big'), { signal: controller.signal, highWaterMark: 10 });
    await once(stream, 'readable');
    const failed = failureOf(stream);
    controller.abort();
    const { name, code } = (await failed) as NodeJS.ErrnoException;
    if (!stream.closed) await once(stream, 'close');
    return { name, code };
  },
  'a stream takes a FileHandle': async (fs, at) => {
    const handle = await fs.promises.open(at('file'));
    const chunks = await fs.createReadStream('', { fd: handle }).toArray();
    return { text: chunks.join(''), fd: handle.fd };
  },
};

for (const [name, script] of Object.entries(scripts)) test(name, () => comparison.expectSame(script));

test('a read stream is fed by readahead: the server is asked for more than the stream asks', async () => {
  const server = memory();
  const sizes: number[] = [];
  const read = server.read?.bind(server) as NonNullable<typeof server.read>;
  server.read = (request, ...rest) => {
    sizes.push(request.body.size);
    return read(request, ...rest);
  };
  const writing = await mount(server);
  writing.fs.writeFileSync('/file', Buffer.alloc(1 << 20, 'x'));
  await writing.unmount();
  await using reading = await mount(server);
  let size = 0;
  for await (const chunk of reading.fs.createReadStream('/file', { highWaterMark: 16_384 })) size += chunk.length;
  expect(size).toBe(1 << 20);
  expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(1 << 20);
  expect(sizes.slice(2)).toEqual(expect.arrayContaining([131_072]));
  expect(sizes.length).toBeLessThan(12);
});
