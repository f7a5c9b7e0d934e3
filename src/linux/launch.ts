import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ECONNRESET, errnoOf } from '../abi/errno.ts';
import { type PacketWithDescriptor, receiveDescriptor } from './descriptor-passing.ts';
import type { Instruction } from './seccomp-filter.ts';
import { encodeProgram } from './seccomp-filter.ts';
import { closeDescriptor, sendBlocking, seqpacketPair } from './sockets.ts';
import type { Watcher } from './supervisor.ts';

/** The descriptor at which the launcher finds its orders. */
export const CONTROL = 3;
/** Bytes of a message between the two, at most. */
export const MESSAGE_ROOM = 65_536;

/** What the launcher is told before anything else. */
export interface Order {
  /** The filter's instructions, base64 of an array of struct sock_filter. */
  readonly program: string;
  /** Environment variables that Node would obey, for the command alone. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the launcher says: that the filter is in place (its listener comes along), or which step failed. */
export type Report = { readonly step: 'filtered' } | { readonly step: 'filter' | 'exec'; readonly errno: number };

/** What the launcher is told once the listener is good for its purpose. */
export const GO = 'go';

/** No filter could be put in place, or it is not good enough; the command was never run. */
export class CannotFilter extends Error {}

/** A command to be run under a filter. */
export interface FilteredCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly program: readonly Instruction[];
  /** Why a listener will not do; null when it will. */
  refuse(listener: number): string | null;
}

/** Variables that would change what the launcher itself does, as it is a program of Node. */
const NODE_VARIABLES = ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'NODE_DEBUG'];

const program = (): string =>
  fileURLToPath(new URL('launch-main.js', import.meta.url.replace(/\/src\/linux\/[^/]*\.ts$/, '/dist/linux/')));

/**
 * Runs a command under a filter, by way of a small program that installs it and then becomes the command. The command is
 * running when this returns; the listener is the caller's. Its standard output and error are pipes, its input is empty.
 *
 * @throws CannotFilter saying why; what spawn fails with, for a command or a directory that is not there
 */
export async function launchFiltered(
  watcher: Watcher,
  command: FilteredCommand,
): Promise<{ child: ChildProcess; listener: number }> {
  const [ours, theirs] = seqpacketPair();
  let child: ChildProcess | null = null;
  let listener: number | null = null;
  try {
    child = await startLauncher(command, theirs).finally(() => closeDescriptor(theirs));
    sendBlocking(ours, Buffer.from(JSON.stringify(orderFor(command))));
    const first = await nextReport(watcher, ours);
    listener = first.fd;
    if (listener === null) throw new CannotFilter(explain(first.report));
    const refusal = command.refuse(listener);
    if (refusal !== null) throw new CannotFilter(refusal);
    sendBlocking(ours, Buffer.from(GO));
    const { report } = await nextReport(watcher, ours);
    if (report !== null) throw spawnError(command.command, report);
    return { child, listener };
  } catch (error) {
    if (listener !== null) closeDescriptor(listener);
    if (child !== null) await end(child);
    throw error;
  } finally {
    closeDescriptor(ours);
  }
}

async function startLauncher({ command, args, cwd, env }: FilteredCommand, control: number): Promise<ChildProcess> {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !NODE_VARIABLES.includes(name)));
  const child = spawn(process.execPath, [program(), command, ...args], {
    cwd,
    env: own,
    stdio: ['ignore', 'pipe', 'pipe', control],
  });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return child;
}

/** Ends a launcher that became nothing else. */
async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  child.kill('SIGKILL');
  await closed;
}

const orderFor = ({ env, program }: FilteredCommand): Order => ({
  program: Buffer.from(encodeProgram(program)).toString('base64'),
  env: Object.fromEntries(NODE_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
});

/** The launcher's next words; null when it closed the socket, as it does when it becomes the command. */
async function nextReport(watcher: Watcher, socket: number): Promise<{ report: Report | null; fd: number | null }> {
  await new Promise<void>((resolve) => {
    const watch = watcher.watch(socket, { readable: true, writable: false }, () => {
      watch.close();
      resolve();
    });
  });
  const { packet, fd } = receiveOrEnd(socket);
  return { report: packet.length === 0 ? null : JSON.parse(Buffer.from(packet).toString()), fd };
}

/** A launcher that ended before it read its orders resets the connection. */
function receiveOrEnd(socket: number): PacketWithDescriptor {
  try {
    return receiveDescriptor(socket, MESSAGE_ROOM);
  } catch (error) {
    if (error !== ECONNRESET) throw error;
    return { packet: new Uint8Array(0), fd: null };
  }
}

function explain(report: Report | null): string {
  if (report === null || !('errno' in report)) return 'the program that is to set up the filter ended';
  const error = errnoOf(report.errno);
  const why: Readonly<Record<string, string>> = {
    EINVAL: 'Linux 5.0 or later with seccomp filters is needed',
    ENOSYS: 'seccomp is missing, or this processor is not known',
    EBUSY: 'this process is supervised in the same way itself',
    EPERM: 'seccomp is forbidden here, as in some containers',
  };
  return why[error.code] ?? String(error);
}

/** As spawn of node:child_process fails. */
function spawnError(command: string, report: Report): NodeJS.ErrnoException {
  const { code } = errnoOf('errno' in report ? report.errno : 0);
  return Object.assign(new Error(`spawn ${command} ${code}`), { code, syscall: `spawn ${command}` });
}
