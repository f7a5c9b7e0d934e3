import { type ByteString, fromBytes } from '../abi/bytes.ts';
import { PAGE_SIZE } from '../abi/linux.ts';
import { READLINK } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseInode } from './inode.ts';

/**
 * A symlink's target: up to 4095 bytes, cut at the first NUL; it may be empty. Makes the access time stale.
 *
 * FUSE: READLINK, each time.
 *
 * @throws EIO for a bad inode or a longer target; what the server answers.
 * @see Linux fs/fuse/dir.c, fuse_readlink_folio()
 */
export function* readlink(task: Task, inode: FuseInode): Blocking<ByteString> {
  inode.check();
  try {
    const { data } = yield* inode.call(task, READLINK, { room: PAGE_SIZE - 1 });
    const end = data.indexOf(0);
    return fromBytes(data, 0, end === -1 ? data.length : end);
  } finally {
    inode.accessed();
  }
}
