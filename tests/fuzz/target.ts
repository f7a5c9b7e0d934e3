import type { Random } from '../chance/random.ts';
import type { Corpus } from './corpus.ts';

/** Something that takes bytes from outside. */
export interface Target {
  readonly name: string;
  /** Of all inputs, how many go here; the sum of all does not matter. */
  readonly weight: number;
  /**
   * Gives it some bad inputs, and returns how many. The random numbers decide all.
   *
   * @throws Error when it behaves in a way that no input explains
   */
  attack(random: Random, corpus: Corpus): number | Promise<number>;
}

/** @throws Error naming what did not hold */
export function must(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(what());
}
