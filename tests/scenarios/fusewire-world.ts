import { EAGAIN } from '../../src/abi/errno.ts';
import { Connection } from '../../src/fuse/connection.ts';
import { Control } from '../../src/fuse/control.ts';
import { DeviceFile } from '../../src/fuse/device-file.ts';
import { parseMountData } from '../../src/fusefs/options.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { Process } from '../../src/process/process.ts';
import { Thread } from '../../src/process/thread.ts';
import { exit } from '../../src/syscalls/descriptors.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { Scheduler } from '../../src/task/scheduler.ts';
import type { Signal } from '../../src/task/task.ts';
import { DentryCache } from '../../src/vfs/dentry-cache.ts';
import { Mount, Path } from '../../src/vfs/mount.ts';
import { PageCache } from '../../src/vfs/page-cache.ts';
import { calls, outcomeOf, resolved, type Variables } from '../oracle/calls.ts';
import type { Step } from '../oracle/script.ts';
import { credentialsOfTask } from '../oracle/task-credentials.ts';
import { type Mounting, mountData, type World } from './world.ts';

const FIRST_PID = 100;
const DEVICE = 42;

interface Actor {
  readonly process: Process;
  readonly credentials: Thread['credentials'];
  thread: Thread | null;
  end: string | null;
}

/** Fusewire's own kernel, on virtual time. The device is read and written as a server does that has it open. */
export class FusewireWorld implements World {
  readonly name = 'Fusewire';
  readonly #clock = new VirtualClock();
  readonly #scheduler = new Scheduler(this.#clock);
  readonly #pageCache = new PageCache();
  readonly #dentryCache = new DentryCache();
  readonly #connection: Connection;
  readonly #files: DeviceFile[];
  readonly #actors: readonly Actor[];
  readonly #variables: Variables = {};
  readonly #superblock: FuseSuperblock;
  readonly #root: Path;
  #isUnmounted = false;

