import { EEXIST, EIO, ENOSYS } from '../abi/errno.ts';
import { FOPEN_CACHE_DIR, FOPEN_KEEP_CACHE, FOPEN_PASSTHROUGH, FUSE_OPEN_KILL_SUIDGID } from '../abi/fuse.ts';
import { O_CLOEXEC, O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, S_IFDIR, S_IFMT, S_IFREG } from '../abi/linux.ts';
import { CREATE, OPEN, OPENDIR, RELEASE, TMPFILE } from '../abi/opcodes.ts';
import type { fuse_open_in, fuse_open_out } from '../abi/structs.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { File } from '../vfs/file.ts';
import type { Opened } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { isSane } from './attributes.ts';
import { isNoFile, maskedMode, mknod } from './create.ts';
import { creationExtensions } from './creation-extensions.ts';
import { FuseDirectoryFile } from './directory-file.ts';
import { FuseFile } from './file.ts';
import { type Handle, releaseHandle } from './handle.ts';
import type { FuseInode } from './inode.ts';
import { tie } from './lookup.ts';
import { mayKeepSetId } from './privileges.ts';
import { contentChanged, forgetName } from './remove.ts';
import { setattr } from './setattr.ts';

/** Flags that are for the call alone: no request to open and no open file has them. */
const CREATION_FLAGS = O_CREAT | O_EXCL | O_NOCTTY;

/**
 * Opens a regular file or a directory. With O_TRUNC the file is cut if the server does that as it opens.
 *
 * FUSE: OPEN or OPENDIR, until the server has answered with ENOSYS; with O_TRUNC what a change of the size sends before
 * its SETATTR. If that fails, RELEASE.
 *
 * @throws EIO for a bad inode or a reply that asks for what was not negotiated; what the server answers.
 * @see Linux fs/fuse/file.c, fuse_open(), and fs/fuse/dir.c, fuse_dir_open()
 */
export function* open(task: Task, inode: FuseInode, path: Path, flags: number): Blocking<File> {
  inode.check();
  if (inode.type === S_IFDIR) {
    const handle = yield* openHandle(task, inode, OPENDIR, flags);
    dropUnlessKept(inode, handle);
    return new FuseDirectoryFile(path, inode, fileFlags(flags), handle);
  }
  const file = yield* openRegular(task, inode, path, flags);
  if (!isTruncation(inode, flags)) return file;
  try {
    yield* setattr(task, inode, path.dentry, { size: 0, file, isOpening: true });
    return file;
  } catch (error) {
    file.release();
    throw error;
  }
}

/** What open(2) was told about a new file, and the task's umask. */
interface Creation {
  readonly flags: number;
  readonly mode: number;
  readonly umask: number;
}

/**
 * Makes the file of a negative dentry and opens it.
 *
 * FUSE: CREATE, or where the server has none, MKNOD and OPEN.
 *
 * @throws EIO for a bad directory or a reply without sense; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_atomic_open()
 */
export function* atomicOpen(task: Task, dir: FuseInode, path: Path, how: Creation): Blocking<Opened> {
  const { dentry } = path;
  dir.check();
  try {
    return { file: yield* create(task, dir, path, { ...how, opcode: CREATE }), created: true };
  } catch (error) {
    if (error === EEXIST) forgetName(dentry);
    if (error !== ENOSYS) throw error;
  }
  yield* mknod(task, dir, dentry, { ...how, rdev: 0 });
  const file = yield* openRegular(task, dentry.inode as FuseInode, path, how.flags);
  return { file, created: true };
}

/**
 * Makes a file without a name and opens it. `path` has the dentry that the file is to have.
 *
 * FUSE: TMPFILE, with the name "/".
 *
 * @throws EIO for a bad directory or a reply without sense, EOPNOTSUPP if the server has no TMPFILE; what it answers.
 * @see Linux fs/fuse/dir.c, fuse_tmpfile()
 */
export function* tmpfile(task: Task, dir: FuseInode, path: Path, how: Creation): Blocking<File> {
  dir.check();
  return yield* create(task, dir, path, { ...how, opcode: TMPFILE });
}

