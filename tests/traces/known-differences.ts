/** Steps in which Fusewire does not ask what Linux asks. A step that comes to the same must leave this list. */
export interface KnownDifference {
  /** The trace's name and its mount's title. */
  readonly mount: string;
  readonly reason: string;
  /** By their labels; of several with one label the second is `label #2`. */
  readonly steps: readonly string[];
}

/** Everything in which Fusewire is known to differ. */
export const knownDifferences: readonly KnownDifference[] = [
  { mount: 't3 / all', reason: 'FOPEN_CACHE_DIR lists are not kept', steps: ['listdir 2'] },
  {
    mount: 't13 / FOPEN_CACHE_DIR',
    reason: 'FOPEN_CACHE_DIR lists are not kept',
    steps: [
      'listdir 2 (cached)',
      'listdir 4',
      'listdir no KEEP_CACHE',
      'listdir KEEP',
      'listdir without CACHE_DIR flag',
      'stat refreshes mtime; then listdir',
      'partial getdents 80',
      'getdents',
    ],
  },
  {
    mount: 't18 / CACHE_SYMLINKS',
    reason: 'CACHE_SYMLINKS is not offered: texts of links are not kept',
    steps: ['readlink #2', 'readlink #4'],
  },
];
