import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, type TestContext, test } from 'vitest';
import { EACCES, EPERM } from '../abi/errno.ts';
import { openDescriptors } from '../transport/testing/socket-rig.ts';
import { ownArchitecture } from './architecture.ts';
import { CannotFilter, launchFiltered } from './launch.ts';
import { NodeReactor } from './reactor.ts';
import { filterProgram, type Stop } from './seccomp-filter.ts';
import { closeDescriptor, seqpacketPair, tryReceive } from './sockets.ts';
import { CallSupervisor, type Decision, goOn, type StoppedCall } from './supervisor.ts';

const built = fileURLToPath(new URL('../../dist/linux/launch-main.js', import.meta.url));
const hasPython = spawnSync('python3', ['-V']).status === 0;
const needs = (context: TestContext): void => {
  context.skip(!existsSync(built), 'dist/ is not built');
  context.skip(!hasPython, 'python3 is not installed');
  context.skip(ownArchitecture() === undefined, 'calls cannot be stopped on this architecture');
};

const reactor = new NodeReactor();
let before: number;

beforeEach(() => {
  before = openDescriptors();
});

afterEach(async () => {
  await expect.poll(openDescriptors, { timeout: 20_000 }).toBe(before);
});

const stopAll: readonly Stop[] = [{ call: 'umount2' }];

interface Options {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly refuse?: () => string | null;
}

/** Starts a program of Python under a filter that stops umount2(2), which `libc` in it can call. */
const launch = (code: string, { command = 'python3', args, env = {}, refuse = () => null }: Options = {}) =>
  launchFiltered(reactor, {
    command,
    args: args ?? ['-c', `import ctypes, os, signal, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n${code}`],
    cwd: undefined,
    env: { ...process.env, ...env },
    program: filterProgram(ownArchitecture() as never, stopAll),
    refuse,
  });

