import { EINVAL, EIO, ENOENT, ENOTDIR, type Errno } from '../abi/errno.ts';
import { S_IFDIR } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { DirectoryEntry, DirectoryReader, File } from '../vfs/file.ts';
import { exclusively } from './locking.ts';
import { withFile } from './with-file.ts';

/** What struct linux_dirent64 takes before the name. */
const HEADER_SIZE = 19; // bytes
const ALIGNMENT = 8; // bytes

/** The bytes that getdents64(2) uses for an entry of that name, which ends in a NUL. */
const recordSize = (name: string): number => Math.ceil((HEADER_SIZE + name.length + 1) / ALIGNMENT) * ALIGNMENT;

/**
 * getdents64(2): the next entries that a buffer of `size` bytes holds, in the directory's own order; none at its end.
 * FUSE: READDIR or READDIRPLUS. An error behind entries shows in the next call.
 *
 * @throws EBADF; ENOTDIR; ENOENT for a removed directory; EINVAL when the first entry does not fit; EIO for a name
 *   that is empty or has a slash; what the server answers
 * @see Linux fs/readdir.c, getdents64()
 */
export const getdents = (task: Thread, fd: number, size: number): Blocking<DirectoryEntry[]> =>
  withFile(task, fd, (file) =>
    exclusively(
      task,
      file.positionLock,
      () => `the position of descriptor ${fd}`,
      () => iterate(task, file, size),
    ),
  );

function* iterate(task: Thread, file: File, size: number): Blocking<DirectoryEntry[]> {
  const { inode } = file;
  if (inode.type !== S_IFDIR) throw ENOTDIR;
  yield* inode.lock.lockShared(task, () => `directory ${inode.ino} to read it`, 'killed');
  try {
    if (inode.isDead) throw ENOENT;
    return yield* fill(task, file, size);
  } finally {
    inode.lock.unlockShared();
  }
}

function* fill(task: Thread, file: File, size: number): Blocking<DirectoryEntry[]> {
  const buffer = new EntryBuffer(size);
  try {
    yield* file.iterate(task, buffer);
  } catch (error) {
    if (buffer.entries.length === 0) throw error;
  }
  if (buffer.entries.length === 0 && buffer.refused !== null) throw buffer.refused;
  return buffer.entries;
}

/** The memory that getdents64(2) fills. Linux's struct getdents_callback64. */
class EntryBuffer implements DirectoryReader {
  readonly entries: DirectoryEntry[] = [];
  room: number;
  /** Why the last entry was not taken. */
  refused: Errno | null = null;

  constructor(size: number) {
    this.room = size;
  }

  take(entry: DirectoryEntry): boolean {
    const needed = recordSize(entry.name);
    if (entry.name === '' || entry.name.includes('/')) this.refused = EIO;
    else if (needed > this.room) this.refused = EINVAL;
    if (this.refused !== null) return false;
    this.room -= needed;
    this.entries.push(entry);
    return true;
  }
}
