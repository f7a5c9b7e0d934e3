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

/** The bytes from `start` up to `end`. */
export function fromBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): ByteString {
  if (end - start > 12) return fromManyBytes(bytes, start, end);
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** Faster than byte by byte for all but the shortest; in pieces that fit the stack as arguments. */
function fromManyBytes(bytes: Uint8Array, start: number, end: number): ByteString {
  let text = '';
  for (let at = start; at < end; at += 4096) {
    const piece = bytes.subarray(at, Math.min(at + 4096, end));
    text += String.fromCharCode.apply(null, piece as unknown as number[]);
  }
  return text;
}

/** A copy that is as long as the string. */
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

/** The same in memory of its own: what is cut out of a longer string keeps all of that in memory. */
export const detached = (bytes: ByteString): ByteString => fromBytes(toBytes(bytes));

let lastMemory: ArrayBufferLike = new ArrayBuffer(0);
let lastView: DataView = new DataView(lastMemory);

/**
 * A view of all the memory that bytes lie in, where they begin at their `byteOffset`. Small messages share memory, so that
 * the last view mostly serves again: making one costs more than reading a message.
 */
export function memoryViewOf({ buffer }: Uint8Array): DataView {
  if (buffer !== lastMemory) {
    lastMemory = buffer;
    lastView = new DataView(buffer);
  }
  return lastView;
}

/** The same memory, for numbers of several bytes. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
