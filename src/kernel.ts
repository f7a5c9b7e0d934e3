import { Process } from './process/process.ts';
import { Thread } from './process/thread.ts';
import type { Blocking } from './task/blocking.ts';
import type { Clock } from './task/clock.ts';
import type { Credentials } from './task/credentials.ts';
import { type Limits, type Outcome, runBeside, runSync } from './task/drive.ts';
import { Scheduler } from './task/scheduler.ts';
import { DentryCache } from './vfs/dentry-cache.ts';
import { Mount, type MountFlags, Path } from './vfs/mount.ts';
import { PageCache } from './vfs/page-cache.ts';
import type { Superblock } from './vfs/superblock.ts';

/** How a kernel gets to run: what its surroundings do for it. A test on virtual time pumps by hand and gives none. */
export interface Host {
  /** Calls `pump` soon, off the present stack; once, however often it is asked before. */
  defer(pump: () => void): void;
  /**
   * Calls `wake` at a time of the kernel's clock; the latest call counts, null takes it back. While somebody awaits the end
   * of a task the alarm keeps the program alive.
   */
  setAlarm(at: number | null, wake: () => void, awaitedBy: 'somebody' | 'nobody'): void;
  /**
   * Blocks this thread until something outside happened or the time is over; null for no end.
   * Returns false when there is nothing outside that could happen.
   */
  wait(milliseconds: number | null): boolean;
}

/** Somebody outside this thread who may owe the kernel something: a synchronous call can wait for it. */
export interface Outside {
  readonly expectsProgress: boolean;
}

/** What a kernel is made of. */
export interface KernelOptions {
  readonly clock: Clock;
  readonly host?: Host;
  /** Chooses among runnable tasks; see {@link Scheduler}. */
  readonly pick?: (runnable: number) => number;
  /** The most bytes of file contents to keep, of all mounts together; default 256 MiB. */
  readonly pageCacheBytes?: number;
  /** The most names to keep, of all mounts together, those in use apart; default 200,000. */
  readonly dentryCacheEntries?: number;
}

/** What caches are to shrink to; a cache that is left out stays as it is. */
export interface CacheSizes {
  /** Bytes of file contents. */
  readonly pageCacheBytes?: number;
  /** Names, each with what is known of its file. */
  readonly dentryCacheEntries?: number;
}

/**
 * Tasks, mounts and system calls, composed: one small operating system for file systems.
 * It lives on its caller's thread, and one implementation serves promises and synchronous calls alike.
 */
export class Kernel {
  readonly scheduler: Scheduler;
  /** Who may owe an answer from outside; transports enter and leave by themselves. */
  readonly outside = new Set<Outside>();
  /** The contents that all mounts keep. */
  readonly pageCache: PageCache;
  /** The names that all mounts keep, and with them what is known of their files. */
  readonly dentryCache: DentryCache;
  readonly #host: Host | null;
  /** The host was asked to pump, or a synchronous call does until it ends. */
  #pumpComes = false;
  /** How many promises of {@link run} are open. */
  #awaited = 0;
  /** What the host's alarm is set to, and for whom. */
  #alarm: number | null = null;
  #alarmAwaitedBy: 'somebody' | 'nobody' = 'nobody';

  constructor({ clock, host, pick, pageCacheBytes, dentryCacheEntries }: KernelOptions) {
    this.pageCache = new PageCache(pageCacheBytes);
    this.dentryCache = new DentryCache(dentryCacheEntries);
    this.scheduler = new Scheduler(clock, pick ?? null);
    this.#host = host ?? null;
    this.scheduler.onReady = () => this.#askForPump();
  }

  /** Mounts a superblock as the root of a tree. */
  mountRoot(superblock: Superblock, flags: Partial<MountFlags> = {}): Path {
    const mount = new Mount(superblock, superblock.root, null, flags);
    superblock.root.hold();
    return new Path(mount, mount.root);
  }

  /** Mounts a superblock on a directory of the tree; what was there is covered. The path is kept held. */
  mountAt(superblock: Superblock, at: Path, flags: Partial<MountFlags> = {}): Path {
    const mount = new Mount(superblock, superblock.root, at, flags);
    superblock.root.hold();
    return new Path(mount, mount.root);
  }

  /**
   * Changes how something is mounted, and whether its superblock is read-only. Names that nobody uses are forgotten.
   *
   * @see Linux fs/namespace.c, do_remount(), and fs/super.c, reconfigure_super()
   */
  remount({ mount }: Path, flags: MountFlags): void {
    mount.superblock.root.prune();
    mount.superblock.isReadOnly = flags.readOnly;
    mount.flags = flags;
  }

