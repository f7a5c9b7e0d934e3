import { prepare as prepareScript } from '../oracle/oracle.ts';
import type { Prepared, Side } from '../oracle/outcome.ts';
import { linesOf, type Step, type TaskSpec } from '../oracle/script.ts';
import { type Expectation, expectationOf } from './expectation.ts';

/** The set-ups of the server that are run, by the oracle's names. All have modes checked by the kernel. */
export const VARIANTS = ['direct', 'cached', 'direct-no-timeouts', 'cached-no-timeouts', 'full'] as const;

/** One of them. */
export type Variant = (typeof VARIANTS)[number];

/** One thing that POSIX or Linux promises, as the system calls that show it. */
export interface Assertion {
  /** A sentence; with its call before it, its only name. */
  readonly name: string;
  /** The files of pjdfstest, in its order, whose cases these are: `chmod/00`. */
  readonly covers: readonly string[];
  /**
   * A case a line, in the notation of the oracle's scripts, by a process of root with umask 0 in a root directory of mode 0755.
   * `@UID:GID,GROUP,GROUP` before a call says who makes it; behind `->` stands what expectation.ts reads, and a line without must succeed.
   */
  readonly steps: string;
  /** The set-ups of the server that it is for; default: all but the full one. */
  readonly variants?: readonly Variant[];
}

/** The assertions about one system call. */
export interface Table {
  readonly call: string;
  readonly assertions: readonly Assertion[];
}

/** An assertion that both kernels can run. */
export interface Runnable {
  readonly script: Prepared;
  /** What each step must give. */
  readonly expectations: readonly Expectation[];
}

const ROOT = '0:0';

/** @throws Error naming the line that is no step, or whose expectation cannot be read */
export function prepare(call: string, { name, steps }: Assertion): Runnable {
  const users = new Map<string, number>([[ROOT, 0]]);
  const numbered = linesOf(steps).map((line) => {
    const [, user = ROOT, rest = ''] = /^(?:@(\S+)\s+)?(.*)$/.exec(line) ?? [];
    const index = users.get(user) ?? users.size;
    users.set(user, index);
    return `@${index} ${rest}`;
  });
  const script = prepareScript({
    name: `${call}: ${name}`,
    tasks: [...users.keys()].map(taskOf),
    setUp: 'chmod / 0755',
    steps: numbered.join('\n'),
  });
  return { script, expectations: script.steps.map(({ expected }) => expectationOf(expected)) };
}

function taskOf(user: string): TaskSpec {
  const [, uid, gid, groups = ''] = /^(\d+):(\d+)((?:,\d+)*)$/.exec(user) ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`@${user} is nobody: UID:GID,GROUP,GROUP`);
  return { uid: Number(uid), gid: Number(gid), groups: groups.split(',').filter(Boolean).map(Number), umask: 0 };
}

/** Whether an assertion is for a set-up. */
export const isFor = ({ variants }: Assertion, variant: Variant): boolean =>
  variants === undefined ? variant !== 'full' : variants.includes(variant);

/** Runs an assertion's steps on one kernel. Returns what each gave. @throws Error when the server complained */
export async function run(side: Side, { script }: Runnable, variant: string): Promise<readonly string[]> {
  const { results, log } = await side.run(script, variant);
  if (log.length > 0) throw new Error(`${script.name} (${variant}): the server says ${log.join('; ')}`);
  return results;
}

/** A step as its table has it: with who makes the call. */
export function shownStep({ tasks }: Prepared, { task, line }: Step): string {
  const { uid, gid, groups = [] } = tasks[task] as TaskSpec;
  return `@${uid}:${[gid, ...groups].join(',')} ${line.replace(/^@\d+\s+/, '')}`;
}
