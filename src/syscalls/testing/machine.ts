import { Errno } from '../../abi/errno.ts';
import { Process } from '../../process/process.ts';
import { Thread } from '../../process/thread.ts';
import type { Blocking } from '../../task/blocking.ts';
import { VirtualClock } from '../../task/clock.ts';
import { type Credentials, credentialsOf } from '../../task/credentials.ts';
import { runSync } from '../../task/drive.ts';
import { Scheduler } from '../../task/scheduler.ts';
import { Mount, type MountFlags, Path } from '../../vfs/mount.ts';
import { walk } from '../../vfs/walk.ts';
import { exit } from '../descriptors.ts';
import { Tree } from './tree.ts';

/** One process on virtual time whose root is a {@link Tree}. */
export class Machine {
  readonly clock = new VirtualClock();
  readonly scheduler = new Scheduler(this.clock);
  readonly tree: Tree;
  readonly process: Process;
  credentials: Credentials = credentialsOf(0, 0);
  readonly #mounts: { readonly mount: Mount; readonly tree: Tree }[] = [];
  #lastTid = 100;

  constructor(options: { readonly readOnly?: boolean; readonly truncatesOnOpen?: boolean } = {}) {
    this.tree = new Tree(options);
    const mount = new Mount(this.tree, this.tree.root.hold(), null, options);
    this.process = new Process(new Path(mount, mount.root), { pid: 100 });
  }

  /** A new thread of the process, with the machine's present credentials. */
  thread(): Thread {
    return new Thread(this.scheduler, this.process, this.credentials, ++this.#lastTid);
  }

  /** Runs a system call to its end. @throws what it throws; Error when it sleeps for good */
  run<T>(code: (task: Thread) => Blocking<T>): T {
    const task = this.thread();
    return runSync(task, code(task), () => false);
  }

  /** What a system call throws, which must be an errno. */
  failureOf(code: (task: Thread) => Blocking<unknown>): Errno {
    try {
      this.run(code);
    } catch (error) {
      if (error instanceof Errno) return error;
      throw error;
    }
    throw new Error('it did not fail');
  }

  /** Starts a system call, which may sleep; the function tells its end, or undefined. */
  start<T>(code: (task: Thread) => Blocking<T>): { readonly task: Thread; readonly end: () => T | unknown } {
    const task = this.thread();
    let end: T | unknown;
    this.scheduler.start(task, code(task), (result) => {
      try {
        end = result();
      } catch (error) {
        end = error;
      }
    });
    this.scheduler.run();
    return { task, end: () => end };
  }

  /** Mounts another tree on a directory. */
  mount(path: string, flags: Partial<MountFlags> = {}): void {
    const at = this.run((task) => walk(task, this.process, null, path, { follow: true }));
    const tree = new Tree();
    tree.isReadOnly = flags.readOnly ?? false;
    const mount = new Mount(tree, tree.root.hold(), at, flags);
    at.release();
    this.#mounts.unshift({ mount, tree });
  }

  /** Makes what was last mounted there read-only. */
  makeReadOnly(path: string): void {
    const at = this.run((task) => walk(task, this.process, null, path, { follow: true }));
    at.mount.flags = { ...at.mount.flags, readOnly: true };
    at.mount.superblock.isReadOnly = true;
    at.release();
  }

  /**
   * Ends the process, unmounts all, forgets what is cached, and tells what is in use nevertheless: whatever holds it has
   * been forgotten.
   */
  leftovers(): string[] {
    this.run((task) => exit(task));
    for (const { mount } of this.#mounts) {
      mount.root.prune();
      mount.detach();
    }
    this.tree.root.prune();
    return [this.tree, ...this.#mounts.map(({ tree }) => tree)].flatMap((tree) =>
      [...tree.inUse]
        .filter((inode) => inode !== tree.root.inode || inode.lock.isLocked)
        .map(({ ino }) => `inode ${ino}`),
    );
  }

  /** The operations that `code` led to. */
  logOf(code: (task: Thread) => Blocking<unknown>): string[] {
    this.tree.log.length = 0;
    this.run(code);
    return [...this.tree.log];
  }
}
