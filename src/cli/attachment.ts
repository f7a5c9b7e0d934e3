import type { Way } from '../attach/daemon.ts';
import type { Mounted } from '../mount.ts';
import { formatAddress } from '../transport/stream/address.ts';

const ways: Readonly<Record<Way, string>> = {
  intercept: 'interception of its system calls',
  fd: '/dev/fd/N',
  fusermount: 'the fusermount stand-in',
};

/** How a server is reached, in words. */
export function attachment({ daemon, remote }: Mounted): string {
  if (remote !== null) return `a connection to ${formatAddress(remote.address)}`;
  return daemon === null ? 'a channel in this process' : ways[daemon.way];
}
