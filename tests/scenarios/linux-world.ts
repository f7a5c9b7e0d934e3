import { accessSync, constants, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openFuseDevice, tryReadRequest, writeReply } from '../../src/linux/fuse-device.ts';
import { check, libc } from '../../src/linux/libc.ts';
import { MNT_DETACH, mountAt, mountLater, umountLater } from '../../src/linux/mounts.ts';
import { NodeReactor } from '../../src/linux/reactor.ts';
import { closeDescriptor } from '../../src/linux/sockets.ts';
import type { Signal } from '../../src/task/task.ts';
import { calls, type Variables } from '../oracle/calls.ts';
import { Runner } from '../oracle/runner.ts';
import type { Step, TaskSpec } from '../oracle/script.ts';
import { controlDirectory } from './fusectl.ts';
import { LoopDevice } from './loop-device.ts';
import { soon, until } from './patience.ts';
import { type Mounting, mountData, type World } from './world.ts';

const FUSE_DEV_IOC_CLONE = 0x8004e500;
const POLLIN = 1;
const POLLOUT = 4;
const POLLERR = 8;

/** Which have the handlers in a runner that their names here say. */
const SIGNALS = { signal: 'SIGHUP', restart: 'SIGUSR2', killed: 'SIGKILL' } as const;

const libcIoctl = libc.func('int ioctl(int, unsigned long, void *)') as unknown as (
  fd: number,
  request: number,
  argument: Uint32Array,
) => number;
const libcPoll = libc.func('int poll(void *, unsigned long, int)') as unknown as (
  fds: Int32Array,
  count: number,
  timeoutMs: number,
) => number;

/** Milliseconds in which a kernel has sent what nobody waits for. */
const LONG_FOR_A_KERNEL = 2000;

/** Processes that make calls, kept from scenario to scenario. */
const idle: Runner[] = [];

/** Ends the processes that made calls. */
export function closeRunners(): void {
  for (const runner of idle.splice(0)) runner.close();
}

/** Why nothing can be mounted here; null when it can. */
export function mountingProblem(): string | null {
  if (process.geteuid?.() !== 0) return 'mounting needs root';
  if (process.arch !== 'x64') return 'the calls are made by numbers of x86-64';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return null;
  } catch {
    return 'there is no /dev/fuse';
  }
}

interface Actor {
  readonly spec: TaskSpec;
  runner: Runner;
  state: 'idle' | 'in a call' | 'killed';
  hasEnded: boolean;
  end: Promise<string>;
}

interface Parts {
  readonly directory: string;
  readonly actors: readonly Actor[];
  readonly device: LoopDevice | null;
  readonly connection: string;
}

/**
 * The Linux kernel. This process has the device and answers; each task is a process of its own, and this one touches
 * nothing below the mount point.
 */
export class LinuxWorld implements World {
  readonly name = 'Linux';
  readonly #directory: string;
  readonly #files: (number | null)[];
  readonly #actors: readonly Actor[];
  /** Its directory in fusectl. */
  readonly #connection: string;
  readonly #device: LoopDevice | null;
  #variables: Variables = {};
  #unmounting: Promise<void> | null = null;

  /** Mounts a new connection, whose INIT waits to be read. */
  static async mount(mounting: Mounting): Promise<LinuxWorld> {
    const actors = await Promise.all(mounting.tasks.map(newActor));
    const control = await controlDirectory();
    const directory = mkdtempSync(path.join(tmpdir(), 'fusewire-scenario-'));
    const fd = openFuseDevice();
    const device = mounting.blockSize === null ? null : LoopDevice.make();
    try {
      await mountLater({
        source: device?.path ?? 'scenario',
        target: directory,
        type: device === null ? 'fuse.scenario' : 'fuseblk.scenario',
        flags: mounting.flags,
        data: mountData(mounting, fd),
      });
    } catch (error) {
      closeDescriptor(fd);
      rmdirSync(directory);
      device?.remove();
      throw error;
    }
    const { major = 0, minor = 0 } = mountAt(directory) ?? {};
    return new LinuxWorld({ directory, actors, device, connection: `${control}/${major * 2 ** 20 + minor}` }, fd);
  }

  private constructor({ directory, actors, device, connection }: Parts, fd: number) {
    this.#device = device;
    this.#directory = directory;
    this.#files = [fd];
    this.#actors = actors;
    this.#connection = connection;
  }

  pidOf(task: number): number {
    return this.#actor(task).runner.pid;
  }

