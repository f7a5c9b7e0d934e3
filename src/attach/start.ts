import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { closeDescriptor, largestPacket, raiseSendBuffer, seqpacketPair } from '../linux/sockets.ts';
import type { Reactor } from '../transport/reactor.ts';
import { type Daemon, MOUNT_POINT } from './daemon.ts';
import { holdersOf, socketName } from './holders.ts';
import { OutputTail } from './output-tail.ts';
import { StandInDoor } from './stand-in-door.ts';

/** Where the child finds its end of the socket: the first descriptor behind its standard ones. */
const CHILD_FD = 3;
const SEND_BUFFER = 4 << 20; // bytes
const PACKET_WANTED = (1 << 20) + 8192; // a request of 256 pages and its headers
/** Milliseconds that the rest of a dead daemon's output may take to arrive. */
const OUTPUT_PAUSE = 100;
/** Milliseconds between two looks at whether a daemon in the background has ended. */
const LOOK_PAUSE = 10;

const running = new Set<RunningDaemon>();
process.on('exit', () => {
  for (const daemon of running) daemon.killNow();
});

/** How the daemon's first process ended. */
type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/**
 * Starts a daemon with one end of a socket.
 *
 * @throws Error when the command cannot be started
 */
export async function startDaemon(daemon: Daemon, way: 'fd' | 'fusermount', reactor: Reactor): Promise<RunningDaemon> {
  const pair = seqpacketPair();
  const [ours, theirs] = pair;
  let door: StandInDoor | null = null;
  try {
    for (const fd of pair) raiseSendBuffer(fd, SEND_BUFFER);
    const packetLimit = Math.min(largestPacket(pair, PACKET_WANTED), largestPacket([theirs, ours], PACKET_WANTED));
    door = new StandInDoor(reactor, theirs);
    const mountPoint = way === 'fd' ? `/dev/fd/${CHILD_FD}` : door.mountPoint;
    const child = spawn(
      daemon.command,
      daemon.args.map((arg) => arg.replaceAll(MOUNT_POINT, mountPoint)),
      {
        cwd: daemon.cwd,
        env: { ...process.env, ...daemon.env, ...door.environment(daemon.env.PATH ?? process.env.PATH) },
        stdio: ['ignore', 'pipe', 'pipe', ...(way === 'fd' ? [theirs] : [])],
      },
    );
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return new RunningDaemon({ daemon, way, child, door, ours, theirs, packetLimit });
  } catch (error) {
    door?.close();
    closeDescriptor(ours);
    closeDescriptor(theirs);
    throw notStarted(daemon, error as NodeJS.ErrnoException);
  }
}

function notStarted({ command, cwd }: Daemon, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT' && error.syscall?.startsWith('spawn') === true) {
    const where = cwd === undefined ? '' : ` (or its directory ${cwd} does not exist)`;
    return new Error(`${command}: command not found; is it installed?${where}`, { cause: error });
  }
  if (error.code === 'EACCES') return new Error(`${command}: cannot be executed: permission denied`, { cause: error });
  return error;
}

interface Parts {
  readonly daemon: Daemon;
  readonly way: 'fd' | 'fusermount';
  readonly child: ChildProcess;
  readonly door: StandInDoor;
  readonly ours: number;
  readonly theirs: number;
  readonly packetLimit: number;
}

/**
 * A daemon that was started. Its first process may end when the daemon goes to the background; the daemon lives as long
 * as somebody holds its end of the socket.
 */
export class RunningDaemon {
  readonly daemon: Daemon;
  readonly way: 'fd' | 'fusermount';
  /** Our end of the socket; whoever serves it closes it. */
  readonly fd: number;
  /** The largest packet that the socket carries, in bytes. */
  readonly packetLimit: number;
  /** Settles when the first process has ended and its output is in. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #door: StandInDoor;
  readonly #output = new OutputTail();
  readonly #socket: string;
  #theirs: number | null;
  #exit: Exit | null = null;

  constructor({ daemon, way, child, door, ours, theirs, packetLimit }: Parts) {
    this.daemon = daemon;
    this.way = way;
    this.fd = ours;
    this.packetLimit = packetLimit;
    this.#child = child;
    this.#door = door;
    this.#theirs = theirs;
    this.#socket = socketName(theirs);
    for (const stream of [child.stdout, child.stderr] as Readable[]) this.#output.listen(stream);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        const done = (): void => resolve({ code, signal });
        child.once('close', done);
        setTimeout(done, OUTPUT_PAUSE);
      });
    });
    running.add(this);
  }

  /** The process ids of the daemon: of its first process while that lives, and of all that hold the socket. */
  get pids(): number[] {
    const first = this.#exit === null ? [this.#child.pid as number] : [];
    return [...new Set([...first, ...holdersOf(this.#socket)])];
  }

  /** The daemon serves, or never will: its end of the socket is its own alone from now on, so that its death shows. */
  letGo(): void {
    if (this.#theirs === null) return;
    closeDescriptor(this.#theirs);
    this.#theirs = null;
  }

  /** The daemon serves: it need not keep this process alive by itself. */
  settled(): void {
    this.letGo();
    this.#child.unref();
  }

  /** How it ended, in words, with the last that it said. */
  describeEnd(): string {
    const { name } = this.daemon;
    const said = this.#output.summary;
    return `${name} ${endOf(this.#exit)}${said === '' ? '' : `: ${said}`}`;
  }

  /** Waits until nobody serves any more, for so long at most. Returns whether that is so. */
  async ended(milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds;
    while (this.pids.length > 0) {
      if (performance.now() >= until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE));
    }
    return true;
  }

  signal(signal: NodeJS.Signals): void {
    for (const pid of this.pids) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  /** Ends the daemon: asks, closes the device when that does not help, then kills. `close` closes our end. */
  async stop(close: () => void): Promise<void> {
    const { grace } = this.daemon;
    this.letGo();
    this.signal('SIGTERM');
    if (!(await this.ended(grace / 2))) {
      const left = this.pids;
      close();
      if (!(await allGone(left, grace / 2))) kill(left, 'SIGKILL');
      await allGone(left, grace);
    }
    close();
    if (this.#exit === null) await this.exited;
    this.#forget();
  }

  /** The same at once, for the end of this process. */
  killNow(): void {
    this.signal('SIGKILL');
    this.#forget();
  }

  #forget(): void {
    this.letGo();
    this.#door.close();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    running.delete(this);
  }
}

function endOf(exit: Exit | null): string {
  if (exit === null) return 'still runs';
  return exit.signal === null ? `ended with exit code ${exit.code}` : `was killed by ${exit.signal}`;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

function kill(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids.filter(isAlive)) process.kill(pid, signal);
}

/** Waits until none of the processes is left, for so long at most. */
async function allGone(pids: readonly number[], milliseconds: number): Promise<boolean> {
  const until = performance.now() + milliseconds;
  while (pids.some(isAlive)) {
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE));
  }
  return true;
}
