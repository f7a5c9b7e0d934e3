import { fstatSync, readdirSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { AT_FDCWD } from '../abi/linux.ts';

/** The name that /proc gives to a socket of this process. */
export const socketName = (fd: number): string => `socket:[${fstatSync(fd, { bigint: true }).ino}]`;

/** Where a link leads; nothing when it is gone by now or may not be read. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** The descriptors that a process has open, as far as they can be seen. */
export function openDescriptorsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number);
  } catch {
    return [];
  }
}

/** What /proc calls the file that a process has open as `fd`; null when there is none or it may not be seen. */
export const openFileName = (pid: number, fd: number): string | null => linkOf(`/proc/${pid}/fd/${fd}`);

/**
 * The path that a process means, absolute and without `.`, `..` and double slashes; null when its directory cannot be
 * seen. No file is looked at: one may be stuck, or served by this very thread. So symbolic links stay in it.
 */
export function absolutePath(pid: number, directoryFd: number, path: string): string | null {
  if (path.startsWith('/')) return withoutFinalSlash(posix.normalize(path));
  const directory = directoryFd === AT_FDCWD ? linkOf(`/proc/${pid}/cwd`) : openFileName(pid, directoryFd);
  return directory?.startsWith('/') === true ? withoutFinalSlash(posix.join(directory, path)) : null;
}

const withoutFinalSlash = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
