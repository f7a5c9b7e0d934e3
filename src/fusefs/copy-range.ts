import { EIO, ENOSYS, EOPNOTSUPP, EXDEV } from '../abi/errno.ts';
import { COPY_FILE_RANGE, COPY_FILE_RANGE_64 } from '../abi/opcodes.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { CopyRange } from '../vfs/file.ts';
import { dropCached } from './direct-io.ts';
import type { FuseFile } from './file.ts';
import { removePrivileges } from './setattr.ts';
import { dataChanged, flushTimes } from './write-inode.ts';
import { pagesOf, writePages } from './write-pages.ts';

/** The most that COPY_FILE_RANGE asks for, whose answer has 32 bits: the last whole page below that. */
const MAX_SHORT_COPY = 0xffff_f000; // bytes

/**
 * Has the server copy from one open file to another.
 *
 * FUSE: what is to be written back of both; what is needed to take set-id bits and capabilities away; COPY_FILE_RANGE_64, or COPY_FILE_RANGE where the
 * server has not that.
 *
 * @throws EOPNOTSUPP from a server that has neither; EXDEV between two servers; EIO for an answer that is more than was
 *   asked for; what the server answers
 * @see Linux fs/fuse/file.c, __fuse_copy_file_range()
 */
export function* copyFrom(task: Task, target: FuseFile, source: FuseFile, range: CopyRange): Blocking<number> {
  const { inode } = target;
  const { superblock, attributes } = inode;
  if (superblock.connection.unsupported.has(COPY_FILE_RANGE)) throw EOPNOTSUPP;
  if (source.inode.superblock !== superblock) throw EXDEV;
  yield* writePages(task, source.inode, pagesOf(range.from, Number.POSITIVE_INFINITY));
  yield* removePrivileges(task, inode);
  dataChanged(inode);
  yield* writePages(task, inode, pagesOf(range.to, Number.POSITIVE_INFINITY));
  const grows = inode.ownedFields === 0 && range.to + range.length > inode.size;
  if (grows) attributes.isSizeChanging = true;
  try {
    const copied = yield* ask(task, target, source, range);
    dropCached(target, range.to, copied);
    dataChanged(inode);
    attributes.wrote(range.to + copied, copied);
    return copied;
  } finally {
    if (grows) attributes.isSizeChanging = false;
    yield* flushTimes(task, inode);
  }
}

function* ask(task: Task, target: FuseFile, source: FuseFile, range: CopyRange): Blocking<number> {
  try {
    const { body } = yield* source.inode.call(task, COPY_FILE_RANGE_64, { body: bodyOf(target, source, range) });
    return checked(body.bytes_copied, range.length);
  } catch (error) {
    if (error !== ENOSYS) throw error;
  }
  return yield* askShort(task, target, source, { ...range, length: Math.min(range.length, MAX_SHORT_COPY) });
}

function* askShort(task: Task, target: FuseFile, source: FuseFile, range: CopyRange): Blocking<number> {
  try {
    const { body } = yield* source.inode.call(task, COPY_FILE_RANGE, { body: bodyOf(target, source, range) });
    return checked(body.size, range.length);
  } catch (error) {
    throw error === ENOSYS ? EOPNOTSUPP : error;
  }
}

function checked(copied: number, length: number): number {
  if (copied > length) throw EIO;
  return copied;
}

const bodyOf = (target: FuseFile, source: FuseFile, { from, to, length }: CopyRange) => ({
  fh_in: source.handle.fh,
  off_in: from,
  nodeid_out: target.inode.nodeid,
  fh_out: target.handle.fh,
  off_out: to,
  len: length,
  flags: 0,
});
