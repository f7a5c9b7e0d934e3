import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeReplyHeader, encodeRequest, NEWEST } from '../src/abi/message.ts';
import { INIT } from '../src/abi/opcodes.ts';
import { main } from '../src/cli/run.ts';
import { connect, listen, mount, passthrough } from '../src/index.ts';
import { closeDescriptor, seqpacketPair, tryReceive, trySend } from '../src/linux/sockets.ts';
import { listenPrivately } from '../src/linux/stream-sockets.ts';

const root = resolve(import.meta.dirname, '..');
const hook = pathToFileURL(join(root, 'scripts/run-typescript.mjs')).href;
const cli = ['--import', hook, join(root, 'src/cli/main.ts')];

let scratch: string;
let socket: string;
let children: ChildProcess[] = [];
let servers: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'fusewire-serve-'));
  socket = join(scratch, 's');
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await Promise.all(servers.map((stop) => stop()));
  servers = [];
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

/** A command in this process, and what it says. */
function begin(args: readonly string[]) {
  const streams = { out: new PassThrough(), error: new PassThrough() };
  const interrupt = new AbortController();
  const code = main(args, streams, interrupt.signal).finally(() => {
    for (const stream of [streams.out, streams.error]) stream.end();
  });
  return { ...streams, interrupt, code };
}

async function fusewire(...args: string[]) {
  const { out, error, code } = begin(args);
  const [saidOut, saidError] = await Promise.all([text(out), text(error)]);
  return { code: await code, out: saidOut, error: saidError };
}

/** A server in this process, once it says where it listens, and what it told meanwhile. */
async function serving(...args: string[]) {
  const { out, error, interrupt, code } = begin(['serve', ...args]);
  let said = '';
  error.on('data', (more) => {
    said += more;
  });
  servers.push(() => {
    interrupt.abort(new Error('the test is over'));
    return code;
  });
  const [line] = await once(out, 'data');
  return { address: /is served at (.*)\n/.exec(String(line))?.[1] as string, said: () => said };
}

/** A `fusewire serve` in a process of its own, with descriptors from 3 on, and how it ends. */
function start(args: readonly string[], fds: readonly number[] = []) {
  const child = spawn(process.execPath, [...cli, 'serve', ...args], { stdio: ['ignore', 'pipe', 'inherit', ...fds] });
  children.push(child);
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code);
  return { child, ended };
}

/** One that listens at the socket, once it does. */
async function started(...args: string[]) {
  const server = start([...args, '--listen', `unix:${socket}`]);
  await Promise.race([once(server.child.stdout as NodeJS.ReadableStream, 'data'), server.ended]);
  return server;
}

test('commands use one tree in memory, one after another, over a Unix socket', async () => {
  const { address } = await serving('memory:', '--listen', `unix:${socket}`);
  const file = join(scratch, 'file');
  writeFileSync(file, 'content');
  expect(await fusewire('cp', file, ':/copy', '--connect', address)).toEqual({ code: 0, out: '', error: '' });
  expect((await fusewire('cat', '/copy', '--connect', address)).out).toBe('content');
  expect((await fusewire('probe', '--connect', address)).out).toContain(`a connection to unix:${socket}\n`);
});

test('over TCP the token that was made up lets in, and nothing else does', async () => {
  const { address, said } = await serving(`dir:${scratch}`, '--listen', 'tcp:0');
  writeFileSync(join(scratch, 'file'), 'content');
  expect(address).toMatch(/^tcp:127\.0\.0\.1:[1-9]\d*$/);
  const token = /^fusewire serve: clients need this token, .*: ([\w-]{43})\n$/.exec(said())?.[1] as string;
  writeFileSync(join(scratch, 'token'), `${token}\n`);
  const cat = ['cat', '/file', '--connect', address];
  expect(await fusewire(...cat, '--token-file', join(scratch, 'token'))).toEqual({
    code: 0,
    out: 'content',
    error: '',
  });
  expect(await fusewire(...cat)).toEqual({
    code: 1,
    out: '',
    error: `fusewire: ${address} cannot be used: it closed the connection at once: it wants a token, or is no Fusewire server\n`,
  });
  vi.stubEnv('FUSEWIRE_TOKEN', token);
  expect((await fusewire(...cat)).out).toBe('content');
  vi.stubEnv('FUSEWIRE_TOKEN', 'another-token-of-mine');
  expect((await fusewire(...cat)).error).toContain('the token is wrong');
  expect(said()).toMatch(/\nfusewire serve: 127\.0\.0\.1:\d+: turned away: wrong token\n$/);
});

test('a token that is given is not printed', async () => {
  vi.stubEnv('FUSEWIRE_TOKEN', 'given-by-the-environment');
  const { address, said } = await serving('memory:', '--listen', 'tcp:0');
  const { code } = await fusewire('ls', '/', '--connect', address);
  expect({ code, said: said() }).toEqual({ code: 0, said: '' });
});

