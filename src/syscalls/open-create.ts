import type { ByteString } from '../abi/bytes.ts';
import { EACCES, EEXIST, EISDIR, ENOENT, EROFS, Errno } from '../abi/errno.ts';
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_ISVTX, S_IWOTH } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Dentry } from '../vfs/dentry.ts';
import { File } from '../vfs/file.ts';
import { MAY_EXEC, MAY_WRITE } from '../vfs/inode.ts';
import { lookupLocked, tryLookup } from '../vfs/lookup.ts';
import { type Mount, Path } from '../vfs/mount.ts';
import { permission } from '../vfs/permission.ts';
import type { Last } from '../vfs/walk.ts';
import { exclusively } from './locking.ts';
import { newMode } from './new-mode.ts';
import { checkMade, openFound } from './open-existing.ts';
import { isExclusive, type OpenHow } from './open-flags.ts';
import { inodeAt, type Place, walkToLast } from './resolve.ts';

/**
 * Opens what is at a place, or makes a regular file there; through a symlink too, even one that leads to nothing yet.
 *
 * @throws the walk's errors; EISDIR for a slash behind the name; ENOENT in a removed directory; EEXIST with O_EXCL; EISDIR;
 *   EACCES for another's symlink or special file in a sticky directory; EROFS or EACCES to make it; as openFound(); what the server answers
 * @see Linux fs/namei.c, open_last_lookups() and lookup_open()
 */
export function* openOrCreate(task: Thread, place: Place, how: OpenHow, force: boolean): Blocking<File> {
  let last: Last | null = yield* walkToLast(task, place, force);
  try {
    for (;;) {
      const found: File | Path = yield* findOrCreate(task, last, how, force);
      if (found instanceof File) return found;
      try {
        const { type } = inodeAt(found);
        if (type !== S_IFLNK || !how.follow) {
          if (isExclusive(how)) throw EEXIST;
          if (type === S_IFDIR) throw EISDIR;
          checkSticky(task, found);
          return yield* openFound(task, found, how);
        }
        const spent: Last = last;
        last = null;
        last = yield* spent.follow(found.dentry);
      } finally {
        found.release();
      }
    }
  } finally {
    last?.release();
  }
}

/**
 * Keeps O_CREAT from opening what somebody else has put into a directory of all, a trap for who thinks that it is new.
 * Regular files and FIFOs are let through, as with fs.protected_regular = 0 and fs.protected_fifos = 0, Linux's defaults.
 *
 * @see Linux fs/namei.c, may_create_in_sticky()
 */
function checkSticky({ credentials }: Thread, found: Path): void {
  const { type, uid } = inodeAt(found);
  const dir = found.dentry.parent?.inode;
  if (type === S_IFREG || type === S_IFIFO || dir === null || dir === undefined) return;
  const isOpenToAll = (dir.mode & S_ISVTX) !== 0 && (dir.mode & S_IWOTH) !== 0;
  if (isOpenToAll && uid !== dir.uid && uid !== credentials.fsuid) throw EACCES;
}

/** The file made and opened under a last component, or the held place of what was there. */
function* findOrCreate(task: Thread, last: Last, how: OpenHow, force: boolean): Blocking<File | Path> {
  if (last.kind !== 'name') return last.special();
  if (last.trailingSlash) throw EISDIR;
  const { parent, name } = last;
  const distrust = force || isExclusive(how);
  const cached = tryLookup(parent.dentry, name, distrust);
  if (cached !== undefined && !cached.isNegative) return seenAt(parent.mount, cached);
  const dir = inodeAt(parent);
  return yield* exclusively(
    task,
    dir.lock,
    () => `directory ${dir.ino} to open ${name}`,
    () => findOrCreateLocked(task, { parent, name, distrust }, how),
  );
}

interface Name {
  readonly parent: Path;
  readonly name: ByteString;
  /** Ask about the name even if it is cached. */
  readonly distrust: boolean;
}

function* findOrCreateLocked(task: Thread, { parent, name, distrust }: Name, how: OpenHow): Blocking<File | Path> {
  const dir = inodeAt(parent);
  if (dir.isDead) throw ENOENT;
  // Linux asks for the permission to create before it looks a cold name up, and uses the answer if it found nothing.
  const isCold = isUnknown(parent.dentry, name, distrust);
  const early = isCold ? yield* refusalToCreate(task, parent) : null;
  const dentry = yield* lookupLocked(task, parent.dentry, name, { force: distrust });
  try {
    if (!dentry.isNegative) return seenAt(parent.mount, dentry);
    const refusal = isCold ? early : yield* refusalToCreate(task, parent);
    if (refusal !== null) throw refusal;
    const mode = newMode(task, dir, how.mode);
    const opened = yield* dir.atomicOpen(task, parent.mount, dentry, how.flags, mode, task.process.umask);
    if (opened?.created === true) {
      opened.file.isCreated = true;
      return yield* checkMade(task, opened.file, how);
    }
    opened?.file.release();
    return seenAt(parent.mount, dentry);
  } finally {
    dentry.release();
  }
}

/** Whether no cached dentry says anything about the name that can be used or asked about. */
function isUnknown(dir: Dentry, name: ByteString, distrust: boolean): boolean {
  const child = dir.children.get(name);
  return child === undefined || (child.isNegative && tryLookup(dir, name, distrust) === undefined);
}

/** Why the task may not make a file there, as a value: it does not matter if the file exists. */
function* refusalToCreate(task: Thread, parent: Path): Blocking<Errno | null> {
  if (parent.mount.isReadOnly) return EROFS;
  try {
    yield* permission(task, inodeAt(parent), MAY_WRITE | MAY_EXEC);
    return null;
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}

/** What is seen at a dentry, through the mounts on it; held. */
const seenAt = (mount: Mount, dentry: Dentry): Path => new Path(mount, dentry).visible().hold();
