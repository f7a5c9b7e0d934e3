import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { daemon } from '../attach/daemon.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { memory } from '../server/memory.ts';
import { openDescriptors } from '../transport/testing/socket-rig.ts';
import type { WorkerServer } from './messages.ts';
import { mountInWorker } from './mount-in-worker.ts';
import { serverModule } from './server-module.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'fusewire-worker-'));
const slowServer = new URL('./testing/slow-server.mjs', import.meta.url);
const dist = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href;
const passthroughLl = path.resolve(import.meta.dirname, '../../build/libfuse-examples/passthrough_ll');
const slow = (options: object = {}) => serverModule(slowServer, { pauseMs: 5, ...options });
const shown = (server: WorkerServer): string => JSON.stringify(server);

beforeAll(() => writeFileSync(path.join(scratch, 'file'), 'content'));
afterAll(() => rmSync(scratch, { recursive: true }));

const throughDaemon = () =>
  daemon(passthroughLl, ['-o', `source=${scratch}`, '-o', 'cache=never', '-f', '{}'], { attach: 'fd' });

/** Runs a program in a process of its own; `server` is there. */
function runProgram(server: WorkerServer, code: string): { status: number | null; said: string; errors: string } {
  const text = `import { mountInWorker } from ${JSON.stringify(dist)};\nconst server = ${shown(server)};\n${code}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, said: stdout, errors: stderr };
}

test('a server that is an object is refused with what to do instead', async () => {
  const object: FuseServer = memory();
  await expect(mountInWorker(object as never)).rejects.toThrow(/cannot go to another thread.*serverModule/);
});

test('a server that cannot be says why, as without a worker', async () => {
  const before = openDescriptors();
  await expect(mountInWorker(serverModule(new URL('nowhere.mjs', import.meta.url)))).rejects.toThrow('no such file');
  await expect(mountInWorker('zork:')).rejects.toThrow(TypeError);
  await expect.poll(openDescriptors).toBe(before);
});

test('mounting can be given up', async () => {
  const silent = daemon('sleep', ['60', '{}'], { attach: 'fd' });
  await expect(mountInWorker(silent, { signal: AbortSignal.timeout(200) })).rejects.toThrow('cannot be used');
});

test('a synchronous call waits for a server whose methods are asynchronous', async () => {
  await using mounted = await mountInWorker(slow());
  expect(mounted.fs.readFileSync('/file', 'utf8')).toBe('it took a while\n');
  expect(mounted.fs.statSync('/file', { bigint: true }).size).toBe(16n);
});

test('synchronous calls answer promises that are under way, which settle later', async () => {
  await using mounted = await mountInWorker(slow());
  const order: string[] = [];
  const reading = mounted.fs.promises.readFile('/file', 'utf8').then(() => order.push('promise'));
  mounted.fs.statSync('/file');
  mounted.fs.readFileSync('/file');
  order.push('synchronous');
  await reading;
  expect(order).toEqual(['synchronous', 'promise']);
});

test('more calls than there is room for wait their turn, and all end', async () => {
  await using mounted = await mountInWorker('memory:');
  mounted.fs.writeFileSync('/file', 'x');
  const stats = await Promise.all(Array.from({ length: 3000 }, () => mounted.fs.promises.stat('/file')));
  expect(stats.every(({ size }) => size === 1)).toBe(true);
  const waiting = Array.from({ length: 3000 }, () => mounted.fs.promises.stat('/file'));
  await null;
  expect(mounted.fs.statSync('/file').size).toBe(1);
  await Promise.all(waiting);
});

test('what is longer than shared memory goes and comes whole', async () => {
  await using mounted = await mountInWorker('memory:');
  const { fs } = mounted;
  const bytes = Buffer.alloc(100_000_000).map((_, i) => i * 7);
  fs.writeFileSync('/file', bytes);
  expect(Buffer.compare(fs.readFileSync('/file'), bytes)).toBe(0);
  expect(Buffer.compare(await fs.promises.readFile('/file'), bytes)).toBe(0);
  const fd = fs.openSync('/file', 'r+');
  const room = Buffer.alloc(20_000_000);
  expect(fs.readSync(fd, room, 0, room.length, 10)).toBe(room.length);
  expect(Buffer.compare(room, bytes.subarray(10, 10 + room.length))).toBe(0);
  expect(fs.writeSync(fd, room, 0, room.length, 0)).toBe(room.length);
  fs.closeSync(fd);
  const chunks = [];
  for await (const chunk of fs.createReadStream('/file', { end: 999_999 })) chunks.push(chunk);
  expect(Buffer.compare(Buffer.concat(chunks), room.subarray(0, 1_000_000))).toBe(0);
});

test('a listing of 100,000 names comes whole', async () => {
  await using mounted = await mountInWorker(slow({ pauseMs: 0, names: 100_000 }));
  expect(mounted.fs.readdirSync('/')).toHaveLength(100_000);
  expect(await mounted.fs.promises.readdir('/', { withFileTypes: true })).toHaveLength(100_000);
}, 60_000);

test('names and text that are no Latin-1, and bytes that are no UTF-8, arrive as they are', async () => {
  await using mounted = await mountInWorker('memory:');
  const { fs } = mounted;
  const name = `/\u4e2d\u6587 \u{1f600} ${'\u0416'.repeat(60)}`;
  fs.writeFileSync(name, '\u{1f600}');
  expect(fs.readFileSync(name, 'utf8')).toBe('\u{1f600}');
  expect(fs.readdirSync('/')).toEqual([name.slice(1)]);
});

test('what a filter or a source throws is thrown as it is', async () => {
  await using mounted = await mountInWorker('memory:');
  const { fs } = mounted;
  const thrown = { code: 'mine' };
  fs.writeFileSync('/a', 'a');
  const fail = (): never => {
    throw thrown;
  };
  expect(() => fs.cpSync('/a', '/b', { filter: fail })).toThrow(expect.toSatisfy((error) => error === thrown));
  await expect(fs.promises.cp('/a', '/b', { filter: fail })).rejects.toBe(thrown);
  const source = async function* () {
    yield 'x';
    fail();
  };
  await expect(fs.promises.writeFile('/c', source())).rejects.toBe(thrown);
});

test('a call is given up by a signal and by a time limit, and the server answers others', async () => {
  await using mounted = await mountInWorker(slow());
  const abort = new AbortController();
  const reading = mounted.fs.promises.readFile('/never', { signal: abort.signal });
  setTimeout(() => abort.abort(), 20);
  await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError', code: 'ABORT_ERR' }));
  const limited = mounted.within({ timeoutMs: 50 });
  const expected = { code: 'ETIMEDOUT', syscall: 'stat', path: '/never' };
  expect(() => limited.statSync('/never')).toThrow(expect.objectContaining(expected));
  await expect(limited.promises.stat('/never')).rejects.toMatchObject(expected);
  const gone = mounted.within({ signal: AbortSignal.abort('over') });
  expect(() => gone.statSync('/file')).toThrow(expect.objectContaining({ name: 'AbortError', cause: 'over' }));
  await mounted.unmount('force');
});

test.each([
  ['by an exception', 'crash', 'its worker ended: out of luck'],
  ['by process.exit', 'exit', 'its worker ended'],
])('a worker that ends %s fails its calls, synchronous ones too, and those that come', async (_, name, why) => {
  const before = openDescriptors();
  const mounted = await mountInWorker(slow(), { name: 'slow' });
  const waiting = mounted.fs.promises.stat(`/${name}`);
  waiting.catch(() => {});
  expect(() => mounted.fs.statSync(`/${name}`)).toThrow(expect.objectContaining({ code: 'ECONNABORTED' }));
  await expect(waiting).rejects.toMatchObject({ code: 'ECONNABORTED' });
  await expect.poll(() => mounted.failure()).toContain(why);
  await expect(mounted.fs.promises.stat('/file')).rejects.toMatchObject({
    code: 'ENOTCONN',
    cause: { message: expect.stringContaining(why) },
  });
  await mounted.unmount();
  await expect.poll(openDescriptors).toBe(before);
});

test('unmounting ends the worker and leaves no descriptor; calls fail with the reason', async () => {
  const before = openDescriptors();
  const mounted = await mountInWorker('memory:');
  await mounted.unmount();
  await mounted.unmount();
  expect(() => mounted.fs.statSync('/')).toThrow(
    expect.objectContaining({ code: 'ENOTCONN', cause: expect.objectContaining({ message: 'memory: is unmounted' }) }),
  );
  await expect.poll(openDescriptors).toBe(before);
});

test('a daemon serves a kernel in a worker; its death fails calls with the reason', async (context) => {
  context.skip(!existsSync(passthroughLl), 'libfuse-examples are not built');
  await using mounted = await mountInWorker(throughDaemon());
  expect(mounted.fs.readFileSync('/file', 'utf8')).toBe('content');
  expect((await Promise.all(Array.from({ length: 64 }, () => mounted.fs.promises.stat('/file')))).length).toBe(64);
  const [pid] = daemonsOf(scratch);
  process.kill(pid as number, 'SIGKILL');
  expect(() => {
    for (;;) mounted.fs.statSync('/file');
  }).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(ENOTCONN|ECONNABORTED)$/) }));
  expect(await mounted.failure()).toContain('was killed by SIGKILL');
});

test.for([
  ['is left to end', ''],
  ['exits', 'process.exit(0);'],
  ['exits in the middle of a synchronous call', "fs.cpSync('/file', '/copy', { filter: () => process.exit(0) });"],
  ['exits with a call under way', "void fs.promises.stat('/file'); setImmediate(() => process.exit(0));"],
])('a process that %s takes its daemon along', ([, end], context) => {
  context.skip(!existsSync(passthroughLl), 'libfuse-examples are not built');
  const code = `const { fs } = await mountInWorker(server);\nconsole.log(fs.readFileSync('/file', 'utf8'));\n${end}`;
  expect(runProgram(throughDaemon(), code)).toEqual({ status: 0, said: 'content\n', errors: '' });
  expect(daemonsOf(scratch)).toEqual([]);
});

test('the process lives while a call is under way, and no longer', () => {
  const code = `const { fs } = await mountInWorker(server);
    fs.promises.readFile('/file', 'utf8').then(console.log);`;
  expect(runProgram(slow({ pauseMs: 50 }), code)).toEqual({ status: 0, said: 'it took a while\n\n', errors: '' });
});

/** The processes whose command line names a directory. */
function daemonsOf(directory: string): number[] {
  const { stdout } = spawnSync('sh', ['-c', 'for f in /proc/[0-9]*/cmdline; do echo "$f"; done'], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((file) => commandOf(file).includes(`source=${directory}`))
    .map((file) => Number(file.split('/')[2]));
}

function commandOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // It has ended.
  }
}
