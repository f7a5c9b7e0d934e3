import { EINVAL } from '../abi/errno.ts';
import { PAGE_SIZE, S_IFREG } from '../abi/linux.ts';
import { NOTIFY_REPLY } from '../abi/opcodes.ts';
import type { fuse_notify_retrieve_out, fuse_notify_store_out } from '../abi/structs.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';
import { known } from './invalidate.ts';
import type { FuseSuperblock } from './superblock.ts';

// What a server puts into the page cache of its files and asks of it, by notifications.

/**
 * Puts data into a file's page cache, which may make the file longer. A page that is not cached must be covered from its
 * start to its end, or the file's; else what is said of it is lost. Waits while pages are under way.
 *
 * @throws ENOENT for an unknown inode; EINVAL for other than regular files, and a range that no file has
 * @see Linux fs/fuse/dev.c, fuse_notify_store()
 */
export function* storePages(
  task: Task,
  superblock: FuseSuperblock,
  { nodeid, offset, size }: fuse_notify_store_out,
  data: Uint8Array,
): Blocking<void> {
  const inode = regular(superblock, nodeid);
  const end = offset + size;
  if (!Number.isSafeInteger(end)) throw EINVAL;
  inode.hold();
  try {
    if (end > inode.size) inode.attributes.wrote(end, size);
    yield* store(task, inode, offset, data);
  } finally {
    inode.release();
  }
}

function* store(task: Task, inode: FuseInode, offset: number, message: Uint8Array): Blocking<void> {
  const { mapping } = inode;
  const endsFile = offset + message.length === inode.size;
  let data = message;
  for (let done = 0; done < data.length; ) {
    const at = offset + done;
    const [page, within] = [Math.floor(at / PAGE_SIZE), at % PAGE_SIZE];
    if (mapping.lockOf(page) !== null) {
      if (data === message) data = message.slice(); // the writer's memory is his own again once this sleeps
      yield* mapping.unlocked(task, page, 'event');
    }
    const part = data.subarray(done, done + PAGE_SIZE - within);
    const isLast = endsFile && within === 0 && part.length < PAGE_SIZE && !mapping.isUptodate(page);
    mapping.put(page, within, isLast ? padded(part) : part);
    done += part.length;
  }
}

function padded(part: Uint8Array): Uint8Array {
  const page = new Uint8Array(PAGE_SIZE);
  page.set(part);
  return page;
}

/**
 * Sends a server what is in a file's page cache, up to the first page that is not: at most what one WRITE may carry.
 *
 * FUSE: NOTIFY_REPLY, with the server's own number.
 *
 * @throws ENOENT for an unknown inode; EINVAL for other than regular files; ENOMEM when the server does not read what it
 *   asked for before
 * @see Linux fs/fuse/dev.c, fuse_retrieve()
 */
export function retrievePages(
  superblock: FuseSuperblock,
  { notify_unique, nodeid, offset, size }: fuse_notify_retrieve_out,
): void {
  const { mapping, size: end } = regular(superblock, nodeid);
  const { maxWrite, maxPages } = superblock.connection.limits;
  const most = maxPages * PAGE_SIZE - (offset % PAGE_SIZE);
  const buffer = new Uint8Array(Math.max(0, Math.min(size, maxWrite, end - offset, most)));
  const data = buffer.subarray(0, mapping.read(offset, buffer));
  superblock.connection.tell(NOTIFY_REPLY, nodeid, { body: { offset, size: data.length }, data }, notify_unique);
}

function regular(superblock: FuseSuperblock, nodeid: bigint): FuseInode {
  const inode = known(superblock, nodeid);
  if (inode.type !== S_IFREG) throw EINVAL;
  return inode;
}
