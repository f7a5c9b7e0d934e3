import { EINTR, EINVAL, ENOENT } from '../abi/errno.ts';
import { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT, STATX_BASIC_STATS, STATX_CTIME } from '../abi/linux.ts';
import { RENAME, RENAME2, RMDIR, UNLINK } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { FuseInode } from './inode.ts';

/** The protocol that brought RENAME2. */
const MINOR_OF_RENAME2 = 23;

/** A name in a directory. */
interface Name {
  readonly dir: FuseInode;
  readonly dentry: Dentry;
}

/**
 * Removes a name that is no directory's. The caller then removes the dentry.
 *
 * FUSE: UNLINK.
 *
 * @throws EIO for a bad directory; what the server answers. After EINTR and ENOENT the name is looked up anew.
 * @see Linux fs/fuse/dir.c, fuse_unlink()
 */
export function* unlink(task: Task, dir: FuseInode, dentry: Dentry): Blocking<void> {
  yield* remove(task, UNLINK, { dir, dentry });
}

/** As {@link unlink}, for an empty directory. FUSE: RMDIR. */
export function* rmdir(task: Task, dir: FuseInode, dentry: Dentry): Blocking<void> {
  yield* remove(task, RMDIR, { dir, dentry });
}

function* remove(task: Task, opcode: typeof UNLINK | typeof RMDIR, { dir, dentry }: Name): Blocking<void> {
  dir.check();
  try {
    yield* dir.call(task, opcode, { names: [dentry.name] });
  } catch (error) {
    if (leavesDoubt(error)) forgetName(dentry);
    throw error;
  }
  contentChanged(dir);
  nameGone(dentry);
}

/**
 * Renames. The caller then moves the dentries. `flags` are renameat2(2)'s.
 *
 * FUSE: RENAME; RENAME2 when there are flags.
 *
 * @throws EIO for a bad directory, EINVAL for an unknown flag, or any if the server has no RENAME2; what the server
 *   answers. After EINTR and ENOENT both names are looked up anew.
 * @see Linux fs/fuse/dir.c, fuse_rename2()
 */
export function* rename(task: Task, source: Name, target: Name, flags: number): Blocking<void> {
  source.dir.check();
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) throw EINVAL;
  try {
    yield* tellServer(task, source, target, flags);
  } catch (error) {
    if (leavesDoubt(error)) {
      forgetName(source.dentry);
      if (!target.dentry.isNegative) forgetName(target.dentry);
    }
    throw error;
  }
  changed(source.dentry);
  if ((flags & RENAME_EXCHANGE) !== 0) changed(target.dentry);
  contentChanged(source.dir);
  if (target.dir !== source.dir) contentChanged(target.dir);
  if ((flags & RENAME_EXCHANGE) === 0) nameGone(target.dentry);
}

function* tellServer(task: Task, { dir, dentry }: Name, target: Name, flags: number): Blocking<void> {
  const names = [dentry.name, target.dentry.name];
  const newdir = target.dir.nodeid;
  if (flags === 0) {
    yield* dir.call(task, RENAME, { body: { newdir }, names });
    return;
  }
  if (dir.superblock.connection.limits.minor < MINOR_OF_RENAME2) throw EINVAL;
  yield* dir.call(task, RENAME2, { body: { newdir, flags }, names });
}

/** Whether it is unknown after this error what became of the name. */
const leavesDoubt = (error: unknown): boolean => error === EINTR || error === ENOENT;

/** @see Linux fs/fuse/dir.c, fuse_invalidate_entry() */
export function forgetName(dentry: Dentry): void {
  dentry.drop();
  dentry.expires = 0;
}

/** A directory's entries changed. @see Linux fs/fuse/dir.c, fuse_dir_changed() */
export function contentChanged(dir: FuseInode): void {
  dir.attributes.invalidate(STATX_BASIC_STATS);
  dir.listing?.changed();
}

/** What a name stands for was changed, and its change time with it. */
function changed(dentry: Dentry): void {
  (dentry.inode as FuseInode | null)?.attributes.invalidate(STATX_CTIME);
}

/** The server removed a name. @see Linux fs/fuse/dir.c, fuse_entry_unlinked() */
function nameGone(dentry: Dentry): void {
  (dentry.inode as FuseInode | null)?.attributes.unlinked();
  dentry.expires = 0;
}
