import type { CopyOptions as GivenOptions, PathLike } from 'node:fs';
import { posix } from 'node:path';
import { type ByteString, toText } from '../abi/bytes.ts';
import { EINVAL, ENOENT } from '../abi/errno.ts';
import { S_IALLUGO, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Stat } from '../vfs/stat.ts';
import { awaiting } from './awaiting.ts';
import * as calls from './calls.ts';
import { copy } from './copy-file.ts';
import * as refusal from './cp-errors.ts';
import { type CopyOptions, toCopyOptions } from './cp-options.ts';
import { failedWith } from './failure.ts';
import { mkdirs } from './mkdir.ts';
import { nodeError } from './node-errors.ts';
import type { Operation } from './operation.ts';
import { toPath } from './path.ts';
import { scandir } from './scandir.ts';

/** Copies a file, a link or, recursive, a tree. A filter may answer with a promise. Analogous to lib/internal/fs/cp/cp.js. */
export const cp = (src: PathLike, dest: PathLike, options?: GivenOptions): Operation<void> => {
  const complete = toCopyOptions(options);
  const from = toPath(src, 'src');
  const to = toPath(dest, 'dest');
  return (task) => copyFrom(task, from, to, complete);
};

/** {@link cp} for callers that cannot wait for a promise: a filter has to answer at once. */
export const cpAtOnce = (src: PathLike, dest: PathLike, options?: GivenOptions): Operation<void> =>
  cp(src, dest, answeringAtOnce(options));

/** The options, with a filter that throws where it would answer with a promise. */
export function answeringAtOnce(options: GivenOptions | undefined): GivenOptions | undefined {
  const { filter } = toCopyOptions(options);
  if (filter === undefined) return options;
  const direct: typeof filter = (source, destination) => {
    const answer = filter(source, destination);
    if (!(answer instanceof Promise)) return answer;
    const message = 'Expected boolean to be returned from the "filter" function but got an instance of Promise.';
    throw nodeError(TypeError, 'ERR_INVALID_RETURN_VALUE', message);
  };
  return { ...options, filter: direct };
}

/** A thing to copy and where it goes, with what was found there. */
interface Step {
  readonly src: ByteString;
  readonly dest: ByteString;
  readonly source: Stat;
  readonly target: Stat | null;
}

function* copyFrom(task: Thread, src: ByteString, dest: ByteString, options: CopyOptions): Blocking<void> {
  const step = yield* check(task, src, dest, options);
  if (step === null) return;
  yield* checkParents(task, step);
  const parent = posix.dirname(dest);
  if ((yield* orNull(calls.stat(task, parent))) === null) yield* mkdirs(task, parent, 0o777);
  yield* copyStep(task, step, options);
}

/** Null when the filter wants it left out. */
function* check(task: Thread, src: ByteString, dest: ByteString, options: CopyOptions): Blocking<Step | null> {
  if (options.filter !== undefined) {
    const answer = options.filter(toText(src), toText(dest));
    const isWanted = answer instanceof Promise ? yield* awaiting(task, answer, 'the filter of cp') : answer;
    if (!isWanted) return null;
  }
  const look = options.dereference ? calls.stat : calls.lstat;
  const source = yield* look(task, src);
  const target = yield* orNull(look(task, dest));
  if (target !== null) {
    if (isSame(source, target)) throw refusal.sameFile(dest);
    if (isDirectory(source) && !isDirectory(target)) throw refusal.directoryToOther(src, dest);
    if (!isDirectory(source) && isDirectory(target)) throw refusal.otherToDirectory(src, dest);
  }
  if (isDirectory(source) && (yield* isInside(task, src, dest))) throw refusal.intoItself(src, dest, dest);
  return { src, dest, source, target };
}

