/** Each example mounted by Linux and used by other programs, whose output is compared as it stands. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { unmountKernel } from 'fusewire';
import { afterEach, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { whyNoKernelMount } from '../tests/daemons/kernel-mount.ts';

const root = path.resolve(import.meta.dirname, '..');
const url = (file: string): string => JSON.stringify(pathToFileURL(path.join(root, file)).href);

// The first process of all compiles the whole library.
vi.setConfig({ testTimeout: 120_000 });

let scratch: string;
let at: string;
let children: ChildProcess[] = [];

beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-examples-'));
  at = path.join(scratch, 'mnt');
  fs.mkdirSync(at);
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  while (isMounted()) await unmountKernel(at, 'force');
  fs.rmSync(scratch, { recursive: true });
});

const isMounted = (): boolean => fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${at} `);

/** Mounts an example in a process of its own. `expression` is the server, `example` being the default export. */
async function mounted(context: TestContext, example: string, expression: string): Promise<ChildProcess> {
  const why = whyNoKernelMount();
  context.skip(why !== null, why ?? '');
  context.skip(process.getuid?.() !== 0, 'not root');
  const program = path.join(scratch, 'program.mjs');
  fs.writeFileSync(
    program,
    `import { mountKernel } from ${url('src/index.ts')};
     import example from ${url(`examples/${example}.ts`)};
     await mountKernel(${expression}, ${JSON.stringify(at)});`,
  );
  const hook = path.join(root, 'scripts/run-typescript.mjs');
  const child = spawn(process.execPath, ['--conditions', 'fusewire-source', '--import', hook, program], { cwd: root });
  children.push(child);
  const said = text(child.stderr);
  while (!isMounted()) {
    if (child.exitCode !== null) throw new Error(await said);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return child;
}

/** What a shell in the mount prints, errors included. This process may be the web server, so it must not wait itself. */
function sh(script: string): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return new Promise((resolve) => {
    execFile('sh', ['-c', `exec 2>&1\n${script}`], { cwd: at, env, timeout: 20_000 }, (_, stdout) => resolve(stdout));
  });
}

test('hello, mounted by Linux, is a file to ls, cat, tail, grep and cp', async (context) => {
  await mounted(context, 'hello', 'example');
  expect(await sh('ls -l')).toBe('total 1\n-r--r--r-- 1 root root 14 Jan  1  1970 hello.txt\n');
  expect(await sh('cat hello.txt; tail -c 7 hello.txt; grep -r world .')).toBe(
    'Hello, world!\nworld!\n./hello.txt:Hello, world!\n',
  );
  expect(await sh('cp hello.txt ../copy && cat ../copy')).toBe('Hello, world!\n');
  expect(await sh('echo other > hello.txt')).toMatch(/hello.txt: Permission denied\n$/);
});

/** A clock that ticks once for each byte that it gets. */
const ticking = `((time) => example({
  now: () => new Date(time),
  start(tick) {
    process.stdin.on('data', (bytes) => { for (const _ of bytes) { time += 1000; tick(); } });
    return () => process.stdin.pause();
  },
}))(Date.parse('2026-07-01T12:00:00Z'))`;

test('the clock, mounted by Linux, goes on for who has it open', async (context) => {
  const child = await mounted(context, 'clock', ticking);
  expect(await sh('cat now ticks opens opens; stat -c "%n %s" *')).toBe(
    '2026-07-01T12:00:00Z\n1\n2\nnow 21\nopens 0\nticks 0\n',
  );
  const fd = fs.openSync(path.join(at, 'now'), 'r');
  const now = (): string => {
    const buffer = Buffer.alloc(100);
    return buffer.toString('utf8', 0, fs.readSync(fd, buffer, 0, 100, 0));
  };
  try {
    expect(now()).toBe('2026-07-01T12:00:00Z\n');
    child.stdin?.write('x');
    await expect.poll(now).toBe('2026-07-01T12:00:01Z\n');
  } finally {
    fs.closeSync(fd);
  }
});

test('tail -f on the clock, mounted by Linux, prints each tick', async (context) => {
  const child = await mounted(context, 'clock', ticking);
  const tail = spawn('tail', ['-f', '-s', '0.02', 'ticks'], { cwd: at });
  children.push(tail);
  let printed = '';
  tail.stdout.on('data', (part) => {
    printed += part;
  });
  child.stdin?.write('x');
  await expect.poll(() => printed).toBe('2026-07-01T12:00:01Z\n');
  child.stdin?.write('xx');
  await expect.poll(() => printed).toBe('2026-07-01T12:00:01Z\n2026-07-01T12:00:02Z\n2026-07-01T12:00:03Z\n');
});

