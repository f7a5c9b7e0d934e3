import type { PathLike } from 'node:fs';
import * as calls from './calls.ts';
import { nodeError } from './node-errors.ts';
import { made, type Operation } from './operation.ts';
import { type NameEncoding, type OptionsArgument, optionsOf } from './options.ts';
import { encodeName, toPath } from './path.ts';

/** How a call gives names and paths back. */
export interface EncodingOptions {
  readonly encoding?: NameEncoding;
}

/** Gives a file another name. */
export const link = (existingPath: PathLike, newPath: PathLike): Operation<void> => {
  const existing = toPath(existingPath, 'existingPath');
  const made = toPath(newPath, 'newPath');
  return (task) => calls.link(task, existing, made);
};

/** The type is for Windows: checked as Node does, and without effect. */
export const symlink = (target: PathLike, path: PathLike, type?: string | null): Operation<void> => {
  const content = toPath(target, 'target');
  const made = toPath(path);
  if (typeof type === 'string' && !['dir', 'file', 'junction'].includes(type)) {
    throw nodeError(
      Error,
      'ERR_FS_INVALID_SYMLINK_TYPE',
      `Symlink type must be one of "dir", "file", or "junction". Received "${type}"`,
    );
  }
  return (task) => calls.symlink(task, content, made);
};

/** What a symbolic link contains. */
export const readlink = (path: PathLike, options?: OptionsArgument<EncodingOptions>): Operation<string | Buffer> => {
  const { encoding } = optionsOf(options);
  const file = toPath(path, 'oldPath');
  return (task) => made(calls.readlink(task, file), (target) => encodeName(target, encoding));
};

/** Takes a name away; a link's own. */
export const unlink = (path: PathLike): Operation<void> => {
  const file = toPath(path);
  return (task) => calls.unlink(task, file);
};

/** Moves a name, perhaps over another. */
export const rename = (oldPath: PathLike, newPath: PathLike): Operation<void> => {
  const from = toPath(oldPath, 'oldPath');
  const to = toPath(newPath, 'newPath');
  return (task) => calls.rename(task, from, to);
};
