import { EINVAL } from '../abi/errno.ts';
import { MAX_RW_COUNT } from '../abi/linux.ts';

/** How many buffers readv(2) and its like take. */
const IOV_MAX = 1024;

/** Room for all buffers together, as far as one call moves them; a single one serves itself. @throws EINVAL */
export function vector(buffers: readonly Uint8Array[]): Uint8Array {
  if (buffers.length > IOV_MAX) throw EINVAL;
  const [only] = buffers;
  if (only !== undefined && buffers.length === 1) return only;
  return new Uint8Array(
    Math.min(
      MAX_RW_COUNT,
      buffers.reduce((sum, { length }) => sum + length, 0),
    ),
  );
}

/** Spreads bytes over buffers, one after the other. */
export function scatter(from: Uint8Array, buffers: readonly Uint8Array[]): void {
  let at = 0;
  for (const buffer of buffers) {
    const part = from.subarray(at, at + buffer.length);
    buffer.set(part);
    at += part.length;
  }
}

/** Puts buffers one behind the other into `into`, as far as it has room. */
export function gather(buffers: readonly Uint8Array[], into: Uint8Array): void {
  let at = 0;
  for (const buffer of buffers) {
    const part = buffer.subarray(0, into.length - at);
    into.set(part, at);
    at += part.length;
  }
}
