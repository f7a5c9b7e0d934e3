import { type ByteString, fromBytes } from '../abi/bytes.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { READLINK } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';

/** A symlink's target from the cache; undefined when the server must be asked. */
export function tryReadlink(inode: FuseInode): ByteString | undefined {
  if (inode.isBad || !inode.hasPages) return undefined;
  const page = inode.mapping.tryPage(0);
  return page === undefined ? undefined : targetIn(page);
}

/**
 * A symlink's target: up to 4095 bytes, cut at the first NUL; it may be empty.
 *
 * FUSE: READLINK, each time; with CACHE_SYMLINKS once, as long as the first page of the symlink's page cache has it.
 *
 * @throws EIO for a bad inode or a longer target; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_get_link()
 */
export function* readlink(task: Task, inode: FuseInode): Blocking<ByteString> {
  inode.check();
  const isKept = inode.superblock.connection.features.CACHE_SYMLINKS;
  return isKept ? yield* readIntoCache(task, inode) : targetIn(yield* ask(task, inode));
}

/** One asks, and who comes meanwhile waits for that. @see Linux mm/filemap.c, do_read_cache_folio() */
function* readIntoCache(task: Task, inode: FuseInode): Blocking<ByteString> {
  const { mapping } = inode;
  yield* mapping.unlocked(task, 0, 'event');
  const known = tryReadlink(inode);
  if (known !== undefined) return known;
  const lock = mapping.lock(0, 1);
  try {
    const target = yield* ask(task, inode);
    lock.fill(target);
    return targetIn(target);
  } finally {
    lock.release();
  }
}

/** Makes the access time stale. @see Linux fs/fuse/dir.c, fuse_readlink_folio() */
function* ask(task: Task, inode: FuseInode): Blocking<Uint8Array> {
  try {
    return (yield* inode.call(task, READLINK, { room: PAGE_SIZE - 1 })).data;
  } finally {
    inode.accessed();
  }
}

function targetIn(bytes: Uint8Array): ByteString {
  const end = bytes.indexOf(0);
  return fromBytes(bytes, 0, end === -1 ? bytes.length : end);
}
