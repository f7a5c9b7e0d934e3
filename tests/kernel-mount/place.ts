import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { TestContext } from 'vitest';
import { unmountKernel } from '../../src/kernel-mount.ts';
import { listMounts, type MountEntry, mountAt } from '../../src/linux/mounts.ts';
import { whyNoKernelMount } from '../daemons/kernel-mount.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** The module hook by which a process runs TypeScript. */
export const hook = pathToFileURL(path.join(root, 'scripts/run-typescript.mjs')).href;
/** The command line program's source. */
export const cli = path.join(root, 'src/cli/main.ts');
const library = pathToFileURL(path.join(root, 'src/index.ts')).href;

/** Skips a test where Linux cannot mount, or this process may not. */
export const needsKernel = (context: TestContext): void => {
  const why = whyNoKernelMount();
  context.skip(why !== null, why ?? '');
  context.skip(process.getuid?.() !== 0, 'not root');
};

/** Skips a test where a user cannot mount. */
export const needsFusermount = (context: TestContext): void => {
  needsKernel(context);
  context.skip(!fs.existsSync('/usr/bin/fusermount3'), 'fusermount3 is not installed');
};

/** Asks again and again until there is an answer, which is neither null nor false. */
export async function until<T>(ask: () => T | null | false | Promise<T | null | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A process of a test, line by line. */
export class Program {
  readonly child: ChildProcess;
  /** Exit code or signal. */
  readonly ended: Promise<number | string | null>;
  readonly #lines: string[] = [];
  #isOver = false;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], ...options });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#lines.push(line));
    }
    this.child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject).once('close', (code, signal) => {
        this.#isOver = true;
        resolve(signal ?? code);
      });
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** All it has printed, on either stream. */
  get printed(): readonly string[] {
    return this.#lines;
  }

  /** @throws Error with what it printed when it ends without this line */
  async says(line: string): Promise<void> {
    await this.#unlessOver(() => this.#lines.includes(line));
  }

  /** Waits for something that it does. @throws Error with what it printed when it ends before */
  async does<T>(ask: () => T | null | false): Promise<T> {
    return this.#unlessOver(ask);
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Waits until it sleeps inside of FUSE, or for a page that FUSE reads. */
  async waitsForServer(): Promise<void> {
    const wchan = `/proc/${this.child.pid}/wchan`;
    await this.#unlessOver(() => /fuse|request_wait_answer|folio_wait/.test(fs.readFileSync(wchan, 'utf8')));
  }

  #unlessOver<T>(ask: () => T | null | false): Promise<T> {
    return until(() => {
      const answer = ask();
      if (answer !== null && answer !== false) return answer;
      if (this.#isOver) throw new Error(`ended too soon: ${this.#lines.join('\n')}`);
      return null;
    });
  }
}

/** Where one test mounts, in a temporary directory, and the processes it starts: nothing of it is left afterwards. */
export class Place implements AsyncDisposable {
  readonly scratch: string;
  /** The mount point. */
  readonly at: string;
  readonly #programs: Program[] = [];

  constructor() {
    this.scratch = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'fusewire-kernel-mount-'));
    this.at = path.join(this.scratch, 'mnt');
    fs.mkdirSync(this.at);
  }

  /** What is mounted here, whatever the place is called meanwhile. */
  get mounts(): MountEntry[] {
    return listMounts().filter(({ mountPoint }) => mountPoint.startsWith(`${this.scratch}/`));
  }

  run(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
    const program = new Program(command, args, options);
    this.#programs.push(program);
    return program;
  }

  /** Runs a TypeScript or JavaScript program. */
  node(args: readonly string[], options: SpawnOptions = {}): Program {
    return this.run(process.execPath, ['--import', hook, ...args], options);
  }

  /** Runs `fusewire`. */
  fusewire(...args: string[]): Program {
    return this.node([cli, ...args]);
  }

  /** Runs a program over the library; `mount`, `mountKernel`, `memory` and `at` are there, and what `silent.mjs` has. */
  script(lines: string, options: SpawnOptions = {}): Program {
    const file = path.join(this.scratch, `program-${this.#programs.length}.mjs`);
    const servers = pathToFileURL(path.join(import.meta.dirname, 'silent.mjs')).href;
    const imports = `import { memory, mountKernel, unmountKernel } from ${JSON.stringify(library)};
      import { silent, silenced } from ${JSON.stringify(servers)};`;
    fs.writeFileSync(file, `${imports}\nconst at = ${JSON.stringify(this.at)};\n${lines}\n`);
    return this.node([file], options);
  }

  /**
   * Runs a shell script as root in namespaces of its own, which end with everything that it started. Everybody may use the
   * device there, as distributions set it up; what has `$nobody` before it runs as a user. Returns what was printed.
   */
  async inNamespace(script: string): Promise<string[]> {
    for (const directory of [this.scratch, this.at]) fs.chownSync(directory, 65534, 65534);
    const setUp = `
      mknod fuse c 10 229 && chmod 666 fuse && mount --bind fuse /dev/fuse || exit 1
      nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'`;
    const own = ['--mount', '--propagation', 'private', '--pid', '--mount-proc', '--fork', '--kill-child'];
    const inside = this.run('unshare', [...own, 'sh', '-c', `${setUp}\n${script}`], { cwd: this.scratch });
    await inside.ended;
    // Shells differ in whether they tell of a child's signal.
    return inside.printed.filter((line) => line !== 'Terminated');
  }

  /** A started one, once its mount can be seen. */
  async mounted(program: Program): Promise<Program> {
    await program.does(() => mountAt(this.at) !== undefined);
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#programs) child.kill('SIGKILL');
    for (let entry = this.mounts.at(-1); entry !== undefined; entry = this.mounts.at(-1)) {
      await unmountKernel(entry.mountPoint, 'force');
    }
    await Promise.all(this.#programs.map(({ ended }) => ended));
    fs.rmSync(this.scratch, { recursive: true });
  }
}
