import { EINVAL } from '../abi/errno.ts';
import {
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_DSYNC,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_SYNC,
  O_TMPFILE,
  O_TRUNC,
  S_IALLUGO,
  S_IFREG,
} from '../abi/linux.ts';
import { MAY_WRITE } from '../vfs/inode.ts';
import { neededAccess } from './access-mode.ts';

/** The bit that is O_TMPFILE's alone; the constant has O_DIRECTORY in it, so that old kernels refuse it. */
const O_TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;
const O_SYNC_BIT = O_SYNC & ~O_DSYNC;
const KNOWN =
  O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_DIRECT | O_LARGEFILE;
const KNOWN_TOO = O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_PATH | O_TMPFILE;

/** What an open(2) is to do, once its flags were checked. Analogous to Linux's struct open_flags. */
export interface OpenHow {
  /** As the file will have them, and the creation flags; without O_CLOEXEC. */
  readonly flags: number;
  /** S_IFREG and the permission bits of a new file, before the umask; 0 without O_CREAT. */
  readonly mode: number;
  /** What is asked of an existing file: MAY_READ, MAY_WRITE. */
  readonly access: number;
  readonly follow: boolean;
  readonly closeOnExec: boolean;
  readonly kind: 'open' | 'create' | 'path' | 'temporary';
}

/**
 * Understands the arguments of open(2): unknown flags are dropped, as are those that O_PATH makes meaningless.
 *
 * @throws EINVAL for O_CREAT with O_DIRECTORY, for O_TMPFILE without O_DIRECTORY or without writing
 * @see Linux fs/open.c, build_open_how() and build_open_flags()
 */
export function openHow(given: number, mode: number): OpenHow {
  const isPath = (given & O_PATH) !== 0;
  const known = isPath ? O_DIRECTORY | O_NOFOLLOW | O_PATH : KNOWN | KNOWN_TOO;
  let flags = given & known;
  if ((flags & O_CREAT) !== 0 && (flags & O_DIRECTORY) !== 0) throw EINVAL;
  const isTemporary = (flags & O_TMPFILE_BIT) !== 0;
  if (isTemporary && (flags & O_DIRECTORY) === 0) throw EINVAL;
  if (isTemporary && (neededAccess(flags) & MAY_WRITE) === 0) throw EINVAL;
  if ((flags & O_SYNC_BIT) !== 0) flags |= O_DSYNC;
  const creates = (flags & O_CREAT) !== 0;
  const isExclusive = creates && (flags & O_EXCL) !== 0;
  return {
    flags: isPath ? flags : flags | O_LARGEFILE,
    mode: creates || isTemporary ? S_IFREG | (mode & S_IALLUGO) : 0,
    access: neededAccess(flags) | ((flags & O_TRUNC) !== 0 ? MAY_WRITE : 0),
    follow: (flags & O_NOFOLLOW) === 0 && !isExclusive,
    closeOnExec: (given & O_CLOEXEC) !== 0,
    kind: isPath ? 'path' : isTemporary ? 'temporary' : creates ? 'create' : 'open',
  };
}

/** Whether an O_CREAT must make the file itself. */
export const isExclusive = ({ kind, flags }: OpenHow): boolean => kind === 'create' && (flags & O_EXCL) !== 0;
