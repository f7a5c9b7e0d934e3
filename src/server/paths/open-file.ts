import { EBADF, EFBIG, ENOSYS, EPERM } from '../../abi/errno.ts';
import type { Node } from './node.ts';
import type { PathFile } from './shape.ts';
import { type Stat, statBy } from './stat.ts';

/**
 * One open of a file by the client, with an open file of the file system by path behind it, so that it goes on when its
 * name is gone. Calls under way hold it open: closing waits for them.
 */
export class OpenFile {
  readonly fh: bigint;
  readonly node: Node;
  readonly isWritable: boolean;
  readonly #file: PathFile;
  #uses = 0;
  #isClosing = false;
  #idle: (() => void) | null = null;

  constructor(fh: bigint, node: Node, file: PathFile, access: 'read-only' | 'writable') {
    this.fh = fh;
    this.node = node;
    this.#file = file;
    this.isWritable = access === 'writable';
  }

  async stat(): Promise<Stat> {
    return await this.use((file) => statOfFile(file));
  }

  /** As many bytes as there are, `size` at most. */
  async read(offset: number, size: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(size);
    let done = 0;
    await this.use(async (file) => {
      while (done < size) {
        const { bytesRead } = await file.read(buffer, done, size - done, exact(offset + done));
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    });
    return buffer.subarray(0, done);
  }

  /** All of the data, unless the file system takes no more after a part. */
  async write(offset: number, data: Uint8Array): Promise<number> {
    return await this.use(async (file) => {
      if (file.write === undefined) throw EBADF;
      const { bytesWritten } = await inRange(file.write(data, 0, data.length, exact(offset)));
      return bytesWritten;
    });
  }

  async sync(kind: 'all' | 'data'): Promise<void> {
    await this.use(async (file) => {
      if (kind === 'data' && file.datasync !== undefined) await file.datasync();
      else if (file.sync !== undefined) await file.sync();
      else throw ENOSYS;
    });
  }

  /** @throws EBADF when it is being closed */
  async use<T>(action: (file: PathFile) => Promise<T>): Promise<T> {
    if (this.#isClosing) throw EBADF;
    this.#uses++;
    try {
      return await action(this.#file);
    } finally {
      if (--this.#uses === 0) this.#idle?.();
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#uses > 0) await new Promise<void>((idle) => (this.#idle = idle));
    await this.#file.close();
  }
}

/** What there is to know of an open file. */
export const statOfFile = (file: PathFile): Promise<Stat> => statBy((options) => file.stat(options));

/** Sets an open file's size. @throws EPERM where the file system has no way to */
export async function truncate(file: PathFile, size: number): Promise<void> {
  if (file.truncate === undefined) throw EPERM;
  await inRange(file.truncate(size));
}

/** What a file system in memory says RangeError to is a file that is too large. */
async function inRange<T>(action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (error) {
    throw error instanceof RangeError ? EFBIG : error;
  }
}

/** An offset or size that the file system gets as the client meant it. @throws EFBIG */
export function exact(bytes: number): number {
  if (!Number.isSafeInteger(bytes)) throw EFBIG;
  return bytes;
}
