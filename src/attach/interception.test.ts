import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor, tryReceive, trySend } from '../linux/sockets.ts';
import { openDescriptors } from '../transport/testing/socket-rig.ts';
import { type DaemonOptions, daemon } from './daemon.ts';
import { ServesNot } from './mounting.ts';
import { type RunningDaemon, startDaemon } from './start.ts';

const built = fileURLToPath(new URL('../../dist/linux/launch-main.js', import.meta.url));
const hasPython = spawnSync('python3', ['-V']).status === 0;

/** Where daemons get their mount points, instead of where other tests' daemons do. */
const temporary = mkdtempSync(join(tmpdir(), 'fusewire-interception-test-'));
const patiently = { timeout: 20_000 };
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

beforeEach((context) => {
  needs(context);
  started = [];
  before = openDescriptors();
});

afterEach(async () => {
  for (const running of started) await running.stop(() => closeDescriptor(running.fd));
  await expect.poll(openDescriptors, patiently).toBe(before);
  expect(readdirSync(temporary)).toEqual([]);
});

function needs(context: TestContext): void {
  context.skip(!existsSync(built), 'dist/ is not built');
  context.skip(!hasPython, 'python3 is not installed');
}

/** What the scripts of fake daemons can use: the calls of Linux that a daemon makes, each giving its result or -errno. */
const PRELUDE = `
import ctypes, fcntl, os, signal, sys, time
libc = ctypes.CDLL(None, use_errno=True)
mnt = sys.argv[1].encode()
def call(f, *args):
    result = f(*args)
    return result if result >= 0 else -ctypes.get_errno()
def openat(path, flags, directory=-100): return call(libc.openat, directory, path, flags, 0)
def data(fd, more=''): return f'fd={fd},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}{more}'.encode()
def mount(fd, more='', type=b'fuse', target=mnt, flags=6):
    return call(libc.mount, b'/dev/fuse', target, type, ctypes.c_ulong(flags), data(fd, more))
def umount(target=mnt, flags=2): return call(libc.umount2, target, flags)
def say(*words): print(*words, flush=True)
RDWR = os.O_RDWR
`;

/** Starts a script of Python as a daemon, intercepted. */
async function start(script: string, options: DaemonOptions = {}): Promise<RunningDaemon> {
  const fake = daemon('python3', ['-c', PRELUDE + script, '{}'], { name: 'fake', grace: 1000, ...options });
  const running = await startDaemon(fake, 'intercept', reactor);
  started.push(running);
  return running;
}

/** What a script printed, in lines, once it has ended. */
async function printed(script: string): Promise<string[]> {
  const running = await start(script);
  await running.exited;
  return running.lastWords.split('; ');
}

/** The next packet that a daemon wrote to its device. */
async function packetOf(running: RunningDaemon): Promise<string> {
  const buffer = new Uint8Array(64);
  for (;;) {
    const length = tryReceive(running.fd, buffer);
    if (length !== null) return Buffer.from(buffer.subarray(0, length)).toString();
    await pause(5);
  }
}

test.each([
  ['open', 'fd = call(libc.open, b"/dev/fuse", RDWR)'],
  ['open, close-on-exec', 'fd = call(libc.open, b"/dev/fuse", RDWR | os.O_CLOEXEC)'],
  ['openat', 'fd = openat(b"/dev/fuse", RDWR | os.O_CLOEXEC)'],
  ['a path with detours', 'fd = openat(b"//dev/shm/.././fuse", RDWR)'],
  ['a path from an open directory', 'fd = openat(b"fuse", RDWR, os.open("/dev", os.O_RDONLY))'],
  ['a path from the working directory', 'os.chdir("/dev"); fd = openat(b"./fuse", RDWR)'],
  ['what musl opens it with', 'fd = openat(b"/dev/fuse", RDWR | 0o100000)'],
])('the device opened by %s is the socket', async (_, open) => {
  const running = await start(`${open}; os.write(fd, b"hello"); time.sleep(60)`);
  expect(await packetOf(running)).toBe('hello');
});

