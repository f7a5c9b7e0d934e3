import type { ByteString } from '../abi/bytes.ts';
import { AT_FDCWD, O_CREAT, O_TRUNC, O_WRONLY } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File } from '../vfs/file.ts';
import { retryStale } from '../vfs/walk.ts';
import { newDescriptor } from './new-descriptor.ts';
import { openOrCreate } from './open-create.ts';
import { openExisting, openPlace } from './open-existing.ts';
import { type OpenHow, openHow } from './open-flags.ts';
import { openTemporary } from './open-temporary.ts';
import { checkPath, type Place } from './resolve.ts';

/**
 * openat(2). Gives the lowest free descriptor. `mode` counts with O_CREAT and O_TMPFILE alone.
 * FUSE: the walk; OPEN or OPENDIR; for a new file LOOKUP and CREATE, or MKNOD and OPEN; for O_TMPFILE TMPFILE; for O_TRUNC SETATTR unless the
 * server cuts the file as it opens.
 *
 * @throws EINVAL as openHow(); ENAMETOOLONG, ENOENT for the path itself; EMFILE; the walk's errors; then as
 *   openOrCreate(), openExisting() and openTemporary()
 * @see Linux fs/open.c, do_sys_openat2()
 */
export function* openat(task: Thread, dirfd: number, path: ByteString, flags: number, mode = 0): Blocking<number> {
  const how = openHow(flags, mode);
  checkPath(path);
  return yield* newDescriptor(task, how, () => retryStale((force) => openFile(task, { dirfd, path }, how, force)));
}

/** open(2). */
export const open = (task: Thread, path: ByteString, flags: number, mode = 0): Blocking<number> =>
  openat(task, AT_FDCWD, path, flags, mode);

/** creat(2): an empty file, opened for writing. */
export const creat = (task: Thread, path: ByteString, mode: number): Blocking<number> =>
  open(task, path, O_CREAT | O_WRONLY | O_TRUNC, mode);

const roads = {
  open: openExisting,
  create: openOrCreate,
  path: openPlace,
  temporary: openTemporary,
} as const satisfies Record<OpenHow['kind'], unknown>;

const openFile = (task: Thread, place: Place, how: OpenHow, force: boolean): Blocking<File> =>
  roads[how.kind](task, place, how, force);
