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
      'ENOSYS to OPEN or OPENDIR means FOPEN_KEEP_CACHE and FOPEN_CACHE_DIR: Linux reads pages and listings once, and cuts writes where a page is not whole in its cache. There is no page cache here yet.',
    matches: ({ kind, step, variant }) =>
      kind === 'requests' &&
      variantNamed(variant).without?.includes('open') === true &&
      /^(p?(read|write)v?|getdents)$/.test(step?.call ?? ''),
  },
  {
    name: 'what Linux copies itself goes through its page cache',
    reason:
      'copy_file_range(2) without the server reads ahead on Linux, and nothing that was read before. There is no page cache here yet: each page that is copied is read, and no other.',
    matches: ({ kind, step, variant }) =>
      kind === 'requests' &&
      step?.call === 'copy_file_range' &&
      variantNamed(variant).without?.includes('copyFileRange') === true,
  },
];

/** How many pages one request takes along at most: here those of its data, on Linux a page for each part at least. */
const pagesOfRequest = (maxData = 1 << 20): number => maxData / 4096;

const partsOf = ({ call, args }: Step): number =>
  /^p?(read|write)v$/.test(call) ? String(args[1]).split(',').length : 0;

/** What a difference is known as. */
export const knownAs = (difference: Difference): KnownDifference | undefined =>
  knownDifferences.find((known) => known.matches(difference));
