import { readFileSync } from 'node:fs';
import { libc } from './libc.ts';
import { closeDescriptor } from './sockets.ts';

/** The same on every architecture. */
const SYS_pidfd_open = 434;
const SYS_pidfd_getfd = 438;

const syscall = libc.func('long syscall(long, long, long, long)') as unknown as (
  number: number,
  first: number,
  second: number,
  flags: number,
) => number;

/**
 * A descriptor of this process, close-on-exec, for what another has open as `fd`; null when Linux does not give it. The
 * id may be a thread's.
 *
 * @see pidfd_getfd(2), Linux 5.6
 */
export function takeDescriptor(pid: number, fd: number): number | null {
  const leader = leaderOf(pid);
  const pidfd = leader === null ? -1 : syscall(SYS_pidfd_open, leader, 0, 0);
  if (pidfd < 0) return null;
  const taken = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
  closeDescriptor(pidfd);
  return taken < 0 ? null : taken;
}

/** The process of a thread; null when it cannot be seen. */
function leaderOf(thread: number): number | null {
  try {
    const [, id] = /^Tgid:\t(\d+)$/m.exec(readFileSync(`/proc/${thread}/status`, 'latin1')) ?? [];
    return Number(id);
  } catch {
    return null;
  }
}
