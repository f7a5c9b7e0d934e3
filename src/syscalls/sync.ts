import { Errno } from '../abi/errno.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Failure } from '../vfs/error-sequence.ts';
import type { File } from '../vfs/file.ts';
import type { Mount } from '../vfs/mount.ts';
import type { Superblock } from '../vfs/superblock.ts';
import { exclusively } from './locking.ts';
import { withFile } from './with-file.ts';

/** fsync(2), of directories too. FUSE: FSYNC or FSYNCDIR. @throws EBADF @see Linux fs/sync.c, do_fsync() */
export const fsync = (task: Thread, fd: number): Blocking<void> =>
  withFile(task, fd, (file) => flushed(task, file, false));

/** fdatasync(2): as {@link fsync}, without attributes that are not needed to read the data. @throws EBADF */
export const fdatasync = (task: Thread, fd: number): Blocking<void> =>
  withFile(task, fd, (file) => flushed(task, file, true));

/**
 * syncfs(2): all of the file system that a file is in.
 *
 * FUSE: what is to be written back; SYNCFS, for block devices.
 *
 * @throws EBADF; what SYNCFS is answered; once for each open file what could not be written back since it was opened
 * @see Linux fs/sync.c, syncfs()
 */
export const syncfs = (task: Thread, fd: number): Blocking<void> =>
  withFile(task, fd, (file) => allFlushed(task, file));

/** sync(2): all file systems that are mounted. It never fails. FUSE: SYNCFS, for block devices. @see Linux fs/sync.c, ksys_sync() */
export function* sync(task: Thread): Blocking<void> {
  for (const superblock of superblocksFrom(rootOf(task.process.root.mount))) {
    try {
      yield* superblock.syncfs(task);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}

function* allFlushed(task: Thread, file: File): Blocking<void> {
  const { superblock } = file.inode;
  let failure: Failure | null = null;
  try {
    yield* superblock.syncfs(task);
  } finally {
    failure = superblock.writebackErrors.news(file.toldOfAll);
    file.toldOfAll = failure ?? file.toldOfAll;
  }
  if (failure !== null) throw failure.errno;
}

/** One at a time with what changes the file, as in Linux's fuse_fsync() and fuse_dir_fsync(). */
const flushed = (task: Thread, file: File, datasync: boolean): Blocking<void> =>
  exclusively(
    task,
    file.inode.lock,
    () => `inode ${file.inode.ino} to sync`,
    () => file.fsync(task, datasync),
  );

const rootOf = (mount: Mount): Mount => (mount.at === null ? mount : rootOf(mount.at.mount));

/** Each file system once, whatever the number of its mounts. */
function superblocksFrom(mount: Mount, found = new Set<Superblock>()): ReadonlySet<Superblock> {
  found.add(mount.superblock);
  for (const above of mount.mounted.values()) superblocksFrom(above, found);
  return found;
}
