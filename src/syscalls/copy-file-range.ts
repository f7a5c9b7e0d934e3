import { EBADF, EFBIG, EINVAL, EISDIR, EOPNOTSUPP, EOVERFLOW, Errno, EXDEV } from '../abi/errno.ts';
import { MAX_RW_COUNT, O_APPEND, O_DIRECT, PAGE_SIZE, S_IFDIR, S_IFREG } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { CopyRange, File } from '../vfs/file.ts';
import { mayRead, mayWrite } from './access-mode.ts';
import { MAX_FILE_SIZE } from './limits.ts';
import { exclusively } from './locking.ts';
import { withFile } from './with-file.ts';

const BEYOND_SIZES = 2 ** 64;
const SPLICE_BYTES = 16 * PAGE_SIZE; // what a pipe holds

/** The two open files of a copy. */
interface Files {
  readonly source: File;
  readonly target: File;
}

/**
 * copy_file_range(2): copies up to the end of the source as it is known, and returns how much. An offset that is null
 * means the file's position, which then moves. Where the file system cannot copy, the bytes are read and written.
 * FUSE: COPY_FILE_RANGE_64 or COPY_FILE_RANGE; READ and WRITE.
 *
 * @throws EBADF; EINVAL for a flag, or a length that is no whole number or negative; EISDIR; EINVAL for other than regular
 *   files; EBADF when not open for reading and for writing, or with O_APPEND; EXDEV; EOVERFLOW; EFBIG; EINVAL for ranges
 *   that overlap, or begin before the start; what the server answers
 * @see Linux fs/read_write.c, vfs_copy_file_range() and generic_copy_file_checks()
 */
export const copyFileRange = (
  task: Thread,
  fdIn: number,
  offIn: number | null,
  fdOut: number,
  offOut: number | null,
  length: number,
  flags: number,
): Blocking<number> =>
  withFile(task, fdIn, (source) =>
    withFile(task, fdOut, function* (target) {
      const wanted = { from: offIn ?? source.position, to: offOut ?? target.position, length };
      if (flags !== 0 || !Object.values(wanted).every(Number.isInteger) || length < 0) throw EINVAL;
      const range = checkedRange({ source, target }, wanted);
      const count = range.length === 0 ? 0 : yield* copy(task, { source, target }, range);
      if (count > 0 && offIn === null) source.position = range.from + count;
      if (count > 0 && offOut === null) target.position = range.to + count;
      return count;
    }),
  );

/** The range as far as the source goes. */
function checkedRange({ source, target }: Files, { from, to, length }: CopyRange): CopyRange {
  checkFiles(source, target);
  if (wraps(from, length) || wraps(to, length)) throw EOVERFLOW;
  const { size } = source.inode;
  const there = from >= size ? 0 : Math.min(length, size - from);
  if (to >= MAX_FILE_SIZE) throw EFBIG;
  const count = Math.min(there, MAX_FILE_SIZE - to);
  if (source.inode === target.inode && to + count > from && to < from + count) throw EINVAL;
  if (from < 0 || to < 0) throw EINVAL;
  return { from, to, length: count };
}

function checkFiles(source: File, target: File): void {
  const types = [source.inode.type, target.inode.type];
  if (types.includes(S_IFDIR)) throw EISDIR;
  if (types.some((type) => type !== S_IFREG)) throw EINVAL;
  if (!mayRead(source) || !mayWrite(target) || (target.flags & O_APPEND) !== 0) throw EBADF;
  if (source.inode.superblock !== target.inode.superblock && !target.mayCopyAcross(source)) throw EXDEV;
}

/** Whether the end does not fit into 64 bits, in which a negative offset is a large one. */
const wraps = (offset: number, length: number): boolean =>
  offset < 0 ? length >= -offset : offset + length >= BEYOND_SIZES;

function* copy(task: Thread, { source, target }: Files, range: CopyRange): Blocking<number> {
  const { inode } = target;
  try {
    return yield* exclusively(
      task,
      inode.lock,
      () => `inode ${inode.ino} to copy to`,
      () => target.copyFrom(task, source, range),
    );
  } catch (error) {
    if (error !== EOPNOTSUPP && error !== EXDEV) throw error;
  }
  return yield* splice(task, { source, target }, range);
}

/**
 * Copies by reading and writing, as much at a time as a pipe holds. An error behind the first bytes only ends it.
 *
 * @see Linux fs/splice.c, splice_direct_to_actor()
 */
function* splice(task: Thread, files: Files, { from, to, length }: CopyRange): Blocking<number> {
  const wanted = Math.min(length, MAX_RW_COUNT);
  let done = 0;
  try {
    while (done < wanted) {
      const piece = { from: from + done, to: to + done, length: wanted - done };
      const { read, written } = yield* splicePiece(task, files, piece);
      done += written;
      if (read === 0 || written < read) break;
    }
  } catch (error) {
    if (done === 0 || !(error instanceof Errno)) throw error;
  }
  return done;
}

/** A pipe holds pages, the first of which begins where the file's page does. */
function* splicePiece(
  task: Thread,
  { source, target }: Files,
  { from, to, length }: CopyRange,
): Blocking<{ readonly read: number; readonly written: number }> {
  const unused = (source.flags & O_DIRECT) === 0 ? from % PAGE_SIZE : 0;
  const buffer = new Uint8Array(Math.min(length, SPLICE_BYTES - unused));
  const read = yield* source.spliceRead(task, buffer, from);
  if (read === 0) return { read, written: 0 };
  const { inode } = target;
  const { written } = yield* exclusively(
    task,
    inode.lock,
    () => `inode ${inode.ino} to write`,
    () => target.write(task, buffer.subarray(0, read), to),
  );
  return { read, written };
}
