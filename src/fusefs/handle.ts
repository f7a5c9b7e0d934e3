import { FUSE_RELEASE_FLOCK_UNLOCK } from '../abi/fuse.ts';
import { OPEN, RELEASE, type RELEASEDIR } from '../abi/opcodes.ts';
import type { FuseInode } from './inode.ts';

/** What the server knows an open file by. Linux's struct fuse_file. */
export interface Handle {
  readonly fh: bigint;
  readonly openFlags: number; // FOPEN_*
  /** Whether the server made it; not where it has no OPEN or OPENDIR. */
  readonly isReal: boolean;
  /** What the server knows the open file by as an owner of locks, once flock(2) was its business: RELEASE frees them. */
  flockOwner?: bigint;
}

/**
 * Gives a handle back to the server, in the background. The inode stays until the server has answered.
 * Nothing is sent to a server without OPEN or OPENDIR. `flags` are the open file's at the end.
 *
 * FUSE: RELEASE or RELEASEDIR.
 *
 * @see Linux fs/fuse/file.c, fuse_file_put()
 */
export function releaseHandle(
  inode: FuseInode,
  handle: Handle,
  opcode: typeof RELEASE | typeof RELEASEDIR,
  flags: number,
): void {
  const { connection, isActive } = inode.superblock;
  if (!isActive || !handle.isReal || (opcode === RELEASE && connection.unsupported.has(OPEN))) return;
  const { fh, flockOwner } = handle;
  const release_flags = flockOwner === undefined ? 0 : FUSE_RELEASE_FLOCK_UNLOCK;
  inode.hold();
  connection.send(
    opcode,
    inode.nodeid,
    { body: { fh, flags, release_flags, lock_owner: flockOwner ?? 0n } },
    { onReply: () => inode.release() },
  );
}
