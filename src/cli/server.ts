import { writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { type AttachWay, daemon } from '../attach/daemon.ts';
import { type Mounted, mount, type Server } from '../mount.ts';
import { builtIn } from '../servers.ts';
import { type Option, UsageError } from './command.ts';
import { chromeTrace } from './trace/chrome.ts';
import { lifeLine } from './trace/line.ts';
import { collectLives, type Life } from './trace/lives.ts';
import { summary } from './trace/summary.ts';

/** The options that say which server to use, and what to tell of its requests. */
export const serverOptions: Readonly<Record<string, Option>> = {
  server: { type: 'string', value: 'SPEC', about: 'a built-in server: memory: or dir:PATH' },
  attach: { type: 'string', value: 'WAY', about: "how the daemon gets its device: 'fd', 'fusermount' or 'auto'" },
  trace: { type: 'boolean', about: "print each request's life to stderr (--trace=FILE.json: a file for Perfetto)" },
  'trace-file': { type: 'string', value: 'FILE', about: 'the same as --trace=FILE' },
  summary: { type: 'boolean', about: 'print a table of all requests by opcode to stderr at the end' },
};

const ways: readonly string[] = ['fd', 'fusermount', 'auto'] satisfies readonly AttachWay[];

/** What a command line says about its server. */
export type ServerChoice = Readonly<Record<string, string | boolean | undefined>>;

/** The server that a command line names. @throws UsageError when it names none, two, or one that cannot be */
export function chooseServer(options: ServerChoice, command: readonly string[]): Server {
  const { server, attach = 'auto' } = options;
  const [program, ...args] = command;
  if ((server === undefined) === (program === undefined)) {
    throw new UsageError(
      'name a server: either --server memory:|dir:PATH, or -- DAEMON ARG... with {} for the mount point',
    );
  }
  if (!ways.includes(attach as string)) throw new UsageError(`--attach ${attach}: it is one of ${ways.join(', ')}`);
  try {
    if (program !== undefined) return daemon(program, args, { attach: attach as AttachWay });
    return builtIn(server as string);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** Mounts the server of a command line; traces and summary are written when it is unmounted. */
export async function openServer(
  options: ServerChoice,
  command: readonly string[],
  { log, interrupted }: { readonly log: Writable; readonly interrupted: AbortSignal },
): Promise<Mounted & AsyncDisposable> {
  const server = chooseServer(options, command);
  const lives: Life[] = [];
  const began = performance.now();
  const keeps = options.summary === true || options['trace-file'] !== undefined;
  const name = command[0] ?? (options.server as string);
  const listener = collectLives((life) => {
    if (keeps) lives.push(life);
    if (options.trace === true) log.write(`${lifeLine(life, began)}\n`);
  });
  const isTraced = keeps || options.trace === true;
  const mounted = await mount(server, { signal: interrupted, ...(isTraced ? { trace: listener } : {}) });
  mounted.afterUnmount(() => {
    if (options.summary === true) log.write(summary(lives));
    const file = options['trace-file'];
    if (typeof file === 'string') writeFileSync(file, chromeTrace(lives, name));
  });
  return mounted;
}
