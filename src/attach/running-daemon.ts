import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { socketName } from '../linux/process-files.ts';
import { closeDescriptor, hangUp, isAbandoned } from '../linux/sockets.ts';
import type { Daemon, Way } from './daemon.ts';
import type { DaemonMount } from './daemon-mount.ts';
import { Deadline } from './deadline.ts';
import { holdersOf } from './holders.ts';
import type { Interception } from './interception.ts';
import { isMountPoint } from './kernel-mounts.ts';
import { type Mounting, ServesNot } from './mounting.ts';
import { OutputTail } from './output-tail.ts';
import type { StandInDoor } from './stand-in-door.ts';

/** Milliseconds that the rest of a dead daemon's output may take to arrive. */
const OUTPUT_PAUSE = 100;
/** Milliseconds between two looks at whether a daemon in the background has ended. */
const LOOK_PAUSE = 10;
/** Milliseconds between two looks at whether a daemon mounted itself where it was to ask for its device. */
const MOUNT_LOOK_PAUSE = 100;

const running = new Set<RunningDaemon>();
process.on('exit', () => {
  for (const daemon of running) daemon.killNow();
});

/** How the daemon's first process ended. */
type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

interface Parts {
  readonly daemon: Daemon;
  readonly way: Way;
  readonly child: ChildProcess;
  readonly door: StandInDoor;
  readonly mounting: Mounting;
  /** Null for the other ways. */
  readonly interception: Interception | null;
  readonly ours: number;
  readonly theirs: number;
  /** A second descriptor of our end: to hang up by, and to see whether anybody is left at the other one. */
  readonly line: number;
  readonly packetLimit: number;
}

/**
 * A daemon that was started. Its first process may end when the daemon goes to the background; the daemon lives as long
 * as somebody holds its end of the socket.
 */
