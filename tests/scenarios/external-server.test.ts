import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { type Daemon, daemon } from '../../src/attach/daemon.ts';
import { type Mounted, mount } from '../../src/mount.ts';

// Servers in a process of their own, on one end of a SOCK_SEQPACKET socket that they inherit: gVisor's fuse_host, which
// Linux has not. One is written in C on Linux's header, the other is `fusewire serve`.

const scratch = mkdtempSync(path.join(tmpdir(), 'fusewire-external-'));
const program = path.join(scratch, 'one-file-server');
const source = fileURLToPath(new URL('one-file-server.c', import.meta.url));
const command = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const typescript = new URL('../../scripts/run-typescript.mjs', import.meta.url).href;
const hasCompiler = spawnSync('gcc', ['--version']).status === 0;
const hasHeader = spawnSync('sh', ['-c', 'test -e /usr/include/linux/fuse.h']).status === 0;

beforeAll(() => {
  if (hasCompiler && hasHeader) execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-o', program, source]);
});
afterAll(() => rmSync(scratch, { recursive: true }));

const SIZE = 300_000; // bytes: several READs, each far longer than 8 KiB
const CONTENT = Buffer.from(Array.from({ length: SIZE }, (_, at) => at % 251));

function oneFile(context: TestContext, manner = 'well'): Daemon {
  context.skip(!hasCompiler || !hasHeader, 'gcc or linux/fuse.h is not installed');
  return daemon(program, ['{}', String(SIZE), manner], { attach: 'fd' });
}

/** A folder with the same file, served by this package's own command. */
function servedFolder(): { readonly server: Daemon; readonly folder: string } {
  const folder = mkdtempSync(path.join(scratch, 'folder-'));
  writeFileSync(path.join(folder, 'testfile'), CONTENT);
  const args = ['--import', typescript, command, 'serve', `dir:${folder}`, '{}'];
  return { server: daemon(process.execPath, args, { attach: 'fd', name: 'fusewire serve' }), folder };
}

/** The steps of gVisor's TestFuseHostPassthrough. */
async function readOverwriteAndReadAgain({ fs }: Mounted): Promise<void> {
  expect((await fs.promises.stat('/')).isDirectory()).toBe(true);
  expect((await fs.promises.readFile('/testfile')).equals(CONTENT)).toBe(true);
  await fs.promises.writeFile('/testfile', 'written by a client');
  expect(await fs.promises.readFile('/testfile', 'utf8')).toBe('written by a client');
  expect((await fs.promises.stat('/testfile')).size).toBe(19);
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'success',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

test('a C server on one end of a socket has its file read, overwritten and read again', async (context) => {
  const server = oneFile(context);
  await using mounted = await mount(server);
  await readOverwriteAndReadAgain(mounted);
});

test('fusewire serve on one end of a socket has its file read, overwritten and read again', async () => {
  const { server, folder } = servedFolder();
  {
    await using mounted = await mount(server);
    await readOverwriteAndReadAgain(mounted);
  }
  expect(readFileSync(path.join(folder, 'testfile'), 'utf8')).toBe('written by a client');
});

test('reading and writing a file asks a C server for what Linux asks, in its order', async (context) => {
  const asked: string[] = [];
  const server = oneFile(context);
  {
    await using mounted = await mount(server, {
      trace: ({ step, request }) => {
        if (step === 'read') asked.push(request.opcode.name);
      },
    });
    const file = await mounted.fs.promises.open('/testfile', 'r+');
    await file.read(Buffer.alloc(100), 0, 100, 0);
    await file.write('hello', 0);
    await file.close();
  }
  expect(asked.join(' ')).toBe('INIT LOOKUP OPEN READ GETXATTR WRITE FLUSH RELEASE DESTROY');
});

test('ten calls at a time each get their own answer', async (context) => {
  const server = oneFile(context);
  await using mounted = await mount(server);
  const file = await mounted.fs.promises.open('/testfile');
  const reads = Array.from({ length: 10 }, async (_, at) => {
    const { buffer } = await file.read(Buffer.alloc(1000), 0, 1000, at * 10_007);
    return buffer.equals(CONTENT.subarray(at * 10_007, at * 10_007 + 1000));
  });
  expect(await Promise.all(reads)).toEqual(Array.from({ length: 10 }, () => true));
  await file.close();
});

test('a server that dies with requests in flight ends every call, and is told of to later ones', async (context) => {
  const server = oneFile(context, 'dies at READ');
  const before = openDescriptors();
  {
    await using mounted = await mount(server);
    const file = await mounted.fs.promises.open('/testfile');
    const reads = Array.from({ length: 5 }, () => codeOf(file.read(Buffer.alloc(10), 0, 10, 0)));
    // What was read ahead ends without a word; then the page cannot be asked for any more.
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['ENOTCONN']));
    expect(await codeOf(mounted.fs.promises.stat('/testfile'))).toBe('ENOTCONN');
    expect(await codeOf(file.close())).toBe('ENOTCONN');
  }
  expect(openDescriptors()).toBe(before);
});

test.for([
  ['lies about lengths', /says it has 12/],
  ['says too little', /a packet of 8 bytes is too short/],
] as const)('a server that %s in a reply is given up, in words', async ([manner, words], context) => {
  await using mounted = await mount(oneFile(context, manner));
  const failure = await mounted.fs.promises.stat('/testfile').catch((error: Error) => error);
  expect(failure).toMatchObject({ code: expect.stringMatching(/ECONNABORTED|ENOTCONN|EIO/) });
  expect(mounted.connection.failure).toMatch(words);
});

test.for(['refuses INIT', 'answers INIT without end'])(
  'a server that %s is not mounted, and leaves nothing',
  async (manner, context) => {
    const before = openDescriptors();
    const failure = await mount(oneFile(context, manner)).catch((error: Error) => error.message);
    expect(failure).toMatch(/one-file-server/);
    expect(openDescriptors()).toBe(before);
  },
);
