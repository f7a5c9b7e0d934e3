import type { Path } from '../vfs/mount.ts';
import type { Base } from '../vfs/walk.ts';
import { DescriptorTable } from './descriptor-table.ts';

/**
 * What the threads of a program share: its descriptors, root, working directory and umask.
 * Analogous to Linux's struct files_struct and struct fs_struct. It holds its root and its working directory.
 */
export class Process implements Base {
  readonly pid: number;
  readonly fds = new DescriptorTable();
  /** The permission bits that are taken off new files, 0 to 0o777. */
  umask: number;
  readonly root: Path;
  #cwd: Path;

  constructor(root: Path, options: { readonly pid: number; readonly umask?: number | undefined }) {
    this.pid = options.pid;
    this.umask = options.umask ?? 0o022;
    this.root = root.hold();
    this.#cwd = root.hold();
  }

  /** Where relative paths begin. */
  get cwd(): Path {
    return this.#cwd;
  }

  set cwd(path: Path) {
    path.hold();
    this.#cwd.release();
    this.#cwd = path;
  }

  /** Lets root and working directory go, at the process's end; its descriptors are closed before. */
  release(): void {
    this.root.release();
    this.#cwd.release();
  }
}
