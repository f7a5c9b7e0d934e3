import { knownAs } from '../oracle/known-differences.ts';
import type { Verdict } from '../oracle/oracle.ts';

/** What is known of an opcode from runs of the oracle. */
export interface Sightings {
  /** How often each system call made a kernel send it. */
  readonly calls: Map<string, number>;
  /** Steps in which it was sent; scripts, for what comes when it comes. */
  seen: number;
  /** Those in which both kernels sent the same. */
  equal: number;
  /** Known differences that account for the others. */
  readonly known: Set<string>;
}

/** Which opcode a request is about, as the oracle has it in words. */
const opcodeOf = (request: string): string => request.split(' ', 1)[0] ?? '';

/** Counts what both kernels sent, opcode by opcode. */
export class Tally {
  readonly #rows = new Map<string, Sightings>();

  /** Counts a script that was run in a set-up in which requests are compared. */
  add({ script, linux, fusewire, differences }: Verdict): void {
    for (const [at, step] of script.steps.entries()) {
      const listed = differences
        .filter((difference) => difference.step === step)
        .flatMap((each) => knownAs(each) ?? []);
      const names = listed.map(({ name }) => name);
      this.#count(linux.requests.steps[at] ?? [], fusewire.requests.steps[at] ?? [], names, step.call);
    }
    const listed = differences.filter(({ step }) => step === null).flatMap((each) => knownAs(each) ?? []);
    const names = listed.map(({ name }) => name);
    this.#count(linux.requests.background, fusewire.requests.background, names, null);
  }

  /** What was seen of an opcode; undefined when no kernel sent it. */
  of(opcode: string): Sightings | undefined {
    return this.#rows.get(opcode);
  }

  #count(linux: readonly string[], fusewire: readonly string[], known: readonly string[], call: string | null): void {
    for (const opcode of new Set([...linux, ...fusewire].map(opcodeOf))) {
      const row = this.#rows.get(opcode) ?? { calls: new Map(), seen: 0, equal: 0, known: new Set() };
      this.#rows.set(opcode, row);
      row.seen++;
      if (call !== null) row.calls.set(call, (row.calls.get(call) ?? 0) + 1);
      const [left, right] = [linux, fusewire].map((requests) => requests.filter((one) => opcodeOf(one) === opcode));
      if (left?.join('\n') === right?.join('\n')) row.equal++;
      else for (const name of known) row.known.add(name);
    }
  }
}