  start(step: Step): void {
    const actor = this.#actor(step.task);
    actor.state = 'in a call';
    actor.end = actor.runner.ask({ steps: [this.#below(step)], variables: this.#variables }).then(
      ({ results: [result = ''], variables }) => {
        actor.state = 'idle';
        this.#variables = { ...this.#variables, ...variables };
        return result;
      },
      (error: unknown) => {
        if (actor.state === 'killed') return 'killed';
        throw error;
      },
    );
    actor.hasEnded = false;
    const note = (): void => {
      actor.hasEnded = true;
    };
    actor.end.then(note, note);
  }

  end(task: number): Promise<string> {
    return soon(this.#actor(task).end, 'the call goes on');
  }

  hasEnded(task: number): boolean {
    return this.#actor(task).hasEnded;
  }

  turn(task: number): Promise<void> {
    const { end } = this.#actor(task);
    if (this.#files[0] === null) return soon(end, 'the call goes on').then(() => undefined);
    const { watched, stop } = watchReadable(this.#file(0));
    const turn = Promise.race([watched, end.then(() => undefined)]).finally(stop);
    return soon(turn, 'the call goes on, and asks nothing');
  }

  async mayRead(): Promise<boolean> {
    const { watched, stop } = watchReadable(this.#file(0));
    return Promise.race([watched.then(() => true), pause(LONG_FOR_A_KERNEL, false)]).finally(stop);
  }

  signal(task: number, kind: Signal): void {
    const actor = this.#actor(task);
    if (kind === 'killed') actor.state = 'killed';
    process.kill(actor.runner.pid, SIGNALS[kind]);
  }

  async read(file: number, room: number): Promise<Uint8Array> {
    for (;;) {
      const message = this.tryRead(file, room);
      if (message !== null) return message;
      const states = this.#actors.map(({ state }, at) => `task ${at}: ${state}`);
      await soon(readable(this.#file(file)), `no request comes (${states.join(', ')})`);
    }
  }

  tryRead(file: number, room: number): Uint8Array | null {
    if (this.#files[file] === null) return null;
    const buffer = new Uint8Array(room);
    const length = tryReadRequest(this.#file(file), buffer);
    return length === null ? null : buffer.slice(0, length);
  }

  write(file: number, message: Uint8Array): void {
    writeReply(this.#file(file), message);
  }

  open(): void {
    this.#files.push(openFuseDevice());
  }

  clone(file: number, source: number): void {
    check(libcIoctl(this.#file(file), FUSE_DEV_IOC_CLONE, Uint32Array.of(this.#file(source))));
  }

  poll(file: number, words: string): Promise<void> {
    const said = (): string => {
      const asked = Int32Array.of(this.#file(file), POLLIN | POLLOUT);
      check(libcPoll(asked, 1, 0));
      const events = (asked[1] as number) >>> 16;
      return [events & POLLIN && 'IN', events & POLLOUT && 'OUT', events & POLLERR && 'ERR'].filter(Boolean).join(' ');
    };
    return until(
      () => said() === words,
      () => `poll(2) says ${said()}`,
    );
  }

  close(file: number): void {
    closeDescriptor(this.#file(file));
    this.#files[file] = null;
  }

  /** More than once: names that were used lately only become candidates at first. */
  dropCaches(what: 'names' | 'pages'): void {
    for (let i = 0; i < 3; i++) writeFileSync('/proc/sys/vm/drop_caches', what === 'names' ? '2' : '1');
  }

  abort(): void {
    writeFileSync(`${this.#connection}/abort`, '1');
  }

  unmount(): void {
    this.#unmounting = umountLater(this.#directory, 0);
    this.#unmounting.catch(() => undefined);
  }

  unmounted(): Promise<void> {
    return soon(this.#unmounting ?? Promise.resolve(), 'umount(2) goes on');
  }

  async pause(milliseconds: number): Promise<void> {
    await pause(milliseconds);
  }

  waiting(count: number): Promise<void> {
    const existing = (): number => Number(readFileSync(`${this.#connection}/waiting`, 'utf8'));
    return until(
      () => existing() === count,
      () => `${existing()} requests exist`,
    );
  }

  /** A process that waits for its next call reads from descriptor 0; one in a call has another in /proc/PID/syscall. */
  asleep(task: number): Promise<void> {
    const current = (): string => readFileSync(`/proc/${this.pidOf(task)}/syscall`, 'utf8').trim();
    return until(
      () => !/^(?:running|0 0x0 .*)$/.test(current()),
      () => `task ${task} does not sleep: ${current()}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files.keys()) if (this.#files[file] !== null) this.close(file);
    try {
      await Promise.all(this.#actors.map(letGo));
    } finally {
      await this.#unmounting?.catch(() => undefined);
      if (mountAt(this.#directory) !== undefined) await umountLater(this.#directory, MNT_DETACH);
      rmdirSync(this.#directory);
      this.#device?.remove();
    }
  }

  /** The call with absolute paths below the mount point. The text of a symlink is no path. */
  #below(step: Step): Step {
    const kinds = calls[step.call]?.parameters ?? [];
    const isText = (at: number): boolean => at === 0 && step.call.startsWith('symlink');
    const args = step.args.map((value, at) =>
      kinds[at] === 'path' && !isText(at) && typeof value === 'string' && value.startsWith('/')
        ? this.#directory + value
        : value,
    );
    return { ...step, args };
  }

  #actor(task: number): Actor {
    const actor = this.#actors[task];
    if (actor === undefined) throw new Error(`there is no task ${task}`);
    return actor;
  }

  #file(index: number): number {
    const fd = this.#files[index];
    if (fd === undefined || fd === null) throw new Error(`there is no device file ${index}`);
    return fd;
  }
}

const NO_CALL = Promise.resolve('no call was made');

async function newActor(task: TaskSpec): Promise<Actor> {
  const runner = idle.pop() ?? new Runner();
  await runner.ask({ begin: { root: '/', task } });
  return { spec: task, runner, state: 'idle', hasEnded: true, end: NO_CALL };
}

/** With the server gone every call ends, and its process is free for another scenario. */
async function letGo(actor: Actor): Promise<void> {
  await soon(actor.end, 'asleep after the end of the server').catch((error: unknown) => {
    actor.runner.close();
    throw error;
  });
  if (actor.state === 'killed') return;
  await actor.runner.ask({ end: true });
  idle.push(actor.runner);
}

/** Waits until a device has something to read, or is dead. */
const readable = (fd: number): Promise<void> => watchReadable(fd).watched;

/** The same, with a way to stop waiting. */
function watchReadable(fd: number): { watched: Promise<void>; stop: () => void } {
  let stop: () => void = () => {};
  const watched = new Promise<void>((resolve) => {
    const watch = new NodeReactor().watch(fd, { readable: true, writable: false }, () => {
      stop();
      resolve();
    });
    let isOpen = true;
    stop = () => {
      if (isOpen) watch.close();
      isOpen = false;
    };
  });
  return { watched, stop };
}
