import { writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { type AttachWay, attachWays, daemon } from '../attach/daemon.ts';
import { type Mounted, mount, type Server } from '../mount.ts';
import { builtIn, specForms } from '../servers/specs.ts';
import { ADDRESS_FORMS, parseAddress } from '../transport/stream/address.ts';
import { connect } from '../transport/stream/connect.ts';
import { attachment } from './attachment.ts';
import { type Option, UsageError, withArguments } from './command.ts';
import { tokenFor, tokenOptions } from './token.ts';
import { chromeTrace } from './trace/chrome.ts';
import { lifeLine } from './trace/line.ts';
import { collectLives, type Life } from './trace/lives.ts';
import { summary } from './trace/summary.ts';

/** The options that say which server to use, and what to tell of its requests. */
export const serverOptions: Readonly<Record<string, Option>> = {
  server: { type: 'string', value: 'SPEC', about: `a built-in server: ${specForms}` },
  connect: { type: 'string', value: 'ADDRESS', about: `a server that listens: ${ADDRESS_FORMS}` },
  ...tokenOptions,
  attach: { type: 'string', value: 'WAY', about: `how the daemon gets its device: ${attachWays.join(', ')}` },
  trace: { type: 'boolean', about: "print each request's life to stderr (--trace=FILE.json: a file for Perfetto)" },
  'trace-file': { type: 'string', value: 'FILE', about: 'the same as --trace=FILE' },
  summary: { type: 'boolean', about: 'print a table of all requests by opcode to stderr at the end' },
};

const ways: readonly string[] = attachWays;

/** What a command line says about its server. */
export type ServerChoice = Readonly<Record<string, string | boolean | undefined>>;

/** The server that a command line names. @throws UsageError when it names none, two, or one that cannot be */
export async function chooseServer(options: ServerChoice, command: readonly string[]): Promise<Server> {
  const { server, connect: address, attach = 'auto' } = options;
  const [program, ...args] = command;
  if ([server, address, program].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError(
      'name one server: --server SPEC, or --connect ADDRESS, or -- DAEMON ARG... with {} for the mount point',
    );
  }
  if (!ways.includes(attach as string)) throw new UsageError(`--attach ${attach}: it is one of ${ways.join(', ')}`);
  return await withArguments<Server>(() => {
    if (program !== undefined) return daemon(program, args, { attach: attach as AttachWay });
    return typeof address === 'string' ? remote(address, options) : builtIn(server as string);
  });
}

function remote(address: string, options: ServerChoice): Server {
  return connect(address, { token: tokenFor(parseAddress(address), options) });
}

/** Mounts the server of a command line; traces and summary are written when it is unmounted. */
export async function openServer(
  options: ServerChoice,
  command: readonly string[],
  { log, interrupted }: { readonly log: Writable; readonly interrupted: AbortSignal },
): Promise<Mounted & AsyncDisposable> {
  const server = await chooseServer(options, command);
  const lives: Life[] = [];
  const began = performance.now();
  const keeps = options.summary === true || options['trace-file'] !== undefined;
  const name = command[0] ?? String(options.server ?? options.connect);
  const listener = collectLives((life) => {
    if (keeps) lives.push(life);
    if (options.trace === true) log.write(`${lifeLine(life, began)}\n`);
  });
  const isTraced = keeps || options.trace === true;
  const mounted = await mount(server, { signal: interrupted, ...(isTraced ? { trace: listener } : {}) });
  if (options.trace === true) log.write(`# ${name} is attached by ${attachment(mounted)}\n`);
  mounted.afterUnmount(() => {
    if (options.summary === true) log.write(summary(lives));
    const file = options['trace-file'];
    if (typeof file === 'string') writeFileSync(file, chromeTrace(lives, name));
  });
  return mounted;
}
