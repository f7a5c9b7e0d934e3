import { posix } from 'node:path';
import type { ByteString } from '../abi/bytes.ts';
import { DT_BLK, DT_CHR, DT_DIR, DT_FIFO, DT_LNK, DT_REG, DT_SOCK, DT_UNKNOWN, typeOfMode } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { DirectoryEntry } from '../vfs/file.ts';
import * as calls from './calls.ts';

/** fs.Dirent: a name in a directory with its type. */
export class Dirent<Name extends string | Buffer = string> {
  readonly name: Name;
  readonly parentPath: string;
  /** The older name of `parentPath`. */
  readonly path: string;
  readonly #type: number; // DT_*

  constructor(name: Name, parentPath: string, type: number) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this.#type = type;
  }

  /** DT_*, for who makes the same entry elsewhere. */
  static typeOf(entry: Dirent<string | Buffer>): number {
    return entry.#type;
  }

  isDirectory(): boolean {
    return this.#type === DT_DIR;
  }

  isFile(): boolean {
    return this.#type === DT_REG;
  }

  isBlockDevice(): boolean {
    return this.#type === DT_BLK;
  }

  isCharacterDevice(): boolean {
    return this.#type === DT_CHR;
  }

  isSymbolicLink(): boolean {
    return this.#type === DT_LNK;
  }

  isFIFO(): boolean {
    return this.#type === DT_FIFO;
  }

  isSocket(): boolean {
    return this.#type === DT_SOCK;
  }
}

/** An entry's type: lstat(2) tells where the file system does not. @returns DT_* */
export function* typeOf(task: Thread, directory: ByteString, entry: DirectoryEntry): Blocking<number> {
  if (entry.type !== DT_UNKNOWN) return entry.type;
  return typeOfMode((yield* calls.lstat(task, posix.join(directory, entry.name))).mode);
}
