import { EINTR, EIO, ERESTARTSYS } from '../abi/errno.ts';
import { FUSE_LK_FLOCK } from '../abi/fuse.ts';
import { F_RDLCK, F_UNLCK, F_WRLCK } from '../abi/linux.ts';
import { GETLK, SETLK, SETLKW } from '../abi/opcodes.ts';
import type { fuse_lk_in } from '../abi/structs.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import { type FileLock, type LockedRange, OFFSET_MAX } from '../vfs/file-lock.ts';
import type { FuseFile } from './file.ts';

/** Whether locks of this kind are the server's business, as it said in INIT. */
export function keepsLocks({ inode }: FuseFile, { kind }: FileLock): boolean {
  const { POSIX_LOCKS, FLOCK_LOCKS } = inode.superblock.connection.features;
  return kind === 'flock' ? FLOCK_LOCKS : POSIX_LOCKS;
}

/**
 * What the server says is in the way of a lock. The process id is shown as the server gives it, but -1 to who asks
 * about an OFD lock.
 *
 * FUSE: GETLK.
 *
 * @throws EIO for a reply without sense; what the server answers, ENOSYS too.
 * @see Linux fs/fuse/file.c, fuse_getlk()
 */
export function* getlk(task: Task, file: FuseFile, lock: FileLock): Blocking<LockedRange | undefined> {
  const { body } = yield* file.inode.call(task, GETLK, { body: bodyOf(file, lock, 0) });
  const { type, start, end, pid } = body.lk;
  if (type === F_UNLCK) return undefined;
  if (type !== F_RDLCK && type !== F_WRLCK) throw EIO;
  if (start > OFFSET_MAX || end > OFFSET_MAX || end < start) throw EIO;
  return { type, start, end, pid: lock.kind === 'ofd' ? -1 : pid };
}

/**
 * Has the server take or give back a lock. Nothing is kept here: the server frees POSIX locks when it hears of a close
 * (FLUSH), those of flock(2) at RELEASE.
 *
 * FUSE: SETLK or SETLKW.
 *
 * @throws what the server answers, ENOSYS too; ERESTARTSYS in place of EINTR
 * @see Linux fs/fuse/file.c, fuse_setlk()
 */
export function* setlk(task: Task, file: FuseFile, lock: FileLock, wait: 'wait' | 'try'): Blocking<void> {
  const body = bodyOf(file, lock, lock.type === F_UNLCK ? 0 : lock.pid);
  if (lock.kind === 'flock') file.handle.flockOwner = body.owner;
  try {
    yield* file.inode.call(task, wait === 'wait' ? SETLKW : SETLK, { body });
  } catch (error) {
    throw error === EINTR ? ERESTARTSYS : error;
  }
}

function bodyOf({ handle, inode }: FuseFile, { kind, owner, type, start, end }: FileLock, pid: number): fuse_lk_in {
  return {
    fh: handle.fh,
    owner: inode.superblock.lockOwnerId(owner),
    lk: { start, end, type, pid },
    lk_flags: kind === 'flock' ? FUSE_LK_FLOCK : 0,
  };
}