/** Runs a program to its end with a supervisor that decides so. What it printed, and the calls that stopped. */
async function supervised(code: string, decide: (call: StoppedCall) => Decision, options: Options = {}) {
  const { child, listener } = await launch(code, options);
  const calls: StoppedCall[] = [];
  const over = new Promise<void>((resolve) => {
    const decideAndKeep = (call: StoppedCall): Decision => {
      calls.push(call);
      return decide(call);
    };
    new CallSupervisor(reactor, listener, { decide: decideAndKeep, onOver: resolve });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
  const status = await new Promise((resolve) => child.once('close', resolve));
  await over;
  return { output: output.trim(), status, calls };
}

test('a call that stops gets the result, or the error, that was decided', async (context) => {
  needs(context);
  const twice = 'for flags in (1, 2): print(libc.umount2(b"/a place", flags), ctypes.get_errno())';
  const { output, calls } = await supervised(twice, (call) =>
    call.int(1) === 1 ? { answer: { result: 7 } } : { answer: { error: EACCES } },
  );
  expect(output).toBe('7 0\n-1 13');
  expect(calls).toHaveLength(2);
});

test("a stopped call's strings can be read, and not when it is over", async (context) => {
  needs(context);
  const seen: unknown[] = [];
  const { calls } = await supervised('libc.umount2(b"/a place", 0); libc.umount2(None, 0)', (call) => {
    seen.push(call.string(0, 100));
    return { answer: { result: 0 } };
  });
  expect(seen).toEqual(['/a place', null]);
  expect(() => calls[0]?.string(0, 100)).toThrow();
});

test('a call that goes on gets what Linux says, and so does one whose arguments are not there', async (context) => {
  needs(context);
  const failing = 'libc.umount2(b"/no such place", 0); print(ctypes.get_errno())';
  expect((await supervised(failing, () => goOn)).output).toMatch(/^(1|2)$/);
  const bad = 'libc.umount2(ctypes.c_void_p(8), 0); print(ctypes.get_errno())';
  expect((await supervised(bad, (call) => ({ answer: { result: call.string(0, 9)?.length ?? 0 } }))).output).toMatch(
    /^(1|14)$/,
  );
});

test('a descriptor of ours becomes one of its own, with close-on-exec as decided', async (context) => {
  needs(context);
  const [ours, theirs] = seqpacketPair();
  const code = 'for i in (0, 1): fd = libc.umount2(b"", i); print(os.get_inheritable(fd)); os.write(fd, b"hello")';
  const { output } = await supervised(code, (call) => ({
    answer: { descriptor: theirs, closeOnExec: call.int(1) === 1 },
  }));
  expect(output).toBe('True\nFalse');
  for (let i = 0; i < 2; i++) expect(tryReceive(ours, new Uint8Array(9))).toBe(5);
  for (const fd of [ours, theirs]) closeDescriptor(fd);
});

test('a caller whose table of descriptors is full gets the error instead', async (context) => {
  needs(context);
  const code =
    'import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3)); print(libc.umount2(b"", 0), ctypes.get_errno())';
  const taken: string[] = [];
  const { output } = await supervised(code, () => ({
    answer: { descriptor: 0, closeOnExec: false },
    taken: () => taken.push('taken'),
    settled: () => taken.push('settled'),
  }));
  expect(output).toBe('-1 24');
  expect(taken).toEqual(['settled']);
});

test('children are supervised too, and the end of the last of them is told', async (context) => {
  needs(context);
  const code = 'if os.fork() == 0: os.setsid(); os._exit(libc.umount2(b"", 0))\nprint(os.wait()[1] >> 8)';
  const { output, calls } = await supervised(code, () => ({ answer: { result: 9 } }));
  expect(output).toBe('9');
  expect(calls).toHaveLength(1);
});

test('a caller that dies, or is interrupted, while it is decided has not taken the answer', async (context) => {
  needs(context);
  const taken: string[] = [];
  const dying = await supervised('libc.umount2(b"", 0)', (call) => {
    process.kill(call.pid, 'SIGKILL');
    while (existsSync(`/proc/${call.pid}/exe`)) execFileSync('true');
    return { answer: { result: 0 }, taken: () => taken.push('dead') };
  });
  expect(dying.status).toBeNull();
  let times = 0;
  const code = 'signal.signal(signal.SIGUSR1, lambda *_: None); print(libc.umount2(b"", 0), ctypes.get_errno())';
  const interrupted = await supervised(code, (call) => {
    if (times++ > 0) return { answer: { result: 5 }, taken: () => taken.push('second') };
    process.kill(call.pid, 'SIGUSR1');
    // Until it has left the call.
    execFileSync('sleep', ['0.2']);
    return { answer: { error: EPERM }, taken: () => taken.push('first') };
  });
  expect(interrupted.output).toMatch(/^(5 0|-1 4)$/);
  expect(taken).not.toContain('dead');
  expect(taken).not.toContain('first');
});

test('calls are answered without the event loop, while this thread waits', async (context) => {
  needs(context);
  const { child, listener } = await launch('libc.umount2(b"", 0); os.write(1, b"done")');
  let answered = 0;
  const supervisor = new CallSupervisor(reactor, listener, {
    decide: () => {
      answered++;
      return { answer: { result: 0 } };
    },
    onOver: () => {},
  });
  while (answered === 0) expect(reactor.wait(20_000)).toBe(true);
  child.stdout?.resume();
  child.stderr?.resume();
  await new Promise((resolve) => child.once('close', resolve));
  supervisor.close();
});

test('who is left when nobody listens any more is told that there is no such call', async (context) => {
  needs(context);
  const { child, listener } = await launch('sys.stdin.read(); print(libc.umount2(b"", 0), ctypes.get_errno())');
  new CallSupervisor(reactor, listener, { decide: () => goOn, onOver: () => {} }).close();
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.resume();
  await new Promise((resolve) => child.once('close', resolve));
  expect(output.trim()).toBe('-1 38');
});

test('a program starts as it would by spawn: signals, descriptors, environment, arguments', async (context) => {
  needs(context);
  const env = { NODE_OPTIONS: '--no-such-option', COLOUR: 'blue' };
  const show = 'grep -E "Sig(Ign|Blk)" /proc/self/status; ls /proc/self/fd | wc -l; echo "$NODE_OPTIONS $COLOUR $0 $1"';
  const args = ['-c', show, 'name', 'with space'];
  const here = spawnSync('sh', args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { output } = await supervised('', () => goOn, { command: 'sh', args, env });
  expect(output).toBe(here.stdout.trim());
});

test('a command that is not there fails as spawn does', async (context) => {
  needs(context);
  const missing = launch('', { command: 'no-such-command', args: [] });
  await expect(missing).rejects.toMatchObject({ code: 'ENOENT', syscall: 'spawn no-such-command' });
});

test('a listener that will not do keeps the command from running', async (context) => {
  needs(context);
  const refused = launch('', { command: 'touch', args: ['/no/such/place'], refuse: () => 'too old' });
  await expect(refused).rejects.toThrow(new CannotFilter('too old'));
});

test('who is supervised already cannot supervise', async (context) => {
  needs(context);
  const inner = fileURLToPath(new URL('../../dist/linux/launch.js', import.meta.url));
  const program = `
    const { launchFiltered } = await import(${JSON.stringify(inner)});
    const { NodeReactor } = await import(${JSON.stringify(inner.replace('launch.js', 'reactor.js'))});
    const filter = [{ code: 6, jt: 0, jf: 0, k: 0x7fff0000 }];
    const command = { command: 'true', args: [], cwd: undefined, env: process.env, program: filter, refuse: () => null };
    await launchFiltered(new NodeReactor(), command).catch((error) => console.log(error.message));`;
  const { output } = await supervised('', () => goOn, {
    command: process.execPath,
    args: ['--input-type=module', '-e', program],
  });
  expect(output).toBe('this process is supervised in the same way itself');
});
