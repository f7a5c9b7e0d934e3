import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { type Option, parserOptions, UsageError } from './command.ts';

/** What a command that uses no file system here gets to work with. */
export interface StandaloneContext {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly streams: { readonly out: Writable; readonly error: Writable };
  /** Aborts when a signal asks the command to end. */
  readonly interrupted: AbortSignal;
}

/** A subcommand of `fusewire` that brings a server to others instead of using one. */
export interface Standalone {
  readonly name: string;
  readonly about: string;
  readonly operands: string;
  readonly options: Readonly<Record<string, Option>>;
  run(context: StandaloneContext): Promise<void>;
}

/** Runs a standalone command with its part of the command line. @throws UsageError; what the command throws */
export async function runStandalone(
  command: Standalone,
  args: readonly string[],
  { streams, interrupted }: Pick<StandaloneContext, 'streams' | 'interrupted'>,
): Promise<void> {
  await command.run({ ...parse(command, args), streams, interrupted });
}

function parse(
  { name, options }: Standalone,
  args: readonly string[],
): Pick<StandaloneContext, 'operands' | 'options'> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: parserOptions(options),
      allowPositionals: true,
    });
    return { operands: positionals, options: values as StandaloneContext['options'] };
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}; see fusewire ${name} --help`);
  }
}
