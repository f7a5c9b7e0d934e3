import { allScripts } from './all-scripts.ts';
import { calls } from './calls.ts';
import type { Difference } from './compare.ts';
import { randomScript } from './generator.ts';
import { Oracle, prepare, runsIn, type Verdict } from './oracle.ts';
import { explain, Report } from './report.ts';
import { type Variant, variants } from './variants.ts';

/** Which random scripts are run. */
export interface RandomRuns {
  /** The first one's seed; the others have those that follow. */
  readonly seed: number;
  readonly scripts: number;
  readonly steps: number;
  readonly variants: readonly Variant[];
}

/** Which hand-written scripts are run. */
export interface Choice {
  /** What their names have in them. */
  readonly filter?: string;
  /** Only each so-manieth, beginning with the one at `from`. */
  readonly every?: number;
  readonly from?: number;
}

/** Hears of a difference that nobody listed: its shortest script, and how to see it again. */
export type Complain = (explanation: string) => void;

/** More differences than this are no news, and are not shortened. */
const MOST_SHOWN = 40;

/** A run of scripts on both kernels, and what came of it. */
export class Trial implements AsyncDisposable {
  readonly written = new Report();
  readonly random = new Report();
  readonly #oracle = new Oracle();
  readonly #complain: Complain;
  /** How many scripts showed a difference that is not listed. */
  unlisted = 0;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  /** Runs hand-written scripts in each of the variants that they are for; default: all of them. */
  async runWritten(
    chosen: readonly Variant[] = variants,
    { filter = '', every = 1, from = 0 }: Choice = {},
  ): Promise<void> {
    const scripts = (await allScripts()).filter(({ name }) => name.includes(filter));
    for (const script of scripts.filter((_, at) => at % every === from)) {
      const prepared = prepare(script);
      for (const variant of chosen) {
        if (!runsIn(script, variant)) continue;
        const verdict = await this.#oracle.run(prepared, variant.name);
        await this.#judge(this.written, verdict, `--filter ${JSON.stringify(script.name)} --variant ${variant.name}`);
      }
    }
  }

  /** Runs random scripts, each in one of the variants in turn. Requests are compared where they can be. */
  async runRandom({ seed, scripts, steps, variants: chosen }: RandomRuns): Promise<void> {
    for (let at = 0; at < scripts; at++) {
      const variant = chosen[at % chosen.length];
      if (variant === undefined) return;
      const script = { ...randomScript(seed + at, steps), comparesRequests: true };
      const verdict = await this.#oracle.run(script, variant.name);
      const again = `--no-hand-written --seed ${seed + at} --scripts 1 --steps ${steps} --variant ${variant.name}`;
      await this.#judge(this.random, verdict, again);
    }
  }

  /** What speaks against a run of all hand-written scripts beside differences: calls that none makes, listed differences that are gone. */
  gaps(): string[] {
    const unused = this.written.missing(Object.keys(calls));
    return [
      ...(unused.length > 0 ? [`no script makes the calls ${unused.join(' ')}`] : []),
      ...this.written.gone.map(({ name }) => `listed as a known difference, but gone: ${name}`),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#oracle[Symbol.asyncDispose]();
  }

  async #judge(report: Report, verdict: Verdict, again: string): Promise<void> {
    const difference = report.add(verdict);
    if (difference === undefined) return;
    this.unlisted++;
    if (this.unlisted > MOST_SHOWN) return;
    this.#complain(`${await this.#shortest(verdict, difference)}\n  Again: npm run oracle -- ${again}`);
  }

  async #shortest(verdict: Verdict, difference: Difference): Promise<string> {
    return explain(await this.#oracle.shorten(verdict, difference));
  }
}
