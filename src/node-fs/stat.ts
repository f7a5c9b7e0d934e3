import type { PathLike } from 'node:fs';
import type { ByteString } from '../abi/bytes.ts';
import { ENOENT } from '../abi/errno.ts';
import { F_OK, R_OK, W_OK, X_OK } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import type { Stat } from '../vfs/stat.ts';
import * as calls from './calls.ts';
import { Failure, failedWith } from './failure.ts';
import { made, type Operation, UNKNOWN, withAttempt } from './operation.ts';
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
export const stat = withAttempt(
  (task, path: PathLike, options?: StatOptions | null) => tryFound(task, calls.tryStat, toPath(path), options),
  (path, options) => {
    const file = toPath(path);
    return (task) => found(calls.stat(task, file), options);
  },
);

/** {@link stat} of a link itself. */
export const lstat = withAttempt(
  (task, path: PathLike, options?: StatOptions | null) => tryFound(task, calls.tryLstat, toPath(path), options),
  (path, options) => {
    const file = toPath(path);
    return (task) => found(calls.lstat(task, file), options);
  },
);

/** {@link stat} of an open file. */
export const fstat = withAttempt(
  (task, fd: number, options?: StatOptions | null) => tryFound(task, calls.tryFstat, toFd(fd), options),
  (fd, options) => {
    const file = toFd(fd);
    return (task) => found(calls.fstat(task, file), options);
  },
);

/** Sizes of the file system that a path is on. */
export const statfs = (path: PathLike, options?: StatOptions | null): Operation<StatFs<number> | StatFs<bigint>> => {
  const file = toPath(path);
  return (task) =>
    made(calls.statfs(task, file), (result) =>
      options?.bigint ? new StatFs<bigint>(result, BigInt) : new StatFs<number>(result, Number),
    );
};

/** Asks whether the real user may do something with a file: a mask of R_OK, W_OK, X_OK. */
export const access = withAttempt(
  (task, path: PathLike, mode?: number | null): undefined | typeof UNKNOWN =>
    calls.tryAccess(task, toPath(path), toAccess(mode)) === true ? undefined : UNKNOWN,
  (path, mode) => {
    const file = toPath(path);
    const wanted = toAccess(mode);
    return (task) => calls.access(task, file, wanted) as Blocking<undefined>;
  },
);

const toAccess = (mode: number | null | undefined): number => toInteger(mode ?? F_OK, 'mode', F_OK, R_OK | W_OK | X_OK);

/** Never fails, whatever it is given: what is no path does not exist. */
export const exists = withAttempt(
  (task, path: PathLike) => tryIsThere(task, pathOrNull(path)),
  (path) => {
    const file = pathOrNull(path);
    return (task) => isThere(task, file);
  },
);

function tryIsThere(task: Thread, file: ByteString | null): boolean | typeof UNKNOWN {
  if (file === null) return false;
  try {
    return calls.tryAccess(task, file, F_OK) ?? UNKNOWN;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

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
    return shown(yield* asked, options);
  } catch (error) {
    return orAbsent(error, options);
  }
}

function tryFound<P>(
  task: Thread,
  ask: (task: Thread, place: P) => Stat | undefined,
  place: P,
  options: StatOptions | null | undefined,
): AnyStats | undefined | typeof UNKNOWN {
  try {
    const known = ask(task, place);
    return known === undefined ? UNKNOWN : shown(known, options);
  } catch (error) {
    return orAbsent(error, options);
  }
}

const shown = (stat: Stat, options: StatOptions | null | undefined): AnyStats =>
  options?.bigint ? new BigIntStats(stat) : new Stats(stat);

/** Undefined for who takes it that nothing is there. @throws the error itself, else */
function orAbsent(error: unknown, options: StatOptions | null | undefined): undefined {
  if (options?.throwIfNoEntry === false && failedWith(error, ENOENT)) return undefined;
  throw error;
}
