import { O_ACCMODE, O_RDONLY, O_RDWR, O_WRONLY } from '../abi/linux.ts';
import { MAY_READ, MAY_WRITE } from '../vfs/inode.ts';

/**
 * What opening with these flags takes: MAY_READ and MAY_WRITE for each way of access.
 * Mode 3, a file for ioctl(2) alone, asks for both and gives neither. Linux's ACC_MODE.
 */
export function neededAccess(flags: number): number {
  const access = flags & O_ACCMODE;
  return (access === O_WRONLY ? 0 : MAY_READ) | (access === O_RDONLY ? 0 : MAY_WRITE);
}

/** Whether a file with these flags can be read. Linux's FMODE_READ. */
export function mayRead({ flags }: { readonly flags: number }): boolean {
  const access = flags & O_ACCMODE;
  return access === O_RDONLY || access === O_RDWR;
}

/** Whether a file with these flags can be written. Linux's FMODE_WRITE. */
export function mayWrite({ flags }: { readonly flags: number }): boolean {
  const access = flags & O_ACCMODE;
  return access === O_WRONLY || access === O_RDWR;
}
