import { constants, type PathLike } from 'node:fs';
import type { ByteString } from '../abi/bytes.ts';
import { EOPNOTSUPP, EPERM } from '../abi/errno.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, S_IALLUGO } from '../abi/linux.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';
import * as calls from './calls.ts';
import { Failure, failedWith, named } from './failure.ts';
import { withFile } from './open-close.ts';
import type { Operation } from './operation.ts';
import { toPath } from './path.ts';
import { toInteger } from './validate.ts';

const { COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE } = constants;

/** Copies a file's bytes and permission bits. The mode is a mask of COPYFILE_EXCL, _FICLONE and _FICLONE_FORCE. */
export const copyFile = (src: PathLike, dest: PathLike, mode?: number | null): Operation<void> => {
  const from = toPath(src, 'src');
  const to = toPath(dest, 'dest');
  const how = toCopyMode(mode);
  return (task) => copy(task, from, to, how);
};

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export const toCopyMode = (mode: unknown): number =>
  toInteger(mode ?? 0, 'mode', 0, COPYFILE_EXCL | COPYFILE_FICLONE | COPYFILE_FICLONE_FORCE);

/**
 * Analogous to libuv's uv_fs_copyfile: a copy that fails half-way is removed.
 * FUSE files cannot share blocks, so a forced clone fails.
 */
export const copy = named(
  'copyfile',
  2,
  (task: Thread, src: ByteString, dest: ByteString, how: number): Blocking<void> =>
    withFile(task, src, O_RDONLY, 0, function* (from) {
      const source = yield* calls.fstat(task, from);
      const mode = source.mode & S_IALLUGO;
      const flags = O_WRONLY | O_CREAT | (how & COPYFILE_EXCL ? O_EXCL : 0);
      let isMade = false;
      try {
        yield* withFile(task, dest, flags, mode, function* (to) {
          isMade = true;
          const target = yield* calls.fstat(task, to);
          if (target.dev !== source.dev || target.ino !== source.ino) yield* fill(task, { from, to, mode, how });
        });
      } catch (error) {
        if (isMade) yield* removeQuietly(task, dest);
        throw error;
      }
    }),
);

const chunkSize = 1_048_576; // bytes

function* fill(
  task: Thread,
  { from, to, mode, how }: { from: number; to: number; mode: number; how: number },
): Blocking<void> {
  if (!(how & COPYFILE_EXCL)) yield* calls.ftruncate(task, to, 0);
  yield* setMode(task, to, mode);
  if (how & COPYFILE_FICLONE_FORCE) throw EOPNOTSUPP;
  const chunk = new Uint8Array(chunkSize);
  for (;;) {
    const count = yield* calls.read(task, from, chunk, null);
    if (count === 0) return;
    for (let done = 0; done < count; ) done += yield* calls.write(task, to, chunk.subarray(done, count), null);
  }
}

/** Some file systems do not let a mode be set: the copy goes on without. */
function* setMode(task: Thread, fd: number, mode: number): Blocking<void> {
  try {
    yield* calls.fchmod(task, fd, mode);
  } catch (error) {
    if (!failedWith(error, EPERM)) throw error;
  }
}

function* removeQuietly(task: Thread, path: ByteString): Blocking<void> {
  try {
    yield* calls.unlink(task, path);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}
