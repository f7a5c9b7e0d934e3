import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Path } from '../vfs/mount.ts';
import type { AttributeChange } from '../vfs/stat.ts';
import { exclusively } from './locking.ts';
import { inodeAt } from './resolve.ts';

/** Changes attributes under the inode's lock. @see Linux fs/attr.c, notify_change() */
export function* setattr(task: Thread, path: Path, change: AttributeChange): Blocking<void> {
  const inode = inodeAt(path);
  yield* exclusively(task, inode.lock, `inode ${inode.ino} to change its attributes`, () =>
    inode.setattr(task, path.dentry, change),
  );
}
