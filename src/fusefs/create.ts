import type { ByteString } from '../abi/bytes.ts';
import { EEXIST, EINTR, EIO } from '../abi/errno.ts';
import { FUSE_ROOT_ID } from '../abi/fuse.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_ISVTX, STATX_BASIC_STATS } from '../abi/linux.ts';
import { LINK, MKDIR, MKNOD, type Opcode, SYMLINK } from '../abi/opcodes.ts';
import type { fuse_entry_out } from '../abi/structs.ts';
import type { Call } from '../fuse/connection.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { isSane } from './attributes.ts';
import { creationExtensions } from './creation-extensions.ts';
import type { FuseInode } from './inode.ts';
import { tie } from './lookup.ts';
import { contentChanged, forgetName } from './remove.ts';
import { inodeChanged } from './write-inode.ts';

/** What mkdir(2) keeps of a mode. */
const DIRECTORY_MODE = 0o777 | S_ISVTX;

/**
 * Makes a file that is no directory; `mode` has its type.
 *
 * FUSE: MKNOD.
 *
 * @throws EIO for a bad directory or a reply without sense; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_mknod()
 */
export function* mknod(
  task: Task,
  dir: FuseInode,
  dentry: Dentry,
  { mode, rdev, umask }: { readonly mode: number; readonly rdev: number; readonly umask: number },
): Blocking<void> {
  const body = { mode: maskedMode(dir, mode, umask), rdev, umask };
  yield* create(task, dir, dentry, MKNOD, mode & S_IFMT, { body, names: [dentry.name] });
}

/** As {@link mknod}, for a directory. One that the server gave a name elsewhere moves here. FUSE: MKDIR. */
export function* mkdir(
  task: Task,
  dir: FuseInode,
  dentry: Dentry,
  { mode, umask }: { readonly mode: number; readonly umask: number },
): Blocking<void> {
  const body = { mode: maskedMode(dir, mode & DIRECTORY_MODE, umask), umask };
  yield* create(task, dir, dentry, MKDIR, S_IFDIR, { body, names: [dentry.name] });
}

/** As {@link mknod}, for a symlink. FUSE: SYMLINK. */
export function* symlink(task: Task, dir: FuseInode, dentry: Dentry, target: ByteString): Blocking<void> {
  yield* create(task, dir, dentry, SYMLINK, S_IFLNK, { names: [dentry.name, target] });
}

/**
 * Gives a file another name.
 *
 * FUSE: LINK.
 *
 * @throws EIO as {@link mknod}, EPERM if the server has no LINK; what it answers. After EINTR the file's attributes are
 *   stale.
 * @see Linux fs/fuse/dir.c, fuse_link()
 */
export function* link(task: Task, dir: FuseInode, source: FuseInode, dentry: Dentry): Blocking<void> {
  try {
    const call = { body: { oldnodeid: source.nodeid }, names: [dentry.name] };
    yield* create(task, dir, dentry, LINK, source.type, call);
    yield* inodeChanged(task, source);
  } catch (error) {
    if (error === EINTR) source.attributes.invalidate(STATX_BASIC_STATS);
    throw error;
  }
}

/** The mode that a creating request carries: servers that took DONT_MASK apply the umask themselves. */
export function maskedMode({ superblock }: FuseInode, mode: number, umask: number): number {
  const { connection, options } = superblock;
  return connection.features.DONT_MASK || options.dontMask ? mode : mode & ~umask;
}

/** Whether a nodeid cannot be a new file's. */
export const isNoFile = (nodeid: bigint): boolean => nodeid === 0n || nodeid === FUSE_ROOT_ID;

/** @see Linux fs/fuse/dir.c, create_new_entry() */
function* create<In>(
  task: Task,
  dir: FuseInode,
  dentry: Dentry,
  opcode: Opcode<In, fuse_entry_out>,
  type: number,
  call: Call<In>,
): Blocking<void> {
  dir.check();
  const { epoch } = dir.superblock.versions;
  let entry: fuse_entry_out;
  try {
    const extensions = opcode.extensions ? creationExtensions(task, dir) : undefined;
    entry = (yield* dir.call(task, opcode, { ...call, extensions })).body;
  } catch (error) {
    if (error === EEXIST) forgetName(dentry);
    throw error;
  }
  if (isNoFile(entry.nodeid) || !isSane(entry.attr) || (entry.attr.mode & S_IFMT) !== type) throw EIO;
  tie(dir.superblock.inodeOf(entry, null), dentry, entry, epoch);
  contentChanged(dir);
}
