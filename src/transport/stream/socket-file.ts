import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import path from 'node:path';
import { EACCES, EADDRINUSE, ECONNREFUSED, ENOENT, ENOTDIR, Errno } from '../../abi/errno.ts';
import { closeDescriptor } from '../../linux/sockets.ts';
import { beginConnect, listenPrivately } from '../../linux/stream-sockets.ts';

const files = new Set<SocketFile>();
process.on('exit', () => {
  for (const file of files) file.remove();
});

/** The file of a listening Unix socket. It is removed with the process, if not before. */
export class SocketFile {
  readonly #path: string;
  readonly #ino: number;

  /**
   * Listens at a path, which this user alone may connect to. A socket at which nobody listens is replaced.
   * Returns the descriptor, for the caller to close, and the file.
   *
   * @throws Error saying what is in the way
   */
  static listen(at: string): { readonly fd: number; readonly file: SocketFile } {
    try {
      if (isLeftOver(at)) unlinkSync(at);
      const fd = listenPrivately(at);
      return { fd, file: new SocketFile(at) };
    } catch (error) {
      const why = error instanceof Errno ? (reasons.get(error) ?? error.text) : (error as Error).message;
      throw new Error(`unix:${at}: cannot be listened at: ${why}`, { cause: error });
    }
  }

  private constructor(at: string) {
    this.#path = path.resolve(at);
    this.#ino = lstatSync(at).ino;
    files.add(this);
  }

  /** Removes the file, unless another one has taken its place. */
  remove(): void {
    files.delete(this);
    if (find(this.#path)?.ino === this.#ino) unlinkSync(this.#path);
  }
}

const reasons = new Map<Errno, string>([
  [EADDRINUSE, 'another server listens there'],
  [ENOENT, 'its directory does not exist'],
  [ENOTDIR, 'its directory is none'],
  [EACCES, 'permission denied'],
]);

const find = (at: string): Stats | undefined => lstatSync(at, { throwIfNoEntry: false });

/** Whether there is a socket, and nobody listens at it any more. @throws Error for another file; Errno EADDRINUSE, EACCES */
function isLeftOver(at: string): boolean {
  const there = find(at);
  if (there === undefined) return false;
  if (!there.isSocket()) throw new Error('there is a file already, which is no socket');
  try {
    closeDescriptor(beginConnect({ path: at }).fd);
  } catch (error) {
    if (error === ECONNREFUSED) return true;
    if (error === ENOENT) return false;
    if (!(error instanceof Errno) || error === EACCES) throw error;
  }
  throw EADDRINUSE;
}
