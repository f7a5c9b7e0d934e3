import { FusewireSide } from '../oracle/fusewire-side.ts';
import { LinuxSide } from '../oracle/linux-side.ts';
import {
  type Assertion,
  isFor,
  prepare,
  type Runnable,
  run,
  shownStep,
  type Table,
  type Variant,
} from './assertion.ts';
import { Judge } from './expectation.ts';
import { tables } from './tables.ts';

/** What a kernel made of a case: what POSIX says, what is known of Linux instead, or neither; null when it was not asked. */
export type Verdict = 'posix' | 'linux' | 'wrong' | null;

/** One step of an assertion with what came of it. */
export interface Case {
  readonly call: string;
  readonly assertion: string;
  readonly variant: string;
  /** With who makes the call, and what is expected. */
  readonly step: string;
  readonly linux: string | null;
  readonly fusewire: string;
  readonly linuxVerdict: Verdict;
  readonly fusewireVerdict: Verdict;
}

/** Which assertions are run. */
export interface Choice {
  /** What is in their names, or in those of their calls. */
  readonly filter?: string;
  readonly variant: Variant;
  /** The call whose table it is; default: all. */
  readonly call?: string;
  /** Only each so-manieth on Linux; default: all. */
  readonly every?: number;
}

/** Asks Fusewire, and Linux where it can be asked. */
export class Trial implements AsyncDisposable {
  readonly #fusewire = new FusewireSide();
  readonly #linux: LinuxSide | null;

  constructor(kernels: 'both' | 'Fusewire') {
    this.#linux = kernels === 'both' ? new LinuxSide() : null;
  }

  /** Whether there is more than one kernel to ask. */
  get asksLinux(): boolean {
    return this.#linux !== null;
  }

  /** Runs all assertions of the choice, one after the other. */
  async *run({ filter = '', call, variant, every = 1 }: Choice): AsyncGenerator<Case> {
    const chosen = tables
      .filter((table) => call === undefined || table.call === call)
      .flatMap((table) => table.assertions.map((assertion) => ({ table, assertion })))
      .filter(({ assertion }) => isFor(assertion, variant))
      .filter(({ table, assertion }) => `${table.call}: ${assertion.name}`.includes(filter));
    for (const [at, { table, assertion }] of chosen.entries()) {
      yield* await this.#cases(table, assertion, variant, at % every === 0 ? this.#linux : null);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#linux?.[Symbol.asyncDispose]();
  }

  async #cases({ call }: Table, assertion: Assertion, variant: Variant, side: LinuxSide | null): Promise<Case[]> {
    const runnable = prepare(call, assertion);
    const linux = side === null ? null : await run(side, runnable, variant);
    const fusewire = await run(this.#fusewire, runnable, variant);
    const verdicts = { linux: linux && judged(runnable, linux), fusewire: judged(runnable, fusewire) };
    return runnable.script.steps.map((step, at) => ({
      call,
      assertion: assertion.name,
      variant,
      step: shownStep(runnable.script, step),
      linux: linux?.[at] ?? null,
      fusewire: fusewire[at] ?? '',
      linuxVerdict: verdicts.linux?.[at] ?? null,
      fusewireVerdict: verdicts.fusewire[at] ?? null,
    }));
  }
}

function judged({ script, expectations }: Runnable, results: readonly string[]): Verdict[] {
  const judge = new Judge();
  return script.steps.map((step, at) =>
    judge.judge(step, expectations[at] ?? { posix: null, linux: null }, results[at] ?? ''),
  );
}
