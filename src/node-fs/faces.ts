import { nextTick } from 'node:process';
import { promisify } from 'node:util';
import type { Prepare } from './operation.ts';
import type { Runs } from './runner.ts';
import { toCallback } from './validate.ts';

// The three ways to call an operation, each made from the operation alone.

/** A function of the API as its callers see it. */
export type Face = (...args: unknown[]) => unknown;

/** Names of a result's fields, for operations that give a callback several results; a synchronous caller gets the first. */
export type Results = readonly [first: string, second: string] | undefined;

/** All errors, those about arguments too, come as rejections. */
export const promiseFace = (runner: Runs, name: string, prepare: Prepare): Face =>
  withName(name, (...args) => runner.call(prepare, args as never[]));

/** Runs the operation on its caller's stack. */
export const syncFace = (runner: Runs, name: string, prepare: Prepare, results: Results): Face =>
  withName(`${name}Sync`, (...args) => {
    const result = runner.callSync(prepare, args as never[]);
    return results === undefined ? result : fieldOf(result, results[0]);
  });

/** Argument errors are thrown at once, all others go to the callback, which never runs before this returns. */
export function callbackFace(runner: Runs, name: string, entry: Prepare, results: Results): Face {
  const prepare = runner.entry(entry);
  const face = withName(name, (...args) => {
    const last = args.findLastIndex((argument) => typeof argument === 'function');
    const callback = toCallback(args[last]);
    const operation = prepare(...(args.slice(0, last) as never[]));
    deliver(runner.run(operation), callback, results);
  });
  if (results !== undefined) {
    Object.defineProperty(face, promisify.custom, { value: promiseFace(runner, name, entry) });
  }
  return face;
}

/** Gives a promise's outcome to a callback, off the promise's own stack: an error in the callback is the program's. */
export function deliver(promise: Promise<unknown>, callback: Face, results?: Results): void {
  promise.then(
    (result) => {
      if (results !== undefined) nextTick(callback, null, ...results.map((name) => fieldOf(result, name)));
      else if (result === undefined) nextTick(callback, null);
      else nextTick(callback, null, result);
    },
    (error) => nextTick(callback, error),
  );
}

const fieldOf = (result: unknown, name: string): unknown => (result as Record<string, unknown>)[name];

const withName = (name: string, face: Face): Face => Object.defineProperty(face, 'name', { value: name });
