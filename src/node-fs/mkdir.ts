import { randomInt } from 'node:crypto';
import type { MakeDirectoryOptions, Mode, PathLike } from 'node:fs';
import type { ByteString } from '../abi/bytes.ts';
import { EACCES, EEXIST, ENOENT, ENOSPC, ENOTDIR, EPERM, type Errno } from '../abi/errno.ts';
import { S_IFDIR, S_IFMT } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { Failure, named } from './failure.ts';
import type { EncodingOptions } from './links.ts';
import { made, type Operation } from './operation.ts';
import { type OptionsArgument, optionsOf } from './options.ts';
import { encodeName, toPath } from './path.ts';
import { toBoolean, toMode } from './validate.ts';

/** Recursive, it gives the first directory that it made, if any. */
export const mkdir = (path: PathLike, options?: Mode | MakeDirectoryOptions | null): Operation<string | undefined> => {
  const { mode, recursive } = typeof options === 'object' && options !== null ? options : { mode: options };
  const directory = toPath(path);
  const isDeep = toBoolean(recursive ?? false, 'options.recursive');
  const permissions = toMode(mode, 0o777);
  if (isDeep) return (task) => made(mkdirs(task, directory, permissions), shown);
  return (task) => made(calls.mkdir(task, directory, permissions), () => undefined);
};

const shown = (path: ByteString | undefined): string | undefined =>
  path === undefined ? undefined : (encodeName(path, 'utf8') as string);

/** Makes a directory and those above it that are missing. Analogous to Node's MKDirpSync. @returns the first one made */
export const mkdirs = named('mkdir', 1, function* (task: Thread, path: ByteString, mode: number): Blocking<
  ByteString | undefined
> {
  const missing = [path];
  let first: ByteString | undefined;
  for (let next = missing.pop(); next !== undefined; next = missing.pop()) {
    const error = yield* tryMkdir(task, next, mode);
    if (error === null) {
      first ??= next;
    } else if (error === ENOENT && next.includes('/', 1)) {
      missing.push(next, next.slice(0, next.lastIndexOf('/')));
    } else if ([EACCES, ENOSPC, ENOTDIR, EPERM].includes(error)) {
      throw error;
    } else if (!(yield* isDirectory(task, next))) {
      throw error === EEXIST && missing.length > 0 ? ENOTDIR : EEXIST;
    }
  }
  return first;
});

function* tryMkdir(task: Thread, path: ByteString, mode: number): Blocking<Errno | null> {
  try {
    yield* calls.mkdir(task, path, mode);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.errno;
    throw error;
  }
}

function* isDirectory(task: Thread, path: ByteString): Blocking<boolean> {
  return ((yield* calls.stat(task, path)).mode & S_IFMT) === S_IFDIR;
}

/** Makes a directory whose name is the prefix and six random letters or digits. */
export const mkdtemp = (prefix: PathLike, options?: OptionsArgument<EncodingOptions>): Operation<string | Buffer> => {
  const { encoding } = optionsOf(options);
  const template = `${toPath(prefix, 'prefix')}XXXXXX`;
  return (task) => made(makeFrom(task, template), (path) => encodeName(path, encoding));
};

const attempts = 100;

/** Analogous to mkdtemp(3). */
const makeFrom = named('mkdtemp', 1, function* (task: Thread, template: ByteString): Blocking<ByteString> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const path = template.replace(/X{6}$/, randomLetters);
    const error = yield* tryMkdir(task, path, 0o700);
    if (error === null) return path;
    if (error !== EEXIST) throw error;
  }
  throw EEXIST;
});

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const randomLetters = (xs: string): string => xs.replace(/X/g, () => letters[randomInt(letters.length)] as string);
