import { fileURLToPath } from 'node:url';

/** A server that a module makes, in whatever thread the module is loaded. */
export interface ServerModule {
  readonly kind: 'module';
  readonly file: string;
  readonly options: unknown;
}

/**
 * Names a server for {@link mountInWorker}: the default export of a module is a `FuseServer`, or a function that returns one or
 * a promise of one. The function gets `options`, or rather a structured clone of them.
 *
 * @throws TypeError for a URL that names no file
 */
export const serverModule = (module: URL | string, options?: unknown): ServerModule => ({
  kind: 'module',
  file: module instanceof URL ? fileURLToPath(module) : module,
  options,
});
