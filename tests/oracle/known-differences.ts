import { SEEK_DATA, SEEK_HOLE } from '../../src/abi/linux.ts';
import type { Difference } from './compare.ts';
import type { Step } from './script.ts';
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
      kind === 'requests' && step !== null && partsOf(step) > pagesOfRequest(variantNamed(variant).maxData),
  },
  {
    name: 'what is opened without the word of the server is cached by Linux',
    reason:
      'ENOSYS to OPEN or OPENDIR means FOPEN_KEEP_CACHE and FOPEN_CACHE_DIR: Linux reads pages and listings once. There is no page cache here yet.',
    matches: ({ kind, step, variant }) =>
      kind === 'requests' &&
      variantNamed(variant).without?.includes('open') === true &&
      /^(p?readv?|getdents)$/.test(step?.call ?? ''),
  },
  {
    name: 'no server is asked where data and holes are',
    reason:
      'SEEK_DATA and SEEK_HOLE (LSEEK) are not passed on yet: a file is all data, which is what Linux says when the server has no LSEEK.',
    matches: ({ kind, step }) =>
      (kind === 'result' || kind === 'requests') &&
      step?.call === 'lseek' &&
      (step.args[2] === SEEK_DATA || step.args[2] === SEEK_HOLE),
  },
];

/** How many pages one request takes along at most: here those of its data, on Linux a page for each part at least. */
const pagesOfRequest = (maxData = 1 << 20): number => maxData / 4096;

const partsOf = ({ call, args }: Step): number =>
  /^p?(read|write)v$/.test(call) ? String(args[1]).split(',').length : 0;

/** What a difference is known as. */
export const knownAs = (difference: Difference): KnownDifference | undefined =>
  knownDifferences.find((known) => known.matches(difference));
