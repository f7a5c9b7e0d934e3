import { Random } from '../chance/random.ts';
import { archives } from './archives.ts';
import type { Corpus } from './corpus.ts';
import { device } from './device.ts';
import { framing } from './framing.ts';
import { init } from './init.ts';
import { replies } from './replies.ts';
import { session } from './session.ts';
import { systemCalls } from './system-calls.ts';
import type { Target } from './target.ts';

/** Everything that takes bytes from outside. */
export const targets: readonly Target[] = [replies, systemCalls, device, session, init, framing, archives];

/** @throws Error when there is none of that name */
export function targetNamed(name: string): Target {
  const found = targets.find((target) => target.name === name);
  if (found === undefined)
    throw new Error(`no target ${name}; there are ${targets.map((each) => each.name).join(', ')}`);
  return found;
}

/** The attack that a seed stands for. Returns how many inputs there were. @throws Error for what did not hold */
export function attack(target: Target, seed: number, corpus: Corpus): number | Promise<number> {
  return target.attack(new Random(seed, target.name), corpus);
}
