import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { FOPEN_DIRECT_IO } from '../../src/abi/fuse.ts';
import type { InitFlag } from '../../src/abi/init-flags.ts';
import { decodeRequestHeader } from '../../src/abi/message.ts';
import { opcodeOf } from '../../src/abi/opcodes.ts';
import type { FuseServer, RequestOf } from '../../src/server/fuse-server.ts';
import { memory } from '../../src/server/memory.ts';
import { Session } from '../../src/server/session.ts';
import { type Step, stepsOf } from '../oracle/script.ts';
import { until } from '../scenarios/patience.ts';
import type { World } from '../scenarios/world.ts';

const ROOM = 1 << 16; // bytes
const MAX_DATA = 4096; // bytes in one message

/** What becomes of a call while a request of another is stuck. */
export type Fate = 'goes on' | 'waits';

/** A tree in memory: files and directories are opened so that everything asks the server. */
function serverWith(flags: readonly InitFlag[]): FuseServer {
  const plain = memory();
  const { open, opendir, create } = plain;
  return Object.assign(plain, {
    init: () => ({ flags }),
    open: (request: RequestOf<'OPEN'>) => ({ ...(open?.call(plain, request) as object), open_flags: FOPEN_DIRECT_IO }),
    opendir: (request: RequestOf<'OPENDIR'>) => ({ ...(opendir?.call(plain, request) as object), open_flags: 0 }),
    create: (request: RequestOf<'CREATE'>, name: string) => create?.call(plain, request, name),
    access: () => undefined,
    flush: () => undefined,
    setlkw: () => undefined,
    setlk: () => undefined,
    ioctl: () => ({ result: 0 }),
    poll: () => 0x41,
  });
}

/** A kernel and a server that answers everything, but for one request that it keeps. */
export class Stage {
  readonly world: World;
  readonly #session: Session;
  #stuck: { readonly opcode: string; readonly pid: number } | null = null;
  #held: string | null = null;

  constructor(world: World, flags: readonly InitFlag[]) {
    this.world = world;
    this.#session = new Session(serverWith(flags), {
      send: (reply) => world.write(0, reply),
      limits: { maxData: MAX_DATA },
    });
  }

  /** Calls that succeed, one after the other. */
  async does(lines: string): Promise<void> {
    for (const step of stepsOf(lines)) {
      const result = await this.#result(step);
      if (result === null || /^E[A-Z]/.test(result)) throw new Error(`${step.line} gave ${result}`);
    }
  }

  /** Begins a call of the first task, and keeps its first request of that kind, which nobody answers. */
  async sticks(opcode: string, line: string): Promise<void> {
    const [step] = stepsOf(line) as [Step];
    this.#stuck = { opcode, pid: this.world.pidOf(step.task) };
    this.world.start(step);
    await until(
      () => {
        this.#serve();
        return this.#held !== null;
      },
      () => `${line} sends no ${opcode}`,
    );
  }

  /** Begins a call, and tells what becomes of it. */
  async fateOf(line: string): Promise<Fate> {
    const [step] = stepsOf(line) as [Step];
    return (await this.#result(step)) === null ? 'waits' : 'goes on';
  }

  /** What a call gives, null when it waits for another. */
  async #result(step: Step): Promise<string | null> {
    const { world } = this;
    world.start(step);
    if (world.name === 'Fusewire') {
      this.#serve();
      return world.end(step.task).catch(() => null);
    }
    let result: string | null = null;
    world.end(step.task).then(
      (end) => {
        result = end;
      },
      () => undefined,
    );
    let [looks, before] = [0, ''];
    while (looks < LOOKS) {
      this.#serve();
      if (result !== null) return result;
      const place = placeOfSleep(world.pidOf(step.task));
      looks = place !== null && place === before ? looks + 1 : 0;
      before = place ?? '';
      await pause(1);
    }
    return null;
  }

  #serve(): void {
    for (let message = this.world.tryRead(0, ROOM); message !== null; message = this.world.tryRead(0, ROOM)) {
      const header = decodeRequestHeader(message);
      const name = opcodeOf(header.opcode)?.name ?? '';
      const isStuck = name === this.#stuck?.opcode && (header.pid === this.#stuck.pid || header.pid === 0);
      if (isStuck && this.#held === null) this.#held = name;
      else this.#session.receive(message);
    }
  }
}

/** How often a task must be seen asleep in the same place, one after the other. */
const LOOKS = 20;

/** Where in Linux a task sleeps in a call, when it is not for an answer of the server; else null. */
function placeOfSleep(pid: number): string | null {
  if (/^(?:running|0 0x0 .*)$/.test(readFileSync(`/proc/${pid}/syscall`, 'utf8').trim())) return null;
  if (!/\) [SD] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return null;
  const stack = readFileSync(`/proc/${pid}/stack`, 'utf8');
  return stack === '' || stack.includes('request_wait_answer') ? null : stack;
}
