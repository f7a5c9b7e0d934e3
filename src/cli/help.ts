import { serverKinds, specForm } from '../servers/specs.ts';
import { ADDRESS_FORMS } from '../transport/stream/address.ts';
import type { Command, Option } from './command.ts';
import { columns } from './format/columns.ts';
import { serverOptions } from './server.ts';
import type { Standalone } from './standalone.ts';

const indent = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');

const optionLines = (options: Readonly<Record<string, Option>>): string[] =>
  columns(
    Object.entries(options).map(([name, { short, value, about }]) => [
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      about,
    ]),
    ['left', 'left'],
  );

const specLines = (): string =>
  indent(
    columns(
      serverKinds.map((kind) => [specForm(kind), kind.about]),
      ['left', 'left'],
    ),
  );

/** What `fusewire --help` prints. */
export const programHelp = (commands: readonly Command[], standalone: readonly Standalone[]): string =>
  `Usage: fusewire COMMAND [OPTION...] [PATH...] -- DAEMON [ARG...]
       fusewire COMMAND [OPTION...] [PATH...] --server SPEC
       fusewire COMMAND [OPTION...] [PATH...] --connect ADDRESS

Uses a FUSE file system without mounting it. DAEMON is any FUSE server, started as it
is; {} among its ARGs stands for the mount point.

Commands:
${indent(
  columns(
    commands.map(({ name, about }) => [name, about]),
    ['left', 'left'],
  ),
)}
Commands that bring a server to others:
${indent(
  columns(
    standalone.map(({ name, operands, about }) => [`${name} ${operands}`, about]),
    ['left', 'left'],
  ),
)}
SPEC is a server that is built in:
${specLines()}
ADDRESS is where a server listens, which fusewire serve --listen can be: ${ADDRESS_FORMS}.

Options of every command that uses a file system:
${indent(optionLines(serverOptions))}
fusewire COMMAND --help tells the options of one command.

Example:
  fusewire ls -l /usr -- squashfuse image.sqfs {}

Exit code: 0, 1 when an operation failed, 2 for wrong usage.
`;

/** What `fusewire COMMAND --help` prints. */
export const commandHelp = ({ name, about, operands, options }: Command): string =>
  `Usage: fusewire ${name} [OPTION...] ${operands} -- DAEMON [ARG...]

${about[0]?.toUpperCase()}${about.slice(1)}.

Options:
${indent(optionLines({ ...options, ...serverOptions }))}`;

/** What `fusewire COMMAND --help` prints for a command that uses no file system here. */
export const standaloneHelp = ({ name, about, operands, options }: Standalone): string =>
  `Usage: fusewire ${name} [OPTION...] ${operands}

${about[0]?.toUpperCase()}${about.slice(1)}.
${operands.includes('SPEC') ? `\nSPEC is one of\n${specLines()}` : ''}
Options:
${indent(optionLines(options))}`;