/** Looks by inode whether the target lies inside the source, whatever links lead there. */
function* checkParents(task: Thread, { src, dest, source }: Step): Blocking<void> {
  const cwd = yield* calls.cwd(task);
  const end = posix.dirname(posix.resolve(cwd, src));
  let inner = dest;
  for (;;) {
    const parent = posix.dirname(posix.resolve(cwd, inner));
    if (parent === end || parent === '/') return;
    const found = yield* orNull(calls.stat(task, parent));
    if (found === null) return;
    if (isSame(source, found)) throw refusal.intoItself(src, inner, inner);
    inner = parent;
  }
}

function* copyStep(task: Thread, step: Step, options: CopyOptions): Blocking<void> {
  const { src, dest, source } = step;
  switch (source.mode & S_IFMT) {
    case S_IFDIR:
      if (!options.recursive) throw refusal.notRecursive(src);
      return yield* copyDirectory(task, step, options);
    case S_IFLNK:
      return yield* copyLink(task, step, options);
    case S_IFSOCK:
      throw refusal.socket(dest);
    case S_IFIFO:
      throw refusal.fifo(dest);
    default:
      return yield* copyBytes(task, step, options);
  }
}

function* copyBytes(task: Thread, { src, dest, source, target }: Step, options: CopyOptions): Blocking<void> {
  if (target !== null && !options.force) {
    if (options.errorOnExist) throw refusal.exists(dest);
    return;
  }
  if (target !== null) yield* calls.unlink(task, dest);
  yield* copy(task, src, dest, options.mode);
  if (options.preserveTimestamps) {
    const { atime, mtime } = yield* calls.stat(task, src);
    yield* calls.utime(task, dest, [atime, mtime]);
  }
  yield* calls.chmod(task, dest, source.mode & S_IALLUGO);
}

function* copyDirectory(task: Thread, { src, dest, source, target }: Step, options: CopyOptions): Blocking<void> {
  if (target === null) yield* calls.mkdir(task, dest, 0o777);
  for (const { name } of yield* scandir(task, src)) {
    const step = yield* check(task, posix.join(src, name), posix.join(dest, name), options);
    if (step !== null) yield* copyStep(task, step, options);
  }
  if (target === null) yield* calls.chmod(task, dest, source.mode & S_IALLUGO);
}

function* copyLink(task: Thread, { src, dest, target }: Step, options: CopyOptions): Blocking<void> {
  const cwd = yield* calls.cwd(task);
  const resolved = (link: ByteString, content: ByteString) => posix.resolve(cwd, posix.dirname(link), content);
  const content = yield* calls.readlink(task, src);
  const made = options.verbatimSymlinks || content.startsWith('/') ? content : resolved(src, content);
  if (target === null) return yield* calls.symlink(task, made, dest);
  const old = yield* orNull(calls.readlink(task, dest), EINVAL);
  if (old === null) return yield* calls.symlink(task, made, dest);
  const oldTarget = resolved(dest, old);
  if (yield* isInside(task, made, oldTarget)) throw refusal.intoItself(made, oldTarget, dest);
  if (isDirectory(yield* calls.stat(task, src)) && (yield* isInside(task, oldTarget, made))) {
    throw refusal.linkToInside(oldTarget, made, dest);
  }
  yield* calls.unlink(task, dest);
  yield* calls.symlink(task, made, dest);
}

const isDirectory = (stat: Stat): boolean => (stat.mode & S_IFMT) === S_IFDIR;

const isSame = (a: Stat, b: Stat): boolean => a.ino === b.ino && a.dev === b.dev;

/** Whether `inner` is `outer` or below it, by their text alone. */
function* isInside(task: Thread, outer: ByteString, inner: ByteString): Blocking<boolean> {
  const cwd = yield* calls.cwd(task);
  const top = posix.resolve(cwd, outer);
  const path = posix.resolve(cwd, inner);
  return path === top || path.startsWith(top === '/' ? top : `${top}/`);
}

/** Null instead of the one error that is expected. */
function* orNull<T>(asked: Blocking<T>, expected = ENOENT): Blocking<T | null> {
  try {
    return yield* asked;
  } catch (error) {
    if (failedWith(error, expected)) return null;
    throw error;
  }
}
