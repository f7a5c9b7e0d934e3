import { EINVAL, EOPNOTSUPP } from '../abi/errno.ts';
import {
  O_APPEND,
  O_DSYNC,
  O_SYNC,
  RWF_APPEND,
  RWF_DSYNC,
  RWF_HIPRI,
  RWF_NOAPPEND,
  RWF_NOSIGNAL,
  RWF_SYNC,
} from '../abi/linux.ts';
import type { File } from '../vfs/file.ts';

/** What can be wished here. Nothing is read or written without waiting, at one go, or without being kept in the cache. */
const KNOWN = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND | RWF_NOAPPEND | RWF_NOSIGNAL;

/**
 * The open file's flags as the RWF_ flags of one call have them.
 *
 * @throws EOPNOTSUPP for a flag that FUSE files do not know; EINVAL for appending and not appending
 * @see Linux include/linux/fs.h, kiocb_set_rw_flags()
 */
export function flagsWith({ flags }: File, rwf: number): number {
  if ((rwf & ~KNOWN) !== 0) throw EOPNOTSUPP;
  if ((rwf & RWF_APPEND) !== 0 && (rwf & RWF_NOAPPEND) !== 0) throw EINVAL;
  let result = flags;
  if ((rwf & RWF_DSYNC) !== 0) result |= O_DSYNC;
  if ((rwf & RWF_SYNC) !== 0) result |= O_SYNC;
  if ((rwf & RWF_APPEND) !== 0) result |= O_APPEND;
  return (rwf & RWF_NOAPPEND) !== 0 ? result & ~O_APPEND : result;
}
