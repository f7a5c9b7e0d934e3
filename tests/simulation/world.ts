import { Errno } from '../../src/abi/errno.ts';
import { Connection } from '../../src/fuse/connection.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { Kernel } from '../../src/kernel.ts';
import type { Process } from '../../src/process/process.ts';
import { Thread } from '../../src/process/thread.ts';
import type { FuseServer } from '../../src/server/fuse-server.ts';
import { exit } from '../../src/syscalls/descriptors.ts';
import type { Blocking } from '../../src/task/blocking.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { credentialsOf } from '../../src/task/credentials.ts';
import type { Path } from '../../src/vfs/mount.ts';
import { Random } from '../chance/random.ts';
import { limitsOf } from '../oracle/servers.ts';
import { doSomethingBad } from './faults.ts';
import type { Plan } from './plan.ts';
import { SlowServer } from './server.ts';

/** More turns than any run needs: one that has not ended by then never does. */
const MOST_TURNS = 200_000;
const FAULT = 0.03;

/** A kernel on virtual time with one mount, its slow server, and the dice that decide what happens next. */
export class World {
  readonly clock = new VirtualClock();
  readonly kernel: Kernel;
  readonly connection: Connection;
  readonly superblock: FuseSuperblock;
  readonly server: SlowServer;
  readonly root: Path;
  readonly lines: string[];
  /** What a coroutine threw that is no errno. */
  readonly mistakes: unknown[] = [];
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #threads = new Set<Thread>();
  #faults: number;
  #lastTid = 100;

  constructor(plan: Plan, server: FuseServer, { name, lines }: { readonly name: string; readonly lines: string[] }) {
    this.#plan = plan;
    this.#random = new Random(plan.seed, name);
    this.#faults = plan.faults;
    this.lines = lines;
    this.kernel = new Kernel({ clock: this.clock, pick: (count) => this.#random.below(count), ...plan.budgets });
    const { scheduler } = this.kernel;
    this.connection = new Connection({ scheduler, name, maxActiveRequests: plan.maxActiveRequests });
    this.server = new SlowServer(server, {
      limits: limitsOf(plan.variant),
      isTrusted: plan.mode !== 'hostile',
      random: this.#random,
      log: (line) => this.log(line),
    });
    for (let count = 0; count < plan.deviceFiles; count++) this.server.files.push(this.connection.device.open());
    const options = {
      allowOther: true,
      defaultPermissions: plan.variant.defaultPermissions ?? true,
      ...(plan.variant.maxData === undefined ? {} : { maxRead: plan.variant.maxData }),
    };
    this.superblock = new FuseSuperblock(this.connection, 42, options, this.kernel);
    this.root = this.kernel.mountRoot(this.superblock);
    this.connection.start();
  }

  log(line: string): void {
    this.lines.push(`${this.clock.now().toFixed(0).padStart(6)} ${line}`);
  }

  process(pid: number): Process {
    return this.kernel.createProcess(this.root, { pid, umask: 0 });
  }

  /** Starts a thread; it counts as one that makes calls until its code ends. */
  start(process: Process, uid: number, code: (thread: Thread) => Blocking<void>): Thread {
    const thread = new Thread(this.kernel.scheduler, process, credentialsOf(uid, uid), ++this.#lastTid);
    this.#threads.add(thread);
    this.kernel.scheduler.start(thread, code(thread), (result) => {
      this.#threads.delete(thread);
      try {
        result();
      } catch (error) {
        this.mistakes.push(error);
      }
    });
    return thread;
  }

  /** Runs one thread alone until it can go no further. */
  runAlone(process: Process, uid: number, code: (thread: Thread) => Blocking<void>): void {
    this.start(process, uid, code);
    this.settle();
  }

  /** Closes all that a process has open, and lets it go. */
  end(process: Process): void {
    this.runAlone(process, 0, exit);
  }

  /** Threads that began and have not ended: what each sleeps on. */
  get asleep(): string[] {
    return [...this.#threads].map(({ tid, sleep }) => `${tid} on ${sleep?.why ?? 'nothing'}`);
  }

  /** Lets things happen by chance, good and bad, until all threads have ended or nobody can go on. */
  play(): void {
    for (let turn = 0; turn < MOST_TURNS && this.#threads.size > 0; turn++) {
      if (this.#faults > 0 && this.#random.chance(FAULT)) this.#doSomethingBad();
      else if (!this.#turn()) return;
    }
  }

  /** Lets only good things happen, until nothing moves. */
  settle(): void {
    for (let turn = 0; turn < MOST_TURNS; turn++) if (!this.#turn()) return;
    throw new Error('it never comes to rest');
  }

  killAll(): void {
    for (const thread of this.#threads) thread.signal('killed');
  }

  /** One of the things that can happen now; false when nothing can. */
  #turn(): boolean {
    const { scheduler } = this.kernel;
    const { server } = this;
    const can = {
      run: scheduler.hasRunnable ? 8 : 0,
      take: server.hasRequests ? 4 : 0,
      perform: server.inbox.length > 0 ? 4 : 0,
      deliver: server.outbox.length > 0 ? 4 : 0,
      time: scheduler.hasRunnable || server.hasRequests || server.inbox.length > 0 ? 1 : 0,
    };
    if (can.run + can.take + can.perform + can.deliver === 0) return this.#waitForTimer();
    this.#do(this.#random.weighted(can));
    return true;
  }

  #do(what: 'run' | 'take' | 'perform' | 'deliver' | 'time'): void {
    switch (what) {
      case 'run':
        this.kernel.scheduler.step();
        return;
      case 'time':
        this.clock.advance(this.#random.below(400));
        this.kernel.scheduler.fireTimers();
        return;
      default:
        this.server[what]();
    }
  }

  #waitForTimer(): boolean {
    const { scheduler } = this.kernel;
    if (scheduler.nextTimer === null) return false;
    this.clock.advance(Math.max(0, scheduler.nextTimer - this.clock.now()));
    scheduler.fireTimers();
    return true;
  }

  #doSomethingBad(): void {
    this.#faults--;
    const { server, connection, superblock } = this;
    doSomethingBad(this.#plan.mode, {
      random: this.#random,
      server,
      connection,
      superblock,
      threads: [...this.#threads],
      kill: (victim) => {
        for (const thread of this.#threads) if (thread.process === victim.process) thread.signal('killed');
      },
      log: (line) => this.log(line),
    });
  }
}

/** The text of what a call gave. */
export const textOf = (value: unknown): string => (value === undefined ? 'ok' : String(value));

/** What code gives as text, or its errno's name. @throws what it throws that is no errno */
export function* outcomeOf(code: Blocking<unknown>): Blocking<string> {
  try {
    return textOf(yield* code);
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}
