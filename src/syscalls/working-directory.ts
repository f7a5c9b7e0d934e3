import type { ByteString } from '../abi/bytes.ts';
import { ENAMETOOLONG, ENOENT, ENOTDIR } from '../abi/errno.ts';
import { AT_FDCWD, PATH_MAX, S_IFDIR } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { MAY_CHDIR, MAY_EXEC } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { permission } from '../vfs/permission.ts';
import { atPath, inodeAt } from './resolve.ts';
import { withFile } from './with-file.ts';

/**
 * chdir(2). FUSE: the walk, then ACCESS unless the kernel checks modes.
 *
 * @throws the walk's errors, ENOTDIR among them; EACCES
 * @see Linux fs/open.c, ksys_chdir()
 */
export const chdir = (task: Thread, path: ByteString): Blocking<void> =>
  atPath(task, { dirfd: AT_FDCWD, path, follow: true, directory: true }, (found) => enter(task, found));

/** fchdir(2), to O_PATH descriptors too. @throws EBADF; ENOTDIR; EACCES @see Linux fs/open.c, fchdir() */
export const fchdir = (task: Thread, fd: number): Blocking<void> =>
  withFile(
    task,
    fd,
    (file) => {
      if (file.inode.type !== S_IFDIR) throw ENOTDIR;
      return enter(task, file.path);
    },
    'any',
  );

/**
 * getcwd(2): as seen from the process's root, or with `(unreachable)` before it when it lies outside.
 *
 * @throws ENOENT in a removed directory; ENAMETOOLONG from PATH_MAX bytes on
 * @see Linux fs/d_path.c, getcwd()
 */
export function* getcwd(task: Thread): Blocking<ByteString> {
  const { root, cwd } = task.process;
  if (cwd.dentry.parent !== null && !cwd.dentry.hashed) throw ENOENT;
  const names: ByteString[] = [];
  let { mount } = cwd;
  let at: Dentry | null = cwd.dentry;
  while (at !== null && !(mount === root.mount && at === root.dentry)) {
    if (at === mount.root) {
      at = mount.at?.dentry ?? null;
      mount = mount.at?.mount ?? mount;
    } else {
      names.push(at.name);
      at = at.parent;
    }
  }
  const path = `${at === null ? '(unreachable)' : ''}/${names.reverse().join('/')}`;
  if (path.length >= PATH_MAX) throw ENAMETOOLONG;
  return path;
}

/** umask(2): takes the permission bits of `mask` off files made from now on. Returns the mask before. */
export function* umask(task: Thread, mask: number): Blocking<number> {
  const before = task.process.umask;
  task.process.umask = mask & 0o777;
  return before;
}

function* enter(task: Thread, path: Path): Blocking<void> {
  yield* permission(task, inodeAt(path), MAY_EXEC | MAY_CHDIR);
  task.process.cwd = path;
}
