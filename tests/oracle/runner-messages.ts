import type { Variables } from './calls.ts';
import type { Step, TaskSpec } from './script.ts';
import type { Remount } from './variants.ts';

/** What a runner is asked: to begin with a script, to remount, to make calls, to dump the tree, to let go of everything; in this order. */
export interface RunnerRequest {
  /** The directory that becomes the root, and who the process becomes. */
  readonly begin?: { readonly root: string; readonly task: TaskSpec };
  /** How the root's file system is mounted from now on. */
  readonly remount?: Partial<Remount>;
  readonly steps?: readonly Step[];
  readonly variables?: Variables;
  readonly tree?: boolean;
  readonly end?: boolean;
}

/** What came of it. */
export interface RunnerReply {
  readonly results: readonly string[];
  readonly variables: Variables;
  readonly tree: readonly string[];
  /** What went wrong in the runner itself. */
  readonly failure?: string;
}
