import { promises, realpathSync, statSync } from 'node:fs';
import { hostFiles } from './linux/host-files.ts';
import type { FuseServer } from './server/fuse-server.ts';
import { type PassthroughOptions, passthrough as passthroughOver } from './server/passthrough.ts';
import { type PathServerOptions, pathServer as pathServerOver } from './server/path-server.ts';
import type { PathFs } from './server/paths/shape.ts';

/**
 * A server for a directory of this machine: what it shows is what is there, and nothing outside of it can be reached.
 *
 * @throws Error with Node's code when there is no such directory
 */
export function passthrough(directory: string, options: PassthroughOptions = {}): FuseServer {
  return passthroughOver(existingDirectory(directory), hostFiles, options);
}

/** The real path of a directory. @throws Error with Node's code when there is none */
export function existingDirectory(directory: string): string {
  if (!statSync(directory).isDirectory()) throw new TypeError(`${directory}: not a directory`);
  return realpathSync(directory);
}

/**
 * A server for whatever has the shape of `node:fs/promises`; {@link pathServerOver} tells what it does. Names of node:fs
 * itself are bytes, unless told otherwise, and its root is looked at before.
 *
 * @throws Error with Node's code when node:fs has no such root; TypeError when that is no directory
 */
export function pathServer(fs: PathFs, options: PathServerOptions = {}): FuseServer {
  if (fs !== promises) return pathServerOver(fs, options);
  return pathServerOver(fs, { names: 'bytes', ...options, root: existingDirectory(options.root ?? '/') });
}
