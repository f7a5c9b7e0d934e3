import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { eventfd, raise } from '../linux/eventfd.ts';
import { NodeReactor } from '../linux/reactor.ts';
import { closeDescriptor } from '../linux/sockets.ts';
import type { MountOptions } from '../mount.ts';
import { type CallLimits, checkCallLimits } from '../node-fs/call-limits.ts';
import { createFs } from '../node-fs/create-fs.ts';
import { Failure } from '../node-fs/failure.ts';
import type { NodeFs } from '../node-fs/types.ts';
import type { controls } from './call-numbers.ts';
import { errorOf } from './errors.ts';
import type { Beginning, Started, WorkerServer } from './messages.ts';
import { RemoteCalls } from './remote-calls.ts';
import { RemoteRunner } from './remote-runner.ts';
import { SharedMemory, states } from './shared-memory.ts';

/** As for {@link mount}. Requests cannot be traced: they are in another thread. */
export type WorkerMountOptions = Omit<MountOptions, 'trace'>;

/** Milliseconds that the worker may take to clean up when the process ends. */
const LEAVE_TIMEOUT = 2_000;

/** The worker's program as JavaScript, which Node can run: from the sources it is where they are built to. */
const program = (): string =>
  fileURLToPath(new URL('worker-main.js', import.meta.url.replace(/\/src\/worker\/[^/]*\.ts$/, '/dist/worker/')));

/** Node's options of this process, for TypeScript in the server's module too; a program given as text has some of its own. */
const ownOptions = (): string[] =>
  process.execArgv.some((option) => option.startsWith('--input-type')) ? [] : process.execArgv;

/**
 * As {@link mount}, with the kernel and its transports in a thread of their own, and the server too when it is a module. The same
 * `fs` works here over shared memory; its synchronous calls need neither this thread's event loop nor the worker's caller.
 *
 * The server is a daemon, one that listens, one that a text names as on the command line ("memory:", "dir:PATH"), or
 * {@link serverModule}.
 *
 * @throws TypeError for a server that is an object, which cannot go to another thread; as {@link mount}
 */
export async function mountInWorker(server: WorkerServer, options: WorkerMountOptions = {}): Promise<WorkerMounted> {
  checkServer(server);
  if ('trace' in options) throw new TypeError('trace: requests in a worker cannot be heard here');
  checkCallLimits(options.calls);
  const mounted = new WorkerMounted(server, options);
  await mounted.ready(options.signal);
  return mounted;
}

function checkServer(server: unknown): void {
  if (typeof server === 'string') return;
  const kind = typeof server === 'object' && server !== null && 'kind' in server ? server.kind : undefined;
  if (kind === 'daemon' || kind === 'remote' || kind === 'module') return;
  throw new TypeError(
    'a server that is an object cannot go to another thread: name its module with serverModule(), or use mount()',
  );
}

const alive = new Set<WorkerMounted>();
process.on('exit', () => {
  for (const mounted of alive) mounted.leaveNow();
});

/** A file system whose kernel is in a worker thread. */
export class WorkerMounted implements AsyncDisposable {
  /** Node's fs API over this file system; its root is the file system's. */
  readonly fs: NodeFs;
  readonly #memory = new SharedMemory();
  readonly #wakeWorker = eventfd();
  readonly #wakeCaller = eventfd();
  readonly #worker: Worker;
  readonly #calls: RemoteCalls;
  readonly #ended: Promise<void>;
  /** Why the worker ended by itself. */
  #failure: string | null = null;
  readonly #name: string;
  #state: 'mounting' | 'mounted' | 'unmounting' | 'unmounted' = 'mounting';
  #unmounted: Promise<void> | null = null;

