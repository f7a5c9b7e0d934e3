import type { InitFlag } from './abi/init-flags.ts';
import { makedev, PAGE_SIZE } from './abi/linux.ts';
import { DESTROY } from './abi/opcodes.ts';
import type { Daemon, Way } from './attach/daemon.ts';
import type { DaemonMount } from './attach/daemon-mount.ts';
import { CannotIntercept } from './attach/interception.ts';
import { ServesNot } from './attach/mounting.ts';
import { type RunningDaemon, startDaemon } from './attach/start.ts';
import { Connection, type ConnectionOptions } from './fuse/connection.ts';
import { Control } from './fuse/control.ts';
import type { Listener } from './fuse/events.ts';
import type { TimeoutSettings } from './fuse/request-timeout.ts';
import type { FuseMountOptions } from './fusefs/options.ts';
import { FuseSuperblock } from './fusefs/superblock.ts';
import { type CacheSizes, Kernel } from './kernel.ts';
import { systemClock } from './linux/clock.ts';
import { NodeReactor } from './linux/reactor.ts';
import { closeDescriptor } from './linux/sockets.ts';
import type { CallLimits } from './node-fs/call-limits.ts';
import { createFs } from './node-fs/create-fs.ts';
import { Runner } from './node-fs/runner.ts';
import type { NodeFs } from './node-fs/types.ts';
import type { Process } from './process/process.ts';
import type { Thread } from './process/thread.ts';
import type { FuseServer } from './server/fuse-server.ts';
import { Session } from './server/session.ts';
import { exit } from './syscalls/descriptors.ts';
import { type Blocking, sleep } from './task/blocking.ts';
import { type Credentials, credentialsOf } from './task/credentials.ts';
import type { Timer } from './task/timer-queue.ts';
import { InProcessTransport } from './transport/in-process.ts';
import type { Reactor } from './transport/reactor.ts';
import { SeqpacketTransport } from './transport/seqpacket.ts';
import { openRemote, type Remote } from './transport/stream/connect.ts';
import { StreamTransport } from './transport/stream/transport.ts';
import type { Transport } from './transport/transport.ts';
import type { MountFlags } from './vfs/mount.ts';

/** What can be mounted: a foreign daemon, a server that listens on a socket, or one in this process. */
export type Server = Daemon | Remote | FuseServer;

/** How to use a server; everything has a default. */
export interface MountOptions {
  /** What to call the server in messages. */
  readonly name?: string;
  /** Who the file system is used as; this process's own ids by default. */
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  readonly umask?: number;
  readonly readOnly?: boolean;
  /** Let others than the user of `uid` and `gid` in, root not excepted. Default: yes, processes of this kernel may be anybody's. */
  readonly allowOther?: boolean;
  /** Honour device files, which here have nothing behind them. Default: no, they cannot be opened. */
  readonly dev?: boolean;
  /** access(2) denies the execution of files. Default: no. */
  readonly noexec?: boolean;
  /** Check modes here, as the mount option of this name does, instead of leaving that to the server. */
  readonly defaultPermissions?: boolean;
  /** The most bytes one READ may ask for. */
  readonly maxRead?: number;
  /** The most bytes of file contents to keep; default 256 MiB. */
  readonly pageCacheBytes?: number;
  /** The most names of files to keep, and what is known of these files, those in use apart; default 200,000. */
  readonly dentryCacheEntries?: number;
  /** How many requests there may be at a time; more wait their turn. */
  readonly maxActiveRequests?: number;
  /** The INIT flags to offer. */
  readonly offer?: readonly InitFlag[];
  /** Milliseconds after which a request without a reply ends the mount, whatever the server said in INIT. */
  readonly requestTimeout?: number;
  /** Linux's sysctls that limit how long a server may take; it may ask for a limit itself. */
  readonly timeouts?: TimeoutSettings;
  /** When calls of the mount's `fs` are given up; default: never, as in Linux. */
  readonly calls?: CallLimits;
  /** Gives the mount up while it waits for the answer to INIT. */
  readonly signal?: AbortSignal;
  /** Hears every step of every request's life, INIT's too. */
  readonly trace?: Listener;
}

