import { inspect } from 'node:util';

/** An error as Node makes its own: the class says the kind, `code` says which. */
export function nodeError(kind: ErrorConstructor, code: string, message: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new kind(message);
  error.stack = error.stack?.replace(error.name, `${error.name} [${code}]`) ?? '';
  error.code = code;
  return error;
}

/** ERR_INVALID_ARG_TYPE. `expected` follows "must be": "of type string", "an instance of Date". */
export const invalidArgType = (name: string, expected: string, actual: unknown): Error =>
  nodeError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kindOf(name)} must be ${expected}. Received ${specificType(actual)}`,
  );

/** ERR_INVALID_ARG_VALUE. */
export const invalidArgValue = (name: string, value: unknown, reason = 'is invalid'): Error =>
  nodeError(
    TypeError,
    'ERR_INVALID_ARG_VALUE',
    `The ${kindOf(name)} '${name}' ${reason}. Received ${shortened(inspect(value), 128)}`,
  );

/** ERR_OUT_OF_RANGE. `range` follows "must be": ">= 0 && <= 7". */
export const outOfRange = (name: string, range: string, value: number | bigint): Error =>
  nodeError(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${grouped(value)}`,
  );

/** What the fs API throws when it refuses a call for what it found, not for a failed system call. */
export interface Refusal {
  readonly code: string; // the errno's name
  readonly errno: number; // positive
  readonly syscall: string;
  readonly path: string;
  readonly message: string;
}

/** Node's SystemError: ERR_FS_EISDIR and the ERR_FS_CP_ family. `title` is the sentence that belongs to the code. */
export function refused(code: string, title: string, info: Refusal): NodeJS.ErrnoException {
  const message = `${title}: ${info.syscall} returned ${info.code} (${info.message}) ${info.path}`;
  const error = nodeError(Error, code, message);
  Object.defineProperty(error, 'name', { value: 'SystemError', configurable: true, writable: true });
  return Object.assign(error, { info, errno: info.errno, syscall: info.syscall, path: info.path });
}

/** What a call rejects with once its AbortSignal has fired. */
export const abortError = (signal: AbortSignal): Error =>
  Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    code: 'ABORT_ERR',
    name: 'AbortError',
  });

const kindOf = (name: string): string => (name.includes('.') ? 'property' : 'argument');

const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}...` : text;

/** The number, in groups of three digits where it is long. */
function grouped(value: number | bigint): string {
  const isLong = typeof value === 'bigint' ? value > 2n ** 32n || value < -(2n ** 32n) : Math.abs(value) > 2 ** 32;
  if (typeof value === 'number' && !Number.isInteger(value)) return inspect(value);
  const digits = isLong ? String(value).replace(/(?<=\d)(?=(\d{3})+$)/g, '_') : String(value);
  return typeof value === 'bigint' ? `${digits}n` : digits;
}

function specificType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const made: unknown = value.constructor;
    return typeof made === 'function' ? `an instance of ${made.name}` : inspect(value, { depth: -1 });
  }
  if (typeof value !== 'string') return `type ${typeof value} (${inspect(value)})`;
  const text = value.length > 28 ? `${value.slice(0, 25)}...` : value;
  return `type string (${text.includes("'") ? JSON.stringify(text) : `'${text}'`})`;
}
