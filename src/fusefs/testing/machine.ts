import type { Errno } from '../../abi/errno.ts';
import { Connection } from '../../fuse/connection.ts';
import { Process } from '../../process/process.ts';
import { Thread } from '../../process/thread.ts';
import type { Blocking } from '../../task/blocking.ts';
import { VirtualClock } from '../../task/clock.ts';
import { type Credentials, credentialsOf } from '../../task/credentials.ts';
import { runSync } from '../../task/drive.ts';
import { Scheduler } from '../../task/scheduler.ts';
import { Mount, Path } from '../../vfs/mount.ts';
import type { FuseMountOptions } from '../options.ts';
import { FuseSuperblock } from '../superblock.ts';
import { honest, type Script, ScriptedServer } from './scripted-server.ts';

export const ROOT = credentialsOf(0, 0);

/** A scripted server mounted as the root of a small machine on virtual time, and one process. */
export class Machine {
  readonly clock = new VirtualClock();
  readonly scheduler = new Scheduler(this.clock);
  readonly connection: Connection;
  readonly server: ScriptedServer;
  readonly superblock: FuseSuperblock;
  readonly mount: Mount;
  readonly process: Process;
  credentials: Credentials = ROOT;
  #lastTid = 100;

  constructor(
    script: Partial<Script> = {},
    options: Partial<FuseMountOptions> = {},
    caches?: ConstructorParameters<typeof FuseSuperblock>[3],
  ) {
    const complete = { ...honest(), ...script };
    this.connection = new Connection({ scheduler: this.scheduler, name: 'scripted', offer: complete.features });
    this.server = new ScriptedServer(this.connection.device.open(), complete);
    this.superblock = new FuseSuperblock(this.connection, 42, options, caches);
    this.mount = new Mount(this.superblock, this.superblock.root.hold(), null);
    this.process = new Process(new Path(this.mount, this.superblock.root), { pid: 100 });
    this.connection.start();
    this.server.serve();
    this.scheduler.run();
  }

  /** A new thread of the process, with the machine's present credentials. */
  thread(): Thread {
    return new Thread(this.scheduler, this.process, this.credentials, ++this.#lastTid);
  }

  /** Runs to the end while the server serves. @throws Error when it waits for what cannot come. */
  run<T>(code: (task: Thread) => Blocking<T>): T {
    const task = this.thread();
    return runSync(task, code(task), () => this.server.serve());
  }

  /** Starts something that may stay asleep; the function returned tells its end, or undefined. */
  start<T>(code: (task: Thread) => Blocking<T>): { readonly task: Thread; readonly end: () => T | Errno | undefined } {
    const task = this.thread();
    let end: T | Errno | undefined;
    this.scheduler.start(task, code(task), (result) => {
      try {
        end = result();
      } catch (error) {
        end = error as Errno;
      }
    });
    this.settle();
    return { task, end: () => end };
  }

  /** Lets tasks and server go on until nothing moves. */
  settle(): void {
    do this.scheduler.run();
    while (this.server.serve());
  }

  /** The requests that `code` led to, and its value or errno. */
  trace<T>(code: (task: Thread) => Blocking<T>): { readonly log: string[]; readonly result: T | Errno } {
    this.settle();
    this.server.takeLog();
    let result: T | Errno;
    try {
      result = this.run(code);
    } catch (error) {
      if (error instanceof Error) throw error;
      result = error as Errno;
    }
    this.settle();
    return { log: this.server.takeLog(), result };
  }
}
