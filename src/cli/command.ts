import type { ParseArgsConfig } from 'node:util';
import type { Mounted } from '../mount.ts';
import type { Output } from './output.ts';

/** The command line is wrong: exit code 2, with the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Does something with what the user named: arguments that it calls a mistake are wrong usage. */
export async function withArguments<T>(use: () => T | Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

/** One option of a command, as `node:util` parses it, and a line about it. */
export interface Option {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** What the value is called in the help text. */
  readonly value?: string;
  readonly about: string;
}

/** What a command gets to work with: a mounted file system, its operands, and where to write. */
export interface Context {
  readonly mounted: Mounted;
  readonly operands: readonly Buffer[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly output: Output;
}

/** One subcommand of `fusewire`. */
export interface Command {
  readonly name: string;
  readonly about: string;
  /** The operands in the usage line: "[PATH...]". */
  readonly operands: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Checks the operands before anything is started. @throws UsageError */
  check?(operands: readonly Buffer[], options: Context['options']): void;
  run(context: Context): Promise<void>;
}

/** A command's options in the form that `parseArgs` takes. */
export const parserOptions = (options: Readonly<Record<string, Option>>): NonNullable<ParseArgsConfig['options']> =>
  Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  );
