import { lstat, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EBUSY, EINVAL, Errno } from './abi/errno.ts';
import { detach } from './attach/kernel-mounts.ts';
import { endWithProcess, hasEnded } from './kernel-mount/at-exit.ts';
import { isRoot, mountDevice, unmountDirectory } from './kernel-mount/mounting.ts';
import type { KernelMountOptions } from './kernel-mount/options.ts';
import { cloneFuseDevice } from './linux/fuse-device.ts';
import { MNT_DETACH, MNT_FORCE, type MountEntry, mountAt, tryUmount } from './linux/mounts.ts';
import type { FuseServer } from './server/fuse-server.ts';
import type { Session } from './server/session.ts';
import { DeviceService } from './transport/serve-device.ts';

export type { KernelMountOptions } from './kernel-mount/options.ts';

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
  const said: string[] = [];
  const log = (line: string): void => {
    said.push(line);
    if (options.log === undefined) console.error(`FUSE server: ${line}`);
    else options.log(line);
  };
  const service = new DeviceService(server, { ...options, log });
  const fd = await mountDevice(target, mode, options);
  const mount = new KernelMount(target, mountAt(target), service, options);
  const answered = service.add(fd);
  if ((await Promise.race([answered, service.ended])) !== 'answered' || service.session.protocol === null) {
    await mount.unmount();
    throw new Error(`${target}: the server refused the kernel's INIT${said.length > 0 ? `: ${said.at(-1)}` : ''}`);
  }
  for (let reader = 1; reader < (options.readers ?? 1); reader++) void service.add(cloneFuseDevice(fd));
  return mount;
}

/** The real path of a place to mount at, and its type. Everything on the way is asked from another thread. */
async function mountPoint(directory: string): Promise<{ target: string; mode: number }> {
  try {
    const target = await realpath(directory);
    const { mode } = await stat(target);
    return { target, mode };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTCONN' && code !== 'ECONNABORTED') {
      throw new Error(`${directory}: nothing can be mounted there: ${(error as Error).message}`, { cause: error });
    }
    throw new Error(
      `${directory}: a FUSE mount whose server is gone is in the way; clear it: fusewire unmount ${directory}`,
      {
        cause: error,
      },
    );
  }
}

/** A server in use by the Linux kernel. */
export class KernelMount implements AsyncDisposable {
  /** The mount point's real path. */
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
    const isOurs = mountAt(this.directory)?.id === this.#id;
    // The force aborts first, so nothing of the rest can wait for this thread.
    if (isOurs && isRoot()) tryUmount(this.directory, MNT_FORCE | MNT_DETACH);
    this.#service.close();
    if (isOurs && !isRoot()) detach(this.directory);
  }

  async #unmount(): Promise<void> {
    const there = mountAt(this.directory);
    if (there !== undefined && there.id !== this.#id) {
      throw new Error(`${this.directory}: something else is mounted over it; unmount that first`);
    }
    if (there !== undefined && !(await this.#leave())) {
      const graceIsOver = new Promise((resolve) => setTimeout(resolve, GRACE).unref());
      await Promise.race([this.closed, graceIsOver]);
    }
    this.#service.close();
    hasEnded(this);
  }

  /** Takes the mount out of the tree. Returns whether nobody uses it any more. */
  async #leave(): Promise<boolean> {
    try {
      await unmountDirectory(this.directory, 'normal');
      return true;
    } catch (error) {
      // EINVAL: somebody was faster.
      if (error === EINVAL) return true;
      if (error !== EBUSY) throw error;
      await unmountDirectory(this.directory, 'lazy', isRoot() ? MNT_DETACH : 0);
      return false;
    }
  }

  /** Somebody else's umount(8) leaves nothing to do at the end of the process; a broken connection leaves its mount. */
  #forgetIfGone(): void {
    if (mountAt(this.directory)?.id !== this.#id) hasEnded(this);
  }
}

/**
 * Takes a FUSE mount of Linux away, whoever made it: also one whose server has died and left it behind
 * ("Transport endpoint is not connected"). `force` breaks its connection first, which frees processes that wait for a
 * server that does not answer, and detaches the mount even when it is in use.
 *
 * @throws Error when nothing is mounted there, it is no FUSE mount, or it is in use and not forced
 */
export async function unmountKernel(directory: string, how: 'normal' | 'force' = 'normal'): Promise<void> {
  const target = await withoutLooking(directory);
  const entry = mountAt(target);
  if (entry === undefined) throw new Error(`${directory}: nothing is mounted there`);
  if (!/^fuse(blk)?(\.|$)/.test(entry.type))
    throw new Error(`${directory}: mounted is ${entry.type}, which is not FUSE`);
  if (how === 'force') await abortConnection(entry.minor);
  try {
    await unmountDirectory(
      target,
      how === 'force' ? 'lazy' : 'normal',
      how === 'force' && isRoot() ? MNT_FORCE | MNT_DETACH : 0,
    );
  } catch (error) {
    if (error === EBUSY) throw new Error(`${directory}: in use; --force breaks its connection`, { cause: error });
    if (!(error instanceof Errno)) throw error;
    throw new Error(`${directory}: cannot be unmounted: ${error}`, { cause: error });
  }
}

/** The real path of a mount point whose own files may be stuck: only its parent is asked. */
async function withoutLooking(directory: string): Promise<string> {
  const absolute = path.resolve(directory);
  const parent = await realpath(path.dirname(absolute));
  const target = path.join(parent, path.basename(absolute));
  if (mountAt(target) !== undefined) return target;
  return (await lstat(target)).isSymbolicLink() ? await realpath(target) : target;
}

/** Breaks a connection through fusectl, where that is mounted and we may. */
async function abortConnection(number: number): Promise<void> {
  try {
    await writeFile(`/sys/fs/fuse/connections/${number}/abort`, '1');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes(code)) throw error;
  }
}
