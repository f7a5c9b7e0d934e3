/**
 * A path, a name or a link target inside the kernel: a string with one char, 0 to 255, per byte.
 * Names on Linux are bytes in no certain encoding; this keeps every byte, is cheap as a key, and its length is bytes.
 * The doors turn text into it and back.
 */
export type ByteString = string;

const utf8 = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const ascii = /^[\0-\x7f]*$/;

/** Text as the bytes of its UTF-8 form. */
export const fromText = (text: string): ByteString => (ascii.test(text) ? text : fromBytes(utf8.encode(text)));

/** Bytes read as UTF-8; what is no UTF-8 becomes U+FFFD, as in Node. */
export const toText = (bytes: ByteString): string => (ascii.test(bytes) ? bytes : lenient.decode(toBytes(bytes)));

/** Whether the bytes are UTF-8, so that {@link toText} loses nothing. */
export function isText(bytes: ByteString): boolean {
  if (ascii.test(bytes)) return true;
  try {
    strict.decode(toBytes(bytes));
    return true;
  } catch {
    return false;
  }
}

export function fromBytes(bytes: Uint8Array): ByteString {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

export function toBytes(bytes: ByteString): Uint8Array {
  const made = new Uint8Array(bytes.length);
  putBytes(made, 0, bytes);
  return made;
}

/** Writes the bytes at `at` and returns the offset behind them. */
export function putBytes(target: Uint8Array, at: number, bytes: ByteString): number {
  for (let i = 0; i < bytes.length; i++) target[at + i] = bytes.charCodeAt(i);
  return at + bytes.length;
}
