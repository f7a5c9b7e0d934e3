import { type EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oddName } from './testing/fixture.ts';
import { Comparison, type Script } from './testing/perform.ts';

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.start();
});

afterAll(async () => {
  expect(comparison.ours.openDescriptors()).toBe(0);
  await comparison.close();
});

/** What a promise came to, as data. */
const settled = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );

async function* pieces(): AsyncGenerator<string | Buffer> {
  yield 'one ';
  yield Buffer.from('two ');
  yield 'three';
}

const scripts: Record<string, Script> = {
  'writeFile takes what an async generator gives': (fs, at) => fs.promises.writeFile(at('new'), pieces()),
  'writeFile takes a stream': (fs, at) => fs.promises.writeFile(at('new'), Readable.from(pieces())),
  'writeFile takes an iterable in an encoding': (fs, at) =>
    fs.promises.writeFile(at('new'), ['6162', '63'], { encoding: 'hex' }),
  'appendFile takes an iterable': (fs, at) => fs.promises.appendFile(at('file'), pieces() as never),
  'writeFile fails as its source does': (fs, at) =>
    fs.promises.writeFile(
      at('new'),
      (async function* () {
        yield 'begun';
        throw new Error('no more');
      })(),
    ),
  'writeFile fails on a chunk that is none, and ends its source': async (fs, at) => {
    const seen: string[] = [];
    async function* source(): AsyncGenerator<string> {
      try {
        yield 'begun';
        yield 5 as unknown as string;
      } finally {
        seen.push('ended');
      }
    }
    const result = await settled(fs.promises.writeFile(at('new'), source()));
    return { seen, code: (result as { error: { code: string } }).error.code };
  },
  'a signal that has fired rejects': (fs, at) =>
    settled(fs.promises.readFile(at('file'), { signal: AbortSignal.abort('reason') })),
  'a signal that is none is refused': (fs, at) =>
    settled(fs.promises.readFile(at('file'), { signal: 'x' as unknown as AbortSignal })),
  'cp asks a filter that answers later': (fs, at) =>
    fs.promises.cp(at('dir'), at('new'), { recursive: true, filter: async (from) => !from.endsWith('/a') }),
  'cpSync refuses a filter that answers later': (fs, at) =>
    fs.cpSync(at('dir'), at('new'), { recursive: true, filter: (async () => true) as unknown as () => boolean }),
  'readdir recursive gives the whole tree': async (fs, at) => {
    const names = await fs.promises.readdir(at('dir'), { recursive: true });
    const entries = await fs.promises.readdir(at('dir'), { recursive: true, withFileTypes: true });
    return { names: names.sort(), entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  },
  'a FileHandle reads and writes': async (fs, at) => {
    const handle = await fs.promises.open(at('new'), 'w+', 0o640);
    const results = [
      await handle.write('hello '),
      await handle.write(Buffer.from('[world]'), 1, 5),
      await handle.write(Buffer.from('J'), 0, 1, 0),
      await handle.write('W', 6, 'utf8'),
      await handle.write(Buffer.from('!?'), { offset: 0, length: 1 } as never),
      await handle.writev([Buffer.from(' a'), Buffer.from('b')]),
      await handle.read(Buffer.alloc(5), 0, 5, 0),
      await handle.read(Buffer.alloc(5), { position: 6 }),
      await handle.read({ buffer: Buffer.alloc(3), position: 2 }),
      await handle.readv([Buffer.alloc(2), Buffer.alloc(2)], 1),
      await handle.stat(),
      await handle.stat({ bigint: true }),
    ];
    await handle.close();
    return results;
  },
  'a FileHandle reads, writes and appends whole files from where it stands': async (fs, at) => {
    const handle = await fs.promises.open(at('file'), 'r+');
    await handle.read(Buffer.alloc(2), 0, 2, null);
    const rest = await handle.readFile('utf8');
    await handle.writeFile('more');
    await handle.appendFile(pieces() as never);
    const none = await handle.readFile();
    const { size } = await handle.stat();
    await handle.close();
    return { rest, none, size };
  },
  'a FileHandle changes attributes': async (fs, at) => {
    const handle = await fs.promises.open(at('file'), 'r+');
    const { uid, gid } = await handle.stat();
    await handle.chmod('604');
    await handle.chown(uid, gid);
    await handle.truncate(2);
    await handle.utimes(1, 2);
    await handle.sync();
    await handle.datasync();
    const { mtimeMs } = await handle.stat();
    await handle.close();
    return mtimeMs;
  },
  'readFile, writeFile and appendFile take a FileHandle': async (fs, at) => {
    const handle = await fs.promises.open(at('file'), 'r+');
    const before = await fs.promises.readFile(handle, 'utf8');
    await fs.promises.writeFile(handle, 'more');
    await fs.promises.appendFile(handle, 'end');
    await handle.close();
    return before;
  },
  'a closed FileHandle refuses': async (fs, at) => {
    const handle = await fs.promises.open(at('file'));
    const order: string[] = [];
    (handle as unknown as EventEmitter).on('close', () => order.push('event'));
    await handle.close();
    await handle.close();
    return {
      order,
      fd: handle.fd,
      read: await settled(handle.read()),
      stat: await settled(handle.stat()),
      writeFile: await settled(handle.writeFile('x')),
      appendFile: await settled(handle.appendFile('x')),
    };
  },
  'a FileHandle closes after the calls under way': async (fs, at) => {
    const handle = await fs.promises.open(at('big'));
    const reading = handle.readFile();
    const closing = handle.close();
    const { length } = await reading;
    await closing;
    return { length, fd: handle.fd };
  },
  'a FileHandle is disposed of': async (fs, at) => {
    const handle = await fs.promises.open(at('file'));
    await handle[Symbol.asyncDispose]();
    return handle.fd;
  },
  'a FileHandle gives lines': async (fs, at) => {
    await fs.promises.writeFile(at('new'), 'one\r\ntwo\nthree');
    const handle = await fs.promises.open(at('new'));
    const lines: string[] = [];
    for await (const line of handle.readLines()) lines.push(line);
    return lines;
  },
  'a FileHandle makes streams, which close it': async (fs, at) => {
    const writing = await fs.promises.open(at('new'), 'w');
    const output = writing.createWriteStream({ start: 2 });
    output.end('text');
    await once(output, 'close');
    const reading = await fs.promises.open(at('big'));
    let length = 0;
    for await (const chunk of reading.createReadStream({ start: 10, end: 140_000 })) length += chunk.length;
    return { length, fds: [writing.fd, reading.fd] };
  },
  'closing a FileHandle ends its stream': async (fs, at) => {
    const handle = await fs.promises.open(at('big'));
    const stream = handle.createReadStream({ highWaterMark: 1000 });
    await once(stream, 'readable');
    await handle.close();
    return { destroyed: stream.destroyed, fd: handle.fd };
  },
  'a FileHandle gives a web stream': async (fs, at) => {
    const handle = await fs.promises.open(at('big'));
    let length = 0;
    for await (const chunk of handle.readableWebStream({ type: 'bytes' })) length += (chunk as Uint8Array).byteLength;
    const second = await settled((async () => handle.readableWebStream())());
    await handle.close();
    return { length, second };
  },
  'a Dir gives its entries and closes at the end': async (fs, at) => {
    const dir = await fs.promises.opendir(at('dir'));
    const entries: string[] = [];
    for await (const entry of dir) entries.push(`${entry.name} ${entry.isDirectory()} ${entry.isSymbolicLink()}`);
    return { path: dir.path, entries: entries.sort(), again: await settled(dir.close()) };
  },
  'a Dir is read in every way': async (fs, at) => {
    const dir = fs.opendirSync(at('dir'));
    const names = [
      (await dir.read())?.name,
      dir.readSync()?.name,
      await new Promise((resolve) => dir.read((_error, entry) => resolve(entry?.name))),
      (await dir.read())?.name,
    ];
    const end = dir.readSync();
    dir.closeSync();
    return { names: names.sort(), end };
  },
  'reads of a Dir that overlap keep their order': async (fs, at) => {
    const dir = await new Promise<ReturnType<typeof fs.opendirSync>>((resolve) =>
      fs.opendir(at('dir'), (_error, opened) => resolve(opened)),
    );
    const entries = await Promise.all([dir.read(), dir.read(), dir.read(), dir.read()]);
    await dir.close();
    return entries.map((entry) => entry?.name ?? null).sort();
  },
  'a Dir refuses synchronous work beside other': async (fs, at) => {
    const dir = await fs.promises.opendir(at('dir'));
    const reading = dir.read();
    const sync = await settled((async () => dir.readSync())());
    await reading;
    await dir.close();
    return sync;
  },
  'a closed Dir refuses': async (fs, at) => {
    const dir = fs.opendirSync(at('dir'));
    dir.closeSync();
    const attempts = [() => dir.readSync(), () => dir.closeSync(), () => dir.read(), () => dir.close()];
    const results = await Promise.all(attempts.map((attempt) => settled((async () => attempt())())));
    return { results, callback: await new Promise((resolve) => dir.close((error) => resolve(error))) };
  },
  'a Dir goes into directories when recursive': async (fs, at) => {
    const names: string[] = [];
    for await (const { parentPath, name } of await fs.promises.opendir(at('dir'), { recursive: true })) {
      names.push(`${parentPath} ${name}`);
    }
    return names.sort();
  },
  'a Dir gives names as bytes': async (fs, at) => {
    const names: string[] = [];
    for await (const { name } of await fs.promises.opendir(at(''), { encoding: 'buffer' as BufferEncoding })) {
      names.push((name as unknown as Buffer).toString('latin1'));
    }
    return names.includes(oddName.toString('latin1'));
  },
  'statfs tells sizes': async (fs, at) => {
    const { bsize, blocks, bfree } = await fs.promises.statfs(at('file'));
    const big = await fs.promises.statfs(at('file'), { bigint: true });
    return [typeof bsize, blocks >= bfree, typeof big.files, big.constructor.name, Object.keys(big)];
  },
};

for (const [name, script] of Object.entries(scripts)) test(name, () => comparison.expectSame(script));
