import { EBADF, EFBIG, EINVAL, EISDIR, EOVERFLOW, ESPIPE } from '../abi/errno.ts';
import { MAX_RW_COUNT, O_APPEND, S_IFDIR, SEEK_CUR, SEEK_END, SEEK_HOLE, SEEK_SET } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { File, TransferHow } from '../vfs/file.ts';
import { mayRead, mayWrite } from './access-mode.ts';
import { gather, scatter, vector } from './io-vector.ts';
import { MAX_FILE_SIZE } from './limits.ts';
import { exclusively } from './locking.ts';
import { flagsWith } from './read-write-flags.ts';
import { withFile } from './with-file.ts';

/**
 * read(2): from the file's position on, which moves. FUSE: READ as the file's cache needs; of 0 bytes at most GETATTR.
 *
 * @throws EBADF; EISDIR; what the server answers
 * @see Linux fs/read_write.c, ksys_read()
 */
export function* read(task: Thread, fd: number, buffer: Uint8Array): Blocking<number> {
  const count = tryRead(task, fd, buffer);
  return count ?? (yield* atPosition(task, fd, (open) => readAt(task, open, buffer, open.position)));
}

/** {@link read} from the cache; undefined when it may have to sleep, and then nothing has changed. @throws EBADF */
export function tryRead(task: Thread, fd: number, buffer: Uint8Array): number | undefined {
  const file = task.process.fds.file(fd);
  if (file.positionLock.isLocked) return undefined;
  const count = tryReadAt(file, buffer, file.position);
  if (count !== undefined) file.position += count;
  return count;
}

/** pread(2): from `offset` on; the position stays. @throws EINVAL for an impossible offset; EBADF; ESPIPE; as {@link read} */
export function* pread(task: Thread, fd: number, buffer: Uint8Array, offset: number): Blocking<number> {
  const count = tryPread(task, fd, buffer, offset);
  return count ?? (yield* atOffset(task, fd, offset, (open) => readAt(task, open, buffer, offset)));
}

/** {@link pread} from the cache; undefined when it may have to sleep, and then nothing has changed. @throws EINVAL; EBADF */
export function tryPread(task: Thread, fd: number, buffer: Uint8Array, offset: number): number | undefined {
  checkOffset(offset);
  const file = task.process.fds.file(fd);
  return file.isSeekable ? tryReadAt(file, buffer, offset) : undefined;
}

/** The most that is read at once for a view whose bytes are not cached. */
const VIEW_SIZE = 65_536; // bytes

/**
 * The bytes from `offset` on without a copy, where they are cached: at least one and at most `length`, none at the end. They
 * never change, and must not be written to. What is not cached is read as by {@link pread}. Linux has mmap(2) for this.
 *
 * @throws as {@link pread}
 */
export function* view(task: Thread, fd: number, offset: number, length: number): Blocking<Uint8Array> {
  checkOffset(offset);
  const file = task.process.fds.file(fd);
  const isCached = length > 0 && file.isSeekable && mayRead(file) && offset + length <= MAX_FILE_SIZE;
  const cached = isCached ? file.tryView(offset, length) : undefined;
  if (cached !== undefined) return cached;
  const buffer = new Uint8Array(Math.min(length, VIEW_SIZE));
  return buffer.subarray(0, yield* pread(task, fd, buffer, offset));
}

/** readv(2): one read that fills the buffers in turn. @throws EBADF; EINVAL for more than IOV_MAX buffers; as {@link read} */
export const readv = (task: Thread, fd: number, buffers: readonly Uint8Array[]): Blocking<number> =>
  atPosition(task, fd, (file) => readInto(task, file, buffers, file.position));

/** preadv(2). @throws as {@link pread} and {@link readv} */
export const preadv = (task: Thread, fd: number, buffers: readonly Uint8Array[], offset: number): Blocking<number> =>
  atOffset(task, fd, offset, (file) => readInto(task, file, buffers, offset));

/**
 * write(2): at the file's position, which moves, or with O_APPEND at the end. FUSE: WRITE as the file's cache needs.
 *
 * @throws EBADF; EFBIG; what the server answers
 * @see Linux fs/read_write.c, ksys_write()
 */
export const write = (task: Thread, fd: number, data: Uint8Array): Blocking<number> =>
  atPosition(task, fd, (file) => writeAt(task, file, data, file.position));

/** pwrite(2): at `offset`, but with O_APPEND at the end; the position stays. @throws EINVAL; EBADF; ESPIPE; as {@link write} */
export const pwrite = (task: Thread, fd: number, data: Uint8Array, offset: number): Blocking<number> =>
  atOffset(task, fd, offset, (file) => writeAt(task, file, data, offset));

