import type { ByteString } from '../abi/bytes.ts';
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_CLOEXEC } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import * as accessing from '../syscalls/access.ts';
import * as attributes from '../syscalls/attributes.ts';
import * as descriptors from '../syscalls/descriptors.ts';
import * as links from '../syscalls/link.ts';
import * as directories from '../syscalls/mkdir.ts';
import * as opening from '../syscalls/open.ts';
import * as io from '../syscalls/read-write.ts';
import * as renaming from '../syscalls/rename.ts';
import * as stats from '../syscalls/stat.ts';
import * as filesystem from '../syscalls/statfs.ts';
import * as syncing from '../syscalls/sync.ts';
import * as times from '../syscalls/times.ts';
import * as truncating from '../syscalls/truncate.ts';
import * as removing from '../syscalls/unlink.ts';
import { getcwd } from '../syscalls/working-directory.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Timespec } from '../task/clock.ts';
import { named, namedTry } from './failure.ts';

/** A system call under the name that libuv gives it, which is the name in Node's errors; so are all that follow. */
export const access = named('access', 1, accessing.access);
export const chmod = named('chmod', 1, attributes.chmod);
export const chown = named('chown', 1, attributes.chown);
export const close = named('close', 0, descriptors.close);
export const cwd = named('uv_cwd', 0, getcwd);
export const fchmod = named('fchmod', 0, attributes.fchmod);
export const fchown = named('fchown', 0, attributes.fchown);
export const fdatasync = named('fdatasync', 0, syncing.fdatasync);
export const fstat = named('fstat', 0, stats.fstat);
export const fsync = named('fsync', 0, syncing.fsync);
export const ftruncate = named('ftruncate', 0, truncating.ftruncate);
export const futime = named('futime', 0, times.futimens);
export const lchown = named('lchown', 1, attributes.lchown);
export const link = named('link', 2, links.link);
export const lstat = named('lstat', 1, stats.lstat);
export const mkdir = named('mkdir', 1, directories.mkdir);
export const readlink = named('readlink', 1, links.readlink);
export const rename = named('rename', 2, renaming.rename);
export const rmdir = named('rmdir', 1, removing.rmdir);
export const stat = named('stat', 1, stats.stat);
export const statfs = named('statfs', 1, filesystem.statfs);
export const symlink = named('symlink', 2, links.symlink);
export const unlink = named('unlink', 1, removing.unlink);

/** A system call in its plain form, which asks the caches alone and gives undefined where they do not know; so are all `try...`. */
export const tryAccess = namedTry('access', 1, accessing.tryAccess);
export const tryFstat = namedTry('fstat', 0, stats.tryFstat);
export const tryLstat = namedTry('lstat', 1, stats.tryLstat);
export const tryStat = namedTry('stat', 1, stats.tryStat);

/** open(2), never inherited by other programs. */
export const open = named(
  'open',
  1,
  (task: Thread, path: ByteString, flags: number, mode: number): Blocking<number> =>
    opening.open(task, path, flags | O_CLOEXEC, mode),
);

/** The times for {@link utime} and its like: access, then modification. */
export type Times = readonly [atime: Timespec | 'now', mtime: Timespec | 'now'];

/** Changes a file's times, a link's those of its target. */
export const utime = named(
  'utime',
  1,
  (task: Thread, path: ByteString, change: Times): Blocking<void> => times.utimensat(task, AT_FDCWD, path, change, 0),
);

/** Changes a file's times, a link's its own. */
export const lutime = named(
  'lutime',
  1,
  (task: Thread, path: ByteString, change: Times): Blocking<void> =>
    times.utimensat(task, AT_FDCWD, path, change, AT_SYMLINK_NOFOLLOW),
);

/** Where a read or write begins, in bytes; null for the descriptor's own position, which then moves. */
export type Position = number | null;

/** read(2) or pread(2). @returns bytes read; 0 at the end */
export const read = named(
  'read',
  0,
  (task: Thread, fd: number, buffer: Uint8Array, position: Position): Blocking<number> =>
    position === null ? io.read(task, fd, buffer) : io.pread(task, fd, buffer, position),
);

/** {@link read} from the cache. */
export const tryRead = namedTry(
  'read',
  0,
  (task: Thread, fd: number, buffer: Uint8Array, position: Position): number | undefined =>
    position === null ? io.tryRead(task, fd, buffer) : io.tryPread(task, fd, buffer, position),
);

/** The cached bytes of a file, or bytes just read: at least one, at most so many, none at the end. */
export const view = named('view', 0, io.view);

/** readv(2) or preadv(2), under the name of read(2) in errors. */
export const readv = named(
  'read',
  0,
  (task: Thread, fd: number, buffers: readonly Uint8Array[], position: Position): Blocking<number> =>
    position === null ? io.readv(task, fd, buffers) : io.preadv(task, fd, buffers, position),
);

/** write(2) or pwrite(2). @returns bytes written, perhaps fewer than given */
export const write = named(
  'write',
  0,
  (task: Thread, fd: number, data: Uint8Array, position: Position): Blocking<number> =>
    position === null ? io.write(task, fd, data) : io.pwrite(task, fd, data, position),
);

/** writev(2) or pwritev(2), under the name of write(2) in errors. */
export const writev = named(
  'write',
  0,
  (task: Thread, fd: number, buffers: readonly Uint8Array[], position: Position): Blocking<number> =>
    position === null ? io.writev(task, fd, buffers) : io.pwritev(task, fd, buffers, position),
);
