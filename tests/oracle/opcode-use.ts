import { knownAs } from './known-differences.ts';
import type { Verdict } from './oracle.ts';

/** How one opcode was met in scripts. */
export interface Use {
  /** System calls whose steps asked a server with it, on Linux. */
  readonly calls: Set<string>;
  /** Steps with it whose results and requests were compared and equal, and those whose difference is listed or not. */
  equal: number;
  listed: number;
  different: number;
  /** The listed differences of those steps. */
  readonly known: Set<string>;
  /** Scripts in which it came when it came, and was compared as one of a set. */
  inBackground: number;
}

const opcodeOf = (line: string): string => line.split(' ')[0] ?? '';

/** Which opcodes the scripts of a run led to. */
export class OpcodeUse {
  readonly #uses = new Map<string, Use>();

  add({ script, linux, fusewire, differences }: Verdict): void {
    for (const [at, step] of script.steps.entries()) {
      const onLinux = new Set((linux.requests.steps[at] ?? []).map(opcodeOf));
      for (const opcode of onLinux) this.of(opcode).calls.add(step.call);
      if (!script.comparesRequests) continue;
      const here = differences.filter((difference) => difference.step === step);
      const known = here.map(knownAs);
      for (const opcode of new Set([...onLinux, ...(fusewire.requests.steps[at] ?? []).map(opcodeOf)])) {
        const use = this.of(opcode);
        if (here.length === 0) use.equal++;
        else if (known.includes(undefined)) use.different++;
        else use.listed++;
        for (const one of known) if (one !== undefined) use.known.add(one.name);
      }
    }
    if (!script.comparesRequests) return;
    for (const opcode of new Set(linux.requests.background.map(opcodeOf))) this.of(opcode).inBackground++;
  }

  /** How an opcode was met; nothing but zeros when it was not. */
  of(opcode: string): Use {
    const use = this.#uses.get(opcode) ?? {
      calls: new Set<string>(),
      equal: 0,
      listed: 0,
      different: 0,
      known: new Set<string>(),
      inBackground: 0,
    };
    this.#uses.set(opcode, use);
    return use;
  }
}