test('a device that is not to block does not, one that is does', async () => {
  const reading = 'try: os.read(fd, 9)\nexcept BlockingIOError: say("would block")';
  expect(await printed(`fd = openat(b"/dev/fuse", RDWR | os.O_NONBLOCK)\n${reading}`)).toEqual(['would block']);
  const running = await start('fd = openat(b"/dev/fuse", RDWR)\nsay(os.read(fd, 9))');
  trySend(running.fd, Buffer.from('request'));
  await running.exited;
  expect(running.lastWords).toBe("b'request'");
});

test('all other files are opened as ever', async () => {
  const script = `
import tempfile
with tempfile.NamedTemporaryFile(suffix="/fuse".replace("/", "-")) as file:
    fd = openat(file.name.encode(), RDWR); say(os.write(fd, b"12345"))
os.mkdir("/tmp/%d" % os.getpid())
name = "/tmp/%d/fuse" % os.getpid()
open(name, "w").close()
say(os.write(openat(name.encode(), RDWR), b"1234"))
os.unlink(name); os.rmdir(os.path.dirname(name))
say(openat(b"/no/such/place/fuse", RDWR), openat(b"/dev/null", RDWR) > 0)`;
  expect(await printed(script)).toEqual(['5', '4', '-2 True']);
});

test('a mount succeeds, and says what the daemon wants', async () => {
  const running = await start(
    'fd = openat(b"/dev/fuse", RDWR); say(mount(fd, ",allow_other,max_read=8192", b"fuse.fake", flags=7)); time.sleep(60)',
  );
  expect(await running.mounted()).toEqual({
    options: {
      rootMode: 0o40000,
      userId: process.getuid?.(),
      groupId: process.getgid?.(),
      allowOther: true,
      defaultPermissions: false,
      readOnly: true,
      maxRead: 8192,
    },
    noexec: false,
    source: '/dev/fuse',
    subtype: 'fake',
  });
  await expect.poll(() => running.lastWords, patiently).toBe('0');
});

test('options that Linux refuses are refused, and the next try may succeed', async () => {
  const script = 'fd = openat(b"/dev/fuse", RDWR); say(mount(fd, ",no_such_option"), mount(fd)); time.sleep(60)';
  const running = await start(script);
  await running.mounted();
  await expect.poll(() => running.lastWords, patiently).toBe('-22 0');
});

test('a device is mounted once', async () => {
  expect(
    await printed('fd = openat(b"/dev/fuse", RDWR); say(mount(fd), mount(fd), mount(openat(b"/dev/fuse", RDWR)))'),
  ).toEqual(['0 -22 -22']);
});

test('mounts of anything else go on to Linux', async () => {
  const script = `
nowhere = b"/no/such/place"
say(call(libc.mount, b"none", nowhere, b"tmpfs", ctypes.c_ulong(0), b""))
say(mount(0, target=nowhere))
say(call(libc.mount, b"none", nowhere, None, ctypes.c_ulong(4096), None))
say(call(libc.mount, b"none", nowhere, b"fuse", ctypes.c_ulong(0), None))`;
  for (const line of await printed(script)) expect(line).toMatch(/^-(1|2)$/);
});

test.each([
  ['its path', 'mount(fd); say(umount())'],
  ['its path with a detour', 'mount(fd); say(umount(mnt + b"/../mnt/"))'],
  ['a relative path', 'os.chdir(mnt); mount(fd, target=b"."); os.chdir(".."); say(umount(b"mnt"))'],
])('an unmount by %s succeeds, and ends the device', async (_, script) => {
  expect(await printed(`fd = openat(b"/dev/fuse", RDWR); ${script}; say(os.read(fd, 9))`)).toEqual(['0', "b''"]);
});

test('other unmounts go on to Linux', async () => {
  const script =
    'fd = openat(b"/dev/fuse", RDWR); say(umount()); mount(fd); say(umount(b"/no/such/place")); umount(); say(umount())';
  for (const line of await printed(script)) expect(line).toMatch(/^-(1|2|22)$/);
});