const HEADERS = PAGE_SIZE; // bytes of a packet that are not data, at most
/** Milliseconds that a server may take to let go of files; it may have to bring them somewhere. */
const RELEASE_TIMEOUT = 30_000;
/** Milliseconds that a server may take to answer DESTROY. */
const DESTROY_TIMEOUT = 1_000;
/** Milliseconds that a dying daemon's end may take to be known. */
const LAST_WORDS_TIMEOUT = 1_000;

/** How many files may be open at a time: as many as Linux lets a process have, since they cost no descriptor here. */
const DESCRIPTORS = 1_048_576;

let lastDevice = 0;

/** What is mounted and not unmounted yet. */
const inUse = new Set<Mounted>();

/** A program comes to its end: what it has written and not closed is still written, as Linux does where it closes all. */
function writeBackAll(): void {
  for (const { kernel, process, credentials, superblock } of inUse) {
    if (superblock.dirtyInodes.all.length === 0) continue;
    void kernel.run(process, credentials, (task) => superblock.syncfs(task));
  }
}

/**
 * Uses a FUSE server's file system. Nothing is mounted on this machine: the file system is reached through `fs`.
 * End it with `await using`, or {@link Mounted.unmount}.
 *
 * @throws Error when the server cannot be started, ends, or does not answer INIT, saying which server and why
 */
export async function mount(server: Server, options: MountOptions = {}): Promise<Mounted> {
  return await mountOn(new NodeReactor(), server, options);
}

/**
 * {@link mount}, for who waits by the reactor too.
 *
 * @internal
 */
export async function mountOn(reactor: Reactor, server: Server, options: MountOptions): Promise<Mounted> {
  const { pageCacheBytes, dentryCacheEntries } = options;
  const kernel = new Kernel({
    clock: systemClock,
    host: reactor,
    ...(pageCacheBytes === undefined ? {} : { pageCacheBytes }),
    ...(dentryCacheEntries === undefined ? {} : { dentryCacheEntries }),
  });
  if (isRemote(server)) return await mountRemote(kernel, reactor, server, options);
  if (!isDaemon(server)) return await mountHere(kernel, server, options);
  const mountBy = (way: Way): Promise<Mounted> => mountDaemon(kernel, reactor, server, way, options);
  return await (server.attach === 'auto' ? mountAnyWay(mountBy) : mountBy(server.attach));
}

/**
 * Interception suits every daemon that would be mounted by Linux. One that ends without having opened the device may know
 * sockets alone; where nothing can be intercepted, only tries tell which of the other ways a daemon knows.
 */
async function mountAnyWay(mountBy: (way: Way) => Promise<Mounted>): Promise<Mounted> {
  try {
    return await mountBy('intercept');
  } catch (error) {
    if (error instanceof ServesNot)
      return await mountBy('fd').catch((second) => {
        throw second instanceof ServesNot ? error : second;
      });
    if (!(error instanceof CannotIntercept)) throw error;
    return await mountBy('fd').catch(async (second: unknown) => {
      if (!(second instanceof ServesNot)) throw second;
      return await mountBy('fusermount').catch(() => {
        throw new Error(`${second.message}; no interception: ${error.message}`, { cause: second });
      });
    });
  }
}

const isDaemon = (server: Server): server is Daemon => 'kind' in server && server.kind === 'daemon';
const isRemote = (server: Server): server is Remote => 'kind' in server && server.kind === 'remote';

