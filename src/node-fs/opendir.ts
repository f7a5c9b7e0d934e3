import type { OpenDirOptions, PathLike } from 'node:fs';
import { posix } from 'node:path';
import type { ByteString } from '../abi/bytes.ts';
import { DT_DIR } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { DirectoryEntry } from '../vfs/file.ts';
import * as calls from './calls.ts';
import { type Dirent, typeOf } from './dirent.ts';
import { wanted } from './open-close.ts';
import { made, type Operation } from './operation.ts';
import { type NameEncoding, type OptionsArgument, optionsOf } from './options.ts';
import { toPath } from './path.ts';
import { direntOf } from './readdir.ts';
import { opendir as opendirCall, readdir, scandir } from './scandir.ts';
import { toInteger } from './validate.ts';

/** What an open directory has still to give: its own entries as they are asked for, and those found below. */
export class DirectoryStream {
  readonly path: ByteString;
  readonly #fd: number;
  readonly #encoding: NameEncoding;
  readonly #recursive: boolean;
  #ready: { readonly entry: DirectoryEntry; readonly directory: ByteString }[] = [];

  constructor(fd: number, path: ByteString, options: { encoding: NameEncoding; recursive: boolean }) {
    this.path = path;
    this.#fd = fd;
    this.#encoding = options.encoding;
    this.#recursive = options.recursive;
  }

  /** Null at the end. */
  *next(task: Thread): Blocking<Dirent<string | Buffer> | null> {
    if (this.#ready.length === 0) this.#add(this.path, yield* readdir(task, this.#fd));
    const next = this.#ready.shift();
    if (next === undefined) return null;
    const type = yield* typeOf(task, next.directory, next.entry);
    if (this.#recursive && type === DT_DIR) {
      const below = posix.join(next.directory, next.entry.name);
      this.#add(below, yield* scandir(task, below));
    }
    return direntOf(next.entry, next.directory, type, this.#encoding);
  }

  close(task: Thread): Blocking<void> {
    return calls.close(task, this.#fd);
  }

  #add(directory: ByteString, entries: readonly DirectoryEntry[]): void {
    for (const entry of entries) this.#ready.push({ entry, directory });
  }
}

/** The next entry of an open directory; null at the end. */
export const nextEntry =
  (stream: DirectoryStream): Operation<Dirent<string | Buffer> | null> =>
  (task) =>
    stream.next(task);

/** Ends the reading of a directory. */
export const closeDirectory =
  (stream: DirectoryStream): Operation<void> =>
  (task) =>
    stream.close(task);

/** Opens a directory to be read entry by entry, in the server's order. */
export const opendir = (path: PathLike, options?: OptionsArgument<OpenDirOptions>): Operation<DirectoryStream> => {
  const { encoding, bufferSize, recursive } = optionsOf(options);
  const directory = toPath(path);
  toInteger(bufferSize ?? 32, 'options.bufferSize', 1, 0xffffffff);
  const how = { encoding, recursive: Boolean(recursive) };
  return (task) => made(wanted(task, opendirCall(task, directory)), (fd) => new DirectoryStream(fd, directory, how));
};
