import type { Difference } from './compare.ts';

/** A difference that is there for a reason, until the reason goes. */
export interface KnownDifference {
  readonly name: string;
  readonly reason: string;
  matches(difference: Difference): boolean;
}

/** What is known to differ. A run of all scripts fails when one of these was not seen: it must leave the list then. */
export const knownDifferences: readonly KnownDifference[] = [];

/** What a difference is known as. */
export const knownAs = (difference: Difference): KnownDifference | undefined =>
  knownDifferences.find((known) => known.matches(difference));
