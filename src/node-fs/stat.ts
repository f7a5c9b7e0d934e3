import type { PathLike } from 'node:fs';
import type { ByteString } from '../abi/bytes.ts';
import { ENOENT } from '../abi/errno.ts';
import { F_OK, R_OK, W_OK, X_OK } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Stat } from '../vfs/stat.ts';
import * as calls from './calls.ts';
import { Failure, failedWith } from './failure.ts';
import { made, type Operation } from './operation.ts';
import { toPath } from './path.ts';
import { BigIntStats, StatFs, Stats } from './stats.ts';
import { toFd, toInteger } from './validate.ts';

/** Which kind of Stats is wanted. */
export interface StatOptions {
  readonly bigint?: boolean | undefined;
  /** False: an absent file is no error, the result is undefined. */
  readonly throwIfNoEntry?: boolean | undefined;
}

type AnyStats = Stats | BigIntStats;

/** Attributes of a file, of a link's target. */
export const stat = (path: PathLike, options?: StatOptions | null): Operation<AnyStats | undefined> => {
  const file = toPath(path);
  return (task) => found(calls.stat(task, file), options);
};

/** {@link stat} of a link itself. */
export const lstat = (path: PathLike, options?: StatOptions | null): Operation<AnyStats | undefined> => {
  const file = toPath(path);
  return (task) => found(calls.lstat(task, file), options);
};

/** {@link stat} of an open file. */
export const fstat = (fd: number, options?: StatOptions | null): Operation<AnyStats | undefined> => {
  const file = toFd(fd);
  return (task) => found(calls.fstat(task, file), options);
};

/** Sizes of the file system that a path is on. */
export const statfs = (path: PathLike, options?: StatOptions | null): Operation<StatFs<number> | StatFs<bigint>> => {
  const file = toPath(path);
  return (task) =>
    made(calls.statfs(task, file), (result) =>
      options?.bigint ? new StatFs<bigint>(result, BigInt) : new StatFs<number>(result, Number),
    );
};

/** Asks whether the real user may do something with a file: a mask of R_OK, W_OK, X_OK. */
export const access = (path: PathLike, mode?: number | null): Operation<void> => {
  const file = toPath(path);
  const wanted = toInteger(mode ?? F_OK, 'mode', F_OK, R_OK | W_OK | X_OK);
  return (task) => calls.access(task, file, wanted);
};

/** Never fails, whatever it is given: what is no path does not exist. */
export const exists = (path: PathLike): Operation<boolean> => {
  const file = pathOrNull(path);
  return (task) => isThere(task, file);
};

function* isThere(task: Thread, file: ByteString | null): Blocking<boolean> {
  if (file === null) return false;
  try {
    yield* calls.access(task, file, F_OK);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function pathOrNull(path: PathLike): ByteString | null {
  try {
    return toPath(path);
  } catch {
    return null;
  }
}

function* found(asked: Blocking<Stat>, options: StatOptions | null | undefined): Blocking<AnyStats | undefined> {
  try {
    const result = yield* asked;
    return options?.bigint ? new BigIntStats(result) : new Stats(result);
  } catch (error) {
    if (options?.throwIfNoEntry === false && failedWith(error, ENOENT)) return undefined;
    throw error;
  }
}
