import { O_EXCL } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { Dentry } from '../vfs/dentry.ts';
import type { File } from '../vfs/file.ts';
import { MAY_EXEC, MAY_WRITE } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable, permission } from '../vfs/permission.ts';
import { newMode } from './new-mode.ts';
import { checkMade } from './open-existing.ts';
import type { OpenHow } from './open-flags.ts';
import { inodeAt, type Place, walkTo } from './resolve.ts';

/**
 * Makes a regular file without a name on the file system of the directory at a place, and opens it. Unless O_EXCL is
 * given, linkat(2) can give it a name.
 *
 * @throws the walk's errors, ENOTDIR among them; EROFS; EACCES; EOPNOTSUPP where there are no such files; what the server
 *   answers; as checkMade()
 * @see Linux fs/namei.c, do_tmpfile() and vfs_tmpfile()
 */
export function* openTemporary(task: Thread, place: Place, how: OpenHow, force: boolean): Blocking<File> {
  const path = yield* walkTo(task, place, { follow: how.follow, directory: true, force });
  try {
    checkWritable(path.mount);
    yield* permission(task, inodeAt(path), MAY_WRITE | MAY_EXEC);
    const file = yield* checkMade(task, yield* makeUnnamed(task, path, how), how);
    if ((how.flags & O_EXCL) === 0) file.inode.isLinkable = true;
    return file;
  } finally {
    path.release();
  }
}

/** Linux calls such a dentry "/", as no entry can be called. */
function* makeUnnamed(task: Thread, parent: Path, { flags, mode }: OpenHow): Blocking<File> {
  const dir = inodeAt(parent);
  const unnamed = new Dentry(parent.dentry, '/').hold();
  try {
    return yield* dir.tmpfile(task, parent.mount, unnamed, flags, newMode(task, dir, mode), task.process.umask);
  } finally {
    unnamed.release();
  }
}
