import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext, test } from 'vitest';
import { mountKernel, unmountKernel } from '../../src/kernel-mount.ts';
import { mountAt } from '../../src/linux/mounts.ts';
import { memory } from '../../src/server/memory.ts';
import { needsKernel, Place, type Program, until } from './place.ts';

const operations = ['read', 'write', 'open', 'readdir', 'fault', 'close', 'rename', 'lookup'];

let place: Place;
let tools: string;
let waiter: string | null = null;

beforeAll(() => {
  tools = fs.mkdtempSync(path.join(tmpdir(), 'fusewire-waiter-'));
  try {
    const program = path.join(tools, 'waiter');
    execFileSync('gcc', ['-O1', '-Wall', '-o', program, path.join(import.meta.dirname, 'waiter.c')]);
    waiter = program;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
});
afterAll(() => fs.rmSync(tools, { recursive: true }));
beforeEach(() => {
  place = new Place();
});
afterEach(() => place[Symbol.asyncDispose]());

const needsWaiters = (context: TestContext): void => {
  needsKernel(context);
  context.skip(waiter === null, 'this machine has no gcc');
};

/** A process for each operation, about to begin it. */
async function waiters(): Promise<Program[]> {
  const programs = operations.map((name) => place.run(waiter ?? '', [name, path.join(place.at, name)]));
  await Promise.all(programs.map((program) => program.says('ready')));
  return programs;
}

const begin = async (programs: readonly Program[]): Promise<void> => {
  for (const program of programs) program.tell('go');
  await Promise.all(programs.map((program) => program.waitsForServer()));
};

/** How each operation ended. A page that cannot be read kills its reader. */
async function ends(programs: readonly Program[]): Promise<unknown[]> {
  await Promise.all(programs.map(({ ended }) => ended));
  return Promise.all(programs.map(async ({ ended, printed }) => (printed.length > 1 ? printed[1] : await ended)));
}

/** ENOTCONN or ECONNABORTED for every one, and SIGBUS where memory was read. */
const allFailed = operations.map((name) =>
  name === 'fault' ? 'SIGBUS' : (expect.stringMatching(/^(107|103)$/) as unknown),
);

/** A served `memory` that has fallen silent while every operation waits for it. */
async function silencedWithWaiters(lines = ''): Promise<{ server: Program; programs: Program[] }> {
  const server = await place.mounted(place.script(`await mountKernel(silenced(memory()), at);\n${lines}`));
  const programs = await waiters();
  server.tell('be silent');
  await server.says('silent');
  await begin(programs);
  return { server, programs };
}

test('a server killed in the middle of requests leaves no process waiting', async (context) => {
  needsWaiters(context);
  const { server, programs } = await silencedWithWaiters();
  server.child.kill('SIGKILL');
  expect(await ends(programs)).toEqual(allFailed);
});

test('processes that were killed while a silent server has their requests end when its mount is forced away', async (context) => {
  needsWaiters(context);
  const { programs } = await silencedWithWaiters();
  for (const { child } of programs) child.kill('SIGKILL');
  // Linux waits for the answer to what the server has read, whatever signal comes: state D of proc_pid_stat(5).
  const first = programs[0]?.child.pid;
  await until(() => / D /.test(fs.readFileSync(`/proc/${first}/stat`, 'utf8')));
  expect(await place.fusewire('unmount', '--force', place.at).ended).toBe(0);
  expect(await ends(programs)).toEqual(operations.map(() => 'SIGKILL'));
});

test('fusewire unmount --force frees everybody who waits for a stopped server', async (context) => {
  needsWaiters(context);
  const server = await place.mounted(place.fusewire('mount', 'memory:', place.at));
  const programs = await waiters();
  server.child.kill('SIGSTOP');
  await begin(programs);
  expect(await place.fusewire('unmount', '--force', place.at).ended).toBe(0);
  expect(await ends(programs)).toEqual(allFailed);
  expect(mountAt(place.at)).toBeUndefined();
  server.child.kill('SIGCONT');
  expect(await server.ended).toBe(0);
});

test('a descriptor of the device does not reach programs that the server starts', async (context) => {
  needsKernel(context);
  const server = await place.mounted(
    place.script(`
      import { spawn } from 'node:child_process';
      await mountKernel(memory(), at, { readers: 2 });
      console.log('child', spawn('sleep', ['1000'], { stdio: 'ignore' }).pid);`),
  );
  const pid = await server.does(() => server.printed.find((line) => line.startsWith('child'))?.split(' ')[1] ?? null);
  try {
    const open = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(open).not.toContain('/dev/fuse');
  } finally {
    process.kill(Number(pid));
  }
});

test('a device that outlives its killed server in another process is forced away', async (context) => {
  needsWaiters(context);
  const { server, programs } = await silencedWithWaiters(`
    import { spawn } from 'node:child_process';
    import { readdirSync, readlinkSync } from 'node:fs';
    const linkOf = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    const device = Number(readdirSync('/proc/self/fd').find((fd) => linkOf(fd) === '/dev/fuse'));
    console.log('holder', spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', device] }).pid);`);
  const holder = Number(server.printed.find((line) => line.startsWith('holder'))?.split(' ')[1]);
  try {
    server.child.kill('SIGKILL');
    await server.ended;
    await Promise.all(programs.map((program) => program.waitsForServer()));
    await unmountKernel(place.at, 'force');
    expect(await ends(programs)).toEqual(allFailed);
  } finally {
    process.kill(holder);
  }
});

test.for([
  ['process.exit', 'process.exit(3)', 3],
  ['an exception that nobody catches', "throw new Error('oops')", 1],
  ['a signal', "process.kill(process.pid, 'SIGTERM')", 'SIGTERM'],
] as const)('a program that ends by %s frees those who wait, and leaves no mount', async ([, last, code], context) => {
  needsWaiters(context);
  const { server, programs } = await silencedWithWaiters(`process.on('SIGUSR2', () => { ${last}; });`);
  server.child.kill('SIGUSR2');
  expect(await server.ended).toBe(code);
  expect(await ends(programs)).toEqual(allFailed);
  expect(mountAt(place.at)).toBeUndefined();
});

test('a killed server that waits for its own mount is freed by force', async (context) => {
  needsKernel(context);
  const lines = `
    import { stat } from 'node:fs/promises';
    await mountKernel(silenced(memory()), at);
    process.on('SIGUSR2', () => void stat(at + '/itself'));
    console.log('serving');`;
  const server = place.script(lines);
  await server.says('serving');
  server.tell('be silent');
  await server.says('silent');
  server.child.kill('SIGUSR2');
  await server.says('lookup');
  server.child.kill('SIGKILL');
  await until(() => / [DZ] /.test(fs.readFileSync(`/proc/${server.child.pid}/stat`, 'utf8')));
  expect(server.isOver).toBe(false);
  expect(await place.fusewire('unmount', '--force', place.at).ended).toBe(0);
  expect(await server.ended).toBe('SIGKILL');
});

/** Whether a thread of a process sleeps in a function of Linux. */
function waitsInKernel({ child }: Program, where: RegExp): boolean {
  const tasks = `/proc/${child.pid}/task`;
  return fs.readdirSync(tasks).some((task) => where.test(fs.readFileSync(`${tasks}/${task}/wchan`, 'utf8')));
}

test('a killed server whose notification waits for its own answer is freed by force', async (context) => {
  needsKernel(context);
  const lines = `
    import { stat } from 'node:fs/promises';
    const mounted = await mountKernel(silenced(memory()), at);
    process.on('SIGUSR2', () => {
      mounted.session.client.invalEntry(1n, 'renamed');
      console.log('notified');
    });
    console.log('serving');`;
  const server = place.script(lines);
  await server.says('serving');
  const maker = place.run('sh', ['-c', 'echo ready; read go; mkdir made'], { cwd: place.at });
  await maker.says('ready');
  server.tell('be silent');
  await server.says('silent');
  maker.tell('go');
  await server.says('lookup');
  server.child.kill('SIGUSR2');
  await server.says('notified');
  await until(() => waitsInKernel(server, /rwsem|inode|d_invalidate|fuse/));
  server.child.kill('SIGKILL');
  await until(() => / [DZ] /.test(fs.readFileSync(`/proc/${server.child.pid}/stat`, 'utf8')));
  expect(server.isOver).toBe(false);
  await unmountKernel(place.at, 'force');
  expect(await server.ended).toBe('SIGKILL');
  expect(await maker.ended).not.toBe(0);
});

test('a mount whose server has died is named with what clears it, and is cleared by that', async (context) => {
  needsKernel(context);
  const server = await place.mounted(place.fusewire('mount', 'memory:', place.at));
  server.child.kill('SIGKILL');
  await server.ended;
  const again = place.fusewire('mount', 'memory:', place.at);
  expect(await again.ended).toBe(1);
  expect(again.printed).toEqual([
    `fusewire: ${place.at}: a FUSE mount whose server is gone is in the way; clear it: fusewire unmount ${place.at}`,
  ]);
  expect(await place.fusewire('unmount', place.at).ended).toBe(0);
  expect(mountAt(place.at)).toBeUndefined();
});

test('a mount whose server does not answer is named with what clears it', async (context) => {
  needsKernel(context);
  const server = await place.mounted(place.fusewire('mount', 'memory:', place.at));
  server.child.kill('SIGSTOP');
  await expect(mountKernel(memory(), place.at)).rejects.toThrow(
    `${place.at}: a FUSE mount whose server does not answer is in the way; clear it: fusewire unmount --force ${place.at}`,
  );
});
