import { parse } from '../../src/syscalls/testing/script.ts';

/** Who a task of a script is: a process of its own, with these real, effective and file system ids. */
export interface TaskSpec {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; none when left out. */
  readonly groups?: readonly number[];
  /** Default 022. */
  readonly umask?: number;
  /** Its saved ids are these too, and not root's: it can become nobody else. FUSE looks at them where not all may enter. */
  readonly forGood?: boolean;
}

/** System calls to be made on both kernels, and what of them is compared. See README.md for how to write one. */
export interface Script {
  readonly name: string;
  /** `@N` in a step is the Nth of them; default: one task of root. */
  readonly tasks?: readonly TaskSpec[];
  /** Steps by a process of root with umask 0, all of which must succeed; not compared. */
  readonly setUp?: string;
  /** A step a line. */
  readonly steps: string;
  /** 'requests' compares what the server was asked too; default 'results'. */
  readonly compare?: 'results' | 'requests';
  /** The variants it runs in; default: all. */
  readonly variants?: readonly string[];
}

/** An argument of a step: a number, bytes with one char each, or what an earlier step kept under a name. */
export type Argument = number | string | { readonly variable: string };

/** One system call. Plain data: it goes to other processes as JSON. */
export interface Step {
  /** The task's number. */
  readonly task: number;
  readonly call: string;
  readonly args: readonly Argument[];
  /** The name that its number is kept under. */
  readonly bind: string | null;
  /** What both kernels must give; null when it is enough that they agree. */
  readonly expected: string | null;
  readonly line: string;
}

/** Root, with Linux's usual umask. */
export const ROOT_TASK: TaskSpec = { uid: 0, gid: 0 };

/** The tasks that most scripts with several need: root, a user, and one who is in the user's group besides. */
export const THREE_TASKS: readonly TaskSpec[] = [
  ROOT_TASK,
  { uid: 1000, gid: 1000 },
  { uid: 1001, gid: 1001, groups: [1000] },
];

/** The lines of steps, without empty ones and comments. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** @throws Error for a line that is no step */
export const stepsOf = (text: string): Step[] => linesOf(text).map(stepOf);

function stepOf(line: string): Step {
  const [, task = '0', rest = ''] = /^(?:@(\d+)\s+)?(.*)$/.exec(line) as RegExpExecArray;
  const [parsed] = parse(rest);
  if (parsed === undefined) throw new Error(`no step: ${line}`);
  const { call, args, bind, expected } = parsed;
  return { line, task: Number(task), call, bind, expected, args: args.map(unescaped) };
}

/** `\x20` in a word is that byte. */
function unescaped(argument: Argument): Argument {
  if (typeof argument !== 'string' || !argument.includes('\\x')) return argument;
  return argument.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
