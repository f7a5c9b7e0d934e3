import type { ByteString } from '../abi/bytes.ts';
import { EFBIG, EINVAL, EISDIR } from '../abi/errno.ts';
import { AT_FDCWD, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { MAY_WRITE } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { checkWritable, permission } from '../vfs/permission.ts';
import type { AttributeChange } from '../vfs/stat.ts';
import { mayWrite } from './access-mode.ts';
import { MAX_FILE_SIZE } from './limits.ts';
import { atPath, inodeAt } from './resolve.ts';
import { setattr } from './setattr.ts';
import { withFile } from './with-file.ts';

/**
 * truncate(2). FUSE: the walk, then SETATTR with the size.
 *
 * @throws EINVAL for a negative length; the walk's errors; EISDIR; EINVAL for other than regular files; as permission();
 *   EROFS; EFBIG
 * @see Linux fs/open.c, do_sys_truncate() and vfs_truncate()
 */
export function* truncate(task: Thread, path: ByteString, length: number): Blocking<void> {
  checkLength(length);
  yield* atPath(task, { dirfd: AT_FDCWD, path, follow: true }, (found) => truncateAt(task, found, length));
}

function* truncateAt(task: Thread, found: Path, length: number): Blocking<void> {
  const inode = inodeAt(found);
  if (inode.type === S_IFDIR) throw EISDIR;
  if (inode.type !== S_IFREG) throw EINVAL;
  yield* permission(task, inode, MAY_WRITE);
  checkWritable(found.mount);
  yield* resize(task, found, { size: length });
}

/**
 * ftruncate(2). FUSE: SETATTR with the size and the file handle.
 *
 * @throws EINVAL for a negative length; EBADF; EINVAL for other than regular files opened for writing; EFBIG
 * @see Linux fs/open.c, do_sys_ftruncate()
 */
export function* ftruncate(task: Thread, fd: number, length: number): Blocking<void> {
  checkLength(length);
  yield* withFile(task, fd, (file) => {
    if (file.inode.type !== S_IFREG || !mayWrite(file)) throw EINVAL;
    return resize(task, file.path, { size: length, file });
  });
}

function checkLength(length: number): void {
  if (length < 0 || !Number.isInteger(length)) throw EINVAL;
}

function* resize(task: Thread, path: Path, change: AttributeChange & { readonly size: number }): Blocking<void> {
  if (change.size > MAX_FILE_SIZE) throw EFBIG;
  yield* setattr(task, path, change);
}
