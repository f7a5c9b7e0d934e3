import { readdirSync } from 'node:fs';
import { openDescriptorsOf, openFileName } from '../linux/process-files.ts';

/**
 * The processes, but this one, that hold a socket open: a daemon that went to the background is found by it, whoever
 * its parent is now. Processes of other users cannot be seen and are left out. Looks at all of /proc.
 */
export function holdersOf(socket: string): number[] {
  const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  return pids.filter((pid) => pid !== process.pid && holds(pid, socket));
}

const holds = (pid: number, socket: string): boolean =>
  openDescriptorsOf(pid).some((fd) => openFileName(pid, fd) === socket);
