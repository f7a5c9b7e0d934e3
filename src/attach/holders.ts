import { fstatSync, readdirSync, readlinkSync } from 'node:fs';

/** The name that /proc gives to a socket of this process. */
export const socketName = (fd: number): string => `socket:[${fstatSync(fd, { bigint: true }).ino}]`;

/**
 * The processes, but this one, that hold a socket open: a daemon that went to the background is found by it, whoever
 * its parent is now. Processes of other users cannot be seen and are left out. Looks at all of /proc.
 */
export function holdersOf(socket: string): number[] {
  const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  return pids.filter((pid) => pid !== process.pid && holds(pid, socket));
}

function holds(pid: number, socket: string): boolean {
  try {
    const directory = `/proc/${pid}/fd`;
    return readdirSync(directory).some((fd) => linkOf(`${directory}/${fd}`) === socket);
  } catch {
    return false;
  }
}

/** Where a link leads; nothing when it is gone by now. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
