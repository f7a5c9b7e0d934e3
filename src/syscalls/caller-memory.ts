import { EFAULT } from '../abi/errno.ts';

/** What a call gets where C passes a pointer: the caller's memory, which may be filled, or a number, which points nowhere. */
export type Memory = Uint8Array | number;

/** The first `size` bytes of the caller's memory. @throws EFAULT when it is shorter, or a number */
export function takeBytes(argument: Memory, size: number): Uint8Array {
  if (typeof argument === 'number' || argument.length < size) throw EFAULT;
  return argument.slice(0, size);
}

/** Fills the caller's memory from its beginning. @throws EFAULT as {@link takeBytes} */
export function putBytes(argument: Memory, bytes: Uint8Array): void {
  if (typeof argument === 'number' || argument.length < bytes.length) throw EFAULT;
  argument.set(bytes);
}

/** The bytes of an int. */
export function intBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** Reads an int. */
export const intOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