async function mountHere(kernel: Kernel, server: FuseServer, options: MountOptions): Promise<Mounted> {
  const name = options.name ?? 'server';
  const connection = connectionTo(kernel, { name }, options);
  const transport = new InProcessTransport(
    kernel,
    connection,
    (send, sendNotification) => new Session(server, { send, sendNotification }),
  );
  const mounted = new Mounted({ kernel, connection, transport, server, daemon: null, asked: null, options });
  await mounted.ready(options.signal);
  return mounted;
}

async function mountDaemon(
  kernel: Kernel,
  reactor: Reactor,
  daemon: Daemon,
  way: Way,
  options: MountOptions,
): Promise<Mounted> {
  const running = await startDaemon(daemon, way, reactor);
  const asked = await running.mounted(options.signal).catch(async (error: unknown) => {
    await running.stop(() => closeDescriptor(running.fd));
    throw error;
  });
  const pages = Math.floor((running.packetLimit - HEADERS) / PAGE_SIZE);
  const ceilings = { maxRead: daemon.maxRead, maxWrite: pages * PAGE_SIZE, maxPages: Math.min(256, pages) };
  const connection = connectionTo(
    kernel,
    { name: options.name ?? daemon.name, ceilings, initTimeout: daemon.initTimeout },
    options,
  );
  const { fd, packetLimit } = running;
  const transport = new SeqpacketTransport({ kernel, reactor, connection, fd, packetLimit });
  const mounted = new Mounted({ kernel, connection, transport, server: daemon, daemon: running, asked, options });
  await mounted.ready(options.signal);
  return mounted;
}

async function mountRemote(kernel: Kernel, reactor: Reactor, remote: Remote, options: MountOptions): Promise<Mounted> {
  const { initTimeout } = remote;
  const name = options.name ?? remote.name;
  const fd = await openRemote({ ...remote, name }, reactor, options.signal);
  const connection = connectionTo(kernel, { name, initTimeout }, options);
  const transport = new StreamTransport({ kernel, reactor, connection, fd });
  const mounted = new Mounted({ kernel, connection, transport, server: remote, daemon: null, asked: null, options });
  await mounted.ready(options.signal);
  return mounted;
}

function connectionTo(
  kernel: Kernel,
  own: Omit<ConnectionOptions, 'scheduler'>,
  { maxActiveRequests, offer, requestTimeout, timeouts, trace }: MountOptions,
): Connection {
  const connection = new Connection({
    scheduler: kernel.scheduler,
    ...own,
    ...(maxActiveRequests === undefined ? {} : { maxActiveRequests }),
    ...(offer === undefined ? {} : { offer }),
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
    ...(timeouts === undefined ? {} : { timeouts }),
  });
  if (trace !== undefined) connection.events.on(trace);
  return connection;
}

interface Parts {
  readonly kernel: Kernel;
  readonly connection: Connection;
  readonly transport: Transport;
  readonly server: Server;
  readonly daemon: RunningDaemon | null;
  /** What a daemon asked mount(2) for; null where it cannot. */
  readonly asked: DaemonMount | null;
  readonly options: MountOptions;
}

/** A file system in use. */
export class Mounted implements AsyncDisposable {
  /** Node's fs API over this file system; its root is the file system's. */
  readonly fs: NodeFs;
  readonly connection: Connection;
  /** What fusectl would show: waiting requests, abort, background limits. */
  readonly control: Control;
  readonly kernel: Kernel;
  readonly process: Process;
  readonly credentials: Credentials;
  readonly superblock: FuseSuperblock;
  /** The daemon's process; null for any other server. */
  readonly daemon: RunningDaemon | null;
  /** Where the server listens; null for one that does not. */
  readonly remote: Remote | null;
  readonly #transport: Transport;
  readonly #afterwards: (() => void)[] = [];
  #unmounted: Promise<void> | null = null;

