import { EINVAL, EOPNOTSUPP } from '../../abi/errno.ts';
import { FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE } from '../../abi/linux.ts';
import { type Content, MAX_FILE_SIZE } from './content.ts';

/**
 * fallocate(2) with mode 0, KEEP_SIZE, PUNCH_HOLE with KEEP_SIZE, and ZERO_RANGE with or without KEEP_SIZE.
 *
 * @throws EOPNOTSUPP for other modes; EINVAL for an empty range; EFBIG; ENOSPC.
 */
export function fallocate(content: Content, offset: number, length: number, mode: number): void {
  const keepsSize = (mode & FALLOC_FL_KEEP_SIZE) !== 0;
  const what = mode & ~FALLOC_FL_KEEP_SIZE;
  const punches = what === FALLOC_FL_PUNCH_HOLE && keepsSize;
  if (!punches && what !== 0 && what !== FALLOC_FL_ZERO_RANGE) throw EOPNOTSUPP;
  if (length === 0) throw EINVAL;
  const end = offset + length;
  if (punches) {
    content.punch(offset, Math.min(end, MAX_FILE_SIZE));
    return;
  }
  content.reserve(offset, length);
  if (what === FALLOC_FL_ZERO_RANGE) {
    content.punch(offset, end);
    content.reserve(offset, length);
  }
  if (!keepsSize && end > content.size) content.truncate(end);
}

const PIECE = 2 ** 18; // bytes

/**
 * Copies as much of a range as there is, and as fits; returns how much.
 *
 * @throws EINVAL for ranges of one file that overlap; EFBIG, ENOSPC when not even the first piece fits.
 */
export function copyRange(
  from: { readonly content: Content; readonly offset: number },
  to: { readonly content: Content; readonly offset: number },
  length: number,
): number {
  const count = Math.max(0, Math.min(length, from.content.size - from.offset));
  if (from.content === to.content && Math.abs(from.offset - to.offset) < count) throw EINVAL;
  const piece = new Uint8Array(Math.min(PIECE, count));
  let done = 0;
  while (done < count) {
    const read = from.content.read(from.offset + done, piece.subarray(0, count - done));
    try {
      const written = to.content.write(to.offset + done, piece.subarray(0, read));
      done += written;
      if (written < read) break;
    } catch (error) {
      if (done === 0) throw error;
      break;
    }
  }
  return done;
}
