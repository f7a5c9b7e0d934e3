import { checkStep } from './calls.ts';
import { type Difference, differencesOf } from './compare.ts';
import { FusewireSide } from './fusewire-side.ts';
import { knownAs } from './known-differences.ts';
import { LinuxSide } from './linux-side.ts';
import type { Outcome, Prepared } from './outcome.ts';
import { wasDisturbed } from './requests.ts';
import { ROOT_TASK, type Script, type Step, stepsOf } from './script.ts';
import { comparesRequests, type Variant, variantNamed } from './variants.ts';

/** What running a script on both kernels came to. */
export interface Verdict {
  readonly script: Prepared;
  readonly variant: string;
  readonly linux: Outcome;
  readonly fusewire: Outcome;
  readonly differences: readonly Difference[];
}

/** How often a script is run on Linux for an answer without others' requests. */
const TRIES = 3;

/** Both kernels, side by side. */
export class Oracle implements AsyncDisposable {
  readonly #linux = new LinuxSide();
  readonly #fusewire = new FusewireSide();

  /** Runs a script. Requests are compared where the script wants it and the variant has them in order. */
  async run(given: Prepared, variant: string): Promise<Verdict> {
    const script = { ...given, comparesRequests: given.comparesRequests && comparesRequests(variantNamed(variant)) };
    const linux = await this.#runOnLinux(script, variant);
    const fusewire = await this.#fusewire.run(script, variant);
    return { script, variant, linux, fusewire, differences: differencesOf(script, variant, linux, fusewire) };
  }

  /** Anybody on the machine may look at a mount, and a script that was looked at says nothing. */
  async #runOnLinux(script: Prepared, variant: string): Promise<Outcome> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#linux.run(script, variant);
      if (tries === TRIES || !wasDisturbed(outcome.requests)) return outcome;
    }
  }

  /**
   * The same difference with as few steps as it takes: leaves out steps, larger parts first, for as long as some unlisted
   * difference of the same kind and call stays.
   */
  async shorten(verdict: Verdict, difference: Difference): Promise<Verdict> {
    let best = verdict;
    const isSame = (other: Difference): boolean =>
      other.kind === difference.kind && other.step?.call === difference.step?.call && knownAs(other) === undefined;
    for (let size = Math.ceil(best.script.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < best.script.steps.length; ) {
        const steps = [...best.script.steps.slice(0, at), ...best.script.steps.slice(at + size)];
        const shorter = await this.run({ ...best.script, steps }, best.variant);
        if (shorter.differences.some(isSame)) best = shorter;
        else at += size;
      }
    }
    return best;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#linux[Symbol.asyncDispose]();
  }
}

/** Reads a script. @throws Error naming the line that is no step */
export function prepare(script: Script, steps: readonly Step[] = stepsOf(script.steps)): Prepared {
  const setUp = stepsOf(script.setUp ?? '');
  for (const step of [...setUp, ...steps]) checkStep(step);
  const tasks = script.tasks ?? [ROOT_TASK];
  return { name: script.name, tasks, setUp, steps, comparesRequests: script.compare === 'requests' };
}

/** Whether a script runs in a variant. */
export function runsIn(script: Script, variant: Variant): boolean {
  return script.variants === undefined || script.variants.includes(variant.name);
}