/** writev(2): one write of all the buffers. @throws EBADF; EINVAL for more than IOV_MAX buffers; as {@link write} */
export const writev = (task: Thread, fd: number, buffers: readonly Uint8Array[]): Blocking<number> =>
  atPosition(task, fd, (file) => writeFrom(task, file, buffers, file.position));

/** pwritev(2). @throws as {@link pwrite} and {@link writev} */
export const pwritev = (task: Thread, fd: number, buffers: readonly Uint8Array[], offset: number): Blocking<number> =>
  atOffset(task, fd, offset, (file) => writeFrom(task, file, buffers, offset));

/**
 * preadv2(2): as {@link preadv}, or with an offset of -1 as {@link readv}, with RWF_ flags.
 *
 * @throws as these; EOPNOTSUPP and EINVAL as flagsWith()
 */
export const preadv2 = (
  task: Thread,
  fd: number,
  buffers: readonly Uint8Array[],
  offset: number,
  flags: number,
): Blocking<number> => withFlags(task, fd, offset, (file, at) => readInto(task, file, buffers, at, flags));

/** pwritev2(2): as {@link pwritev}, or with an offset of -1 as {@link writev}, with RWF_ flags. @throws as {@link preadv2} */
export const pwritev2 = (
  task: Thread,
  fd: number,
  buffers: readonly Uint8Array[],
  offset: number,
  flags: number,
): Blocking<number> => withFlags(task, fd, offset, (file, at) => writeFrom(task, file, buffers, at, flags));

function withFlags(
  task: Thread,
  fd: number,
  offset: number,
  transfer: (file: File, offset: number) => Blocking<Transfer>,
): Blocking<number> {
  if (offset === -1) return atPosition(task, fd, (file) => transfer(file, file.position));
  return atOffset(task, fd, offset, (file) => transfer(file, offset));
}

/**
 * lseek(2): moves a file's position and returns it. A directory's position is what the entry before it told to go on
 * from. FUSE: LSEEK for SEEK_DATA and SEEK_HOLE of a file, GETATTR for its SEEK_END.
 *
 * @throws EBADF; EINVAL for an unknown `whence`; ESPIPE; EINVAL for an offset that is no whole number; what the server
 *   answers, ENXIO for SEEK_DATA and SEEK_HOLE outside of the file; EINVAL for a position that cannot be; EOVERFLOW for a
 *   directory's present one that no number can hold
 * @see Linux fs/read_write.c, ksys_lseek() and generic_file_llseek_size()
 */
export const lseek = (task: Thread, fd: number, offset: number, whence: number): Blocking<number> =>
  withFile(task, fd, (file) =>
    exclusively(
      task,
      file.positionLock,
      () => `the position of descriptor ${fd}`,
      () => seek(task, file, offset, whence),
    ),
  );

/** What one transfer moved, and the file offset behind it. */
interface Transfer {
  readonly count: number;
  readonly end: number;
}

/** The road of calls that use the file's position: one at a time, so that none sees the other's bytes. */
function* atPosition(task: Thread, fd: number, transfer: (file: File) => Blocking<Transfer>): Blocking<number> {
  return yield* withFile(task, fd, (file) =>
    exclusively(
      task,
      file.positionLock,
      () => `the position of descriptor ${fd}`,
      () => moving(file, transfer(file)),
    ),
  );
}

/** A transfer that leaves the file's position behind it. */
function* moving(file: File, transfer: Blocking<Transfer>): Blocking<number> {
  const { count, end } = yield* transfer;
  if (count > 0) file.position = end;
  return count;
}

/** The road of calls that bring their own offset. */
function* atOffset(
  task: Thread,
  fd: number,
  offset: number,
  transfer: (file: File) => Blocking<Transfer>,
): Blocking<number> {
  checkOffset(offset);
  return yield* withFile(task, fd, (file) => {
    if (!file.isSeekable) throw ESPIPE;
    return countOf(transfer(file));
  });
}

function* countOf(transfer: Blocking<Transfer>): Blocking<number> {
  return (yield* transfer).count;
}

function checkOffset(offset: number): void {
  if (offset < 0 || !Number.isInteger(offset)) throw EINVAL;
}

/** {@link readAt} from the cache; undefined when that is not possible, or fails. */
function tryReadAt(file: File, buffer: Uint8Array, offset: number): number | undefined {
  if (!mayRead(file) || buffer.length > MAX_RW_COUNT || offset + buffer.length > MAX_FILE_SIZE) return undefined;
  return buffer.length === 0 ? undefined : file.tryRead(buffer, offset);
}

