import type { ServerName, World } from './world.ts';

/** How much a case does: a few seconds, or all of it. */
export type Size = 'short' | 'long';

/** What the command line may change in a case. */
export interface CaseOptions {
  readonly size: Size;
  readonly seed?: number;
  readonly operations?: number;
  /** The operations of random-io to run, as ranges: `0-9,14`. */
  readonly only?: string;
}

/** One thing that a mounted server must survive. */
export interface Case {
  readonly name: string;
  readonly servers: readonly ServerName[];
  /** The programs it runs. */
  readonly needs: readonly string[];
  /** Where the short form has it too. */
  readonly shortOn: readonly ServerName[];
  /** Returns what was done and found right. @throws Error what was found wrong */
  run(world: World, options: CaseOptions): Promise<string>;
}
