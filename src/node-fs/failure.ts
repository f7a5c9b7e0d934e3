import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import { type ByteString, toText } from '../abi/bytes.ts';
import { Errno, ETIMEDOUT } from '../abi/errno.ts';
import type { Thread } from '../process/thread.ts';
import type { Blocking } from '../task/blocking.ts';

/**
 * A system call that failed, with what its caller is to be told: the call by Node's name for it, and its paths.
 * No Error yet: an operation that expects it pays for no stack, and the stack a caller sees is its own.
 */
export class Failure {
  readonly errno: Errno;
  readonly syscall: string;
  readonly path: ByteString | undefined;
  readonly dest: ByteString | undefined;

  constructor(errno: Errno, syscall: string, path?: ByteString, dest?: ByteString) {
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
    this.dest = dest;
  }
}

/** Whether something thrown is a failure with one of these errnos. */
export const failedWith = (thrown: unknown, ...errnos: readonly Errno[]): boolean =>
  thrown instanceof Failure && errnos.includes(thrown.errno);

/**
 * The call, with its errors turned into failures that name it and its paths: so many of its first arguments.
 * The one place that adds context to an errno. A call made of others names itself for whichever of them failed.
 */
export const named = <A extends readonly unknown[], R>(
  syscall: string,
  paths: 0 | 1 | 2,
  code: (task: Thread, ...args: A) => Blocking<R>,
): ((task: Thread, ...args: A) => Blocking<R>) =>
  function* (task, ...args) {
    const path = paths === 0 ? undefined : (args[0] as ByteString);
    const dest = paths < 2 ? undefined : (args[1] as ByteString);
    const isOutermost = timeouts.get(task) === null;
    if (isOutermost) timeouts.set(task, new Failure(ETIMEDOUT, syscall, path, dest));
    try {
      return yield* code(task, ...args);
    } catch (error) {
      throw naming(error, syscall, path, dest);
    } finally {
      if (isOutermost) timeouts.set(task, null);
    }
  };

/** {@link named}, for the plain form of a call with a path at most, which gives undefined where the caches do not know. */
export const namedTry =
  <A extends readonly unknown[], R>(
    syscall: string,
    paths: 0 | 1,
    code: (task: Thread, ...args: A) => R | undefined,
  ): ((task: Thread, ...args: A) => R | undefined) =>
  (task, ...args) => {
    try {
      return code(task, ...args);
    } catch (error) {
      throw naming(error, syscall, paths === 0 ? undefined : (args[0] as ByteString));
    }
  };

function naming(error: unknown, syscall: string, path?: ByteString, dest?: ByteString): unknown {
  const errno = error instanceof Failure ? error.errno : error;
  return errno instanceof Errno ? new Failure(errno, syscall, path, dest) : error;
}

/** Of threads that may not be waited for to their end: what the call that each is in fails with then; null between calls. */
const timeouts = new WeakMap<Thread, Failure | null>();

/** From now on {@link timeoutOf} can tell what call the thread is in. */
export const mayTimeOut = (task: Thread): void => void timeouts.set(task, null);

/** ETIMEDOUT for the call that a thread is in, which goes on. Between calls it waits for a promise of its caller's. */
export const timeoutOf = (task: Thread): Failure => timeouts.get(task) ?? new Failure(ETIMEDOUT, 'await');

const errors = getSystemErrorMap();

/** The Error that Node would throw, its stack from here on. What is no failure stays as it is. */
export function toNodeError(thrown: unknown): unknown {
  if (!(thrown instanceof Failure)) return thrown;
  const { errno, syscall } = thrown;
  const unknown = getSystemErrorName(-errno.number);
  const [code, text] = errors.get(-errno.number) ?? [unknown, unknown];
  const path = thrown.path === undefined ? {} : { path: toText(thrown.path) };
  const dest = thrown.dest === undefined ? {} : { dest: toText(thrown.dest) };
  const where = `${path.path === undefined ? '' : ` '${path.path}'`}${dest.dest === undefined ? '' : ` -> '${dest.dest}'`}`;
  const error = new Error(`${code}: ${text}, ${syscall}${where}`);
  return Object.assign(error, { errno: -errno.number, code, syscall, ...path, ...dest });
}
