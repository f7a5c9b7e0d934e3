import type { ByteString } from '../abi/bytes.ts';
import { EINVAL, EPERM } from '../abi/errno.ts';
import {
  AT_FDCWD,
  S_IALLUGO,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISVTX,
} from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import { createAt } from './create.ts';
import { newMode } from './new-mode.ts';

/**
 * mkdirat(2). Of `mode` the permission bits and the sticky bit count.
 * FUSE: the walk, LOOKUP, MKDIR.
 *
 * @throws as {@link createAt}
 * @see Linux fs/namei.c, do_mkdirat()
 */
export const mkdirat = (task: Thread, dirfd: number, path: ByteString, mode: number): Blocking<void> =>
  createAt(
    task,
    { dirfd, path },
    {
      kind: 'directory',
      make: (dir, dentry) => dir.mkdir(task, dentry, S_IFDIR | (mode & (0o777 | S_ISVTX)), task.process.umask),
    },
  );

/** mkdir(2). */
export const mkdir = (task: Thread, path: ByteString, mode: number): Blocking<void> =>
  mkdirat(task, AT_FDCWD, path, mode);

/**
 * mknodat(2): a regular file, also when `mode` has no type, a pipe, a socket or a device. `rdev` as makedev() packs it,
 * for devices alone.
 * FUSE: the walk, LOOKUP, MKNOD.
 *
 * @throws EPERM for a directory, EINVAL for another type; as {@link createAt}; EPERM for a device without CAP_MKNOD
 * @see Linux fs/namei.c, do_mknodat()
 */
export function* mknodat(task: Thread, dirfd: number, path: ByteString, mode: number, rdev: number): Blocking<void> {
  const type = (mode & S_IFMT) === 0 ? S_IFREG : mode & S_IFMT;
  if (type === S_IFDIR) throw EPERM;
  if (!creatable.has(type)) throw EINVAL;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  const isWhiteout = type === S_IFCHR && rdev === 0;
  yield* createAt(
    task,
    { dirfd, path },
    {
      kind: 'file',
      *make(dir, dentry) {
        if (isDevice && !isWhiteout && !task.credentials.capabilities.has('CAP_MKNOD')) throw EPERM;
        const given = newMode(task, dir, type | (mode & S_IALLUGO));
        yield* dir.mknod(task, dentry, given, isDevice ? rdev : 0, task.process.umask);
      },
    },
  );
}

/** mknod(2). */
export const mknod = (task: Thread, path: ByteString, mode: number, rdev: number): Blocking<void> =>
  mknodat(task, AT_FDCWD, path, mode, rdev);

const creatable = new Set([S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK]);
