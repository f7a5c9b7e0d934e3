import { allErrnos, EINTR, Errno, errnoOf } from '../abi/errno.ts';

const byCode = new Map(allErrnos().map((errno) => [errno.code, errno]));
/** Linux accepts replies with an error up to this one. */
const LARGEST = 511;

/**
 * What a thrown value means as an error number: an Errno itself; an error as Node's, by its `code`, else by its
 * `errno` of either sign; EINTR for an AbortError. Null for anything else, which is the server's mistake.
 */
export function errnoOfError(error: unknown): Errno | null {
  if (error instanceof Errno) return error.number > 0 && error.number <= LARGEST ? error : null;
  if (typeof error !== 'object' || error === null) return null;
  const { code, errno, name } = error as { code?: unknown; errno?: unknown; name?: unknown };
  const known = byCode.get(code as string);
  if (known !== undefined) return known;
  if (Number.isInteger(errno)) {
    const number = Math.abs(errno as number);
    if (number > 0 && number <= LARGEST) return errnoOf(number);
  }
  return name === 'AbortError' ? EINTR : null;
}
