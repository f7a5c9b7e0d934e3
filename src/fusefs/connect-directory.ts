import type { ByteString } from '../abi/bytes.ts';
import { ENOENT, ENOTDIR, ESTALE } from '../abi/errno.ts';
import { O_RDONLY, PAGE_SIZE, S_IFDIR, STATX_INO } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from '../vfs/dentry.ts';
import type { File } from '../vfs/file.ts';
import { MAY_EXEC } from '../vfs/inode.ts';
import { lookupIn } from '../vfs/lookup.ts';
import { type Mount, Path } from '../vfs/mount.ts';
import type { FuseInode } from './inode.ts';

/** No path is longer, so no directory is deeper: a server could go on for ever. */
const DEEPEST = PAGE_SIZE / 2;

/** The longest name that Linux looks at here, in bytes. */
const NAME_MAX = 255;

/** Finds a directory above, by the ".." of one. Its dentry is held. */
export type FindParent = (task: Task, inode: FuseInode) => Blocking<Dentry>;

/**
 * Gives a directory that was found without a name its place in the tree: its name is looked for in the directory above,
 * and so on up to one that has its place. What has none in the end is forgotten.
 *
 * FUSE: for each directory LOOKUP of "..", OPENDIR, READDIR up to its name, RELEASEDIR, LOOKUP of the name.
 *
 * @throws ESTALE when the name is not where it should be; what the server answers
 * @see Linux fs/exportfs/expfs.c, reconnect_path()
 */
export function* connectDirectory(task: Task, mount: Mount, dentry: Dentry, findParent: FindParent): Blocking<void> {
  const searched: File[] = [];
  try {
    for (let left = DEEPEST; left > 0; left--) {
      const top = topOf(dentry);
      if (!top.isAdrift) return;
      yield* connectOne(task, { mount, dentry: top, findParent, searched });
    }
    throw ESTALE;
  } catch (error) {
    const top = topOf(dentry);
    if (top.isAdrift) top.drop();
    throw error;
  } finally {
    for (const file of searched.reverse()) file.release();
  }
}

/** One step: the directory whose place is looked for. */
interface Search {
  readonly mount: Mount;
  readonly dentry: Dentry;
  readonly findParent: FindParent;
  /** The directories that were opened for it, which Linux closes last. @see Linux fs/file_table.c, fput() */
  readonly searched: File[];
}

function topOf(dentry: Dentry): Dentry {
  let top = dentry;
  while (top.parent !== null) top = top.parent;
  return top;
}

/** @see Linux fs/exportfs/expfs.c, reconnect_one() */
function* connectOne(task: Task, { mount, dentry, findParent, searched }: Search): Blocking<void> {
  const inode = dentry.inode as FuseInode;
  yield* inode.lock.lock(task, `directory ${inode.nodeid}, whose place is looked for`);
  let parent: Dentry;
  try {
    parent = yield* findParent(task, inode);
  } finally {
    inode.lock.unlock();
  }
  try {
    const name = yield* nameIn(task, new Path(mount, parent), inode, searched);
    if (name !== undefined) {
      yield* (parent.inode as FuseInode).permission(task, MAY_EXEC);
      (yield* lookupIn(task, parent, name, { force: false })).release();
    }
    if (dentry.isAdrift) throw ESTALE;
  } finally {
    parent.release();
  }
}

/** The name of a directory in another, found by its number; undefined when none has it. @see Linux fs/exportfs/expfs.c, get_name() */
function* nameIn(task: Task, parent: Path, inode: FuseInode, opened: File[]): Blocking<ByteString | undefined> {
  const dir = parent.dentry.inode as FuseInode;
  if (dir.type !== S_IFDIR) throw ENOTDIR;
  const { ino } = yield* inode.getattr(task, STATX_INO, 0);
  const file = yield* dir.open(task, parent.mount, parent.dentry, O_RDONLY);
  opened.push(file);
  return yield* search(task, file, ino);
}

function* search(task: Task, file: File, ino: bigint): Blocking<ByteString | undefined> {
  for (;;) {
    let found: ByteString | undefined;
    let seen = 0;
    const take = (entry: { readonly ino: bigint; readonly name: ByteString }): boolean => {
      seen++;
      if (entry.ino !== ino || entry.name.length > NAME_MAX || entry.name === '.' || entry.name === '..') return true;
      found = entry.name;
      return false;
    };
    yield* listSome(task, file, take);
    if (found !== undefined || seen === 0) return found;
  }
}

/** @see Linux fs/readdir.c, iterate_dir() */
function* listSome(
  task: Task,
  file: File,
  take: (entry: { readonly ino: bigint; readonly name: ByteString }) => boolean,
): Blocking<void> {
  const { lock } = file.inode;
  yield* lock.lockShared(task, `directory ${file.inode.ino} to read it`, 'killed');
  try {
    if (file.inode.isDead) throw ENOENT;
    yield* file.iterate(task, { room: Number.MAX_SAFE_INTEGER, take });
  } finally {
    lock.unlockShared();
  }
}
