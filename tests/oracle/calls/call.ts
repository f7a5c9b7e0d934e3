import { toBytes } from '../../../src/abi/bytes.ts';
import type { Thread } from '../../../src/process/thread.ts';
import type { Blocking } from '../../../src/task/blocking.ts';
import { cString, realDescriptor, shownDescriptor, syscall } from '../linux-calls.ts';

/** A resolved argument. */
export type Value = number | string;

/**
 * What a parameter means: how the Linux side passes it, and what a generator may give. `list` is words with commas
 * between, `time` is `now`, `omit` or `seconds.nanoseconds`, `offset` a number, `2^63-1`, `-2^63` or NULL. One with `?` may be left out.
 */
export type Parameter = 'fd' | 'path' | 'name' | 'number' | 'bytes' | 'list' | 'time' | 'offset' | 'number?';

/** One system call: how it is made on each kernel. Both give the same line of text for the same result. */
export interface Call {
  readonly parameters: readonly Parameter[];
  /** @throws Errno */
  linux(...args: readonly Value[]): string;
  /** @throws Errno */
  fusewire(task: Thread, ...args: readonly Value[]): Blocking<string>;
}

type Result = 'descriptor' | 'number' | 'nothing';
type SystemCall = (task: Thread, ...args: never[]) => Blocking<unknown>;

/** A call whose arguments are numbers and paths, and whose result is a number or none: `number` is x86-64's. */
export function direct(number: number, fusewire: SystemCall, parameters: string, result: Result = 'nothing'): Call {
  const kinds = parametersOf(parameters);
  return {
    parameters: kinds,
    linux(...args) {
      const words = kinds.map((kind, at) => wordOf(kind, args[at] ?? 0));
      const value = syscall(number, ...words);
      return String(result === 'descriptor' ? shownDescriptor(value) : value);
    },
    *fusewire(task, ...args) {
      const value = yield* fusewire(task, ...(args as never[]));
      return result === 'nothing' ? '0' : String(value);
    },
  };
}

/** Parameters written as words: `fd path number?`. */
export const parametersOf = (words: string): Parameter[] => words.split(' ').filter(Boolean) as Parameter[];

/** An argument as a system call takes it. */
export function wordOf(kind: Parameter, value: Value): number | Uint8Array {
  if (kind === 'fd') return realDescriptor(Number(value));
  if (kind === 'path' || kind === 'name') return cString(String(value));
  return Number(value);
}

/** An argument that is bytes. */
export const bytesOf = (value: Value | undefined): Uint8Array => toBytes(String(value ?? ''));

/** An argument that is a list. */
export const listOf = (value: Value | undefined): string[] =>
  value === undefined || value === '' ? [] : String(value).split(',');
