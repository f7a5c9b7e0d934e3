import { type ByteString, toText } from '../abi/bytes.ts';
import { EEXIST, EINVAL, EISDIR, ENOTDIR, type Errno } from '../abi/errno.ts';
import { refused } from './node-errors.ts';

// What fs.cp refuses to do, in Node's words and with Node's errnos, which for directories are crossed over.

const because = (code: string, title: string, errno: Errno, path: ByteString, message: string): Error =>
  refused(code, title, { code: errno.code, errno: errno.number, syscall: 'cp', path: toText(path), message });

const invalid = (path: ByteString, message: string): Error =>
  because('ERR_FS_CP_EINVAL', 'Invalid src or dest', EINVAL, path, message);

/** Source and target are one file. */
export const sameFile = (dest: ByteString): Error => invalid(dest, 'src and dest cannot be the same');

/** The target lies in the source. `path` is what the error names; a link's contents may be what overlaps. */
export const intoItself = (src: ByteString, dest: ByteString, path: ByteString): Error =>
  invalid(path, `cannot copy ${toText(src)} to a subdirectory of self ${toText(dest)}`);

/** A directory is to replace something else. */
export const directoryToOther = (src: ByteString, dest: ByteString): Error =>
  because(
    'ERR_FS_CP_DIR_TO_NON_DIR',
    'Cannot overwrite non-directory with directory',
    EISDIR,
    dest,
    `cannot overwrite non-directory ${toText(dest)} with directory ${toText(src)}`,
  );

/** Something else is to replace a directory. */
export const otherToDirectory = (src: ByteString, dest: ByteString): Error =>
  because(
    'ERR_FS_CP_NON_DIR_TO_DIR',
    'Cannot overwrite directory with non-directory',
    ENOTDIR,
    dest,
    `cannot overwrite directory ${toText(dest)} with non-directory ${toText(src)}`,
  );

/** A directory is to be copied without `recursive`. */
export const notRecursive = (src: ByteString): Error =>
  because('ERR_FS_EISDIR', 'Path is a directory', EISDIR, src, `${toText(src)} is a directory (not copied)`);

/** The target exists, with `errorOnExist` and without `force`. */
export const exists = (dest: ByteString): Error =>
  because('ERR_FS_CP_EEXIST', 'Target already exists', EEXIST, dest, `${toText(dest)} already exists`);

/** There is nothing to copy of a socket. */
export const socket = (dest: ByteString): Error =>
  because('ERR_FS_CP_SOCKET', 'Cannot copy a socket file', EINVAL, dest, `cannot copy a socket file: ${toText(dest)}`);

/** There is nothing to copy of a FIFO. */
export const fifo = (dest: ByteString): Error =>
  because('ERR_FS_CP_FIFO_PIPE', 'Cannot copy a FIFO pipe', EINVAL, dest, `cannot copy a FIFO pipe: ${toText(dest)}`);

/** Replacing this link would take away what the new one is to point to. */
export const linkToInside = (oldTarget: ByteString, made: ByteString, dest: ByteString): Error =>
  because(
    'ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY',
    'Cannot overwrite symlink in subdirectory of self',
    EINVAL,
    dest,
    `cannot overwrite ${toText(oldTarget)} with ${toText(made)}`,
  );
