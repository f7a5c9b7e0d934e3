import { decodeRequestHeader, type Protocol } from '../../src/abi/message.ts';
import {
  BATCH_FORGET,
  FORGET,
  INIT,
  INTERRUPT,
  type Opcode,
  opcodeOf,
  RELEASE,
  RELEASEDIR,
} from '../../src/abi/opcodes.ts';
import { describeRequest } from '../../src/fusefs/testing/describe-request.ts';

/** What a server was asked, in words that are the same for the same on both kernels. */
export interface Requests {
  /** Those that a step waits for, in their order, step by step. */
  readonly steps: readonly (readonly string[])[];
  /** Those that come when they come: RELEASE, RELEASEDIR, FORGET; sorted. */
  readonly background: readonly string[];
}

/** Whether somebody was heard who is no task of the script. */
export const wasDisturbed = ({ steps }: Requests): boolean => steps.flat().some((line) => / by pid \d+ /.test(line));

const inBackground = new Set<Opcode | undefined>([RELEASE, RELEASEDIR, FORGET, BATCH_FORGET]);
const ignored = new Set<Opcode | undefined>([INIT, INTERRUPT]);

/** Writes down what a server is asked. */
export class RequestLog {
  #steps: string[][] = [];
  #current: string[] = [];
  #background: string[] = [];
  #isOn = false;
  /** The script's name of each thread that asks. */
  readonly #names: ReadonlyMap<number, string>;

  constructor(names: ReadonlyMap<number, string>) {
    this.#names = names;
  }

  /** Begins with an empty log. */
  start(): void {
    this.#isOn = true;
    this.#steps = [];
    this.#current = [];
    this.#background = [];
  }

  /** The step is over: what comes now belongs to the next one. */
  mark(): void {
    this.#steps.push(this.#current);
    this.#current = [];
  }

  /** What was asked since the start. */
  take(): Requests {
    this.#isOn = false;
    return { steps: this.#steps, background: this.#background.sort() };
  }

  /** Hears a message as the server reads it. */
  hear(message: Uint8Array, protocol: Protocol): void {
    if (!this.#isOn) return;
    const { opcode: number, uid, gid, pid } = decodeRequestHeader(message);
    const opcode = opcodeOf(number);
    if (ignored.has(opcode)) return;
    const who =
      pid === 0 && uid === 0 && gid === 0 ? 'kernel' : `${this.#names.get(pid) ?? `pid ${pid}`} ${uid}:${gid}`;
    const lines = describeRequest(message, protocol).map((line) => `${line} by ${who}`);
    (inBackground.has(opcode) ? this.#background : this.#current).push(...lines);
  }
}
