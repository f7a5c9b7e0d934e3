import { nextTick } from 'node:process';
import { promisify } from 'node:util';
import { constants } from './constants.ts';
import { Dir } from './dir.ts';
import { Dirent } from './dirent.ts';
import { callbackFace, type Face, promiseFace, syncFace } from './faces.ts';
import { FileHandle } from './file-handle.ts';
import { lchmod, watch, watchEvents } from './missing.ts';
import { open } from './open-close.ts';
import { opendir } from './opendir.ts';
import { mapped, type Prepare } from './operation.ts';
import { beyondNode, byDescriptor, byPath, instead, results } from './operations.ts';
import { nativeRealpath } from './realpath.ts';
import type { Runs } from './runner.ts';
import { exists } from './stat.ts';
import { Stats } from './stats.ts';
import { streamsOver } from './streams.ts';
import type { NodeFs } from './types.ts';
import { toCallback } from './validate.ts';

/**
 * Node's fs API for a process of the kernel: promises, synchronous calls, callbacks and streams.
 *
 * It behaves as node:fs on Linux, errors included; relative paths start at the process's working directory.
 * Descriptors are the process's own: passing one to the host's fs, or the host's to this, is a mistake.
 * When the server is gone (ENOTCONN, ECONNABORTED, ECONNREFUSED), `whyGone` gives the error's `cause`.
 * A synchronous call throws a plain Error "deadlock: ..." where only this thread's event loop could bring the answer.
 */
export function createFs(runner: Runs): NodeFs {
  const opensDir = mapped(opendir, (stream) => new Dir(runner, stream));
  const operations: Record<string, Prepare> = { ...byPath, ...byDescriptor, ...beyondNode, opendir: opensDir };
  const callbacks: Record<string, Face> = {};
  const sync: Record<string, Face> = {};
  for (const [name, prepare] of Object.entries(operations)) {
    callbacks[name] = callbackFace(runner, name, prepare, results[name]);
    sync[`${name}Sync`] = syncFace(runner, name, instead.sync[name] ?? prepare, results[name]);
  }
  Object.assign(callbacks.realpath as Face, { native: callbackFace(runner, 'native', nativeRealpath, undefined) });
  Object.assign(sync.realpathSync as Face, { native: syncFace(runner, 'native', nativeRealpath, undefined) });
  return {
    ...callbacks,
    ...sync,
    ...streamsOver(callbacks as never),
    close: closeFace(callbacks.close as Face),
    exists: existsFace(runner),
    promises: { ...promisesOf(runner, { ...byPath, opendir: opensDir }), constants, lchmod, watch: watchEvents },
    constants,
    Dir,
    Dirent,
    Stats,
    watch,
    watchFile: watch,
    unwatchFile: () => {},
  } as unknown as NodeFs;
}

function promisesOf(runner: Runs, operations: Record<string, Prepare>): Record<string, Face> {
  const opensHandle = mapped(open, (fd) => new FileHandle(runner, fd));
  const chosen = { ...operations, ...instead.promises, open: opensHandle };
  const faces: Record<string, Face> = {};
  for (const [name, prepare] of Object.entries(chosen)) faces[name] = promiseFace(runner, name, prepare);
  for (const name of ['appendFile', 'readFile', 'writeFile'] as const)
    faces[name] = orByHandle(name, faces[name] as Face);
  return faces;
}

/** A call that takes a FileHandle in place of a path. */
const orByHandle =
  (name: 'appendFile' | 'readFile' | 'writeFile', byPath: Face): Face =>
  (file, ...args) =>
    file instanceof FileHandle ? (file[name] as Face).call(file, ...args) : byPath(file, ...args);

/** fs.close, which may go without a callback: its error then is the program's. */
const closeFace =
  (close: Face): Face =>
  (fd, callback = rethrow) =>
    close(fd, callback);

const rethrow = (error: unknown): void => {
  if (error) throw error;
};

/** fs.exists, whose callback gets no error. */
function existsFace(runner: Runs): Face {
  const prepare = runner.entry(exists);
  const ask = (path: unknown): Promise<boolean> => runner.run(prepare(path as string));
  const face: Face = (path, callback) => {
    const listener = toCallback(callback);
    void ask(path).then((found) => nextTick(listener, found));
  };
  return Object.defineProperty(face, promisify.custom, { value: ask });
}
