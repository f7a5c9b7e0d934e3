import { EOPNOTSUPP } from '../abi/errno.ts';
import { FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE } from '../abi/linux.ts';
import { FALLOCATE } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile } from './file.ts';
import { removePrivileges } from './setattr.ts';
import { dataChanged, flushTimes } from './write-inode.ts';
import { pagesOf, writePages } from './write-pages.ts';

/** What the protocol passes on. */
const KNOWN_MODES = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE;

/**
 * Reserves, clears or frees a range of an open file, which grows by it unless FALLOC_FL_KEEP_SIZE says otherwise.
 *
 * FUSE: what is to be written back from a range that is cleared on; what is needed to take set-id bits and capabilities away; FALLOCATE; with WRITEBACK_CACHE the times of change.
 *
 * @throws EOPNOTSUPP for a mode that the protocol has not, and from a server without FALLOCATE; what the server answers
 * @see Linux fs/fuse/file.c, fuse_file_fallocate()
 */
export function* fallocate(
  task: Task,
  file: FuseFile,
  mode: number,
  { offset, length }: { readonly offset: number; readonly length: number },
): Blocking<void> {
  const { inode, handle } = file;
  const { attributes } = inode;
  if ((mode & ~KNOWN_MODES) !== 0 || inode.superblock.connection.unsupported.has(FALLOCATE)) throw EOPNOTSUPP;
  const clears = (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) !== 0;
  if (clears) yield* writePages(task, inode, pagesOf(offset, Number.POSITIVE_INFINITY));
  yield* removePrivileges(task, inode);
  dataChanged(inode);
  const keepsSize = (mode & FALLOC_FL_KEEP_SIZE) !== 0;
  if (!keepsSize) attributes.isSizeChanging = true;
  try {
    yield* inode.call(task, FALLOCATE, { body: { fh: handle.fh, offset, length, mode } });
    if (keepsSize) attributes.modified();
    else attributes.wrote(offset + length, length);
    if (clears) inode.mapping.punch(offset, offset + length);
  } finally {
    if (!keepsSize) attributes.isSizeChanging = false;
    yield* flushTimes(task, inode);
  }
}
