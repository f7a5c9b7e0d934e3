import type { Case } from './case.ts';
import type { InodeMemory } from './memory.ts';
import type { Letter } from './subjects.ts';

/** What came out for one subject, in one way of one case. */
export interface Result {
  readonly case: string;
  readonly way: string;
  readonly subject: Letter;
  readonly unit: Case['unit'];
  /** Units a second, one for each round; of all subjects of a case in the same order. */
  readonly rates: number[];
  /** Microseconds of CPU time for one unit, of all processes that take part; over all rounds. */
  cpu: number | null;
  /** System calls for one unit, of the same processes; null where they were not counted. */
  systemCalls: number | null;
}

/** All that a run measured. */
export interface Measured {
  readonly results: readonly Result[];
  readonly inodes: InodeMemory | null;
}

/** The result of a subject in one way of a case. */
export const find = (results: readonly Result[], name: string, way: string, subject: Letter): Result | undefined =>
  results.find((one) => one.case === name && one.way === way && one.subject === subject);