function* readAt(task: Thread, file: File, buffer: Uint8Array, offset: number, how?: TransferHow): Blocking<Transfer> {
  if (!mayRead(file)) throw EBADF;
  if (file.inode.type === S_IFDIR) throw EISDIR;
  const room = buffer.subarray(0, Math.min(MAX_RW_COUNT, Math.max(0, MAX_FILE_SIZE - offset)));
  // Of no bytes too: Linux asks the file system, whose answer may cost the cached access time.
  const isCut = room.length === 0 && buffer.length > 0;
  const count = isCut ? 0 : yield* file.read(task, room, offset, how);
  return { count, end: offset + count };
}

function* writeAt(
  task: Thread,
  file: File,
  data: Uint8Array,
  offset: number,
  how: TransferHow = file.defaultHow,
): Blocking<Transfer> {
  if (!mayWrite(file)) throw EBADF;
  if (data.length === 0) return { count: 0, end: offset };
  const { inode } = file;
  const { flags } = how;
  const room = (flags & O_APPEND) !== 0 ? MAX_FILE_SIZE : MAX_FILE_SIZE - offset;
  if (room <= 0) throw EFBIG;
  const taken = data.subarray(0, Math.min(MAX_RW_COUNT, room));
  const why = (): string => `inode ${inode.ino} to write`;
  const act = (): Blocking<Transfer> => writeLocked(task, file, taken, offset, how);
  const mayShare = (): boolean => file.lockForWriting(offset, taken.length, flags) === 'shared';
  if (mayShare()) {
    yield* inode.lock.lockShared(task, why, 'killed');
    try {
      if (mayShare()) return yield* act();
    } finally {
      inode.lock.unlockShared();
    }
  }
  return yield* exclusively(task, inode.lock, why, act);
}

function* writeLocked(
  task: Thread,
  file: File,
  data: Uint8Array,
  offset: number,
  how: TransferHow,
): Blocking<Transfer> {
  const { written, end } = yield* file.write(task, data, offset, how);
  return { count: written, end };
}

/** The call's flags, and the parts of its vector. */
const howFor = (file: File, buffers: readonly Uint8Array[], rwf: number): TransferHow => ({
  flags: flagsWith(file, rwf),
  parts: buffers.map(({ length }) => length),
});

function* readInto(
  task: Thread,
  file: File,
  buffers: readonly Uint8Array[],
  offset: number,
  rwf = 0,
): Blocking<Transfer> {
  if (!mayRead(file)) throw EBADF;
  const joined = vector(buffers);
  if (joined.length === 0) return { count: 0, end: offset };
  const transfer = yield* readAt(task, file, joined, offset, howFor(file, buffers, rwf));
  if (buffers.length > 1) scatter(joined.subarray(0, transfer.count), buffers);
  return transfer;
}

function* writeFrom(
  task: Thread,
  file: File,
  buffers: readonly Uint8Array[],
  offset: number,
  rwf = 0,
): Blocking<Transfer> {
  if (!mayWrite(file)) throw EBADF;
  const joined = vector(buffers);
  if (joined.length === 0) return { count: 0, end: offset };
  if (buffers.length > 1) gather(buffers, joined);
  return yield* writeAt(task, file, joined, offset, howFor(file, buffers, rwf));
}

function* seek(task: Thread, file: File, offset: number, whence: number): Blocking<number> {
  if (whence < SEEK_SET || whence > SEEK_HOLE) throw EINVAL;
  if (!file.isSeekable) throw ESPIPE;
  if (!Number.isInteger(offset)) throw EINVAL;
  if (whence === SEEK_CUR && offset === 0) return positionOf(file);
  const position = yield* targetOf(task, file, offset, whence);
  if (!Number.isInteger(position) || position < 0 || position > MAX_FILE_SIZE) throw EINVAL;
  if (file.inode.type === S_IFDIR) file.cookie = BigInt(position);
  else file.position = position;
  return position;
}

function* targetOf(task: Thread, file: File, offset: number, whence: number): Blocking<number> {
  if (whence === SEEK_SET) return offset;
  if (whence === SEEK_CUR) return positionOf(file) + offset;
  const ask = (): Blocking<number> =>
    whence === SEEK_END ? fromEnd(task, file, offset) : file.seekExtent(task, offset, whence);
  const { inode } = file;
  if (inode.type === S_IFDIR) return yield* ask();
  return yield* exclusively(task, inode.lock, () => `inode ${inode.ino} to seek`, ask);
}

function* fromEnd(task: Thread, file: File, offset: number): Blocking<number> {
  return (yield* file.endOfFile(task)) + offset;
}

function positionOf(file: File): number {
  if (file.inode.type !== S_IFDIR) return file.position;
  const position = Number(BigInt.asIntN(64, file.cookie));
  if (!Number.isSafeInteger(position)) throw EOVERFLOW;
  return position;
}
