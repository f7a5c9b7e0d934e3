import { EBADF, EBUSY, EMFILE } from '../abi/errno.ts';
import { O_PATH } from '../abi/linux.ts';
import type { File } from '../vfs/file.ts';

interface Descriptor {
  readonly file: File;
  closeOnExec: boolean;
}

/** How many descriptors a process may have unless told otherwise: Linux's default RLIMIT_NOFILE. */
const DEFAULT_LIMIT = 1024;

/**
 * A process's file descriptors: small integers, each an entry to a shared open file description.
 * Each entry holds a reference on its file. Analogous to Linux's struct fdtable.
 *
 * 0 to 2 are not given out, as if standard streams were there: programs take them for these. dup2(2) can use them.
 */
export class DescriptorTable {
  /** One more than the highest descriptor that may be made (RLIMIT_NOFILE); those above it stay open when it sinks. */
  limit = DEFAULT_LIMIT;
  /** 'reserved' belongs to an open(2) in progress. */
  readonly #entries: (Descriptor | 'reserved' | undefined)[] = [];
  /** No lower descriptor is free. */
  #lowest = 3;

  /**
   * The file of a descriptor, for calls that use its content.
   *
   * @throws EBADF when there is none, or when it was opened with O_PATH. @see Linux fs/file.c, fdget()
   */
  file(fd: number): File {
    const { file } = this.#descriptor(fd);
    if ((file.flags & O_PATH) !== 0) throw EBADF;
    return file;
  }

  /** The file of a descriptor, O_PATH or not. @throws EBADF @see Linux fs/file.c, fdget_raw() */
  anyFile(fd: number): File {
    return this.#descriptor(fd).file;
  }

  /** Sets the lowest free descriptor from `from` on aside for {@link fill}, which must follow, or {@link free}. @throws EMFILE */
  reserve(from = 0): number {
    let fd = Math.max(from, this.#lowest);
    while (this.#entries[fd] !== undefined) fd++;
    if (fd >= this.limit) throw EMFILE;
    if (from <= this.#lowest) this.#lowest = fd + 1;
    this.#entries[fd] = 'reserved';
    return fd;
  }

  /** Puts a file, whose reference the table takes over, at a reserved descriptor. */
  fill(fd: number, file: File, closeOnExec: boolean): void {
    this.#entries[fd] = { file, closeOnExec };
  }

  /** Makes the lowest free descriptor from `from` on an entry to the same open file. @throws EBADF; EMFILE */
  duplicate(fd: number, { from, closeOnExec }: { readonly from: number; readonly closeOnExec: boolean }): number {
    const file = this.anyFile(fd);
    const made = this.reserve(from);
    this.fill(made, file.hold(), closeOnExec);
    return made;
  }

  /** Gives a reserved descriptor back. */
  free(fd: number): void {
    this.#entries[fd] = undefined;
    this.#lowest = Math.min(this.#lowest, fd);
  }

  /**
   * Puts a file, whose reference the table takes over, at this very descriptor.
   * Returns the one that was there, now the caller's to close. The caller has compared `fd` with the limit.
   *
   * @throws EBUSY when an open(2) in progress is going to use it.
   */
  replace(fd: number, file: File, closeOnExec: boolean): File | undefined {
    const before = this.#entries[fd];
    if (before === 'reserved') throw EBUSY;
    while (this.#entries.length < fd) this.#entries.push(undefined);
    this.#entries[fd] = { file, closeOnExec };
    return before?.file;
  }

  /** Takes a descriptor out of the table; its file is the caller's to close. @throws EBADF */
  remove(fd: number): File {
    const { file } = this.#descriptor(fd);
    this.free(fd);
    return file;
  }

  /** Whether execve(2) would close it. @throws EBADF */
  closesOnExec(fd: number): boolean {
    return this.#descriptor(fd).closeOnExec;
  }

  /** @throws EBADF */
  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    this.#descriptor(fd).closeOnExec = closeOnExec;
  }

  /** The open descriptors, lowest first. */
  get open(): number[] {
    return [...this.#entries.keys()].filter((fd) => typeof this.#entries[fd] === 'object');
  }

  #descriptor(fd: number): Descriptor {
    const entry = this.#entries[fd];
    if (typeof entry !== 'object') throw EBADF;
    return entry;
  }
}
