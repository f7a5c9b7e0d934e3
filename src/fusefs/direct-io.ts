import { O_APPEND } from '../abi/linux.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile, Written } from './file.ts';
import { readPieces, writePieces } from './transfer.ts';

/**
 * Reads from a file opened with FOPEN_DIRECT_IO: exact ranges, past the end of the file too. Makes the access time stale.
 *
 * FUSE: READ with the lock owner, up to the first short reply.
 *
 * @throws EIO for a bad inode; what the server answers, if nothing has been read.
 * @see Linux fs/fuse/file.c, __fuse_direct_read()
 */
export function* readDirect(task: Task, file: FuseFile, buffer: Uint8Array, offset: number): Blocking<number> {
  const { inode } = file;
  inode.check();
  try {
    return (yield* readPieces(task, file, buffer, offset, 'direct')).done;
  } finally {
    inode.accessed();
  }
}

/**
 * Writes to a file opened with FOPEN_DIRECT_IO: exact ranges. With O_APPEND they begin at the size last known.
 * The server is told to take set-id bits away itself, and O_SYNC is its matter too.
 *
 * FUSE: WRITE with the lock owner, up to the first short one.
 *
 * @throws EIO for a bad inode or a server that takes more than it was given; what it answers, if nothing was written.
 * @see Linux fs/fuse/file.c, fuse_direct_write_iter()
 */
export function* writeDirect(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<Written> {
  const { inode, flags } = file;
  inode.check();
  if (data.length === 0) return { written: 0, end: offset };
  const start = (flags & O_APPEND) === 0 ? offset : inode.size;
  const written = yield* writeRange(task, file, data, start);
  return { written, end: start + written };
}

/** Writes a range and keeps the attributes up with it. @throws as {@link writeDirect} */
export function* writeRange(task: Task, file: FuseFile, data: Uint8Array, offset: number): Blocking<number> {
  let written = 0;
  try {
    written = yield* writePieces(task, file, data, offset, 'direct');
  } finally {
    file.inode.attributes.wrote(offset + written, written);
  }
  return written;
}