test('synchronous calls reach a server in another process, and large files pass both ways', async () => {
  const { child } = await started('memory:');
  const server = connect(`unix:${socket}`);
  const data = Buffer.alloc(5 << 20).map((_, i) => (i * 7) & 0xff);
  {
    await using mounted = await mount(server);
    mounted.fs.writeFileSync('/file', data);
    expect(mounted.fs.readFileSync('/file').equals(data)).toBe(true);
    expect((await mounted.fs.promises.readFile('/file')).equals(data)).toBe(true);
    expect(mounted.connection.limits).toMatchObject({ maxWrite: 1 << 20, maxPages: 256 });
  }
  await using again = await mount(server);
  expect(again.fs.statSync('/file').size).toBe(data.length);
  child.kill('SIGKILL');
  expect(() => again.fs.readFileSync('/file')).toThrow(/ECONNABORTED|ENOTCONN/);
  expect(await again.failure()).toBe(`unix:${socket} cannot be used: it closed the connection`);
});

test('one memory has one client at a time, and can be left and entered at once', async () => {
  const { address } = await serving('memory:', '--listen', `unix:${socket}`);
  {
    await using _ = await mount(connect(address));
    await expect(mount(connect(address))).rejects.toThrow('it refuses: another client uses this server');
  }
  for (let i = 0; i < 20; i++) {
    await using mounted = await mount(connect(address));
    await mounted.fs.promises.appendFile('/log', 'x');
  }
  await using mounted = await mount(connect(address));
  expect(await mounted.fs.promises.readFile('/log', 'utf8')).toBe('x'.repeat(20));
});

test('a directory has as many clients as come', async () => {
  const { address } = await serving(`dir:${scratch}`, '--listen', `unix:${socket}`);
  await using one = await mount(connect(address));
  await using other = await mount(connect(address));
  await one.fs.promises.writeFile('/file', 'by one');
  expect(await other.fs.promises.readFile('/file', 'utf8')).toBe('by one');
});

test('a program listens and connects by TCP with the token that was made up', async () => {
  await using listening = await listen(() => passthrough(scratch), 'tcp:0');
  await using mounted = await mount(connect(listening.address, { token: listening.token }));
  const data = Buffer.alloc(3 << 20, 'data');
  await mounted.fs.promises.writeFile('/file', data);
  expect(readFileSync(join(scratch, 'file')).equals(data)).toBe(true);
  expect((await mounted.fs.promises.readFile('/file')).equals(data)).toBe(true);
  expect(listening.clients).toBe(1);
});

test('a mount that waits for its server can be given up', async () => {
  await serving(`dir:${scratch}`, '--listen', `unix:${socket}`);
  const signal = AbortSignal.abort(new Error('never mind'));
  await expect(mount(connect(`unix:${socket}`), { signal })).rejects.toThrow('never mind');
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s ends the sessions, removes the socket, and ends the process', async (signal, code) => {
  const { child, ended } = await started('memory:');
  await using mounted = await mount(connect(`unix:${socket}`));
  child.kill(signal);
  expect(await ended).toBe(code);
  expect(existsSync(socket)).toBe(false);
  const gone = { code: expect.stringMatching(/ECONNABORTED|ENOTCONN/) };
  await expect(mounted.fs.promises.stat('/')).rejects.toMatchObject(gone);
});

test('a socket that is in use is refused, one that a killed server left is replaced', async () => {
  const { child, ended } = await started('memory:');
  expect(await fusewire('serve', 'memory:', '--listen', `unix:${socket}`)).toEqual({
    code: 1,
    out: '',
    error: `fusewire: unix:${socket}: cannot be listened at: another server listens there\n`,
  });
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(socket)).toBe(true);
  const { address } = await serving('memory:', '--listen', `unix:${socket}`);
  expect((await fusewire('ls', '/', '--connect', address)).code).toBe(0);
});

/** A server in another process on one end of a pair, and the other end, on which INIT was answered. */
async function onDescriptor() {
  const [ours, theirs] = seqpacketPair();
  const { child, ended } = start(['--fd', '3', 'memory:'], [theirs]);
  closeDescriptor(theirs);
  const body = { major: 7, minor: 31, max_readahead: 0, flags: 0, flags2: 0 };
  trySend(ours, encodeRequest(INIT, { unique: 2, nodeid: 0n, uid: 0, gid: 0, pid: 1, body }, NEWEST));
  const reply = new Uint8Array(80);
  await expect.poll(() => tryReceive(ours, reply), { timeout: 20_000 }).toBe(80);
  expect(decodeReplyHeader(reply)).toMatchObject({ unique: 2, error: 0 });
  return { ours, child, ended };
}

