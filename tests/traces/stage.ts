import { Errno } from '../../src/abi/errno.ts';
import { decodeRequestHeader } from '../../src/abi/message.ts';
import { GETATTR, STATFS, STATX } from '../../src/abi/opcodes.ts';
import { ROOT_TASK } from '../oracle/script.ts';
import type { World } from '../scenarios/world.ts';
import { comesLater, type Detail, describe } from './describe.ts';
import type { TraceMount } from './trace.ts';
import { TraceServer, uniqueOf } from './trace-server.ts';

/** What a process asks that looks at all mounts. Others are asked by threads of the kernel, and by those of a dying process. */
const lookingAround = new Set([GETATTR, STATX, STATFS].map(({ number }) => number));

/** A kernel with a trace's server, and what the server is asked. */
export class Stage {
  readonly world: World;
  readonly server: TraceServer;
  readonly #detail: Detail;
  readonly #pids: ReadonlySet<number>;
  #asked: string[] = [];
  #later: string[] = [];
  #isDeaf = false;
  readonly #names = new Map<bigint, string>();
  /** The request that the last INTERRUPT was about. */
  interrupted = 0n;

  constructor(world: World, { server: settings = {}, detail = 'none', tasks = [ROOT_TASK], init }: TraceMount) {
    this.world = world;
    this.#isDeaf = init === 'told';
    this.#pids = new Set(tasks.map((_, task) => world.pidOf(task)));
    this.server = new TraceServer(settings, { write: (message) => world.write(0, message) });
    this.#detail = detail;
  }

  /** What was asked since the last time: in its order what somebody waits for, then the rest, sorted. */
  takeRequests(): string[] {
    const requests = [...this.#asked, ...this.#later.sort()];
    this.#asked = [];
    this.#later = [];
    return requests;
  }

  /** How many lines there are for {@link takeRequests}. */
  get requestCount(): number {
    return this.#asked.length + this.#later.length;
  }

  /** While it is deaf, the server reads nothing; from the first read that fails it is. */
  set isDeaf(isDeaf: boolean) {
    this.#isDeaf = isDeaf;
  }

  /** Serves everything that waits to be read. */
  serve(): void {
    while (this.serveOne());
  }

  /** Serves one request; false when there is none. A device that is gone has none. */
  serveOne(): boolean {
    if (this.#isDeaf) return false;
    const message = this.#read();
    if (message === null) return false;
    this.#hear(message);
    return true;
  }

  /** Serves until a task's call has ended, and all that it left. */
  async serveCall(task: number): Promise<void> {
    this.serve();
    while (!this.world.hasEnded(task)) {
      await this.world.turn(task);
      this.serve();
    }
    this.serve();
  }

  /** Serves until there are so many lines, or nothing more comes. */
  async serveLines(count: number): Promise<void> {
    this.serve();
    while (this.requestCount < count && !this.#isDeaf && (await this.world.mayRead())) this.serve();
  }

  /** Writes a message to the device: the bytes it took, or an errno's name. */
  write(message: Uint8Array): string {
    try {
      this.world.write(0, message);
      return String(message.length);
    } catch (error) {
      if (error instanceof Errno) return error.code;
      throw error;
    }
  }

  #read(): Uint8Array | null {
    try {
      return this.world.tryRead(0, this.server.settings.room);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#asked.push(`read fails: ${error.code}`);
      this.#isDeaf = true;
      return null;
    }
  }

  #hear(message: Uint8Array): void {
    const lines = this.#isForeign(message) ? [] : this.#linesOf(message);
    (comesLater(message) ? this.#later : this.#asked).push(...lines);
    this.server.receive(message);
    this.#asked.push(...this.server.complaints.splice(0));
  }

  /** Whether a process of this machine asks that is in no trace: one that looks at all mounts there are. */
  #isForeign(message: Uint8Array): boolean {
    const { pid, opcode } = decodeRequestHeader(message);
    return lookingAround.has(opcode) && pid !== 0 && !this.#pids.has(pid);
  }

  /** An INTERRUPT says what it is about. */
  #linesOf(message: Uint8Array): string[] {
    const lines = describe(message, this.server.protocol, this.#detail);
    const unique = uniqueOf(message);
    const subject = this.#names.get(unique & ~1n);
    if (lines[0]?.startsWith('INTERRUPT') && subject !== undefined) {
      this.interrupted = unique & ~1n;
      return lines.map((line) => line.replace('INTERRUPT n=0', `INTERRUPT n=0 of ${subject}`));
    }
    this.#names.set(unique, lines[0]?.split(' ')[0] ?? '');
    return lines;
  }
}