export class RunningDaemon {
  readonly daemon: Daemon;
  readonly way: Way;
  /** Our end of the socket; whoever serves it hangs up and closes it. */
  readonly fd: number;
  /** The largest packet that the socket carries, in bytes. */
  readonly packetLimit: number;
  /** Settles when the first process has ended and its output is in. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #door: StandInDoor;
  readonly #mounting: Mounting;
  readonly #interception: Interception | null;
  readonly #output = new OutputTail();
  readonly #socket: string;
  readonly #line: number;
  #lookout: NodeJS.Timeout | null = null;
  #theirs: number | null;
  #exit: Exit | null = null;
  #mountedItself = false;

  constructor({ daemon, way, child, door, mounting, interception, ours, theirs, line, packetLimit }: Parts) {
    this.daemon = daemon;
    this.way = way;
    this.fd = ours;
    this.packetLimit = packetLimit;
    this.#child = child;
    this.#door = door;
    this.#mounting = mounting;
    this.#interception = interception;
    this.#theirs = theirs;
    this.#line = line;
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
    if (way !== 'fd') this.#lookout = setInterval(() => this.#lookForMount(), MOUNT_LOOK_PAUSE).unref();
    running.add(this);
  }

  /** The process ids of the daemon: of its first process while that lives, and of all that hold the socket. */
  get pids(): number[] {
    if (!running.has(this)) return [];
    const holders = isAbandoned(this.#line) ? [] : holdersOf(this.#socket);
    return [...new Set([...this.#first, ...holders])];
  }

  /** Whether there is an end to describe: its first process ended, or it went its own way. */
  get hasExited(): boolean {
    return this.#exit !== null || this.#hasMounted();
  }

  /**
   * What it mounted, as Linux would be asked to before it sends INIT; null where only INIT tells, as over `/dev/fd/N`.
   *
   * @throws ServesNot when it ended and never opened the device; Error saying why it mounts nothing otherwise
   */
  async mounted(signal?: AbortSignal): Promise<DaemonMount | null> {
    if (this.#interception === null) return null;
    const { outcome } = this.#mounting;
    using race = new Deadline(this.daemon.initTimeout, signal);
    const failed = this.exited.then(({ code, signal }) => (code === 0 && signal === null ? outcome : 'over'));
    const first = await Promise.race([outcome, failed, race.passed]);
    if (first === 'over') {
      await this.exited;
      const asked = this.#interception.state !== 'started' || this.#hasMounted();
      throw new (asked ? Error : ServesNot)(`${this.describeEnd()} (before it answered INIT)`);
    }
    if (first === 'late') throw new Error(this.#describeDelay(this.#interception));
    if (first instanceof Error) throw new Error(`${this.daemon.name} cannot be used: ${first.message}`);
    return first;
  }

  #describeDelay({ state, blindness }: Interception): string {
    const { name, initTimeout } = this.daemon;
    const did = state === 'started' ? 'it did not open /dev/fuse' : 'it opened /dev/fuse, but did not mount';
    const why = blindness === null ? '' : `; its memory cannot be read (${blindness.code})`;
    const said = this.lastWords === '' ? '' : `; it printed: ${this.lastWords}`;
    return `${name} cannot be used: ${did} within ${initTimeout / 1000} s${why}${said}`;
  }

  /** The daemon serves, or never will: its end of the socket is its own alone from now on, so that its death shows. */
  letGo(): void {
    if (this.#theirs === null) return;
    this.#door.withdraw();
    this.#interception?.withdraw();
    closeDescriptor(this.#theirs);
    this.#theirs = null;
  }

  /** The daemon serves: it need not keep this process alive by itself. */
  settled(): void {
    this.letGo();
    clearInterval(this.#lookout ?? undefined);
    this.#interception?.unref();
    this.#child.unref();
  }

  /** The last that it printed, in one line; empty when it printed nothing. */
  get lastWords(): string {
    return this.#output.summary;
  }

  /** How it ended, in words, with the last that it said. */
  describeEnd(): string {
    const { name } = this.daemon;
    const said = this.#output.summary;
    const end = this.#hasMounted() ? wentItsOwnWay[this.way] : endOf(this.#exit);
    return `${name} ${end}${said === '' ? '' : `: ${said}`}`;
  }

  /** Waits until nobody serves any more, for so long at most. Returns whether that is so. */
  async ended(milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds;
    while (this.#exit === null || !isAbandoned(this.#line)) {
      if (performance.now() >= until) return false;
      await pause(LOOK_PAUSE);
    }
    return true;
  }

  signal(signal: NodeJS.Signals): void {
    for (const pid of this.pids) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        // Gone by now, or another user's: nothing to be done about either.
        if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
  }

  /** Ends the daemon: asks, closes the device when that does not help, then kills. `close` closes our end. */
  async stop(close: () => void): Promise<void> {
    const { grace } = this.daemon;
    this.letGo();
    this.signal('SIGTERM');
    if (!(await this.ended(grace / 2))) {
      close();
      hangUp(this.#line);
      if (!(await this.ended(grace / 2))) this.signal('SIGKILL');
      await this.ended(grace);
    }
    close();
    this.#forget();
  }

  /** The same at once, for the end of this process. */
  killNow(): void {
    this.signal('SIGKILL');
    this.#forget();
  }

  /** The first process's id, unless it ended. */
  get #first(): number[] {
    return this.#exit === null ? [this.#child.pid as number] : [];
  }

  /** A daemon that may use /dev/fuse will not ask anybody; it would be waited for in vain. */
  #lookForMount(): void {
    if (!this.#hasMounted()) return;
    this.letGo();
    this.#mounting.over();
  }

  #hasMounted(): boolean {
    this.#mountedItself ||= running.has(this) && isMountPoint(this.#door.mountPoint);
    return this.#mountedItself;
  }

  #forget(): void {
    clearInterval(this.#lookout ?? undefined);
    this.letGo();
    this.#interception?.close();
    this.#door.close();
    closeDescriptor(this.#line);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    running.delete(this);
  }
}

const wentItsOwnWay: Readonly<Record<Way, string>> = {
  fd: 'mounted itself by /dev/fuse',
  fusermount: 'did not ask fusermount3 for its device but mounted itself by /dev/fuse',
  intercept: 'opened /dev/fuse in a way that was not seen, and mounted itself by it',
};

function endOf(exit: Exit | null): string {
  if (exit === null) return 'still runs';
  return exit.signal === null ? `ended with exit code ${exit.code}` : `was killed by ${exit.signal}`;
}