test('a parent that made a pair of sockets is answered on one end, until it closes the other', async () => {
  const { ours, ended } = await onDescriptor();
  closeDescriptor(ours);
  expect(await ended).toBe(0);
});

test('a signal ends a server on a descriptor', async () => {
  const { ours, child, ended } = await onDescriptor();
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(tryReceive(ours, new Uint8Array(1))).toBe(0);
  closeDescriptor(ours);
});

test('a server is a daemon of its own command', async () => {
  const daemon = [process.execPath, ...cli, 'serve', `dir:${join(root, 'docs')}`, '{}'];
  const { code, out, error } = await fusewire('ls', '/', '--', ...daemon);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toContain('decisions.md\n');
});

test.for([
  [
    'that is closed',
    () => 99_999,
    /^fusewire: descriptor 99999 is not open; one end of a SOCK_SEQPACKET pair is expected\n$/,
  ],
  ['of a file', () => openSync('/dev/zero', 'r'), /^fusewire: descriptor \d+ is \/dev\/zero, no socket; .*\n$/],
  [
    'of the FUSE device',
    () => openSync('/dev/fuse', 'r+'),
    /\/dev\/fuse, .* that one is for mountKernel, or fusewire mount\n$/,
  ],
  [
    'of a stream socket',
    () => listenPrivately(socket),
    /^fusewire: descriptor \d+ is a socket that does not keep messages/,
  ],
] satisfies [string, () => number, RegExp][])(
  'a descriptor %s is one clear line',
  async ([what, open, line], context) => {
    context.skip(what.includes('FUSE') && !existsSync('/dev/fuse'), 'there is no /dev/fuse');
    const fd: number = open();
    for (const args of [
      ['--fd', `${fd}`, 'memory:'],
      ['memory:', `/dev/fd/${fd}`],
    ]) {
      const { code, out, error } = await fusewire('serve', ...args);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(error).toMatch(line);
    }
    if (fd < 99_999) closeDescriptor(fd);
  },
);

test('a module is used, and served to others', async () => {
  const file = join(scratch, 'server.mjs');
  writeFileSync(file, 'export default () => ({ readlink: () => "here", statfs: () => ({ namelen: 42 }) });\n');
  expect((await fusewire('probe', '--server', `module:${file}`)).out).toContain(`server               server\n`);
  const { address } = await serving(`module:${file}`, '--listen', `unix:${socket}`);
  await using mounted = await mount(connect(address));
  expect((await mounted.fs.promises.statfs('/')).type).toBe(0x65735546);
});

test('a module that is no server is one line, wherever it is named', async () => {
  const file = join(scratch, 'empty.mjs');
  writeFileSync(file, 'export default {};\n');
  const error = `fusewire: ${file}: its default export is no server: it has none of the methods of FuseServer\n`;
  for (const args of [
    ['ls', '/', '--server', `module:${file}`],
    ['serve', `module:${file}`, '--listen', `unix:${socket}`],
    ['mount', `module:${file}`, scratch],
  ]) {
    expect(await fusewire(...args)).toEqual({ code: 1, out: '', error });
  }
  expect(existsSync(socket)).toBe(false);
});

test.each([
  ['no way', ['memory:'], 'usage: fusewire serve SPEC --fd N | --listen ADDRESS | /dev/fd/N'],
  ['two ways', ['memory:', '--fd', '3', '--listen', 'tcp:0'], 'usage: fusewire serve SPEC'],
  ['no SPEC', ['--fd', '3'], 'usage: fusewire serve SPEC'],
  ['another SPEC', ['floppy:', '--fd', '3'], 'floppy:: no such server; it is memory:|dir:PATH|module:FILE'],
  ['a SPEC that lacks its argument', ['dir:', '--fd', '3'], 'dir:: no such server'],
  ['a directory', ['memory:', '/mnt'], '/mnt: no descriptor; it is --fd N or /dev/fd/N'],
  ['no address', ['memory:', '--listen', '7000'], '7000: no address; it is unix:PATH|tcp:HOST:PORT|tcp:PORT'],
  ['a short token', ['memory:', '--listen', 'tcp:0', '--token-file', 'TOKEN'], 'a token has at least 16 characters'],
  ['a token for a Unix socket', ['memory:', '--listen', 'unix:x', '--token-file', 'TOKEN'], '--token-file is for tcp:'],
])('serve with %s is wrong usage and one line', async (_, args, line) => {
  const file = join(scratch, 'token');
  writeFileSync(file, 'short\n');
  const { code, out, error } = await fusewire('serve', ...args.map((arg) => (arg === 'TOKEN' ? file : arg)));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toContain(line);
  expect(error.trim().split('\n')).toHaveLength(1);
});
