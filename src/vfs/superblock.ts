import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from './dentry.ts';
import type { ErrorSequence } from './error-sequence.ts';
import type { FileHandles } from './file-handle.ts';
import type { Inode } from './inode.ts';
import type { StatFs } from './stat.ts';

/** One file system instance, shared by all its mounts. Analogous to Linux's struct super_block and its operations. */
export interface Superblock {
  /** The anonymous device number that stat shows as st_dev, as makedev() packs it. */
  readonly dev: number;
  readonly root: Dentry;
  /** Nothing of it can be changed, through no mount. Changed by remounting. Linux's SB_RDONLY. */
  isReadOnly: boolean;
  /** What could not be written back of any of its files, which syncfs(2) tells each open file once. Linux's s_wb_err. */
  readonly writebackErrors: ErrorSequence;
  /** The longest name in bytes; a longer one is ENAMETOOLONG without a request. */
  readonly nameMax: number;

  /**
   * Whether a cached dentry can be used as it is, told without sleeping; false when {@link revalidate} must ask.
   * Negative dentries too. `force` when the caller may not trust the cache (exclusive creation, rename targets, ESTALE).
   */
  tryRevalidate(dentry: Dentry, force: boolean): boolean;

  /**
   * Asks the server whether a cached positive dentry still holds. False: drop it and look the name up anew.
   * Analogous to Linux's d_revalidate.
   *
   * @throws what the server answers when that is no statement about the name: ENOMEM, EINTR; ENOTCONN, ECONNABORTED.
   */
  revalidate(task: Task, dentry: Dentry): Blocking<boolean>;

  /** For name_to_handle_at(2); a file system without has no handles. */
  readonly handles?: FileHandles;

  /** statfs(2). FUSE: STATFS on the dentry's inode, always. */
  statfs(task: Task, inode: Inode): Blocking<StatFs>;

  /** Puts all that was changed on stable storage. Linux's sync_filesystem(). */
  syncfs(task: Task): Blocking<void>;

  /** The last mount went away: dentries are gone, no request may be sent from now on. Never sleeps. */
  kill(): void;
}
