import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { unmountKernel } from '../../src/kernel-mount.ts';
import { digest } from '../daemons/digest.ts';
import { mountInKernel } from '../daemons/kernel-mount.ts';

/** The repository, which several cases copy. */
export const repository = path.resolve(import.meta.dirname, '../..');

/** Milliseconds that one program may take. */
const LIMIT = 900_000;

/** Which server is mounted: a file system in memory, or a directory of this machine. */
export type ServerName = 'memory' | 'dir';

/** What a program may be given besides its arguments. */
interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly limitMs?: number;
}

/** How a server is mounted. */
interface WorldOptions {
  /** How many descriptors of the device it reads. */
  readonly readers?: number;
  /** Another program that mounts one, and its first arguments; the mount point comes behind them. */
  readonly program?: readonly string[];
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** A server that the kernel has mounted, served by another process, and room beside it. */
export class World implements AsyncDisposable {
  readonly server: ServerName;
  /** The mount point. */
  readonly root: string;
  /** A directory of this machine. */
  readonly scratch: string;
  readonly #close: () => Promise<void>;

  private constructor(
    server: ServerName,
    { root, scratch, close }: { readonly root: string; readonly scratch: string; close(): Promise<void> },
  ) {
    this.server = server;
    this.root = root;
    this.scratch = scratch;
    this.#close = () => close();
  }

  /** Mounts a fresh server. */
  static async create(server: ServerName, options: WorldOptions = {}): Promise<World> {
    const scratch = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-endurance-'));
    const remove = (): void => fs.rmSync(scratch, { recursive: true, force: true });
    try {
      const served = path.join(scratch, 'served');
      fs.mkdirSync(served);
      const spec = server === 'memory' ? 'memory:' : `dir:${served}`;
      const program = options.program ?? [path.join(repository, 'src/cli/main.ts'), 'mount', spec];
      const mountOptions = options.program ? [] : ['-o', 'default_permissions', '--readers', `${options.readers ?? 1}`];
      const args = ['--import', path.join(repository, 'scripts/run-typescript.mjs'), ...program, '{}', ...mountOptions];
      const mount = await mountInKernel(process.execPath, args);
      const close = async (): Promise<void> => {
        await mount[Symbol.asyncDispose]();
        remove();
      };
      return new World(server, { root: mount.path, scratch, close });
    } catch (error) {
      remove();
      throw error;
    }
  }

  /** Runs a program and returns what it printed. @throws Error with its last words when it fails or takes too long */
  async run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, out, errors } = await this.end(command, args, options);
    if (code === 0) return out;
    const words = `${out}\n${errors}`.trim().split('\n').slice(-20).join('\n');
    throw new Error(`${command} ${args.join(' ').slice(0, 200)} ended with ${code ?? 'a signal'}:\n${words}`);
  }

  /** Runs a program to its end. One that takes too long loses the mount under it, then its life. */
  async end(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { cwd = this.root, input = '', env = process.env, limitMs = LIMIT } = options;
    const child = spawn(command, args, { cwd, env, stdio: 'pipe' });
    const rescue = setTimeout(() => {
      child.kill('SIGKILL');
      void unmountKernel(this.root, 'force').catch(() => {});
    }, limitMs);
    try {
      const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
      child.stdin.on('error', () => {}).end(input);
      const [code, out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      return { code, out, errors };
    } finally {
      clearTimeout(rescue);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/**
 * A tree as lines that can be compared: everything that copying keeps. Asks the mount by promises, which is harmless here
 * because another process serves it.
 */
export async function listing(root: string): Promise<string[]> {
  const entries = await digest(fs.promises, root);
  return entries.map(({ path: name, type, mode, uid, gid, size, mtime, mtimeNs, target, sha256 }) =>
    [name, type, mode, uid, gid, type === 'directory' ? '' : size, `${mtime}.${mtimeNs}`, target, sha256].join(' '),
  );
}

/** @throws Error naming the first difference of two listings, and how many there are */
export function mustBeEqual(what: string, found: readonly string[], expected: readonly string[]): void {
  const [left, right] = [new Set(found), new Set(expected)];
  const missing = expected.filter((line) => !left.has(line));
  const extra = found.filter((line) => !right.has(line));
  if (missing.length + extra.length === 0 && found.length === expected.length) return;
  const lines = [...missing.slice(0, 2).map((line) => `- ${line}`), ...extra.slice(0, 2).map((line) => `+ ${line}`)];
  throw new Error(
    `${what}: ${missing.length} entries missing or changed, ${extra.length} unexpected\n${lines.join('\n')}`,
  );
}