  /**
   * For {@link mountInWorker}.
   *
   * @internal
   */
  constructor(server: WorkerServer, { signal, calls, ...options }: WorkerMountOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#name = options.name ?? nameOf(server);
    const beginning: Beginning = {
      memory: this.#memory.buffer,
      port: port2,
      wakeWorker: this.#wakeWorker,
      wakeCaller: this.#wakeCaller,
      server,
      options: { ...options, umask: options.umask ?? process.umask(), name: this.#name },
    };
    this.#worker = new Worker(program(), { workerData: beginning, transferList: [port2], execArgv: ownOptions() });
    const reactor = new NodeReactor();
    const { wakeWorker, wakeCaller } = beginning;
    this.#calls = new RemoteCalls({ memory: this.#memory, port: port1, reactor, wakeWorker, wakeCaller });
    this.#worker.on('error', (error: unknown) => {
      this.#failure ??= error instanceof Error ? error.message : String(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#over();
        port1.close();
        resolve();
      });
    });
    alive.add(this);
    this.fs = this.within(calls ?? {});
  }

  /**
   * The same fs, each of whose calls is given up at these limits instead of those of {@link fs}.
   *
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE for limits that are none
   */
  within(limits: CallLimits): NodeFs {
    return createFs(new RemoteRunner(this.#calls, limits, () => this.#whyGone()));
  }

  /**
   * For {@link mountInWorker}: waits until the worker has mounted the server.
   *
   * @internal
   * @throws Error naming the server and what is wrong with it
   */
  async ready(signal?: AbortSignal): Promise<void> {
    const giveUp = (): void => this.#worker.postMessage(explain(signal?.reason));
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    const said = new Promise<Started>((resolve) => this.#worker.once('message', resolve));
    const started = await Promise.race([said, this.#ended]);
    signal?.removeEventListener('abort', giveUp);
    this.#worker.unref();
    if (started !== undefined && 'thread' in started) {
      this.#calls.servedBy(started.thread);
      this.#state = 'mounted';
      return;
    }
    await this.#leave();
    throw started === undefined ? new Error(this.#whyGone() ?? 'it cannot be mounted') : errorOf(started.failure);
  }

  /**
   * Ends the use of this file system, as {@link Mounted.unmount}, and the worker. Nothing is left running.
   *
   * 'force' waits for no answer; it hurries an unmount that is under way.
   */
  unmount(how: 'wait' | 'force' = 'wait'): Promise<void> {
    const asked = this.#ask('control.unmount', how);
    this.#unmounted ??= this.#unmount(asked);
    return this.#unmounted;
  }

  /** {@link unmount}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.unmount();
  }

  /** Why the file system cannot be used, in one line; null while it can. */
  async failure(): Promise<string | null> {
    if (this.#calls.isGone) await this.#end();
    const gone = this.#whyGone();
    return gone ?? ((await this.#ask('control.failure')) as string | null) ?? this.#whyGone();
  }

  /**
   * For the end of this process: what the worker started ends too.
   *
   * @internal
   */
  leaveNow(): void {
    const { state } = this.#memory;
    this.#askToLeave();
    state.waitWhile(states.leaving, LEAVE_TIMEOUT);
  }

  async #unmount(asked: Promise<unknown>): Promise<void> {
    this.#state = 'unmounting';
    await asked;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    this.#state = 'unmounting';
    this.#askToLeave();
    await this.#end();
  }

  /** Settles when the worker is no more, which keeps the process alive until then. */
  #end(): Promise<void> {
    this.#worker.ref();
    return this.#ended;
  }

  #askToLeave(): void {
    if (!alive.has(this)) return;
    const { state } = this.#memory;
    if (state.value === states.running) state.value = states.leaving;
    raise(this.#wakeWorker);
  }

  /** The worker is no more. */
  #over(): void {
    if (this.#state === 'unmounting') this.#state = 'unmounted';
    alive.delete(this);
    this.#calls.gone();
    closeDescriptor(this.#wakeWorker);
    closeDescriptor(this.#wakeCaller);
  }

  /** Settles with what the control answers, and with undefined when the worker is gone. */
  #ask(name: (typeof controls)[number], ...args: readonly unknown[]): Promise<unknown> {
    const options = { timeoutMs: 0, isAbortable: false, awaitedBy: 'event loop' } as const;
    return new Promise((resolve, reject) => {
      this.#calls.begin({ name, args, transfer: null, make: null }, options, (take) => {
        try {
          resolve(take());
        } catch (error) {
          if (error instanceof Failure) resolve(this.#end());
          else reject(error);
        }
      });
    });
  }

  #whyGone(): string | null {
    if (this.#failure !== null) return `${this.#name} cannot be used: its worker ended: ${this.#failure}`;
    if (this.#state === 'unmounting' || this.#state === 'unmounted') return `${this.#name} is unmounted`;
    return this.#calls.isGone ? `${this.#name} cannot be used: its worker ended` : null;
  }
}

const nameOf = (server: WorkerServer): string =>
  typeof server === 'string' ? server : server.kind === 'module' ? server.file : server.name;

const explain = (reason: unknown): string => (reason instanceof Error ? reason.message : 'it was given up');
