/** Steps in which Fusewire does not ask what Linux asks. A step that comes to the same must leave this list. */
export interface KnownDifference {
  /** The trace's name and its mount's title. */
  readonly mount: string;
  readonly reason: string;
  /** By their labels; of several with one label the second is `label #2`. */
  readonly steps: readonly string[];
}

/** Everything in which Fusewire is known to differ. */
export const knownDifferences: readonly KnownDifference[] = [];
