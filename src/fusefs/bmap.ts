import { Errno } from '../abi/errno.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { BMAP } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';

/**
 * Where a block of the file lies on the server's block device, in blocks of a page; 0 when there is no device, or
 * whatever goes wrong.
 *
 * FUSE: BMAP, to the server of a block device.
 *
 * @see Linux fs/fuse/file.c, fuse_bmap()
 */
export function* bmap(task: Task, inode: FuseInode, block: number): Blocking<number> {
  if (!inode.superblock.isOnBlockDevice) return 0;
  try {
    return (yield* inode.call(task, BMAP, { body: { block, blocksize: PAGE_SIZE } })).body.block;
  } catch (error) {
    if (error instanceof Errno) return 0;
    throw error;
  }
}
