import type { Blocking } from '../task/blocking.ts';
import type { Task } from '../task/task.ts';
import type { Dentry } from './dentry.ts';
import type { Inode } from './inode.ts';
import type { Mount } from './mount.ts';

/** What names a file of a file system without a path. C's struct file_handle. */
export interface FileHandle {
  /** What kind of bytes they are: FILEID_*. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** How a file system makes file handles and finds files by them. Linux's struct export_operations. */
export interface FileHandles {
  /** Whether a file can be found by its handle again. */
  readonly canOpen: boolean;
  /** The handle of a file; one in which the directory is told too, if that is given. Never sleeps. */
  encode(inode: Inode, parent: Inode | null): FileHandle;
  /** A dentry of the file, held. @throws ESTALE, and what the server answers, which callers are told as ESTALE too */
  decode(task: Task, mount: Mount, handle: FileHandle): Blocking<Dentry>;
}
