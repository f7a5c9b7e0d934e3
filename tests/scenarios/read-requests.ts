import { expect } from 'vitest';
import type { TaskSpec } from '../oracle/script.ts';
import { described, type Expected, fieldOf, messageOf, type Sender, showsCaller } from './requests.ts';
import type { Move } from './scenario.ts';
import { type Fields, sizeOf, unpack } from './wire-format.ts';
import type { World } from './world.ts';

/** A lock owner: any number but 0, always the same for the same task. */
export const OWNER = 0x0123_4567_89ab_cdefn;

/** A time by the kernel's own clock: any but 0. */
export const NOW = 0x0123_4567_89ab_cdeen;

/** The process that asks. */
export const PID = 0x0123_4567_89ab_cdedn;

/** The bit that is set in the number of a request that was sent again. */
const RESENT = 1n << 63n;

type ReadMove = Extract<Move, { do: 'read' }>;

/** The requests that a scenario's server has read, by their names in the scenario. */
export class ReadRequests {
  readonly #world: World;
  readonly #tasks: readonly TaskSpec[];
  readonly #uniques = new Map<string, number | bigint>();
  readonly #owners = new Map<number, number | bigint>();
  readonly #forgotten: Fields[] = [];
  #lastUnique: number | bigint = 0;

  constructor(world: World, tasks: readonly TaskSpec[]) {
    this.#world = world;
    this.#tasks = tasks;
  }

  /** @throws Error when no request of that name was read */
  uniqueOf(name: string): number | bigint {
    const unique = this.#uniques.get(name);
    if (unique === undefined) throw new Error(`no ${name} was read`);
    return unique;
  }

  /** Keeps a FORGET or BATCH_FORGET for later, if that is not what is expected now. Returns whether it did. */
  setAside(message: Uint8Array, expected: string): boolean {
    const { unique = 0, opcode = 0 } = unpack('in_header', message);
    if (expected === 'FORGET' || expected === 'BATCH_FORGET' || (opcode !== FORGET && opcode !== BATCH_FORGET)) {
      return false;
    }
    this.#next(unique);
    this.#forgotten.push(...forgotten(message));
    return true;
  }

  /** Whether such a FORGET was kept, which it is no more. */
  takeForgotten(nodeid: number, nlookup: number): boolean {
    const at = this.#forgotten.findIndex((one) => one.nodeid === nodeid && one.nlookup === nlookup);
    if (at < 0) return false;
    this.#forgotten.splice(at, 1);
    return true;
  }

  /** What was kept and never expected. */
  get forgottenUnexpected(): readonly Fields[] {
    return this.#forgotten;
  }

  /** Holds a message against what is expected, byte for byte. */
  check(move: ReadMove, message: Uint8Array): void {
    const { unique = 0 } = unpack('in_header', message);
    const whole = messageOf(this.#complete(move, message), this.#sender(move, unique));
    const { older } = move.expected;
    expect(described(message, older)).toEqual(described(whole, older));
    expect(Buffer.compare(message, whole), 'equal bytes').toBe(0);
    this.#uniques.set(move.as, unique);
  }

  #sender({ expected: { name }, task, of }: ReadMove, actual: number | bigint): Sender {
    const unique = of === null ? this.#next(actual) : BigInt(this.uniqueOf(of)) | (name === 'INTERRUPT' ? 1n : RESENT);
    const spec = showsCaller(name) ? this.#tasks[task] : undefined;
    return spec === undefined
      ? { unique, uid: 0, gid: 0, pid: 0 }
      : { unique, uid: spec.uid, gid: spec.gid, pid: this.#world.pidOf(task) };
  }

  /** Numbers are even and grow. */
  #next(unique: number | bigint): number | bigint {
    if (unique <= this.#lastUnique || BigInt(unique) % 2n !== 0n) throw new Error(`${unique} is no new unique`);
    if (this.#lastUnique === 0 && unique !== 2) throw new Error(`the first unique is ${unique}`);
    this.#lastUnique = unique;
    return unique;
  }

  /** What is expected, with the fields that only the kernel knows. */
  #complete({ expected, task, of }: ReadMove, message: Uint8Array): Expected {
    const { name } = expected;
    const fields: Record<string, number | bigint> = { ...expected.fields };
    if (of !== null && name === 'INTERRUPT') fields.unique = this.uniqueOf(of);
    if (name === 'INIT') Object.assign(fields, { major: 7, minor: 45, max_readahead: 131_072, ...offered(message) });
    for (const field of ['lock_owner', 'owner']) {
      if (fields[field] === OWNER) fields[field] = this.#owner(task, this.#given(name, message, field));
    }
    if (fields.pid === PID) fields.pid = this.#world.pidOf(task);
    for (const [field, value] of Object.entries(fields)) {
      if (value === NOW) fields[field] = this.#given(name, message, field);
    }
    return { ...expected, fields };
  }

  #given(name: Expected['name'], message: Uint8Array, field: string): number | bigint {
    const value = fieldOf(name, message, field) ?? 0;
    if (value === 0 && !field.endsWith('nsec')) throw new Error(`no ${field} is told`);
    return value;
  }

  #owner(task: number, actual: number | bigint): number | bigint {
    const known = this.#owners.get(task) ?? actual;
    this.#owners.set(task, known);
    return known;
  }
}

const FORGET = 2;
const BATCH_FORGET = 42;

/** Nodes and counts of a FORGET or a BATCH_FORGET. */
function forgotten(message: Uint8Array): Fields[] {
  const { opcode, nodeid = 0 } = unpack('in_header', message);
  const body = message.subarray(sizeOf('in_header'));
  if (opcode === FORGET) return [{ nodeid, ...unpack('forget_in', body) }];
  const { count = 0 } = unpack('batch_forget_in', body);
  return Array.from({ length: Number(count) }, (_, at) =>
    unpack('forget_one', body.subarray(sizeOf('batch_forget_in') + at * sizeOf('forget_one'))),
  );
}

/** What the kernels offer is not the same, and told elsewhere. */
function offered(message: Uint8Array): Fields {
  const [flags = 0, flags2 = 0] = ['flags', 'flags2'].map((field) => fieldOf('INIT', message, field));
  return { flags, flags2 };
}
