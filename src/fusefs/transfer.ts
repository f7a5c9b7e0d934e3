import { EIO } from '../abi/errno.ts';
import { FUSE_READ_LOCKOWNER, FUSE_WRITE_KILL_SUIDGID, FUSE_WRITE_LOCKOWNER } from '../abi/fuse.ts';
import { O_SYNC, PAGE_SIZE } from '../abi/linux.ts';
import type { fuse_read_in, fuse_write_in } from '../abi/structs.ts';
import type { Call } from '../fuse/connection.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile } from './file.ts';
import { mayKeepSetId } from './privileges.ts';

/** How bytes travel: exactly as the program asks, in its own name; or for the page cache, which minds locks of nobody. */
export type Manner = 'direct' | 'cached';

/** What one request carries of a larger transfer: `size` bytes from `at` on, counted from where that begins. */
export interface Piece {
  readonly at: number;
  readonly size: number;
}

/** The most bytes that one READ of the file may ask for. */
export function readLimit({ inode }: FuseFile): number {
  const { options, connection } = inode.superblock;
  return Math.min(options.maxRead, connection.limits.maxRead);
}

/** The most pages that one READ for the page cache may ask for. */
export function pagesOfRead(file: FuseFile): number {
  const { maxPages } = file.inode.superblock.connection.limits;
  return Math.max(1, Math.min(maxPages, Math.floor(readLimit(file) / PAGE_SIZE)));
}

/** The most bytes that one WRITE may carry. */
export function writeLimit({ inode }: Pick<FuseFile, 'inode'>): number {
  const { limits, ceilings } = inode.superblock.connection;
  return Math.min(limits.maxWrite, ceilings.maxWrite);
}

/** The arguments of one READ. @see Linux fs/fuse/file.c, fuse_read_args_fill() and fuse_send_read() */
export function readCall(
  task: Task,
  { inode, handle, flags }: FuseFile,
  { offset, size, manner }: { readonly offset: number; readonly size: number; readonly manner: Manner },
): Call<fuse_read_in> {
  const isDirect = manner === 'direct';
  const read_flags = isDirect ? FUSE_READ_LOCKOWNER : 0;
  const lock_owner = isDirect ? inode.superblock.lockOwner(task) : 0n;
  return { body: { fh: handle.fh, offset, size, read_flags, lock_owner, flags }, room: size };
}

/** The arguments of one WRITE; of `flags` the server is told the open file's own, and whether this call is to be synchronous. @see Linux fs/fuse/file.c, fuse_write_args_fill() */
export function writeCall(
  task: Task,
  file: FuseFile,
  data: Uint8Array,
  { offset, manner, flags }: { readonly offset: number; readonly manner: Manner; readonly flags: number },
): Call<fuse_write_in> {
  const { inode, handle } = file;
  const write_flags = writeFlags(task, file, manner);
  const lock_owner = manner === 'direct' ? inode.superblock.lockOwner(task) : 0n;
  const shown = file.flags | (flags & O_SYNC);
  const body = { fh: handle.fh, offset, size: data.length, write_flags, lock_owner, flags: shown };
  return data.length < PAGE_SIZE ? { body, data } : { body, lent: [data] };
}

/** How many of `size` bytes the server took. @throws EIO when it says that there were more */
export function taken(reply: { readonly body: { readonly size: number } }, size: number): number {
  if (reply.body.size > size) throw EIO;
  return reply.body.size;
}

function writeFlags(task: Task, { inode }: FuseFile, manner: Manner): number {
  const isDirect = manner === 'direct';
  const mayTellToKill = isDirect || inode.superblock.connection.features.HANDLE_KILLPRIV_V2;
  const kill = mayTellToKill && !mayKeepSetId(task.credentials) ? FUSE_WRITE_KILL_SUIDGID : 0;
  return isDirect ? kill | FUSE_WRITE_LOCKOWNER : kill;
}
