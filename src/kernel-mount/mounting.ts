import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { EACCES, EBUSY, EINVAL, EMFILE, ENFILE, ENODEV, ENOENT, EPERM } from '../abi/errno.ts';
import { S_IFMT } from '../abi/linux.ts';
import { receiveDescriptor } from '../linux/descriptor-passing.ts';
import { cloneFuseDevice, openFuseDevice } from '../linux/fuse-device.ts';
import { mountLater, UMOUNT_NOFOLLOW, umountLater } from '../linux/mounts.ts';
import { closeDescriptor, seqpacketPair } from '../linux/sockets.ts';
import { DEFAULT_NAME, fuseData, fusermountOptions, type KernelMountOptions, mountFlags } from './options.ts';

const run = promisify(execFile);

/** The descriptor at which fusermount3 finds its end of the socket. */
const COMMFD = 3;

/** Whether this process can mount by itself; else the system's fusermount3 does it. */
export const isRoot = (): boolean => process.geteuid?.() === 0;

/**
 * Mounts a new connection at a directory (or a file, when the server's root is one) and returns its device.
 *
 * @throws Error what is missing or forbidden, and what to do
 */
export const mountDevice = (target: string, mode: number, options: KernelMountOptions): Promise<number> =>
  isRoot() ? mountAsRoot(target, mode, options) : mountByFusermount(target, options);

async function mountAsRoot(target: string, mode: number, options: KernelMountOptions): Promise<number> {
  const fd = openDevice();
  const { name = DEFAULT_NAME, subtype = DEFAULT_NAME } = options;
  const ids = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const own = [`fd=${fd}`, `rootmode=${(mode & S_IFMT).toString(8)}`, `user_id=${ids[0]}`, `group_id=${ids[1]}`];
  try {
    await mountLater({
      source: name,
      target,
      type: `fuse.${subtype}`,
      flags: mountFlags(options),
      data: [...own, ...fuseData(options)].join(','),
    });
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw new Error(`${target}: cannot be mounted: ${explainMount(error)}`, { cause: error });
  }
}

/** One more reader of a mounted device. @throws Error why there is none */
export const cloneDevice = (fd: number): number => openDevice(() => cloneFuseDevice(fd));

function openDevice(open = openFuseDevice): number {
  try {
    return open();
  } catch (error) {
    const why = new Map<unknown, string>([
      [ENOENT, 'this machine has none (is the fuse module loaded, is the device passed into the container?)'],
      [ENODEV, 'the fuse module is not loaded'],
      [EACCES, 'permission denied'],
      [EPERM, 'not permitted here'],
      [EMFILE, 'this process has too many open files'],
      [ENFILE, 'this machine has too many open files'],
    ]).get(error);
    throw new Error(`/dev/fuse cannot be opened: ${why ?? error}; mount(server) needs no device`, { cause: error });
  }
}

function explainMount(error: unknown): string {
  if (error === EPERM) return 'not permitted; mounting needs CAP_SYS_ADMIN';
  if (error === EBUSY) return 'it is in use as another mount';
  if (error === EINVAL) return 'Linux does not accept these mount options';
  return String(error);
}

/** @see fusermount3(1): it mounts, and sends the device over the socket that _FUSE_COMMFD names. */
async function mountByFusermount(target: string, options: KernelMountOptions): Promise<number> {
  const [ours, theirs] = seqpacketPair();
  try {
    const child = spawn('fusermount3', ['-o', fusermountOptions(options), '--', target], {
      stdio: ['ignore', 'ignore', 'pipe', theirs],
      env: { ...process.env, _FUSE_COMMFD: String(COMMFD) },
    });
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('close', resolve).once('error', reject),
    );
    if (code !== 0) throw new Error(said.trim().replace(/^fusermount3: /, '') || `fusermount3 ended with ${code}`);
    const { fd } = receiveDescriptor(ours, 1);
    if (fd === null) throw new Error('fusermount3 sent no device');
    return fd;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isMissing ? 'not root, and there is no fusermount3 (Debian: fuse3)' : (error as Error).message;
    throw new Error(`${target}: cannot be mounted: ${why}`, { cause: error });
  } finally {
    for (const fd of [ours, theirs]) closeDescriptor(fd);
  }
}

/**
 * Unmounts a directory, or with flags of umount2(2) detaches it, from another thread or process.
 *
 * @throws Errno EBUSY when it is in use; Error for anything else, in the words of fusermount3 where that did it
 */
export async function unmountDirectory(target: string, how: 'normal' | 'lazy', flags = 0): Promise<void> {
  if (isRoot()) {
    await umountLater(target, flags | UMOUNT_NOFOLLOW);
    return;
  }
  try {
    await run('fusermount3', how === 'lazy' ? ['-u', '-z', '--', target] : ['-u', '--', target]);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (/busy/i.test(stderr)) throw EBUSY;
    throw new Error(`${target}: cannot be unmounted: ${stderr.trim() || (error as Error).message}`, { cause: error });
  }
}
