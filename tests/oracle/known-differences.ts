import type { Difference } from './compare.ts';

/** A difference that is there for a reason, until the reason goes. */
export interface KnownDifference {
  readonly name: string;
  readonly reason: string;
  matches(difference: Difference): boolean;
}

/** What is known to differ. A run of all scripts fails when one of these was not seen: it must leave the list then. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    name: 'a directory that is not cached is not opened by its handle',
    reason:
      'Linux reads the directories above it for its name, to place it in the tree. Here it is ESTALE, as of a server that cannot be asked for a parent.',
    matches: ({ kind, step, script, linux, fusewire }) =>
      (step?.call === 'open_by_handle_at' && (kind === 'requests' || (fusewire === 'ESTALE' && /^\d+$/.test(linux)))) ||
      (step === null && kind === 'requests' && script === 'open_by_handle_at: a directory of the set-up'),
  },
];

/** What a difference is known as. */
export const knownAs = (difference: Difference): KnownDifference | undefined =>
  knownDifferences.find((known) => known.matches(difference));
