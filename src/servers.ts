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
  const root = realpathSync(directory);
  if (!statSync(root).isDirectory()) throw new TypeError(`${directory}: not a directory`);
  return root;
}

/**
 * A server for whatever has the shape of `node:fs/promises`. Names of node:fs itself are bytes, unless told otherwise;
 * all else {@link pathServerOver} tells.
 */
export function pathServer(fs: PathFs, options: PathServerOptions = {}): FuseServer {
  return pathServerOver(fs, { names: fs === promises ? 'bytes' : 'utf8', ...options });
}
