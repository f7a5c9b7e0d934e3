import type { Difference } from './compare.ts';
import { variantNamed } from './variants.ts';

/** A difference that is there for a reason, until the reason goes. */
export interface KnownDifference {
  readonly name: string;
  readonly reason: string;
  matches(difference: Difference): boolean;
}

/** What is known to differ. A run of all scripts fails when one of these was not seen: it must leave the list then. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    name: 'the parts of a vector travel together',
    reason:
      'Linux gives each part of a vector pages of its own, so that a request ends early where it may have few pages. Here the parts are one run of bytes: fewer requests, the same bytes.',
    matches: ({ kind, step, variant }) =>
      kind === 'requests' && isVectored(step?.call) && (variantNamed(variant).maxData ?? 0) === 4096,
  },
];

const isVectored = (call: string | undefined): boolean => /^p?(read|write)v$/.test(call ?? '');

/** What a difference is known as. */
export const knownAs = (difference: Difference): KnownDifference | undefined =>
  knownDifferences.find((known) => known.matches(difference));
