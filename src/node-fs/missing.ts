import { nodeError } from './node-errors.ts';

// Parts of Node's API that are there to say that they are not.

/** fs.watch and fs.watchFile. */
export function watch(): never {
  throw nodeError(
    TypeError,
    'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
    'The feature watch is unavailable on this file system: a FUSE server does not tell what others change',
  );
}

/** fs.promises.watch, which begins with the first step. */
export async function* watchEvents(): AsyncGenerator<never> {
  watch();
}

/** fs.promises.lchmod: Linux has no permission bits on links. */
export async function lchmod(): Promise<never> {
  throw nodeError(Error, 'ERR_METHOD_NOT_IMPLEMENTED', 'The lchmod() method is not implemented');
}
