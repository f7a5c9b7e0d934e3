import { writeFile } from 'node:fs/promises';
import { EBUSY, Errno } from '../abi/errno.ts';
import { O_WRONLY } from '../abi/linux.ts';
import { MNT_DETACH, MNT_FORCE, mountAt } from '../linux/mounts.ts';
import { isFuse, stateOf, withoutLooking } from './mount-point.ts';
import { isRoot, unmountDirectory } from './mounting.ts';

/**
 * Takes a FUSE mount of Linux away, whoever made it: also one whose server has died and left it behind
 * ("Transport endpoint is not connected"). `force` breaks its connection first, which frees processes that wait for a
 * server that does not answer, killed ones included, and detaches the mount even when it is in use.
 *
 * @throws Error when nothing is mounted there, it is no FUSE mount, it is in use and not forced, or its connection cannot
 *   be broken: without root that needs fusectl, which most systems mount
 */
export async function unmountKernel(directory: string, how: 'normal' | 'force' = 'normal'): Promise<void> {
  const target = await withoutLooking(directory);
  const entry = mountAt(target);
  if (entry === undefined) throw new Error(`${directory}: nothing is mounted there`);
  if (!isFuse(entry)) throw new Error(`${directory}: mounted is ${entry.type}, which is not FUSE`);
  if (how === 'force' && !(await abortConnection(entry.minor)) && !isRoot() && (await stateOf(target)) === 'silent') {
    // Out of the tree it could not be found again.
    throw new Error(
      `${directory}: its server does not answer, and its connection cannot be broken: no ${abortFile(entry.minor)}; ` +
        'end the server, or as root: mount -t fusectl fusectl /sys/fs/fuse/connections',
    );
  }
  try {
    // The force of umount2(2) breaks the connection too, where there is no fusectl.
    const flags = how === 'force' && isRoot() ? MNT_FORCE | MNT_DETACH : 0;
    await unmountDirectory(target, how === 'force' ? 'lazy' : 'normal', flags);
  } catch (error) {
    if (error === EBUSY) throw new Error(`${directory}: in use; --force breaks its connection`, { cause: error });
    if (!(error instanceof Errno)) throw error;
    throw new Error(`${directory}: cannot be unmounted: ${error}`, { cause: error });
  }
}

const abortFile = (connection: number): string => `/sys/fs/fuse/connections/${connection}/abort`;

/** Breaks a connection through fusectl, where that is mounted and we may. Returns whether it did. */
async function abortConnection(connection: number): Promise<boolean> {
  try {
    await writeFile(abortFile(connection), '1', { flag: O_WRONLY });
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes(code)) throw error;
    return false;
  }
}
