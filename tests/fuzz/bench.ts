import { EIO, Errno } from '../../src/abi/errno.ts';
import { decodeReplyHeader, encodeError, NEWEST, type Protocol } from '../../src/abi/message.ts';
import { Connection } from '../../src/fuse/connection.ts';
import type { DeviceFile } from '../../src/fuse/device-file.ts';
import { FuseSuperblock } from '../../src/fusefs/superblock.ts';
import { Kernel } from '../../src/kernel.ts';
import type { Process } from '../../src/process/process.ts';
import { Thread } from '../../src/process/thread.ts';
import { Session } from '../../src/server/session.ts';
import { exit } from '../../src/syscalls/descriptors.ts';
import type { Blocking } from '../../src/task/blocking.ts';
import { VirtualClock } from '../../src/task/clock.ts';
import { credentialsOf } from '../../src/task/credentials.ts';
import { runSync } from '../../src/task/drive.ts';
import { calls, resolved, type Variables } from '../oracle/calls.ts';
import type { Step } from '../oracle/script.ts';
import { limitsOf, serverOf } from '../oracle/servers.ts';
import type { Variant } from '../oracle/variants.ts';

/** What stands between the device and the server. */
export interface Wires {
  hears?(request: Uint8Array): void;
  /** The reply as it shall reach the device. */
  garbles(reply: Uint8Array, unique: number): Uint8Array;
}

/** More requests than one system call of the corpus has a reason for, however it is answered. */
const MOST_REQUESTS = 3000;
const UIDS = [0, 1000, 1001];

/** A mount whose replies are changed on their way, and three processes that use it. */
export class Bench {
  readonly kernel = new Kernel({ clock: new VirtualClock() });
  readonly connection: Connection;
  readonly superblock: FuseSuperblock;
  readonly #session: Session;
  readonly #device: DeviceFile;
  readonly #wires: Wires;
  readonly #processes: Process[];
  readonly #kept: Variables = {};
  #requests = 0;

  constructor(variant: Variant, wires: Wires) {
    this.#wires = wires;
    this.connection = new Connection({ scheduler: this.kernel.scheduler, name: 'fuzzed' });
    this.#device = this.connection.device.open();
    const server = serverOf(variant);
    this.#session = new Session(server.server, {
      send: (reply) => this.#deliver(reply),
      limits: limitsOf(variant),
      log: () => {},
    });
    this.superblock = new FuseSuperblock(this.connection, 42, {
      allowOther: true,
      defaultPermissions: variant.defaultPermissions ?? true,
    });
    const root = this.kernel.mountRoot(this.superblock);
    this.#processes = UIDS.map((_, at) => this.kernel.createProcess(root, { pid: 100 + at }));
    this.connection.start();
    this.#serve();
    server.begin();
  }

  get protocol(): Protocol {
    return this.#session.protocol ?? NEWEST;
  }

  setUp(steps: readonly Step[]): void {
    for (const step of steps) this.call(step);
  }

  /** Makes a call; what it gives is text or an errno's name. @throws Error when it ends otherwise, or never */
  call({ call, args, task, bind, line }: Step): string {
    const row = calls[call];
    if (row === undefined) throw new Error(`no call ${call}`);
    const result = this.run(task, (thread) => row.fusewire(thread, ...resolved(args, this.#kept)), line);
    if (bind !== null) this.#kept[bind] = Number(result);
    return result;
  }

  run(at: number, code: (thread: Thread) => Blocking<string>, what: string): string {
    const process = this.#processes[at] as Process;
    const uid = UIDS[at] ?? 0;
    const thread = new Thread(this.kernel.scheduler, process, credentialsOf(uid, uid), 100 + at);
    this.#requests = 0;
    try {
      return runSync(thread, code(thread), () => this.#serve());
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw new Error(`${what}: ${error instanceof Error ? error.stack : error}`);
    }
  }

  /** Ends the processes and the mount. @throws Error when something is left */
  end(): void {
    for (const at of this.#processes.keys()) {
      this.run(
        at,
        function* (thread) {
          yield* exit(thread);
          return '';
        },
        'exit',
      );
    }
    this.superblock.root.prune();
    do this.kernel.scheduler.run();
    while (this.#serve());
    const { device, waiting } = this.connection;
    if (waiting + device.completions.size + device.slots.used > 0) throw new Error('requests are left');
    this.superblock.kill();
    this.connection.abort('unmount');
    this.kernel.scheduler.run();
    if ([...this.kernel.scheduler.tasks].length > 0) throw new Error('tasks are left');
    this.#session.close();
  }

  #serve(): boolean {
    let served = false;
    for (let message = this.#take(); message !== null; message = this.#take()) {
      served = true;
      if (++this.#requests > MOST_REQUESTS) throw new Error(`more than ${MOST_REQUESTS} requests`);
      this.#wires.hears?.(message);
      this.#session.receive(message);
    }
    return served;
  }

  #take(): Uint8Array | null {
    return this.connection.state === 'aborted' ? null : this.#device.take(Number.POSITIVE_INFINITY);
  }

  /** Writes a reply as it was changed; where the device will not have it, the request ends with EIO. */
  #deliver(reply: Uint8Array): void {
    const { unique } = decodeReplyHeader(reply);
    this.#write(this.#wires.garbles(reply, unique));
    if (this.#isWaiting(unique)) this.#write(encodeError(unique, EIO));
  }

  #isWaiting(unique: number): boolean {
    return this.connection.device.completions.has(Math.abs(unique));
  }

  #write(message: Uint8Array): void {
    try {
      const length = this.#device.write(message, 'given');
      if (length !== message.length) throw new Error(`a write of ${message.length} bytes gave ${length}`);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}
