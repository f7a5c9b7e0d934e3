import type { FileHandle } from 'node:fs/promises';
import type { NotifyMethod } from './messages.ts';

/** The tree of tree-server.ts through a kernel, and what only its server can do. */
export interface Notified extends AsyncDisposable {
  /** What of Node's API the tests use. */
  readonly fs: {
    stat(path: string): Promise<{ readonly size: number; readonly nlink: number }>;
    open(path: string): Promise<Pick<FileHandle, 'stat'> & AsyncDisposable>;
    unlink(path: string): Promise<void>;
    readFile(path: string, encoding: 'latin1'): Promise<string>;
  };
  /** Mounts the tree as it is at first, nothing of it being cached. */
  mount(): Promise<void>;
  /** The path of a file for `fs`. */
  path(name: string): string;
  /** Sends a notification. Returns what became of it, or the code of its errno. */
  notify(method: NotifyMethod, ...args: readonly unknown[]): Promise<unknown>;
  /** Changes a file, or with null removes it, behind the kernel's back. */
  set(name: string, content: string | null): Promise<void>;
  /** What the kernel asked since the last call. */
  requests(): Promise<readonly string[]>;
  /** As {@link requests}, once one of them is `request`: for what a kernel sends without anybody waiting for it. */
  requestsUntil(request: string): Promise<readonly string[]>;
}
