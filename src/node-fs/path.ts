import type { PathLike } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ByteString, fromBytes, fromText, toText } from '../abi/bytes.ts';
import { invalidArgType, invalidArgValue } from './node-errors.ts';
import type { NameEncoding } from './options.ts';

/**
 * A path as the kernel takes it: text becomes UTF-8, a Buffer keeps its bytes, a file: URL is decoded.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE for a NUL byte, and what fileURLToPath throws.
 */
export function toPath(value: PathLike, name = 'path'): ByteString {
  const path: unknown = isUrl(value) ? fileURLToPath(value) : value;
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) {
    throw invalidArgType(name, 'of type string or an instance of Buffer or URL', path);
  }
  const bytes = typeof path === 'string' ? fromText(path) : fromBytes(path);
  if (!bytes.includes('\0')) return bytes;
  throw invalidArgValue(name, path, 'must be a string, Uint8Array, or URL without null bytes');
}

/** A name, a path or a link target as the caller wants to see it; UTF-8 text unless said otherwise. */
export function encodeName(bytes: ByteString, encoding: NameEncoding): string | Buffer {
  if (!encoding || encoding === 'utf8' || encoding === 'utf-8') return toText(bytes);
  const buffer = Buffer.from(bytes, 'latin1');
  return encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

/** Node's own test: other realms and other implementations of URL count too. */
function isUrl(value: unknown): value is URL {
  if (typeof value !== 'object' || value === null) return false;
  const { href, protocol, auth, path } = value as Record<string, unknown>;
  return Boolean(href && protocol) && auth === undefined && path === undefined;
}
