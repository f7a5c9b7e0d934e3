import { spawnSync } from 'node:child_process';
import { MNT_DETACH, mountAt, tryUmount } from '../linux/mounts.ts';

/**
 * Whether Linux has something mounted on a directory, given by its real path. Looks at the list of mounts alone: a
 * mount may be stuck.
 */
export const isMountPoint = (directory: string): boolean => mountAt(directory) !== undefined;

/** Takes a mount of Linux out of the way at once, whether it is in use or stuck: umount2(2), or what users have for it. */
export function detach(directory: string): void {
  if (tryUmount(directory, MNT_DETACH)) return;
  for (const command of ['fusermount3', 'fusermount']) {
    if (spawnSync(command, ['-u', '-z', '--', directory], { stdio: 'ignore' }).status === 0) return;
  }
}
