import type { ByteString } from '../abi/bytes.ts';
import { DirentWriter } from '../abi/dirent.ts';
import { typeOfMode } from '../abi/linux.ts';

/** What a listing shows of one name. */
export interface Listed {
  readonly name: ByteString;
  readonly ino: bigint;
  readonly mode: number; // its type (S_IF*) counts
}

/** More than any client asks for, in bytes. */
const LARGEST = 2 ** 20;

/**
 * The answer to READDIR from a whole directory, whose order stays from one request to the next: cookies are positions.
 * What is removed or added meanwhile may make others come twice, or not at all; {@link DirentWriter} takes cookies of
 * your own.
 *
 * @param asked the request's `body`
 */
export function listDirents(
  entries: Iterable<Listed>,
  asked: { readonly offset: bigint; readonly size: number },
): Uint8Array {
  const writer = new DirentWriter(Math.min(asked.size, LARGEST));
  let off = 0n;
  for (const { name, ino, mode } of entries) {
    if (off++ < asked.offset) continue;
    if (!writer.add({ ino, off, type: typeOfMode(mode), name })) break;
  }
  return writer.bytes;
}
