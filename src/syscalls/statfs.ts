import type { ByteString } from '../abi/bytes.ts';
import { AT_FDCWD } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { StatFs } from '../vfs/stat.ts';
import { atPath, inodeAt } from './resolve.ts';
import { withFile } from './with-file.ts';

/** statfs(2). FUSE: the walk, then STATFS. @see Linux fs/statfs.c, user_statfs() */
export const statfs = (task: Thread, path: ByteString): Blocking<StatFs> =>
  atPath(task, { dirfd: AT_FDCWD, path, follow: true }, (found) => {
    const inode = inodeAt(found);
    return inode.superblock.statfs(task, inode);
  });

/** fstatfs(2), of O_PATH descriptors too. @throws EBADF @see Linux fs/statfs.c, fd_statfs() */
export const fstatfs = (task: Thread, fd: number): Blocking<StatFs> =>
  withFile(task, fd, ({ inode }) => inode.superblock.statfs(task, inode), 'any');
