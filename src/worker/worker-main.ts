import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { lower, raise } from '../linux/eventfd.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { type Mounted, mountOn, type Server } from '../mount.ts';
import { loadServer } from '../servers/module-server.ts';
import { builtIn } from '../servers/specs.ts';
import { CallServer } from './call-server.ts';
import { partsOfError } from './errors.ts';
import type { Beginning, Started, WorkerServer } from './messages.ts';
import { SharedMemory, sleeps, states } from './shared-memory.ts';

/*
 * A kernel in a thread of its own: mounts the server that it is told, answers calls, and ends when its caller's thread does.
 */

const { server, options, port, wakeWorker, wakeCaller, ...shared } = workerData as Beginning;
const memory = new SharedMemory(shared.memory);
const reactor = new NodeReactor();
const abort = new AbortController();

let calls: CallServer | null = null;

/** Tells that this thread is no more, to whoever sleeps. */
function announceEnd(): void {
  memory.state.value = states.gone;
  memory.state.notify();
  memory.callerSleep.exchange(sleeps.awake);
  memory.callerSleep.notify();
  raise(wakeCaller);
}

/** Everything that listens to the end of this thread cleans up; only then the caller's thread goes on. */
function leave(): void {
  process.once('exit', announceEnd);
  process.exit();
}

async function serverOf(chosen: WorkerServer): Promise<Server> {
  if (typeof chosen === 'string') return await builtIn(chosen);
  if (chosen.kind !== 'module') return chosen;
  const source = await loadServer(chosen.file, chosen.options);
  return typeof source === 'function' ? await source() : source;
}

function serve(mounted: Mounted): void {
  calls = new CallServer({
    memory,
    port,
    reactor,
    wakeCaller,
    kernel: mounted.kernel,
    runner: (timeoutMs) => mounted.runner(timeoutMs === 0 ? {} : { timeoutMs }),
    control: {
      'control.unmount': (how: 'wait' | 'force') => mounted.unmount(how),
      'control.failure': () => mounted.failure(),
    },
  });
  void calls.serve();
}

async function start(): Promise<Started> {
  try {
    const mounted = await mountOn(reactor, await serverOf(server), { ...options, signal: abort.signal });
    serve(mounted);
    return { thread: threadNumber() };
  } catch (error) {
    return { failure: partsOfError(error instanceof Error ? error : new Error(String(error))) };
  }
}

/** As /proc calls it. */
const threadNumber = (): number => Number(path.basename(readlinkSync('/proc/thread-self')));

process.once('exit', () => {
  if (memory.state.value !== states.leaving) announceEnd();
});
reactor.watch(wakeWorker, { readable: true, writable: false }, () => {
  lower(wakeWorker);
  if (memory.state.value === states.leaving) leave();
  void calls?.serve();
});
parentPort?.once('message', (reason: string) => abort.abort(new Error(reason)));
const started = await start();
parentPort?.postMessage(started);
parentPort?.close();
