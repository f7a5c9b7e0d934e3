import { EOVERFLOW } from '../abi/errno.ts';
import { NO_ID } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { type Inode, MAY_WRITE } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { isOwner, permission } from '../vfs/permission.ts';
import { type AttributeChange, isTouch } from '../vfs/stat.ts';
import { exclusively } from './locking.ts';
import { inodeAt } from './resolve.ts';

/**
 * Changes attributes under the inode's lock.
 *
 * @throws EACCES for {@link isTouch} without ownership and write permission; EOVERFLOW for a file that nobody owns and
 *   that would still have no owner or no group; as the inode does
 * @see Linux fs/attr.c, notify_change()
 */
export function* setattr(task: Thread, path: Path, change: AttributeChange): Blocking<void> {
  const inode = inodeAt(path);
  yield* exclusively(
    task,
    inode.lock,
    () => `inode ${inode.ino} to change its attributes`,
    () => setattrLocked(task, path, change),
  );
}

function* setattrLocked(task: Thread, path: Path, change: AttributeChange): Blocking<void> {
  const inode = inodeAt(path);
  if (isTouch(change) && !isOwner(task.credentials, inode)) yield* permission(task, inode, MAY_WRITE);
  if (staysUnowned(inode, change)) throw EOVERFLOW;
  yield* inode.setattr(task, path.dentry, change);
}

const staysUnowned = (inode: Inode, { uid, gid }: AttributeChange): boolean =>
  (inode.uid === NO_ID && uid === undefined) || (inode.gid === NO_ID && gid === undefined);
