import type { Requests } from './requests.ts';
import type { Step, TaskSpec } from './script.ts';

/** What a script came to on one kernel. */
export interface Outcome {
  /** A line of text or an errno's name for each step. */
  readonly results: readonly string[];
  /** The whole file system at the end. */
  readonly tree: readonly string[];
  readonly requests: Requests;
  /** What the server complained about. */
  readonly log: readonly string[];
}

/** One of the two kernels. */
export interface Side {
  run(script: Prepared, variant: string): Promise<Outcome>;
}

/** A script that is read and checked. */
export interface Prepared {
  readonly name: string;
  readonly tasks: readonly TaskSpec[];
  readonly setUp: readonly Step[];
  readonly steps: readonly Step[];
  readonly comparesRequests: boolean;
}

/** Who sets up: root with umask 0. */
export const SET_UP_TASK: TaskSpec = { uid: 0, gid: 0, umask: 0 };

/** @throws Error when a step of a set-up did not succeed */
export function mustSucceed(kernel: string, { name, setUp }: Prepared, results: readonly string[]): void {
  const failed = results.findIndex((result) => /^E[A-Z0-9]+$/.test(result));
  if (failed >= 0)
    throw new Error(`${name}: set-up failed on ${kernel}: ${setUp[failed]?.line} gave ${results[failed]}`);
}
