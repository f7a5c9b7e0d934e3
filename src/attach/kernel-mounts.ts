import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { libc } from '../linux/libc.ts';

const MNT_DETACH = 2;

const umount2 = libc.func('int umount2(const char *, int)') as (path: string, flags: number) => number;

/**
 * Whether Linux has something mounted on a directory, given by its real path. Looks at the list of mounts alone: a
 * mount may be stuck.
 */
export function isMountPoint(directory: string): boolean {
  const escaped = directory.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.some((line) => line.split(' ')[4] === escaped);
}

/** Takes a mount of Linux out of the way at once, whether it is in use or stuck: umount2(2), or what users have for it. */
export function detach(directory: string): void {
  if (umount2(directory, MNT_DETACH) === 0) return;
  for (const command of ['fusermount3', 'fusermount']) {
    if (spawnSync(command, ['-u', '-z', '--', directory], { stdio: 'ignore' }).status === 0) return;
  }
}
