import type { Errno } from '../abi/errno.ts';
import { FUSE_RELEASE_FLOCK_UNLOCK } from '../abi/fuse.ts';
import { OPEN, type Opcode, RELEASE, type RELEASEDIR } from '../abi/opcodes.ts';
import type { Call, Reply } from '../fuse/connection.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { FuseFile } from './file.ts';
import type { FuseInode } from './inode.ts';

/** What the server knows an open file by. Linux's struct fuse_file. */
export interface Handle {
  readonly fh: bigint;
  readonly openFlags: number; // FOPEN_*
  /** Whether the server made it; not where it has no OPEN or OPENDIR. */
  readonly isReal: boolean;
  /** What the server knows the open file by as an owner of locks, once flock(2) was its business: RELEASE frees them. */
  flockOwner?: bigint;
  /** How many requests in the background go on with it. */
  users?: number;
  /** It is to be given back, once there are none. */
  onUnused?: () => void;
}

/**
 * Sends a request in the background that goes on with a handle, whatever becomes of the open file. `onReply` gets the end
 * of it, unless this throws.
 *
 * @throws EINTR when killed while waiting; ENOTCONN or ECONNREFUSED without a connection
 */
export function* callInBackground<In, Out>(
  task: Task,
  { inode, handle }: FuseFile,
  opcode: Opcode<In, Out>,
  { call, onReply }: { readonly call: Call<In>; readonly onReply: (reply: Reply<Out> | Errno) => void },
): Blocking<void> {
  const end = useHandle(inode, handle);
  try {
    yield* inode.superblock.connection.callBackground(task, opcode, inode.nodeid, call, (reply) => {
      onReply(reply);
      end();
    });
  } catch (error) {
    end();
    throw error;
  }
}

/** As {@link callInBackground}, for what nobody is held back for: never sleeps, and a missing connection is an end too. */
export function sendInBackground<In, Out>(
  { inode, handle }: FuseFile,
  opcode: Opcode<In, Out>,
  { call, onReply }: { readonly call: Call<In>; readonly onReply: (reply: Reply<Out> | Errno) => void },
): void {
  const end = useHandle(inode, handle);
  inode.superblock.connection.send(opcode, inode.nodeid, call, {
    onReply: (reply) => {
      onReply(reply);
      end();
    },
  });
}

/** A request begins to go on with a handle. Returns what is to be called when it has ended. */
export function useHandle(inode: FuseInode, handle: Handle): () => void {
  inode.hold();
  handle.users = (handle.users ?? 0) + 1;
  return () => {
    handle.users = (handle.users ?? 1) - 1;
    if (handle.users === 0) handle.onUnused?.();
    inode.release();
  };
}

/**
 * Gives a handle back to the server, in the background, once all requests with it have ended. The inode stays until the
 * server has answered.
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
  if ((handle.users ?? 0) > 0) {
    handle.onUnused = () => releaseHandle(inode, handle, opcode, flags);
    return;
  }
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