/** @see Linux fs/fuse/dir.c, fuse_create_open() */
function* create(
  task: Task,
  dir: FuseInode,
  path: Path,
  { opcode, flags, mode, umask }: Creation & { readonly opcode: typeof CREATE | typeof TMPFILE },
): Blocking<File> {
  const { dentry } = path;
  const { epoch } = dir.superblock.versions;
  const takesSetId = (flags & (O_TRUNC | O_EXCL)) === O_TRUNC && tellsServer(task, dir);
  const { body } = yield* dir.call(task, opcode, {
    body: {
      flags: opcode === CREATE ? creationFlags(flags) : unnamedFlags(flags),
      mode: maskedMode(dir, mode, umask),
      umask,
      open_flags: takesSetId ? FUSE_OPEN_KILL_SUIDGID : 0,
    },
    names: [dentry.name],
    extensions: creationExtensions(task, dir),
  });
  const { entry, open } = body;
  if (isNoFile(entry.nodeid) || !isSane(entry.attr) || (entry.attr.mode & S_IFMT) !== S_IFREG) throw EIO;
  const inode = dir.superblock.inodeOf(entry, null);
  if (opcode === CREATE) tie(inode, dentry, entry, epoch);
  else attachUnnamed(inode, dentry);
  contentChanged(dir);
  return opened(dentry.inode as FuseInode, path, flags, handleOf(open));
}

/** What CREATE is told: nothing of O_TRUNC when O_EXCL makes sure that there is nothing to cut. Linux fs/namei.c, lookup_open() */
function creationFlags(flags: number): number {
  const unsaid = (flags & O_EXCL) === 0 ? O_NOCTTY | O_CLOEXEC : O_NOCTTY | O_CLOEXEC | O_TRUNC;
  return flags & ~unsaid;
}

/** What TMPFILE is told: O_EXCL means another thing there, so that O_TRUNC stays. */
const unnamedFlags = (flags: number): number => flags & ~(O_NOCTTY | O_CLOEXEC);

/** Ties a file without a name to its dentry, which takes over the caller's reference. */
function attachUnnamed(inode: FuseInode, dentry: Dentry): void {
  dentry.attachUnnamed(inode);
  inode.release();
}

/** @see Linux fs/fuse/file.c, fuse_do_open() */
function* openRegular(task: Task, inode: FuseInode, path: Path, flags: number): Blocking<FuseFile> {
  inode.check();
  const handle = yield* openHandle(task, inode, OPEN, flags);
  const truncates = isTruncation(inode, flags);
  if (truncates) inode.attributes.truncated();
  const file = opened(inode, path, flags, handle);
  if (truncates) inode.mapping.truncate(0);
  return file;
}

/** An open file for a handle, unless the server asks for what it was not offered. Drops cached pages that are not to be kept. */
function opened(inode: FuseInode, path: Path, flags: number, handle: Handle): FuseFile {
  if ((handle.openFlags & FOPEN_PASSTHROUGH) === 0) {
    dropUnlessKept(inode, handle);
    return new FuseFile(path, inode, fileFlags(flags), handle);
  }
  releaseHandle(inode, handle, RELEASE, fileFlags(flags));
  throw EIO;
}

/** Drops the pages that a server did not say may be kept. */
function dropUnlessKept(inode: FuseInode, { openFlags }: Handle): void {
  if ((openFlags & FOPEN_KEEP_CACHE) === 0) inode.dropPages();
}

function openHandle(
  task: Task,
  inode: FuseInode,
  opcode: typeof OPEN | typeof OPENDIR,
  flags: number,
): Blocking<Handle> {
  const kept = isTruncation(inode, flags) ? O_TRUNC : 0;
  const open_flags = kept !== 0 && tellsServer(task, inode) ? FUSE_OPEN_KILL_SUIDGID : 0;
  return requestHandle(task, inode, opcode, { flags: fileFlags(flags) | kept, open_flags });
}

/** Asks the server for a handle; one that has no OPEN or OPENDIR needs none. @see Linux fs/fuse/file.c, fuse_file_open() */
export function* requestHandle(
  task: Task,
  inode: FuseInode,
  opcode: typeof OPEN | typeof OPENDIR,
  body: fuse_open_in,
): Blocking<Handle> {
  try {
    return handleOf((yield* inode.call(task, opcode, { body })).body);
  } catch (error) {
    if (error !== ENOSYS) throw error;
    return {
      fh: 0n,
      openFlags: opcode === OPENDIR ? FOPEN_KEEP_CACHE | FOPEN_CACHE_DIR : FOPEN_KEEP_CACHE,
      isReal: false,
    };
  }
}

const handleOf = ({ fh, open_flags }: fuse_open_out): Handle => ({ fh, openFlags: open_flags, isReal: true });

/** The flags of the open file, as F_GETFL shows them. */
const fileFlags = (flags: number): number => flags & ~(CREATION_FLAGS | O_TRUNC | O_CLOEXEC);

/** Whether opening with these flags makes the server cut the file. */
const isTruncation = (inode: FuseInode, flags: number): boolean => (flags & O_TRUNC) !== 0 && inode.truncatesOnOpen;

/** Whether the server must be told to take set-id bits away: it said it would, and the caller may not keep them. */
const tellsServer = (task: Task, inode: FuseInode): boolean =>
  inode.superblock.connection.features.HANDLE_KILLPRIV_V2 && !mayKeepSetId(task.credentials);