  /**
   * For {@link mount}.
   *
   * @internal
   */
  constructor({ kernel, connection, transport, server, daemon, asked, options }: Parts) {
    this.kernel = kernel;
    this.connection = connection;
    this.daemon = daemon;
    this.remote = isRemote(server) ? server : null;
    this.#transport = transport;
    this.control = new Control(connection);
    this.credentials = credentialsOfCaller(options);
    const { flags, ...how } = howMounted(options, this.credentials, asked);
    this.superblock = new FuseSuperblock(connection, makedev(0, ++lastDevice), how, kernel);
    const root = kernel.mountRoot(this.superblock, flags);
    this.process = kernel.createProcess(root, { pid: process.pid, umask: options.umask ?? process.umask() });
    this.process.fds.limit = DESCRIPTORS;
    this.fs = this.within(options.calls ?? {});
    if (inUse.size === 0) process.on('beforeExit', writeBackAll);
    inUse.add(this);
    this.afterUnmount(() => {
      inUse.delete(this);
      if (inUse.size === 0) process.off('beforeExit', writeBackAll);
    });
  }

  /**
   * The same fs, each of whose calls is given up at these limits instead of those of {@link fs}. Streams, directories and
   * handles that are made by it keep them.
   *
   * @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE for limits that are none
   */
  within(limits: CallLimits): NodeFs {
    return createFs(this.runner(limits));
  }

  /**
   * Who makes the calls of an fs.
   *
   * @internal
   */
  runner(limits: CallLimits): Runner {
    const { kernel, process, credentials } = this;
    return new Runner({ kernel, process, credentials, whyGone: () => this.#whyGone(), limits });
  }

  /**
   * For {@link mount}: sends INIT and waits for the answer.
   *
   * @throws Error naming the server and what is wrong with it
   */
  async ready(signal?: AbortSignal): Promise<void> {
    const { connection, daemon } = this;
    connection.start();
    this.#transport.start();
    const giveUp = (): void => connection.abort('user', explainAbort(signal?.reason));
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    void daemon?.exited.then(({ code, signal }) => {
      if (code === 0 && signal === null) daemon.letGo();
      else if (connection.state === 'starting') connection.abort('server');
    });
    await this.#run((task) =>
      sleep(task, connection.initialized, () => connection.state !== 'starting', 'INIT', 'event'),
    );
    signal?.removeEventListener('abort', giveUp);
    if (connection.state === 'connected') {
      daemon?.settled();
      return;
    }
    const ended = connection.failure === null;
    const why = await this.failure();
    await this.unmount();
    throw ended ? new ServesNot(`${why} (before it answered INIT)`) : new Error(why ?? 'it cannot be mounted');
  }

  /**
   * Ends the use of this file system: closes what is open, waits until the server has let go of it (30 s at most), lets the
   * server end cleanly, and makes sure that it does.
   * Calls still under way fail with ECONNABORTED. Nothing is left running.
   *
   * 'force' waits for no answer, as umount(8) with -f: all calls fail at once, what the server did not do yet is lost. It
   * hurries an unmount that is under way.
   */
  unmount(how: 'wait' | 'force' = 'wait'): Promise<void> {
    if (how === 'force') this.connection.abort('unmount');
    this.#unmounted ??= this.#unmount();
    return this.#unmounted;
  }

  /**
   * Drops all that is cached and not in use; what the server does not have yet stays. It is told at once which files are
   * forgotten. See proc_sys_vm(5), drop_caches.
   */
  dropCaches(): void {
    this.kernel.dropCaches();
  }

  /** Lets caches shrink to these sizes, what was not used for long first; they may grow again up to their budgets. */
  trim(sizes: CacheSizes): void {
    this.kernel.trim(sizes);
  }

  /** Calls `action` once the file system is unmounted. */
  afterUnmount(action: () => void): void {
    this.#afterwards.push(action);
  }

  /** {@link unmount}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.unmount();
  }

  async #unmount(): Promise<void> {
    const { connection, superblock } = this;
    if (connection.state === 'connected') await this.#run((task) => this.#farewell(task));
    superblock.kill();
    connection.abort('unmount');
    if (this.daemon !== null) await this.daemon.stop(() => this.#transport.close());
    this.#transport.close();
    for (const action of this.#afterwards) action();
  }

  /**
   * Closes descriptors, waits until the server has let go of all files, then tells it that it is over. Some servers only
   * then keep what was written, so they get time for it; one that hangs is given up.
   */
  *#farewell(task: Thread): Blocking<void> {
    const { connection } = this;
    const { background } = connection;
    const isGone = (): boolean => connection.state === 'aborted';
    let alarm = this.#giveUpAfter(RELEASE_TIMEOUT);
    yield* exit(task);
    yield* sleep(task, background.emptied, () => background.size === 0 || isGone(), 'files to be released', 'event');
    alarm.cancel();
    if (isGone()) return;
    alarm = this.#giveUpAfter(DESTROY_TIMEOUT);
    yield* connection.ask(task, DESTROY, 0n);
    alarm.cancel();
  }

