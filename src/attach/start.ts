import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { Errno } from '../abi/errno.ts';
import { CannotFilter, launchFiltered } from '../linux/launch.ts';
import { closeDescriptor, duplicate, hangUp, largestPacket, raiseSendBuffer, seqpacketPair } from '../linux/sockets.ts';
import type { Reactor } from '../transport/reactor.ts';
import { type Daemon, MOUNT_POINT, type Way } from './daemon.ts';
import { CannotIntercept, Interception, interceptionFilter } from './interception.ts';
import { Mounting } from './mounting.ts';
import { RunningDaemon } from './running-daemon.ts';
import { StandInDoor } from './stand-in-door.ts';

export type { RunningDaemon } from './running-daemon.ts';

/** Where the child finds its end of the socket: the first descriptor behind its standard ones. */
const CHILD_FD = 3;
const SEND_BUFFER = 4 << 20; // bytes
const PACKET_WANTED = (1 << 20) + 8192; // a request of 256 pages and its headers

/**
 * Starts a daemon with one end of a socket.
 *
 * @throws CannotIntercept when that way cannot be taken here, before the command was run; Error when the command cannot be
 *   started, saying why
 */
export async function startDaemon(daemon: Daemon, way: Way, reactor: Reactor): Promise<RunningDaemon> {
  const undo: (() => void)[] = [];
  try {
    const pair = seqpacketPair();
    const [ours, theirs] = pair;
    const line = duplicate(ours);
    undo.push(() => [ours, theirs, line].forEach(closeDescriptor));
    for (const fd of pair) raiseSendBuffer(fd, SEND_BUFFER);
    const packetLimit = Math.min(largestPacket(pair, PACKET_WANTED), largestPacket([theirs, ours], PACKET_WANTED));
    const mounting = new Mounting();
    const onUnmount = (): void => hangUp(line);
    const door = new StandInDoor(reactor, theirs, { onMount: (args) => mounting.byFusermount(args), onUnmount });
    undo.push(() => door.close());
    const { child, listener } = await launch(daemon, way, { door, theirs, reactor });
    const interception =
      listener === null
        ? null
        : new Interception({
            watcher: reactor,
            listener,
            device: theirs,
            onMount: (mount) => {
              door.fillMountPoint();
              mounting.byCall(mount);
            },
            onUnmount,
            onOver: () => mounting.over(),
          });
    return new RunningDaemon({ daemon, way, child, door, mounting, interception, ours, theirs, line, packetLimit });
  } catch (error) {
    for (const action of undo.reverse()) action();
    throw notStarted(daemon, error as NodeJS.ErrnoException);
  }
}

interface Surroundings {
  readonly door: StandInDoor;
  readonly theirs: number;
  readonly reactor: Reactor;
}

/** Runs the daemon's command; it is known to have started when this returns. */
async function launch(
  daemon: Daemon,
  way: Way,
  { door, theirs, reactor }: Surroundings,
): Promise<{ readonly child: ChildProcess; readonly listener: number | null }> {
  const { command, cwd } = daemon;
  const mountPoint = way === 'fd' ? `/dev/fd/${CHILD_FD}` : door.mountPoint;
  const args = daemon.args.map((arg) => arg.replaceAll(MOUNT_POINT, mountPoint));
  const path = daemon.env.PATH ?? process.env.PATH;
  const env = {
    ...process.env,
    ...daemon.env,
    PATH: path === undefined ? door.directory : `${door.directory}:${path}`,
  };
  if (way === 'intercept') return await launchFiltered(reactor, { command, args, cwd, env, ...interceptionFilter() });
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(way === 'fd' ? [theirs] : [])];
  const child = spawn(command, args, { cwd, env, stdio });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return { child, listener: null };
}

function notStarted({ command, cwd }: Daemon, error: NodeJS.ErrnoException | Errno): Error {
  if (error instanceof CannotFilter) return new CannotIntercept(`${command}: ${error.message}`, { cause: error });
  if (error instanceof Errno) return new Error(`${command}: cannot be started: ${error}`);
  if (error.code === 'ENOENT' && error.syscall?.startsWith('spawn') === true) {
    const where = cwd === undefined ? '' : ` (or its directory ${cwd} does not exist)`;
    return new Error(`${command}: command not found; is it installed?${where}`, { cause: error });
  }
  if (error.code === 'EACCES') return new Error(`${command}: cannot be executed: permission denied`, { cause: error });
  return error;
}
