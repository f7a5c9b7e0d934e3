import { Errno } from '../../src/abi/errno.ts';
import { NEWEST } from '../../src/abi/message.ts';
import { Connection } from '../../src/fuse/connection.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { Kernel } from '../../src/kernel.ts';
import type { Process } from '../../src/process/process.ts';
import type { Thread } from '../../src/process/thread.ts';
import { Session } from '../../src/server/session.ts';
import { exit } from '../../src/syscalls/descriptors.ts';
import { chdir } from '../../src/syscalls/working-directory.ts';
import type { Blocking } from '../../src/task/blocking.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { type Credentials, credentialsOf } from '../../src/task/credentials.ts';
import { InProcessTransport } from '../../src/transport/in-process.ts';
import type { Path } from '../../src/vfs/mount.ts';
import { calls, outcomeOf, resolved, type Variables } from './calls.ts';
import { mustSucceed, type Outcome, type Prepared, SET_UP_TASK, type Side } from './outcome.ts';
import { RequestLog } from './requests.ts';
import type { Step, TaskSpec } from './script.ts';
import { limitsOf, serverOf, type VariantServer } from './servers.ts';
import { credentialsOfTask } from './task-credentials.ts';
import { dumpTree } from './tree.ts';
import { type Variant, variantNamed } from './variants.ts';

const FIRST_PID = 100;
const DEVICE = 42;
/** Milliseconds between two steps. */
const TICK = 10;
/** The flags that servers are mounted with. */
const AS_MOUNTED = { nodev: true, nosuid: true };

/** Fusewire's own kernel, in this process and on virtual time. */
export class FusewireSide implements Side {
  async run(script: Prepared, variant: string): Promise<Outcome> {
    return new World(variant, script.tasks.length).run(script);
  }
}

interface Actor {
  readonly process: Process;
  readonly credentials: Credentials;
}

/** A kernel with one mount, made for one script. */
class World {
  readonly #clock = new VirtualClock();
  readonly #kernel = new Kernel({ clock: this.#clock });
  readonly #connection: Connection;
  readonly #transport: InProcessTransport;
  readonly #requests: RequestLog;
  readonly #log: string[] = [];
  readonly #root: Path;
  readonly #server: VariantServer;
  readonly #remount: Variant['remount'];

  constructor(name: string, tasks: number) {
    const variant = variantNamed(name);
    this.#server = serverOf(variant);
    this.#requests = new RequestLog(new Map(Array.from({ length: tasks }, (_, at) => [FIRST_PID + at, `task ${at}`])));
    this.#connection = new Connection({ scheduler: this.#kernel.scheduler, name: 'oracle' });
    let session: Session;
    this.#transport = new InProcessTransport(this.#kernel, this.#connection, (send) => {
      session = new Session(this.#server.server, {
        send,
        limits: limitsOf(variant),
        log: (line) => this.#log.push(line),
      });
      return {
        receive: (message) => {
          this.#requests.hear(message, session.protocol ?? NEWEST);
          session.receive(message);
        },
        close: () => session.close(),
      };
    });
    const superblock = new FuseSuperblock(this.#connection, DEVICE, {
      allowOther: variant.isPrivate !== true,
      defaultPermissions: variant.defaultPermissions ?? true,
      ...(variant.maxData === undefined ? {} : { maxRead: variant.maxData }),
    });
    this.#root = this.#kernel.mountRoot(superblock, AS_MOUNTED);
    this.#remount = variant.remount;
    this.#connection.start();
    this.#transport.start();
  }

  run(script: Prepared): Outcome {
    const setUp = this.#actor(SET_UP_TASK, FIRST_PID - 1);
    mustSucceed('Fusewire', script, this.#steps(script.setUp, [setUp]));
    this.#end(setUp);
    const actors = script.tasks.map((task, at) => this.#actor(task, FIRST_PID + at));
    this.#server.begin();
    if (this.#remount !== undefined) {
      const { readOnly = false, noexec = false, dev = false } = this.#remount;
      this.#kernel.remount(this.#root, { readOnly, noexec, nosuid: true, nodev: !dev });
      this.#kernel.scheduler.run();
    }
    this.#requests.start();
    const results = this.#steps(script.steps, actors);
    for (const actor of actors) this.#end(actor);
    const viewer = this.#actor(SET_UP_TASK, FIRST_PID - 1);
    const tree = dumpTree((call, ...args) => this.#call(viewer, (task) => rowOf(call).fusewire(task, ...args)));
    this.#end(viewer);
    this.#kernel.scheduler.run();
    const requests = this.#requests.take();
    this.#connection.abort('unmount');
    this.#transport.close();
    return { results, tree, requests, log: this.#log };
  }

  #steps(steps: readonly Step[], actors: readonly Actor[]): string[] {
    const variables: Variables = {};
    return steps.map((step) => {
      const actor = actors[step.task];
      if (actor === undefined) throw new Error(`there is no task ${step.task}: ${step.line}`);
      const row = rowOf(step.call);
      const code = (task: Thread): Blocking<string> => row.fusewire(task, ...resolved(step.args, variables));
      const result = outcomeOf(step, variables, () => this.#run(actor, code));
      this.#kernel.scheduler.run();
      this.#requests.mark();
      this.#clock.advance(TICK);
      return result;
    });
  }

  #actor(spec: TaskSpec, pid: number): Actor {
    const process = this.#kernel.createProcess(this.#root, { pid, umask: spec.umask ?? 0o022 });
    const actor = { process, credentials: credentialsOfTask(spec) };
    // As the runner's chroot(2) and chdir(2), which look at the root's permissions.
    this.#run({ ...actor, credentials: credentialsOf(0, 0) }, (task) => chdir(task, '/'));
    return actor;
  }

  #end(actor: Actor): void {
    this.#run(actor, exit);
    actor.process.release();
  }

  #run<T>({ process, credentials }: Actor, code: (task: Thread) => Blocking<T>): T {
    return this.#kernel.runSync(process, credentials, code);
  }

  #call(actor: Actor, code: (task: Thread) => Blocking<string>): string {
    try {
      return this.#run(actor, code);
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw error;
    }
  }
}

function rowOf(call: string): NonNullable<(typeof calls)[string]> {
  const row = calls[call];
  if (row === undefined) throw new Error(`no such call: ${call}`);
  return row;
}
