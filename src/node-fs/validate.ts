import { invalidArgType, invalidArgValue, outOfRange } from './node-errors.ts';

// Checks of arguments with Node's bounds and Node's messages: each returns what it was given, its type known, or throws
// ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE or ERR_INVALID_ARG_VALUE.

type Callback = (...args: unknown[]) => unknown;

/** A whole number between bounds, both included. */
export function toInteger(
  value: unknown,
  name: string,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
  return value;
}

/** A descriptor number of the kernel's process. */
export const toFd = (value: unknown): number => toInteger(value, 'fd', 0, 0x7fffffff);

/** A user or group id; -1 leaves it as it is. */
export const toId = (value: unknown, name: 'uid' | 'gid'): number => toInteger(value, name, -1, 0xffffffff);

/** Permission bits, as a number or in octal digits. */
export function toMode(value: unknown, fallback?: number): number {
  const mode = value ?? fallback;
  if (typeof mode !== 'string') return toInteger(mode, 'mode', 0, 0xffffffff);
  if (/^[0-7]+$/.test(mode)) return toInteger(Number.parseInt(mode, 8), 'mode', 0, 0xffffffff);
  throw invalidArgValue('mode', mode, 'must be a 32-bit unsigned integer or an octal string');
}

/** A length in bytes; one below zero counts as zero. */
export const toLength = (value: unknown): number => Math.max(0, toInteger(value ?? 0, 'len'));

/** True or false, not what is as good as that. */
export function toBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
  return value;
}

/** A function; Node calls the argument "cb". */
export function toCallback(value: unknown, name = 'cb'): Callback {
  if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value);
  return value as Callback;
}

/** An object that is neither null nor an array. */
export function toObject(value: unknown, name: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalidArgType(name, 'of type object', value);
}

/** The bytes of any view of memory, not copied. */
export function toView(value: unknown, name = 'buffer'): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw noView(value, name);
}

/** That something is no view of memory. */
export const noView = (value: unknown, name = 'buffer'): Error =>
  invalidArgType(name, 'an instance of Buffer, TypedArray, or DataView', value);

/** A list of views of memory, as bytes that are not copied. */
export function toViews(value: unknown): Uint8Array[] {
  if (Array.isArray(value) && value.every((item) => ArrayBuffer.isView(item))) return value.map((item) => toView(item));
  throw invalidArgType('buffers', 'an ArrayBufferView[]', value);
}

/** Text in an encoding or a view of memory, as bytes. */
export function toBytes(value: unknown, name: string, encoding: BufferEncoding = 'utf8'): Uint8Array {
  if (ArrayBuffer.isView(value)) return toView(value);
  if (typeof value === 'string') return Buffer.from(value, encoding);
  throw invalidArgType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', value);
}

/** Anything that looks like an AbortSignal, or nothing. */
export function toSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && 'aborted' in value) return value as AbortSignal;
  throw invalidArgType('options.signal', 'an instance of AbortSignal', value);
}