  /**
   * Lets caches shrink to these sizes, what was not used for long first. What is in use stays, and contents that the server
   * does not have yet. The budgets stay as they are.
   *
   * FUSE: FORGET or BATCH_FORGET, of files that no name is left of.
   */
  trim({ pageCacheBytes, dentryCacheEntries }: CacheSizes): void {
    if (pageCacheBytes !== undefined) this.pageCache.shrink(pageCacheBytes);
    if (dentryCacheEntries !== undefined) this.dentryCache.shrink(dentryCacheEntries);
  }

  /** Drops all that can be read or asked for again and that nobody uses, as writing 3 to /proc/sys/vm/drop_caches does. */
  dropCaches(): void {
    this.trim({ pageCacheBytes: 0, dentryCacheEntries: 0 });
  }

  /** A process with its root and working directory at `root`. */
  createProcess(root: Path, options: { readonly pid: number; readonly umask?: number }): Process {
    return new Process(root, options);
  }

  /**
   * Runs a coroutine as a thread of a process. The promise settles when it ends, or rejects at a limit: with the signal's
   * reason, or ETIMEDOUT.
   */
  run<T>(
    process: Process,
    credentials: Credentials,
    code: (task: Thread) => Blocking<T>,
    limits: Limits = {},
  ): Promise<T> {
    const task = new Thread(this.scheduler, process, credentials);
    return new Promise((resolve, reject) => {
      const coroutine = code(task);
      this.#awaited++;
      const outcome: Outcome<T> = {
        resolve: (value) => {
          this.#awaitedLess();
          resolve(value);
        },
        reject: (error) => {
          this.#awaitedLess();
          reject(error);
        },
      };
      runBeside(task, coroutine, outcome, limits);
    });
  }

  /**
   * Runs a coroutine as a thread of a process on this call stack.
   *
   * @throws ETIMEDOUT when it takes too long; Error "deadlock: …" when it waits for what only this thread's event loop could bring.
   */
  runSync<T>(process: Process, credentials: Credentials, code: (task: Thread) => Blocking<T>, limits: Limits = {}): T {
    const task = new Thread(this.scheduler, process, credentials);
    const before = this.#pumpComes;
    this.#pumpComes = true;
    try {
      return runSync(task, code(task), (deadline) => this.#idle(deadline), limits);
    } finally {
      this.#pumpComes = before;
      if (this.scheduler.hasRunnable || this.#isAlarmWrong) this.#askForPump();
    }
  }

  #awaitedLess(): void {
    this.#awaited--;
    if (this.#isAlarmWrong) this.#askForPump();
  }

  #askForPump(): void {
    if (this.#host === null || this.#pumpComes) return;
    this.#pumpComes = true;
    this.#host.defer(this.#pumpAsAsked);
  }

  readonly #pumpAsAsked = (): void => {
    this.#pumpComes = false;
    this.#pump();
  };

  /** The alarm has gone off. */
  readonly #wake = (): void => {
    this.#alarm = null;
    this.#pump();
  };

  #pump(): void {
    this.scheduler.run();
    if (!this.#isAlarmWrong) return;
    this.#alarm = this.scheduler.nextTimer;
    this.#alarmAwaitedBy = this.#awaitedBy;
    this.#host?.setAlarm(this.#alarm, this.#wake, this.#alarmAwaitedBy);
  }

  get #awaitedBy(): 'somebody' | 'nobody' {
    return this.#awaited > 0 ? 'somebody' : 'nobody';
  }

  /** Whether the host's alarm is for another time than the next timer, or for others. Most calls need no timer. */
  get #isAlarmWrong(): boolean {
    const { nextTimer } = this.scheduler;
    return nextTimer !== this.#alarm || (nextTimer !== null && this.#awaitedBy !== this.#alarmAwaitedBy);
  }

  /** Waits on this stack for timers and for what is owed from outside, but not beyond the deadline. */
  #idle(deadline: number | null): boolean {
    const { nextTimer, clock } = this.scheduler;
    const owed = [...this.outside].some((somebody) => somebody.expectsProgress);
    if (this.#host === null || (!owed && nextTimer === null)) return false;
    const end = Math.min(nextTimer ?? Number.POSITIVE_INFINITY, deadline ?? Number.POSITIVE_INFINITY);
    const happened = this.#host.wait(end === Number.POSITIVE_INFINITY ? null : Math.max(0, end - clock.now()));
    this.scheduler.fireTimers();
    return happened || end !== Number.POSITIVE_INFINITY || this.scheduler.hasRunnable;
  }
}
