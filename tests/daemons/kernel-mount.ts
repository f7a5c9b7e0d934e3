import { type ChildProcess, execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Entry } from './digest.ts';

const exec = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const deadlineMs = 20_000;
const childLimitMs = 120_000;

/** A daemon that the real kernel has mounted. No file in it may be touched by this process: see {@link KernelMount.digest}. */
export interface KernelMount extends AsyncDisposable {
  readonly path: string;
  /** The daemon's process id. */
  readonly pid: number;
  /** The digest of a directory in the mount, taken in a child process: if the mount hangs, this process does not. */
  digest(inside: string): Promise<Entry[]>;
  /** Copies a directory's content into one in the mount, with `cp -a`, in a child process. */
  fill(from: string): Promise<void>;
}

/** Why this machine cannot mount FUSE, or null when it can. */
export function whyNoKernelMount(): string | null {
  if (!fs.existsSync('/dev/fuse')) return '/dev/fuse is missing';
  try {
    fs.accessSync('/dev/fuse', fs.constants.R_OK | fs.constants.W_OK);
  } catch {
    return '/dev/fuse may not be opened';
  }
  return null;
}

/** The number of the device mounted at `at`, as `/proc/self/mountinfo` shows it: the mount itself is not touched. */
function minorOf(at: string): number | null {
  const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const line = lines.map((text) => text.split(' ')).find((fields) => fields[4] === at);
  return line?.[2] === undefined ? null : Number(line[2].split(':')[1]);
}

async function waitForMount(daemon: ChildProcess, at: string, output: () => string): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (minorOf(at) === null) {
    const failed = daemon.exitCode !== null && daemon.exitCode !== 0;
    if (failed || Date.now() > end) throw new Error(`${daemon.spawnargs.join(' ')} has not mounted: ${output()}`);
    await delay(10);
  }
}

/** Breaks the connection of a mount that hangs: every call into it fails from then on. */
async function abort(minor: number): Promise<void> {
  const control = fs.mkdtempSync(path.join(os.tmpdir(), 'fusewire-fusectl-'));
  await exec('mount', ['-t', 'fusectl', 'fusectl', control]);
  try {
    fs.writeFileSync(`${control}/${minor}/abort`, '1');
  } finally {
    await exec('umount', [control]);
    fs.rmdirSync(control);
  }
}

async function unmount(at: string): Promise<void> {
  const [command, args] = process.getuid?.() === 0 ? ['umount', []] : ['fusermount3', ['-u']];
  for (let attempt = 0; attempt < 20 && minorOf(at) !== null; attempt++) {
    await exec(command, [...args, at], { timeout: 5000 }).catch(() => delay(50));
  }
  const minor = minorOf(at);
  if (minor === null) return;
  await abort(minor).catch(() => undefined);
  await exec(command, [...args, process.getuid?.() === 0 ? '-l' : '-z', at]);
}

async function stop(daemon: ChildProcess, exited: Promise<unknown>): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const ended = await Promise.race([exited.then(() => true), delay(3000, false, { ref: false })]);
    if (ended) return;
    daemon.kill(signal);
  }
  await exited;
}

/** Runs a program that touches the mount. When it takes too long the connection is broken, so that it ends. */
async function runInside(at: string, command: string, args: readonly string[]): Promise<string> {
  const rescue = setTimeout(() => {
    const minor = minorOf(at);
    if (minor !== null) void abort(minor);
  }, childLimitMs);
  try {
    const { stdout } = await exec(command, args, { cwd: root, maxBuffer: 1 << 28 });
    return stdout;
  } finally {
    clearTimeout(rescue);
  }
}

/**
 * Starts a daemon with a temporary directory in place of `{}` and waits until the kernel has mounted it.
 *
 * @throws Error with the daemon's output when it fails or takes too long.
 */
export async function mountInKernel(command: string, args: readonly string[]): Promise<KernelMount> {
  const at = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'fusewire-kernel-'));
  const daemon = spawn(
    command,
    args.map((arg) => arg.replaceAll('{}', at)),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [daemon.stdout, daemon.stderr]) stream.on('data', (text) => (output += text));
  const exited = new Promise((resolve) => daemon.once('close', resolve).once('error', resolve));

  const close = async (): Promise<void> => {
    await unmount(at);
    await stop(daemon, exited);
    fs.rmdirSync(at);
  };
  try {
    await Promise.race([
      waitForMount(daemon, at, () => output),
      new Promise((_, reject) => daemon.once('error', reject)),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    path: at,
    pid: daemon.pid as number,
    async digest(inside) {
      const hook = ['--import', './scripts/run-typescript.mjs', 'tests/daemons/digest-main.ts'];
      return JSON.parse(await runInside(at, process.execPath, [...hook, path.join(at, inside)])) as Entry[];
    },
    async fill(from) {
      await runInside(at, 'cp', ['-a', `${from}/.`, at]);
    },
    [Symbol.asyncDispose]: close,
  };
}
