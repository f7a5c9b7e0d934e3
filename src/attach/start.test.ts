import { chmodSync, existsSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor, tryReceive, trySend } from '../linux/sockets.ts';
import { openDescriptors } from '../transport/testing/socket-rig.ts';
import { type DaemonOptions, daemon } from './daemon.ts';
import { type RunningDaemon, startDaemon } from './start.ts';

/** Where daemons get their stand-ins, instead of where other tests' daemons do. */
const temporary = mkdtempSync(join(tmpdir(), 'fusewire-start-test-'));
const reactor = new NodeReactor();
let started: RunningDaemon[];
let before: number;

beforeAll(() => {
  vi.stubEnv('TMPDIR', temporary);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmdirSync(temporary);
});

beforeEach(() => {
  started = [];
  before = openDescriptors();
});

afterEach(async () => {
  for (const each of started) await stop(each);
  await pause(10);
  expect(openDescriptors()).toBe(before);
  expect(readdirSync(temporary)).toEqual([]);
});

/** Starts a shell script as a daemon; `{}` in it is the mount point. */
async function start(script: string, options: DaemonOptions & { readonly way?: 'fd' | 'fusermount' } = {}) {
  const { way = 'fd', ...rest } = options;
  const running = await startDaemon(daemon('sh', ['-c', script, 'sh', '{}'], { name: 'fake', ...rest }), way, reactor);
  started.push(running);
  return running;
}

/** Stops as mount does, and tells after how many milliseconds; `close` closes our end. */
async function stop(running: RunningDaemon): Promise<number> {
  const began = performance.now();
  await running.stop(() => {
    if (started.includes(running)) closeDescriptor(running.fd);
    started = started.filter((each) => each !== running);
  });
  return performance.now() - began;
}

const isRunning = (pid: number): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length > 0;
  } catch {
    return false;
  }
};

test('the mount point is descriptor 3, one end of a socket whose other end is ours', async () => {
  const running = await start('head -c 5 <&3 >&3; exec sleep 60 {}');
  trySend(running.fd, Buffer.from('hello'));
  const buffer = new Uint8Array(8);
  while (tryReceive(running.fd, buffer) === null) await pause(5);
  expect(Buffer.from(buffer.subarray(0, 5)).toString()).toBe('hello');
  expect(running.packetLimit).toBeGreaterThan(131_072 + 4096);
});

test.each([
  ['fd', /^\/dev\/fd\/3$/],
  ['fusermount', /^\/.*fusewire-.{6}\/mnt$/],
] as const)('{} in an argument is the mount point of way %s', async (way, expected) => {
  const running = await start('echo "$1"', { way });
  await running.exited;
  expect(running.describeEnd().replace('fake ended with exit code 0: ', '')).toMatch(expected);
});

test('the stand-in is first on the PATH that the daemon gets, and its environment is added to', async () => {
  const running = await start('command -v fusermount3; echo $COLOUR $PATH', {
    env: { COLOUR: 'blue', PATH: '/usr/bin:/bin' },
  });
  await running.exited;
  expect(running.describeEnd()).toMatch(/: (.*fusewire-.{6})\/fusermount3; blue \1:\/usr\/bin:\/bin$/);
});

test('a command that is not there says so', async () => {
  const missing = startDaemon(daemon('no-such-daemon', ['{}']), 'fd', reactor);
  await expect(missing).rejects.toThrow('no-such-daemon: command not found; is it installed?');
  const nowhere = startDaemon(daemon('true', ['{}'], { cwd: '/no/such/directory' }), 'fd', reactor);
  await expect(nowhere).rejects.toThrow('or its directory /no/such/directory does not exist');
});

test('a command that cannot be executed says so', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fusewire-test-'));
  const file = join(directory, 'daemon');
  writeFileSync(file, 'no program');
  chmodSync(file, 0o644);
  const started = startDaemon(daemon(file, ['{}']), 'fd', reactor);
  await expect(started).rejects.toThrow(`${file}: cannot be executed: permission denied`);
  rmSync(directory, { recursive: true });
});

test('a daemon that ends says how, with the last that it printed', async () => {
  const running = await start('echo no such image >&2; exit 3');
  expect(await running.exited).toEqual({ code: 3, signal: null });
  expect(running.hasExited).toBe(true);
  expect(running.describeEnd()).toBe('fake ended with exit code 3: no such image');
  const killed = await start('kill -SEGV $$');
  await killed.exited;
  expect(killed.describeEnd()).toBe('fake was killed by SIGSEGV');
});

test('a daemon that ends when asked is not waited for longer', async () => {
  const running = await start('exec sleep 60', { grace: 10_000 });
  const [pid] = running.pids;
  expect(await stop(running)).toBeLessThan(3_000);
  expect(isRunning(pid as number)).toBe(false);
  expect(running.pids).toEqual([]);
});

test('a daemon that does not end when asked, but when its device ends, is not killed', async () => {
  const running = await start('trap "" TERM; cat <&3 >/dev/null; echo saw the end; exit 5', { grace: 2_000 });
  while (running.pids.length < 2) await pause(5);
  running.settled();
  await stop(running);
  expect(await running.exited).toEqual({ code: 5, signal: null });
  expect(running.describeEnd()).toContain('saw the end');
});

test('a daemon that does not end at all is killed when its time is over', async () => {
  const running = await start('trap "" TERM; echo ready; while :; do sleep 60 & wait; done', { grace: 200 });
  while (!running.describeEnd().includes('ready')) await pause(5);
  const { pids } = running;
  await stop(running);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a daemon in the background is found by the socket that it holds, and stopped', async () => {
  const running = await start('setsid sleep 60 >/dev/null 2>&1 & exit 0');
  expect(await running.exited).toEqual({ code: 0, signal: null });
  running.settled();
  const { pids } = running;
  expect(pids).toHaveLength(1);
  expect(pids.every(isRunning)).toBe(true);
  await stop(running);
  expect(pids.filter(isRunning)).toEqual([]);
});

test('once it is let go, the death of a daemon shows as the end of its socket', async () => {
  const running = await start('exec sleep 60');
  running.letGo();
  running.letGo();
  const buffer = new Uint8Array(1);
  expect(tryReceive(running.fd, buffer)).toBeNull();
  running.signal('SIGKILL');
  await running.exited;
  expect(tryReceive(running.fd, buffer)).toBe(0);
});

test('at the end of this process a daemon is killed and its directory removed', async () => {
  const running = await start('trap "" TERM; echo "$PATH"; exec sleep 60');
  while (!running.describeEnd().includes('fusewire-')) await pause(5);
  const { pids } = running;
  const directory = running.describeEnd().match(/\S*fusewire-.{6}/)?.[0] as string;
  expect(existsSync(directory)).toBe(true);
  running.killNow();
  started = [];
  closeDescriptor(running.fd);
  expect(existsSync(directory)).toBe(false);
  await running.exited;
  expect(pids.filter(isRunning)).toEqual([]);
});
