import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, type TestContext, test } from 'vitest';
import { receiveDescriptor } from '../linux/descriptor-passing.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor, connectTo, seqpacketPair, tryReceive, trySend } from '../linux/sockets.ts';
import { openDescriptors } from '../transport/testing/socket-rig.ts';
import { StandInDoor } from './stand-in-door.ts';

const isBuilt = existsSync(fileURLToPath(new URL('../../dist/attach/stand-in-main.js', import.meta.url)));
const needsBuild = (context: TestContext): void => context.skip(!isBuilt, 'dist/ is not built');

let ours: number;
let theirs: number;
let door: StandInDoor;
let unmounts: number;
let mounts: (readonly string[])[];
let before: number;

beforeEach(() => {
  before = openDescriptors();
  unmounts = 0;
  [ours, theirs] = seqpacketPair();
  mounts = [];
  door = new StandInDoor(new NodeReactor(), theirs, {
    onMount: (args) => mounts.push(args),
    onUnmount: () => unmounts++,
  });
});

afterEach(async () => {
  door.close();
  for (const fd of [ours, theirs]) closeDescriptor(fd);
  await new Promise((resolve) => setImmediate(resolve));
  expect(existsSync(door.directory)).toBe(false);
  expect(openDescriptors()).toBe(before);
});

/** Runs the stand-in as a daemon does. What it printed, its exit code, and what came over _FUSE_COMMFD. */
async function fusermount(args: readonly string[], name = 'fusermount3') {
  const [commfd, inherited] = seqpacketPair();
  const child = spawn(join(door.directory, name), args, {
    env: { _FUSE_COMMFD: '3' },
    stdio: ['ignore', 'pipe', 'pipe', inherited],
  });
  closeDescriptor(inherited);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const { fd } = receiveDescriptor(commfd, 8);
  closeDescriptor(commfd);
  return { code, output, fd };
}

for (const name of ['fusermount3', 'fusermount']) {
  test(`${name} hands the device to a daemon, whose environment may be empty`, async (context) => {
    needsBuild(context);
    const { code, output, fd } = await fusermount(['-o', 'subtype=x,fsname=u', '--', door.mountPoint], name);
    expect({ code, output }).toEqual({ code: 0, output: '' });
    trySend(ours, Buffer.from('request'));
    expect(tryReceive(fd as number, new Uint8Array(16))).toBe(7);
    closeDescriptor(fd as number);
    expect(unmounts).toBe(0);
    expect(mounts).toEqual([['-o', 'subtype=x,fsname=u', '--', door.mountPoint]]);
  });
}

test.each([
  ['-u', '/mnt'],
  ['-uz', '--', '/mnt'],
  ['-q', '-u', '/mnt'],
  ['--unmount', '/mnt'],
])('fusermount3 %s reports an unmount', async (...args) => {
  const socket = connectTo(join(door.directory, 'door'));
  trySend(socket, Buffer.from(JSON.stringify(args)));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unmounts).toBe(1);
  expect(receiveDescriptor(socket, 64)).toEqual({ packet: new Uint8Array(Buffer.from('done')), fd: null });
  closeDescriptor(socket);
});

test('an unmount by the stand-in succeeds', async (context) => {
  needsBuild(context);
  expect(await fusermount(['-u', door.mountPoint])).toEqual({ code: 0, output: '', fd: null });
  expect(unmounts).toBe(1);
});

test('a device that was withdrawn is refused, in words', async (context) => {
  needsBuild(context);
  door.withdraw();
  expect(await fusermount([door.mountPoint])).toEqual({
    code: 1,
    output: 'fusermount: this daemon has its device already\n',
    fd: null,
  });
});

test('asked for its version it tells one and asks for nothing', async (context) => {
  needsBuild(context);
  const { code, output, fd } = await fusermount(['-V']);
  expect({ code, fd }).toEqual({ code: 0, fd: null });
  expect(output).toMatch(/^fusermount3 version: 3\.\d+\.\d+/);
});

test('visitors that say nothing, rubbish, or go away do no harm', async () => {
  const visit = (): number => connectTo(join(door.directory, 'door'));
  const [silent, rubbish, gone] = [visit(), visit(), visit()];
  trySend(rubbish, Buffer.from('{"no": array'));
  closeDescriptor(gone);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(tryReceive(rubbish, new Uint8Array(8))).toBe(0);
  expect(tryReceive(silent, new Uint8Array(8))).toBeNull();
  for (const fd of [silent, rubbish]) closeDescriptor(fd);
  expect(unmounts).toBe(0);
});

test('what somebody mounted on its mount point is detached, and its files are left alone', (context) => {
  const precious = mkdtempSync(join(tmpdir(), 'fusewire-precious-'));
  writeFileSync(join(precious, 'file'), 'precious');
  writeFileSync(join(precious, '.go-fuse-epoll-hack'), 'precious too');
  try {
    const { status } = spawnSync('mount', ['--bind', precious, door.mountPoint], { stdio: 'ignore' });
    context.skip(status !== 0, 'this user may not mount');
    door.close();
    expect(existsSync(door.directory)).toBe(false);
    expect(readdirSync(precious).toSorted()).toEqual(['.go-fuse-epoll-hack', 'file']);
  } finally {
    rmSync(precious, { recursive: true });
  }
});
