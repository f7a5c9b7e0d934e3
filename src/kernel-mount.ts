import { EBUSY, EINVAL } from './abi/errno.ts';
import { detach } from './attach/kernel-mounts.ts';
import { type Ending, endWithProcess, hasEnded } from './kernel-mount/at-exit.ts';
import { mountPoint } from './kernel-mount/mount-point.ts';
import { cloneDevice, isRoot, mountDevice, unmountDirectory } from './kernel-mount/mounting.ts';
import type { KernelMountOptions } from './kernel-mount/options.ts';
import { listMounts, MNT_DETACH, MNT_FORCE, type MountEntry, mountAt, tryUmount } from './linux/mounts.ts';
import type { FuseServer } from './server/fuse-server.ts';
import type { Session } from './server/session.ts';
import { DeviceService } from './transport/serve-device.ts';

export type { KernelMountOptions } from './kernel-mount/options.ts';
export { unmountKernel } from './kernel-mount/unmounting.ts';

/** Milliseconds that those who use a detached mount may take to leave it. */
const GRACE = 2_000;

/**
 * Mounts a server by the Linux kernel: as root by mount(2), else by the system's fusermount3. It is served on this
 * process's event loop and keeps the process alive until it is unmounted: by `await using`, by {@link KernelMount.unmount},
 * by anybody's umount(8), when the process ends, or by SIGINT, SIGTERM and SIGHUP.
 *
 * This process must not use the mount synchronously, since the thread that waits is the one to answer: use
 * {@link mount} for that, which needs no kernel.
 *
 * @param directory where to mount; must exist
 * @throws Error when there is no such directory, a dead mount is in the way, /dev/fuse is missing or forbidden, Linux or
 *   fusermount3 refuses, or the server refuses the connection; each says what to do
 * @see fuse(4), mount(2), fusermount3(1)
 */
export async function mountKernel(
  server: FuseServer,
  directory: string,
  options: KernelMountOptions = {},
): Promise<KernelMount> {
  const { target, mode } = await mountPoint(directory);
  const under = mountAt(target)?.id;
  let mount: Promise<KernelMount> | null = null;
  const beginning: Ending = {
    handleSignals: options.handleSignals ?? true,
    unmount: async () => await (await mount?.catch(() => null))?.unmount(),
    unmountNow: () => {
      if (mountAt(target)?.id !== under) forceAway(target);
    },
  };
  // First: another thread mounts, and a signal, or the end of the process, may come before this one hears of it.
  endWithProcess(beginning);
  try {
    mount = mountAndServe(server, { target, mode }, options);
    return await mount;
  } finally {
    hasEnded(beginning);
  }
}

async function mountAndServe(
  server: FuseServer,
  { target, mode }: { readonly target: string; readonly mode: number },
  options: KernelMountOptions,
): Promise<KernelMount> {
  const said: string[] = [];
  const log = (line: string): void => {
    said.push(line);
    if (options.log === undefined) console.error(`FUSE server: ${line}`);
    else options.log(line);
  };
  const service = new DeviceService(server, { ...options, log });
  const fd = await mountDevice(target, mode, options);
  const mount = new KernelMount(target, mountAt(target), service, options);
  try {
    const first = await Promise.race([service.add(fd), service.ended]);
    if (first === undefined) throw new Error(`${target}: was unmounted before its server had begun`);
    if (first === 'refused') {
      throw new Error(`${target}: the server refused the kernel's INIT${said.length > 0 ? `: ${said.at(-1)}` : ''}`);
    }
    const readers = service.isOver ? 1 : (options.readers ?? 1);
    for (let reader = 1; reader < readers; reader++) void service.add(cloneDevice(fd));
    return mount;
  } catch (error) {
    // Gives the descriptors back that unmounting needs, where there are too few.
    mount.abort();
    await mount.unmount();
    throw error;
  }
}

