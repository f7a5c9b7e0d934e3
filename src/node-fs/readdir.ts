import type { PathLike } from 'node:fs';
import { posix } from 'node:path';
import { type ByteString, toText } from '../abi/bytes.ts';
import { DT_DIR, S_IFDIR, S_IFMT } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { DirectoryEntry } from '../vfs/file.ts';
import * as calls from './calls.ts';
import { Dirent, typeOf } from './dirent.ts';
import { Failure } from './failure.ts';
import type { Operation } from './operation.ts';
import { type NameEncoding, type OptionsArgument, optionsOf } from './options.ts';
import { encodeName, toPath } from './path.ts';
import { scandir } from './scandir.ts';
import { toBoolean } from './validate.ts';

/** How a directory is listed: its tree or itself, names or entries with types. */
export interface ReaddirOptions {
  readonly encoding?: NameEncoding;
  readonly withFileTypes?: boolean | undefined;
  readonly recursive?: boolean | undefined;
}

type Listing = (string | Buffer)[] | Dirent<string | Buffer>[];

/**
 * The names in a directory, in the order of their bytes; recursive, one directory after the other, nearer ones first.
 * As in Node, a recursive listing of names goes through symbolic links to directories, one of types does not.
 */
export const readdir = (path: PathLike, options?: OptionsArgument<ReaddirOptions>): Operation<Listing> => {
  const { encoding, withFileTypes, recursive } = optionsOf(options);
  const root = toPath(path);
  const isDeep = recursive !== undefined && recursive !== null && toBoolean(recursive, 'options.recursive');
  return (task) => (withFileTypes ? entriesIn(task, root, encoding, isDeep) : namesIn(task, root, encoding, isDeep));
};

function* namesIn(
  task: Thread,
  root: ByteString,
  encoding: NameEncoding,
  isDeep: boolean,
): Blocking<(string | Buffer)[]> {
  const names: (string | Buffer)[] = [];
  const directories = [''];
  for (const below of directories) {
    const directory = posix.join(root, below);
    for (const { name } of yield* scandir(task, below === '' ? root : directory)) {
      const relative = below === '' ? name : posix.join(below, name);
      names.push(encodeName(relative, encoding));
      if (isDeep && (yield* leadsToDirectory(task, posix.join(directory, name)))) directories.push(relative);
    }
  }
  return names;
}

function* entriesIn(
  task: Thread,
  root: ByteString,
  encoding: NameEncoding,
  isDeep: boolean,
): Blocking<Dirent<string | Buffer>[]> {
  const entries: Dirent<string | Buffer>[] = [];
  const directories = [root];
  for (const directory of directories) {
    for (const entry of yield* scandir(task, directory)) {
      const type = yield* typeOf(task, directory, entry);
      entries.push(direntOf(entry, directory, type, encoding));
      if (isDeep && type === DT_DIR) directories.push(posix.join(directory, entry.name));
    }
  }
  return entries;
}

/** The entry as callers see it. `type` is known by now: DT_* */
export const direntOf = (
  entry: DirectoryEntry,
  directory: ByteString,
  type: number,
  encoding: NameEncoding,
): Dirent<string | Buffer> => new Dirent(encodeName(entry.name, encoding), toText(directory), type);

function* leadsToDirectory(task: Thread, path: ByteString): Blocking<boolean> {
  try {
    return ((yield* calls.stat(task, path)).mode & S_IFMT) === S_IFDIR;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
