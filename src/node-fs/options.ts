import { invalidArgType, invalidArgValue } from './node-errors.ts';
import { toSignal } from './validate.ts';

/** How names and targets are given to the caller: decoded, or as the bytes they are. */
export type NameEncoding = BufferEncoding | 'buffer' | null | undefined;

/** The last argument of many calls: an options object, or the encoding alone. */
export type OptionsArgument<T> = T | NameEncoding;

/**
 * The options as an object; an encoding and a signal in them are checked.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE
 */
export function optionsOf<T extends object>(options: OptionsArgument<T>): Partial<T> {
  if (options === undefined || options === null) return {};
  if (typeof options !== 'string' && typeof options !== 'object') {
    throw invalidArgType('options', 'one of type string or object', options);
  }
  const given: { encoding?: unknown; signal?: unknown } = typeof options === 'string' ? { encoding: options } : options;
  const { encoding, signal } = given;
  if (encoding && encoding !== 'buffer' && !Buffer.isEncoding(encoding as string)) {
    throw invalidArgValue('encoding', encoding, 'is invalid encoding');
  }
  toSignal(signal);
  return given as Partial<T>;
}
