import type { Mode, PathLike } from 'node:fs';
import type { ByteString } from '../abi/bytes.ts';
import { EINTR } from '../abi/errno.ts';
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { Failure } from './failure.ts';
import { invalidArgValue } from './node-errors.ts';
import type { Operation } from './operation.ts';
import { toPath } from './path.ts';
import { toFd, toInteger, toMode } from './validate.ts';

/** Opens a file. The descriptor is one of the kernel's process, of no meaning to the host's own calls. */
export const open = (path: PathLike, flags?: string | number | null, mode?: Mode | null): Operation<number> => {
  const file = toPath(path);
  const how = toFlags(flags);
  const permissions = toMode(mode, 0o666);
  return (task) => wanted(task, calls.open(task, file, how, permissions));
};

/**
 * A descriptor for who makes the call: one that comes when the call is given up already is nobody's, and is closed.
 *
 * @throws what `opening` throws; EINTR when it came too late.
 */
export function* wanted(task: Thread, opening: Blocking<number>): Blocking<number> {
  const fd = yield* opening;
  if (task.pending !== 'killed') return fd;
  yield* closeQuietly(task, fd);
  throw EINTR;
}

/** Closes a descriptor; it is gone even when that fails. */
export const close = (fd: number): Operation<void> => {
  const open = toFd(fd);
  return (task) => calls.close(task, open);
};

/**
 * Opens a file, runs `body` with its descriptor, and closes it whatever happens.
 * An error of `body` outweighs one of close(2).
 */
export function* withFile<T>(
  task: Thread,
  path: ByteString,
  flags: number,
  mode: number,
  body: (fd: number) => Blocking<T>,
): Blocking<T> {
  const fd = yield* calls.open(task, path, flags, mode);
  let result: T;
  try {
    result = yield* body(fd);
  } catch (error) {
    yield* closeQuietly(task, fd);
    throw error;
  }
  yield* calls.close(task, fd);
  return result;
}

/** close(2) where a worse error is on its way already. The descriptor is gone in any case. */
function* closeQuietly(task: Thread, fd: number): Blocking<void> {
  try {
    yield* calls.close(task, fd);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

const words = new Map([
  ['r', O_RDONLY],
  ['rs', O_RDONLY | O_SYNC],
  ['r+', O_RDWR],
  ['rs+', O_RDWR | O_SYNC],
  ['w', O_TRUNC | O_CREAT | O_WRONLY],
  ['wx', O_TRUNC | O_CREAT | O_WRONLY | O_EXCL],
  ['w+', O_TRUNC | O_CREAT | O_RDWR],
  ['wx+', O_TRUNC | O_CREAT | O_RDWR | O_EXCL],
  ['a', O_APPEND | O_CREAT | O_WRONLY],
  ['ax', O_APPEND | O_CREAT | O_WRONLY | O_EXCL],
  ['as', O_APPEND | O_CREAT | O_WRONLY | O_SYNC],
  ['a+', O_APPEND | O_CREAT | O_RDWR],
  ['ax+', O_APPEND | O_CREAT | O_RDWR | O_EXCL],
  ['as+', O_APPEND | O_CREAT | O_RDWR | O_SYNC],
]);

/** Node's words for open(2) flags, or the flags as a number. Words with x and s may be written the other way round. */
export function toFlags(flags: unknown, name = 'flags'): number {
  if (flags === undefined || flags === null) return O_RDONLY;
  if (typeof flags === 'number') return toInteger(flags, name, -0x80000000, 0x7fffffff);
  const found = words.get(String(flags).replace(/^([xs])([rwa])/, '$2$1'));
  if (typeof flags !== 'string' || found === undefined) throw invalidArgValue(name, flags);
  return found;
}
