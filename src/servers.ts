import { realpathSync, statSync } from 'node:fs';
import { hostFiles } from './linux/host-files.ts';
import type { FuseServer } from './server/fuse-server.ts';
import { memory } from './server/memory.ts';
import { type PassthroughOptions, passthrough as passthroughOver } from './server/passthrough.ts';

/**
 * A server for a directory of this machine: what it shows is what is there, and nothing outside of it can be reached.
 *
 * @throws Error with Node's code when there is no such directory
 */
export function passthrough(directory: string, options: PassthroughOptions = {}): FuseServer {
  const root = realpathSync(directory);
  if (!statSync(root).isDirectory()) throw new TypeError(`${directory}: not a directory`);
  return passthroughOver(root, hostFiles, options);
}

/** The built-in server that a SPEC names: `memory:` or `dir:PATH`. @throws TypeError for any other */
export function builtIn(spec: string): FuseServer {
  if (spec === 'memory:') return memory();
  if (spec.startsWith('dir:')) return passthrough(spec.slice(4));
  throw new TypeError(`${spec}: no such server; it is memory: or dir:PATH`);
}
