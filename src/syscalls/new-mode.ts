import { S_ISGID, S_IXGRP } from '../abi/linux.ts';
import { inGroup } from '../task/credentials.ts';
import type { Task } from '../task/task.ts';
import type { Inode } from '../vfs/inode.ts';

/**
 * The mode a new file (no directory) gets when it is asked for with `mode`; the umask is not yet taken off.
 * In a set-group-ID directory it may not become set-group-ID itself for a group that the task is not in.
 *
 * @see Linux fs/inode.c, mode_strip_sgid()
 */
export function newMode(task: Task, dir: Inode, mode: number): number {
  const runsAsGroup = (mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP);
  if (!runsAsGroup || (dir.mode & S_ISGID) === 0) return mode;
  const { credentials } = task;
  if (inGroup(credentials, dir.gid) || credentials.capabilities.has('CAP_FSETID')) return mode;
  return mode & ~S_ISGID;
}