/** Breaks the connection and detaches the mount at once: by umount2(2) of root, or what users have for it. */
function forceAway(target: string): void {
  if (!isRoot() || !tryUmount(target, MNT_FORCE | MNT_DETACH)) detach(target);
}

/** A server in use by the Linux kernel. */
export class KernelMount implements AsyncDisposable {
  /** The mount point's real path when it was mounted. */
  readonly directory: string;
  /** The connection's number, as in /sys/fs/fuse/connections; null when it was gone before it could be seen. */
  readonly connection: number | null;
  readonly #id: number | null;
  readonly #service: DeviceService;
  readonly handleSignals: boolean;
  #unmounted: Promise<void> | null = null;

  /**
   * For {@link mountKernel}.
   *
   * @internal
   */
  constructor(directory: string, entry: MountEntry | undefined, service: DeviceService, options: KernelMountOptions) {
    this.directory = directory;
    this.connection = entry?.minor ?? null;
    this.#id = entry?.id ?? null;
    this.#service = service;
    this.handleSignals = options.handleSignals ?? true;
    endWithProcess(this);
    void service.ended.then(() => this.#forgetIfGone());
  }

  /** The conversation with the kernel: notifications are sent through it. */
  get session(): Session {
    return this.#service.session;
  }

  /** Settles when the connection is over, whoever ended it. */
  get closed(): Promise<void> {
    return this.#service.ended;
  }

  /**
   * Breaks the connection: calls that wait for the server fail with ECONNABORTED, later ones with ENOTCONN. The mount
   * point stays, until {@link unmount}.
   */
  abort(): void {
    this.#service.close();
  }

  /**
   * Unmounts. What was not written yet is written first. A mount in use is taken out of the tree at once; those who use it have
   * 2 s to leave, then the connection is broken.
   *
   * @throws Error when it cannot be taken away: something else is mounted over it, Linux or fusermount3 refuses
   */
  unmount(): Promise<void> {
    this.#unmounted ??= this.#unmount().catch((error: unknown) => {
      this.#unmounted = null;
      throw error;
    });
    return this.#unmounted;
  }

  /** {@link unmount}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.unmount();
  }

  /** For the end of the process: aborts the connection and detaches the mount, without waiting for anybody. */
  unmountNow(): void {
    // First, so that nothing of the rest can wait for this thread, nor lack a descriptor.
    this.#service.close();
    const entry = this.#entry();
    if (entry !== undefined && mountAt(entry.mountPoint)?.id === entry.id) forceAway(entry.mountPoint);
  }

  async #unmount(): Promise<void> {
    const entry = this.#entry();
    if (entry !== undefined && mountAt(entry.mountPoint)?.id !== entry.id) {
      throw new Error(`${entry.mountPoint}: something else is mounted over it; unmount that first`);
    }
    if (entry !== undefined && !(await leave(entry.mountPoint))) {
      const graceIsOver = new Promise((resolve) => setTimeout(resolve, GRACE).unref());
      await Promise.race([this.closed, graceIsOver]);
    }
    this.#service.close();
    hasEnded(this);
  }

  /** The mount as it is listed now, wherever it was moved with a directory above it; undefined when it is gone. */
  #entry(): MountEntry | undefined {
    return listMounts().find(({ id, minor }) => id === this.#id && minor === this.connection);
  }

  /** Somebody else's umount(8) leaves nothing to do at the end of the process; a broken connection leaves its mount. */
  #forgetIfGone(): void {
    if (this.#entry() === undefined) hasEnded(this);
  }
}

/** Takes a mount out of the tree. Returns whether nobody uses it any more. */
async function leave(target: string): Promise<boolean> {
  try {
    await unmountDirectory(target, 'normal');
    return true;
  } catch (error) {
    // EINVAL: somebody was faster.
    if (error === EINVAL) return true;
    if (error !== EBUSY) throw error;
    await unmountDirectory(target, 'lazy', isRoot() ? MNT_DETACH : 0);
    return false;
  }
}
