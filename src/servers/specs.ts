import { archive } from '../archive.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { memory } from '../server/memory.ts';
import type { ServerSource } from '../server/server-source.ts';
import { existingDirectory, passthrough } from '../servers.ts';
import { loadServer } from './module-server.ts';

/** One kind of server that a SPEC, `PREFIX:ARGUMENT`, can name. */
export interface ServerKind {
  readonly prefix: string;
  /** What the argument is called; empty where there is none. */
  readonly argument: string;
  readonly about: string;
  /**
   * The server; a function where each client gets a new one.
   *
   * @throws Error when there can be none with this argument, saying why
   */
  source(argument: string): ServerSource | PromiseLike<ServerSource>;
}

/** Every kind of server that a SPEC can name. Usage lines, help and messages come from here. */
export const serverKinds: readonly ServerKind[] = [
  {
    prefix: 'memory',
    argument: '',
    about: 'an empty file system in memory',
    source: () => memory(),
  },
  {
    prefix: 'dir',
    argument: 'PATH',
    about: 'a directory of this machine',
    source: (directory) => {
      const root = existingDirectory(directory);
      return () => passthrough(root);
    },
  },
  {
    prefix: 'module',
    argument: 'FILE',
    about: 'the default export of a module: a FuseServer, or a function that makes one',
    source: (file) => loadServer(file),
  },
  {
    prefix: 'archive',
    argument: 'FILE',
    about: 'a tar, tar.gz or zip archive, read-only',
    source: async (file) => {
      // Read once before anybody comes, so that a bad one is told at once.
      let read: FuseServer | null = await archive(file);
      return () => {
        const server = read ?? archive(file);
        read = null;
        return server;
      };
    },
  },
];

/** How a SPEC of one kind is written: `dir:PATH`. */
export const specForm = ({ prefix, argument }: ServerKind): string => `${prefix}:${argument}`;

/** All SPECs, as usage lines have them. */
export const specForms = serverKinds.map(specForm).join('|');

/**
 * What a SPEC names: a server, or a function that makes one for each client.
 *
 * @throws TypeError for no SPEC; Error when the server cannot be, saying why
 */
export async function serverSource(spec: string): Promise<ServerSource> {
  const [prefix, ...rest] = spec.split(':');
  const argument = rest.join(':');
  const kind = serverKinds.find((one) => one.prefix === prefix);
  if (kind === undefined || rest.length === 0 || (kind.argument === '') !== (argument === '')) {
    throw new TypeError(`${spec}: no such server; it is ${specForms}`);
  }
  return await kind.source(argument);
}

/** The server that a SPEC names. @throws as {@link serverSource} */
export async function builtIn(spec: string): Promise<FuseServer> {
  const source = await serverSource(spec);
  return typeof source === 'function' ? await source() : source;
}