test('the newer way to mount is not there for FUSE, and as ever for others', async () => {
  const [fuse, none] = await printed(
    'say(call(libc.syscall, 430, b"fuse", 0)); say(call(libc.syscall, 430, b"no such", 0))',
  );
  expect(fuse).toBe('-38');
  expect(none).toMatch(/^-(1|19)$/);
});

test('a clone of the device reads the same requests, also when it is opened late', async () => {
  const script = `
import struct
fd = openat(b"/dev/fuse", RDWR); mount(fd)
def clone():
    other = openat(b"/dev/fuse", RDWR | os.O_CLOEXEC)
    return (fcntl.ioctl(other, 0x8004e500, struct.pack("I", fd)), other)[1]
os.write(fd, b"early")
os.write(clone(), b"clone")
os.read(fd, 9)
late = clone()
os.write(late, b"late")
try: fcntl.ioctl(late, 0x8004e500, struct.pack("I", 0))
except OSError as error: say(error.errno)
try: fcntl.ioctl(0, 0x8004e500, struct.pack("I", fd))
except OSError as error: say(error.errno)
time.sleep(60)`;
  const running = await start(script);
  await running.mounted();
  expect([await packetOf(running), await packetOf(running)]).toEqual(['early', 'clone']);
  running.letGo();
  trySend(running.fd, Buffer.from('go on'));
  expect(await packetOf(running)).toBe('late');
  await expect.poll(() => running.lastWords, patiently).toBe('22; 25');
});

test('a daemon may go to the background before it mounts', async () => {
  const running = await start(
    'if os.fork(): os._exit(0)\nos.setsid(); time.sleep(0.2); fd = openat(b"/dev/fuse", RDWR); mount(fd); time.sleep(60)',
  );
  expect(await running.mounted()).toMatchObject({ options: { allowOther: false } });
  expect(await running.exited).toEqual({ code: 0, signal: null });
  expect(running.pids).toHaveLength(1);
});

test.each([
  ['before it opens the device', 'sys.exit(3)', 'fake ended with exit code 3', true],
  ['once it has opened it', 'openat(b"/dev/fuse", RDWR); sys.exit(0)', 'fake ended with exit code 0', false],
  ['by a signal', 'openat(b"/dev/fuse", RDWR); os.kill(os.getpid(), 9)', 'fake was killed by SIGKILL', false],
  ['in the background', 'if os.fork() == 0: os.setsid(); time.sleep(0.2)', 'fake ended with exit code 0', true],
])('a daemon that ends %s is told so at once', async (_, script, message, isServesNot) => {
  const running = await start(script);
  const error = await running.mounted().catch((error: Error) => error);
  expect(error).toHaveProperty('message', `${message} (before it answered INIT)`);
  expect(error instanceof ServesNot).toBe(isServesNot);
});

test.each([
  ['opens no device', 'pass;', 'it did not open /dev/fuse within 0.3 s; it printed: ready'],
  [
    'does not mount',
    'openat(b"/dev/fuse", RDWR);',
    'it opened /dev/fuse, but did not mount within 0.3 s; it printed: ready',
  ],
])('a daemon that %s in its time is given up', async (_, script, message) => {
  const running = await start(`${script} say("ready"); time.sleep(60)`, { initTimeout: 300 });
  await expect.poll(() => running.lastWords, patiently).toBe('ready');
  await expect(running.mounted()).rejects.toThrow(`fake cannot be used: ${message}`);
});

test('a daemon that nobody waits for any more is given up', async () => {
  const running = await start('time.sleep(60)');
  const abort = new AbortController();
  const mounted = running.mounted(abort.signal);
  abort.abort(new Error('stopped by SIGINT'));
  await expect(mounted).rejects.toThrow('fake cannot be used: stopped by SIGINT');
  await expect(running.mounted(abort.signal)).rejects.toThrow('stopped by SIGINT');
});
