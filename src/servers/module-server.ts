import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { allOpcodes } from '../abi/opcodes.ts';
import type { FuseServer } from '../server/fuse-server.ts';
import { methodOf } from '../server/methods.ts';
import type { ServerSource } from '../server/server-source.ts';

/** The methods by which a server is known; one is enough. */
const methods = new Set([...allOpcodes.map((opcode) => methodOf(opcode).name), 'init', 'forget', 'destroy']);

/**
 * Loads a server from a module of JavaScript, or of TypeScript where this Node runs that: its default export is a
 * `FuseServer`, or a function that returns one or a promise of one; it gets `options`.
 *
 * @throws Error when there is no such file, it does not load, or exports no server
 */
export async function loadServer(file: string, options?: unknown): Promise<ServerSource> {
  if (!existsSync(file)) throw new Error(`${file}: there is no such file`);
  const { default: found } = await load(file);
  if (found === undefined) throw new Error(`${file}: the module has no default export`);
  if (typeof found !== 'function') return checked(found, `${file}: its default export`);
  return async () => {
    let made: unknown;
    try {
      made = await found(options);
    } catch (error) {
      throw new Error(`${file}: its default function failed: ${describe(error)}`, { cause: error });
    }
    return checked(made, `${file}: what its default function returned`);
  };
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(path.resolve(file)).href);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(file)
        ? `Node ${process.version} does not run TypeScript; 22.18 and later do`
        : describe(error);
    throw new Error(`${file}: the module does not load: ${why}`, { cause: error });
  }
}

/** @throws Error when a value has no method of a server */
function checked(value: unknown, what: string): FuseServer {
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && [...methods].some((name) => typeof (value as Record<string, unknown>)[name] === 'function')) {
    return value as FuseServer;
  }
  throw new Error(`${what} is no server: it has none of the methods of FuseServer`);
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
