import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { type Command, type Option, parserOptions, UsageError } from './command.ts';
import { cat } from './commands/cat.ts';
import { cp } from './commands/cp.ts';
import { ls } from './commands/ls.ts';
import { mount, unmount } from './commands/mount.ts';
import { probe } from './commands/probe.ts';
import { serve } from './commands/serve.ts';
import { stat } from './commands/stat.ts';
import { tree } from './commands/tree.ts';
import { commandHelp, programHelp, standaloneHelp } from './help.ts';
import { explain, explainAlone, Output } from './output.ts';
import { argumentBytes } from './paths.ts';
import { openServer, serverOptions } from './server.ts';
import { runStandalone, type Standalone } from './standalone.ts';

const commands: readonly Command[] = [ls, tree, cat, stat, cp, probe];
const standalone: readonly Standalone[] = [serve, mount, unmount];

interface Streams {
  readonly out: Writable;
  readonly error: Writable;
}

/** What the user asked for, read off the command line. */
interface Invocation {
  readonly command: Command;
  readonly operands: readonly Buffer[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** The daemon and its arguments, from behind `--`. */
  readonly daemon: readonly string[];
}

/**
 * Runs one `fusewire` command line, without the program's own name.
 *
 * @returns the exit code: 0, 1 when an operation failed, 2 for wrong usage
 */
export async function main(args: readonly string[], streams: Streams, interrupted: AbortSignal): Promise<number> {
  try {
    const [first, ...rest] = args;
    if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
      streams.out.write(programHelp(commands, standalone));
      return first === undefined ? 2 : 0;
    }
    if (first === '--version') {
      streams.out.write(`${version()}\n`);
      return 0;
    }
    const alone = standalone.find(({ name }) => name === first);
    if (alone !== undefined) return await runAlone(alone, rest, streams, interrupted);
    const command = commands.find(({ name }) => name === first);
    if (command === undefined) throw new UsageError(`there is no command '${first}'; see fusewire --help`);
    if (rest[0] === '--help') {
      streams.out.write(commandHelp(command));
      return 0;
    }
    return await run(parse(command, rest), streams, interrupted);
  } catch (error) {
    if (!isBrokenPipe(interrupted.reason)) streams.error.write(`fusewire: ${explainAlone(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runAlone(
  command: Standalone,
  args: readonly string[],
  streams: Streams,
  interrupted: AbortSignal,
): Promise<number> {
  if (args[0] === '--help') streams.out.write(standaloneHelp(command));
  else await runStandalone(command, args, { streams, interrupted });
  return 0;
}

function parse(command: Command, args: readonly string[]): Invocation {
  const dashes = args.indexOf('--');
  const own = dashes === -1 ? args : args.slice(0, dashes);
  const table: Record<string, Option> = { ...serverOptions, ...command.options };
  try {
    const { values, positionals } = parseArgs({
      args: own.map((arg) => arg.replace(/^--trace=/, '--trace-file=')),
      options: parserOptions(table),
      allowPositionals: true,
    });
    const invocation = {
      command,
      operands: positionals.map(argumentBytes),
      options: values as Invocation['options'],
      daemon: dashes === -1 ? [] : args.slice(dashes + 1),
    };
    command.check?.(invocation.operands, invocation.options);
    return invocation;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${command.name}: ${explain(error)}; see fusewire ${command.name} --help`);
  }
}

async function run(
  { command, operands, options, daemon }: Invocation,
  streams: Streams,
  interrupted: AbortSignal,
): Promise<number> {
  const output = new Output(command.name, streams);
  await using mounted = await openServer(options, daemon, { log: streams.error, interrupted });
  const stopped = new Promise<never>((_, reject) => {
    interrupted.addEventListener('abort', () => reject(interrupted.reason), { once: true });
  });
  await Promise.race([command.run({ mounted, operands, options, output }), stopped]);
  const failure = await mounted.failure();
  if (failure !== null) output.fail(null, new Error(failure));
  return output.failures === 0 ? 0 : 1;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Whether somebody just does not want to read on; nobody is told of that. */
const isBrokenPipe = (reason: unknown): boolean =>
  reason instanceof Error && 'code' in reason && reason.code === 'EPIPE';
