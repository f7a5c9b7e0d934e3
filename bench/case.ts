import type { Place, Setup } from './place.ts';
import type { Letter } from './subjects.ts';

/** How much there is to do. */
export interface Sizes {
  /** Bytes of the file that is read and written from end to end. */
  readonly file: number;
  /** Entries of the largest directory. */
  readonly entries: number;
  /** Files of the tree that is walked. */
  readonly tree: number;
  /** Inodes that are cached at a time. */
  readonly inodes: number;
}

/** What is measured again and again. */
export interface Turn {
  /** Comes before each run and is not measured. */
  readonly before?: () => void | Promise<void>;
  /**
   * Does some work. Returns how many units it did: enough of them that the call itself costs nothing beside them.
   */
  readonly run: () => number | Promise<number>;
  /** 'once' where one run is all that a round does; otherwise runs are repeated until the round's time is over. */
  readonly repeat?: 'once';
  /** How often `run` is repeated while system calls are counted; 1 where nothing is said. */
  readonly counted?: number;
}

/** One thing that is measured, in the ways in which a program can ask for it. */
export interface Case {
  readonly name: string;
  readonly title: string;
  readonly setup: Setup;
  /** What is counted. */
  readonly unit: 'calls' | 'entries' | 'files' | 'MiB';
  /** Whom it is measured with; default all. */
  readonly subjects?: readonly Letter[];
  /** Makes what is needed in an empty place. Returns a turn for each way; one that cannot be there is left out. */
  prepare(place: Place, sizes: Sizes): Promise<Readonly<Record<string, Turn>>>;
}
