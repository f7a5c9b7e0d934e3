import type { PathLike } from 'node:fs';
import { type ByteString, toText } from '../abi/bytes.ts';
import { EEXIST, EISDIR, ENOENT, ENOTEMPTY, EPERM } from '../abi/errno.ts';
import { DT_DIR, S_IFDIR, S_IFMT } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { typeOf } from './dirent.ts';
import { failedWith } from './failure.ts';
import { refused } from './node-errors.ts';
import type { Operation } from './operation.ts';
import { toPath } from './path.ts';
import { scandir } from './scandir.ts';
import { toBoolean, toInteger, toObject } from './validate.ts';

/** `maxRetries` and `retryDelay` are checked and without effect: nothing here fails because a file is in use. */
export interface RemoveOptions {
  readonly force?: boolean | undefined;
  readonly maxRetries?: number | undefined;
  readonly recursive?: boolean | undefined;
  readonly retryDelay?: number | undefined;
}

/** Removes a file or, recursive, a tree; by force, what is absent is no error. */
export const rm = (path: PathLike, options?: RemoveOptions): Operation<void> => {
  const target = toPath(path);
  const { recursive, force } = checked(options);
  return (task) => remove(task, target, { recursive, force });
};

function* remove(task: Thread, target: ByteString, { recursive, force }: Checked): Blocking<void> {
  const isDirectory = yield* tryIsDirectory(task, target, force ? 'force' : 'strict');
  if (isDirectory === undefined) return;
  if (isDirectory && !recursive) {
    const info = { code: 'EISDIR', message: 'is a directory', path: toText(target), syscall: 'rm' };
    throw refused('ERR_FS_EISDIR', 'Path is a directory', { ...info, errno: EISDIR.number });
  }
  yield* removeTree(task, target, isDirectory);
}

/** Recursive, which Node has deprecated, it removes what is in the directory first. */
export const rmdir = (path: PathLike, options?: RemoveOptions): Operation<void> => {
  const target = toPath(path);
  const { recursive } = checked(options);
  return recursive ? (task) => removeDirectory(task, target) : (task) => calls.rmdir(task, target);
};

function* removeDirectory(task: Thread, target: ByteString): Blocking<void> {
  if (yield* tryIsDirectory(task, target, 'strict')) yield* removeTree(task, target, true);
  else yield* calls.rmdir(task, target);
}

interface Checked {
  readonly recursive: boolean;
  readonly force: boolean;
}

function checked(options: RemoveOptions | undefined): Checked {
  if (options === undefined) return { recursive: false, force: false };
  const {
    force = false,
    maxRetries = 0,
    recursive = false,
    retryDelay = 100,
  } = toObject(options, 'options') as RemoveOptions;
  toBoolean(recursive, 'options.recursive');
  toInteger(retryDelay, 'options.retryDelay', 0, 0x7fffffff);
  toInteger(maxRetries, 'options.maxRetries', 0, 0xffffffff);
  toBoolean(force, 'options.force');
  return { recursive, force };
}

/** Undefined when nothing is there and that is no error. */
function* tryIsDirectory(task: Thread, path: ByteString, how: 'force' | 'strict'): Blocking<boolean | undefined> {
  try {
    return ((yield* calls.lstat(task, path)).mode & S_IFMT) === S_IFDIR;
  } catch (error) {
    if (how === 'force' && failedWith(error, ENOENT)) return undefined;
    throw error;
  }
}

/** What is gone already counts as removed; the first other error ends it. Analogous to Node's rimraf. */
function* removeTree(task: Thread, path: ByteString, isDirectory: boolean): Blocking<void> {
  try {
    if (!isDirectory) return yield* calls.unlink(task, path);
    if (yield* tryRmdir(task, path)) return;
    for (const entry of yield* scandir(task, path)) {
      const type = yield* typeOf(task, path, entry);
      yield* removeTree(task, `${path}/${entry.name}`, type === DT_DIR);
    }
    yield* calls.rmdir(task, path);
  } catch (error) {
    if (!failedWith(error, ENOENT)) throw error;
  }
}

/** Returns false when there may be something in it. */
function* tryRmdir(task: Thread, path: ByteString): Blocking<boolean> {
  try {
    yield* calls.rmdir(task, path);
    return true;
  } catch (error) {
    if (failedWith(error, ENOTEMPTY, EEXIST, EPERM)) return false;
    throw error;
  }
}
