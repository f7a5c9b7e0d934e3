import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { withFile } from './with-file.ts';

/** fsync(2), of directories too. FUSE: FSYNC or FSYNCDIR. @throws EBADF @see Linux fs/sync.c, do_fsync() */
export const fsync = (task: Thread, fd: number): Blocking<void> =>
  withFile(task, fd, (file) => file.fsync(task, false));

/** fdatasync(2): as {@link fsync}, without attributes that are not needed to read the data. @throws EBADF */
export const fdatasync = (task: Thread, fd: number): Blocking<void> =>
  withFile(task, fd, (file) => file.fsync(task, true));