test('a JSON document, mounted by Linux, is changed by the tools of the shell', async (context) => {
  const file = path.join(scratch, 'document.json');
  fs.writeFileSync(file, '{"name": "Ada", "tags": ["a", "b"], "address": {"city": "London"}}');
  await mounted(context, 'json-tree', `example(${JSON.stringify(file)})`);
  expect(await sh('ls -F; cat name tags/*; grep -r London .')).toBe(
    'address/\nname\ntags/\n"Ada"\n"a"\n"b"\n./address/city:"London"\n',
  );
  expect(await sh(`echo '"Bob"' > name; sed -i s/London/Paris/ address/city; cp name tags/2; mkdir -p x/y`)).toBe('');
  expect(await sh(`echo oops > ../bad; cp ../bad name; cat name`)).toMatch(/^cp: .*Invalid argument\n"Bob"\n$/);
  expect(await sh('mv address/city x/y/town; rm -r address tags/0; touch empty; ls')).toBe('empty\nname\ntags\nx\n');
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({
    name: 'Bob',
    tags: ['b', 'Bob'],
    x: { y: { town: 'Paris' } },
  });
});

test('a tree of keys, mounted by Linux, is a file system to the tools of the shell', async (context) => {
  await mounted(context, 'key-value', `example(${JSON.stringify(path.join(scratch, 'log'))})`);
  expect(await sh('mkdir -p a/b; echo one > a/b/file; echo two >> a/b/file; cat a/b/file; stat -c %s a/b/file')).toBe(
    'one\ntwo\n8\n',
  );
  expect(await sh('mv a/b c; find . | sort; cp -rp c a/; cmp c/file a/c/file; rm -r c; grep -r two .')).toBe(
    '.\n./a\n./c\n./c/file\n./a/c/file:two\n',
  );
  expect(await sh('truncate -s 3 a/c/file; cat a/c/file; echo; touch -d @1000.5 a/c/file; stat -c %.Y a/c/file')).toBe(
    'one\n1000.500000000\n',
  );
  expect(await sh('head -c 3000000 /dev/zero > big; stat -c %s big; sed -i s/one/1/ a/c/file; cat a/c/file')).toBe(
    '3000000\n1',
  );
  expect(await sh('chmod 600 big; stat -c %a big; df . && echo listed')).toMatch(/^644\n(.*\n)*listed\n$/);
});

/** A web server in this process with a file of 4 MB, and a version of it that can be set. */
class Web implements AsyncDisposable {
  version = 1;
  /** Requests for ranges that are not answered. */
  readonly stalled = new Set<ServerResponse>();
  isStalling = false;
  readonly #server = createServer((request, response) => this.#respond(request, response));

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/file`;
  }

  get content(): Buffer {
    return Buffer.alloc(4_000_000, `${this.version} and so on\n`);
  }

  #respond({ method, headers }: IncomingMessage, response: ServerResponse): void {
    const [, start = 0, end = 0] = (/(\d+)-(\d+)/.exec(headers.range ?? '') ?? []).map(Number);
    const etag = `"${this.version}"`;
    const isPart = headers['if-range'] === etag;
    if (isPart && this.isStalling) {
      this.stalled.add(response);
      response.on('close', () => this.stalled.delete(response));
      return;
    }
    const body = isPart ? this.content.subarray(start, end + 1) : this.content;
    const range = isPart ? { 'content-range': `bytes ${start}-${end}/${this.content.length}` } : {};
    response.writeHead(isPart ? 206 : 200, { etag, 'content-length': body.length, ...range });
    response.end(method === 'HEAD' ? undefined : body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

test('a remote file, mounted by Linux, is what the web server has', async (context) => {
  await using web = new Web();
  fs.writeFileSync(path.join(scratch, 'expected'), web.content);
  await mounted(context, 'http-file', `example('${await web.start()}')`);
  expect(await sh('ls; head -n 1 file; tail -c 5 file; wc -c < file; cmp file ../expected')).toBe(
    'file\n1 and so on\n\n1 an4000000\n',
  );
  expect(await sh('echo x > file')).toMatch(/file: Permission denied\n$/);
});

test('a remote file that is replaced is stale for who has it open, and new for others', async (context) => {
  await using web = new Web();
  await mounted(context, 'http-file', `example('${await web.start()}', { trust: 0 })`);
  execFileSync('mkfifo', [path.join(scratch, 'go')]);
  const reader = spawn('sh', ['-c', 'exec < file; head -c 12; cat ../go; cat > ../rest'], { cwd: at });
  children.push(reader);
  const said = text(reader.stderr);
  await once(reader.stdout, 'data');
  web.version = 2;
  await fs.promises.writeFile(path.join(scratch, 'go'), 'x');
  expect(await said).toBe('cat: -: Stale file handle\n');
  expect(await sh('head -n 1 file')).toBe('2 and so on\n');
});

test('a cat that waits for a web server can be killed, and the mount is used on', async (context) => {
  await using web = new Web();
  await mounted(context, 'http-file', `example('${await web.start()}')`);
  web.isStalling = true;
  const cat = spawn('cat', ['file'], { cwd: at });
  children.push(cat);
  await expect.poll(() => web.stalled.size).toBeGreaterThan(0);
  cat.kill('SIGTERM');
  expect(await once(cat, 'close')).toEqual([null, 'SIGTERM']);
  expect(await sh('ls')).toBe('file\n');
});