  #giveUpAfter(milliseconds: number): Timer {
    const { scheduler } = this.kernel;
    return scheduler.at(scheduler.clock.now() + milliseconds, () => this.connection.abort('unmount'));
  }

  /** Why the server cannot be used, in one line; null while it can. Waits a little for a dying daemon's last words. */
  async failure(): Promise<string | null> {
    if (this.connection.state === 'starting' || this.connection.state === 'connected') return null;
    const soon = new Promise((resolve) => setTimeout(resolve, LAST_WORDS_TIMEOUT));
    if (this.connection.failure === null && this.daemon !== null) await Promise.race([this.daemon.exited, soon]);
    return this.#whyGone();
  }

  #whyGone(): string | null {
    const { connection, daemon } = this;
    if (connection.state === 'starting' || connection.state === 'connected') return null;
    if (connection.failure !== null) {
      const said = daemon === null || daemon.lastWords === '' ? '' : `; it printed: ${daemon.lastWords}`;
      return `${connection.name} cannot be used: ${connection.failure}${said}`;
    }
    if (this.#unmounted !== null) return `${connection.name} is unmounted`;
    return daemon?.hasExited === true ? daemon.describeEnd() : `${connection.name} closed its device`;
  }

  #run<T>(code: (task: Thread) => Blocking<T>): Promise<T> {
    return this.kernel.run(this.process, this.credentials, code);
  }
}

const explainAbort = (reason: unknown): string => (reason instanceof Error ? reason.message : 'it was given up');

/** How the file system is mounted: as the user says, else as the daemon asked, else for everybody. */
function howMounted(
  options: MountOptions,
  { uid, gid }: Credentials,
  asked: DaemonMount | null,
): Partial<FuseMountOptions> & { readonly flags: MountFlags } {
  const theirs: Partial<FuseMountOptions> = asked?.options ?? { userId: uid, groupId: gid, allowOther: true };
  const { allowOther, defaultPermissions, maxRead } = options;
  const sizes = [maxRead, theirs.maxRead].filter((size) => size !== undefined);
  const readOnly = options.readOnly === true || asked?.flags.readOnly === true;
  return {
    ...theirs,
    readOnly,
    ...(allowOther === undefined ? {} : { allowOther }),
    ...(defaultPermissions === undefined ? {} : { defaultPermissions }),
    ...(sizes.length === 0 ? {} : { maxRead: Math.min(...sizes) }),
    flags: {
      readOnly,
      nodev: options.dev === undefined ? (asked?.flags.nodev ?? true) : !options.dev,
      nosuid: true,
      noexec: options.noexec ?? asked?.flags.noexec ?? false,
    },
  };
}

function credentialsOfCaller({ uid, gid, groups }: MountOptions): Credentials {
  const own = gid ?? process.getegid?.() ?? 0;
  return credentialsOf(uid ?? process.geteuid?.() ?? 0, own, groups ?? process.getgroups?.() ?? [own]);
}