  constructor(mounting: Mounting) {
    this.#connection = new Connection({ scheduler: this.#scheduler, name: 'scripted' });
    this.#files = [this.#connection.device.open()];
    const type = mounting.blockSize === null ? 'fuse' : 'fuseblk';
    const options = parseMountData(mountData(mounting, DEVICE), mounting.flags, type);
    this.#superblock = new FuseSuperblock(this.#connection, DEVICE, options, {
      pageCache: this.#pageCache,
      dentryCache: this.#dentryCache,
    });
    const { root: dentry } = this.#superblock;
    const root = new Path(new Mount(this.#superblock, dentry.hold(), null, options.flags), dentry);
    this.#root = root;
    this.#actors = mounting.tasks.map((task, at) => ({
      process: new Process(root, { pid: FIRST_PID + at, umask: task.umask ?? 0o022 }),
      credentials: credentialsOfTask(task),
      thread: null,
      end: null,
    }));
    this.#connection.start();
    this.#scheduler.run();
  }

  pidOf(task: number): number {
    return this.#actor(task).process.pid;
  }

  start(step: Step): void {
    const actor = this.#actor(step.task);
    const row = calls[step.call];
    if (row === undefined) throw new Error(`no such call: ${step.call}`);
    const thread = new Thread(this.#scheduler, actor.process, actor.credentials);
    actor.thread = thread;
    actor.end = null;
    this.#scheduler.start(thread, row.fusewire(thread, ...resolved(step.args, this.#variables)), (result) => {
      const outcome = outcomeOf(step, this.#variables, result);
      if (thread.pending !== 'killed') actor.end = outcome;
      else this.#exit(actor);
    });
    this.#scheduler.run();
  }

  async end(task: number): Promise<string> {
    const { end, thread } = this.#actor(task);
    if (end === null) throw new Error(`the call goes on: it waits for ${thread?.sleep?.why}`);
    return end;
  }

  async asleep(task: number): Promise<void> {
    const { end, thread } = this.#actor(task);
    if (end !== null || thread?.sleep === null) throw new Error(`task ${task} does not sleep: ${end}`);
  }

  hasEnded(task: number): boolean {
    const { end, thread } = this.#actor(task);
    return end !== null || thread === null;
  }

  async turn(task: number): Promise<void> {
    const time = this.#scheduler.nextTimer;
    if (time === null) throw new Error(`the call goes on: it waits for ${this.#actor(task).thread?.sleep?.why}`);
    await this.pause(time - this.#clock.now());
  }

  async mayRead(): Promise<boolean> {
    return false;
  }

  signal(task: number, kind: Signal): void {
    this.#actor(task).thread?.signal(kind);
    this.#scheduler.run();
  }

  async read(file: number, room: number): Promise<Uint8Array> {
    const message = this.tryRead(file, room);
    if (message !== null) return message;
    const ended = this.#actors.map(({ end }, at) => `task ${at}: ${end ?? 'in its call'}`);
    throw new Error(`no request comes (${ended.join(', ')})`);
  }

  tryRead(file: number, room: number): Uint8Array | null {
    const buffer = new Uint8Array(room);
    try {
      return buffer.slice(0, this.#file(file).read(buffer));
    } catch (error) {
      if (error === EAGAIN) return null;
      throw error;
    } finally {
      this.#scheduler.run();
    }
  }

  write(file: number, message: Uint8Array): void {
    try {
      this.#file(file).write(message);
    } finally {
      this.#scheduler.run();
    }
  }

  open(): void {
    this.#files.push(new DeviceFile());
  }

  clone(file: number, source: number): void {
    this.#file(file).cloneFrom(this.#file(source));
  }

  async poll(file: number, words: string): Promise<void> {
    const { readable, writable, error } = this.#file(file).poll();
    const said = [readable && 'IN', writable && 'OUT', error && 'ERR'].filter(Boolean).join(' ');
    if (said !== words) throw new Error(`poll(2) says ${said}`);
  }

  close(file: number): void {
    this.#file(file).close();
    this.#scheduler.run();
  }

  dropCaches(what: 'names' | 'pages'): void {
    if (what === 'names') this.#dentryCache.shrink(0);
    else this.#pageCache.shrink(0);
  }

  abort(): void {
    new Control(this.#connection).abort();
    this.#scheduler.run();
  }

  unmount(): void {
    const thread = new Thread(
      this.#scheduler,
      new Process(this.#root, { pid: FIRST_PID - 1 }),
      credentialsOfTask({ uid: 0, gid: 0 }),
    );
    this.#scheduler.start(thread, this.#superblock.umount(thread), (result) => {
      result();
      this.#isUnmounted = true;
    });
    this.#scheduler.run();
  }

  async unmounted(): Promise<void> {
    if (!this.#isUnmounted) throw new Error('umount(2) goes on');
  }

  async pause(milliseconds: number): Promise<void> {
    this.#clock.advance(milliseconds);
    this.#scheduler.run();
  }

  async waiting(count: number): Promise<void> {
    const { waiting } = this.#connection;
    if (waiting !== count) throw new Error(`${waiting} requests exist`);
  }

  /** Nobody may be left asleep: with the server gone, every call ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files) file.close();
    this.#scheduler.run();
    const [left] = this.#scheduler.tasks;
    if (left !== undefined) throw new Error(`Fusewire: asleep after the end of the server: ${left.sleep?.why}`);
  }

  /** What a process that was killed has open is closed. */
  #exit(actor: Actor): void {
    const thread = new Thread(this.#scheduler, actor.process, actor.credentials);
    this.#scheduler.start(thread, exit(thread), () => {
      actor.end = 'killed';
    });
  }

  #actor(task: number): Actor {
    const actor = this.#actors[task];
    if (actor === undefined) throw new Error(`there is no task ${task}`);
    return actor;
  }

  #file(index: number): DeviceFile {
    const file = this.#files[index];
    if (file === undefined) throw new Error(`there is no device file ${index}`);
    return file;
  }
}
